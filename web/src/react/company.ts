// Who acts for which characters: a hook above its MascotClient acts for all that the provider knows.
import type { Actor } from "./mascot.ts";

/** A character, as far as somebody acts for it. */
export interface Stageable {
  act(actor: Actor): () => void;
}

/** The mascots below one provider, and who acts for all of them. */
export class Company {
  readonly #mascots = new Set<Stageable>();
  readonly #actors = new Map<Actor, Map<Stageable, () => void>>();

  join(mascot: Stageable): () => void {
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
