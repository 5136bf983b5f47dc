// Which mascot a hook means: that of the MascotClient around it, or, where a hook is called above its
// client, the one that the MascotProvider knows.
import { createContext, useContext, useEffect } from "react";
import type { Company } from "./company.ts";
import type { Actor, Mascot } from "./mascot.ts";

export const CompanyContext = createContext<Company | null>(null);
export const MascotContext = createContext<{ mascot: Mascot; inputs: readonly string[] } | null>(null);

/** For hooks that need the client's own mascot. */
export function useClient(who: string): { mascot: Mascot; inputs: readonly string[] } {
  const client = useContext(MascotContext);
  if (client === null) throw new Error(`${who} needs a <MascotClient> around it.`);
  return client;
}

/** Acts on the client's mascot, or on all of the provider's, while mounted. */
export function useActor(who: string, actor: Actor): void {
  const mascot = useContext(MascotContext)?.mascot;
  const company = useContext(CompanyContext);
  const stage = mascot ?? company;
  if (stage === null) {
    throw new Error(`${who} needs a <MascotClient>, or at least a <MascotProvider>, around it.`);
  }
  useEffect(() => stage.act(actor), [stage, actor]);
}
