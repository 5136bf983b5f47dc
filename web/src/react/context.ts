// Which mascot a hook means: that of the MascotClient around it, or, where a hook is called above its
// client, the one that the MascotProvider knows.
import { createContext, useContext, useEffect } from "react";
import type { Actor, Mascot } from "./mascot.ts";

/** The mascots below one provider, and who acts for all of them. */
export class Company {
  readonly #mascots = new Set<Mascot>();
  readonly #actors = new Map<Actor, Map<Mascot, () => void>>();

  join(mascot: Mascot): () => void {
    this.#mascots.add(mascot);
    for (const [actor, parts] of this.#actors) parts.set(mascot, mascot.act(actor));
    return () => {
      this.#mascots.delete(mascot);
      for (const parts of this.#actors.values()) {
        parts.get(mascot)?.();
        parts.delete(mascot);
      }
    };
  }

  act(actor: Actor): () => void {
    this.#actors.set(actor, new Map([...this.#mascots].map((mascot) => [mascot, mascot.act(actor)])));
    return () => {
      for (const leave of this.#actors.get(actor)?.values() ?? []) leave();
      this.#actors.delete(actor);
    };
  }
}

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
