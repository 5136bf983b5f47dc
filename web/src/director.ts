// From what is so now to what the character does now: moments, acting and gaze in one, frame by
// frame. It only remembers; moments.ts, acting.ts and gaze.ts decide.
import { acted, AT_EASE, type Acting, type Behaviour, type Emotion, type Gesture, type MomentMap } from "./acting.ts";
import type { Mood, Motion } from "./face.ts";
import { aim, follow, FORWARD, type Eyes, type Interest, type Look, noticed } from "./gaze.ts";
import { BEGINNING, happened, type Moment, type Plot, type Scene } from "./moments.ts";

/** What a character does in one frame, beside speaking. */
export interface Performance {
  readonly moments: readonly Moment[];
  readonly gesture: Gesture | null;
  readonly emotion: Emotion;
  readonly eyes: Look;
}

export class Director {
  /** A site's own choice of what to do at which moment. */
  map: MomentMap | null;
  #plot: Plot = BEGINNING;
  #acting: Acting = AT_EASE;
  #interest: Interest | null = null;
  #eyes: Eyes = FORWARD;

  constructor(map: MomentMap | null = null) {
    this.map = map;
  }

  /** The pointer is at this place; null: it is gone. */
  look(at: Look | null, nowMs: number): void {
    this.#interest = at === null ? null : noticed(this.#interest, at, nowMs);
  }

  /** Call once a frame. Where motion is reduced nothing moves, but what happened is told. */
  direct(scene: Scene, mood: Mood, motion: Motion, nowMs: number): Performance {
    const { plot, moments } = happened(this.#plot, scene, nowMs);
    const { acting, act } = acted(this.#acting, moments, nowMs, (moment, planned) => this.#choice(moment, planned));
    this.#plot = plot;
    this.#acting = acting;
    this.#eyes = follow(this.#eyes, aim(this.#interest, act.glance, mood, nowMs), nowMs, motion);
    return motion === "reduced"
      ? { moments, gesture: null, emotion: "neutral", eyes: this.#eyes }
      : { moments, gesture: act.gesture, emotion: act.emotion, eyes: this.#eyes };
  }

  #choice(moment: Moment, planned: Behaviour): Behaviour | undefined {
    try {
      return this.map?.(moment, planned);
    } catch (error) {
      // The site's own fault must not stop the character: it acts as it would have.
      console.error(`visavis: your choice for the moment ${moment.kind} failed:`, error);
      return undefined;
    }
  }
}
