// The character of one MascotClient, without React: a canvas comes and goes, a file is loaded on it,
// and once a frame whoever acts says what the face is.
import type { Alignment, Fit, Rive } from "@rive-app/canvas-lite";
import type { Face, Motion } from "../face.ts";
import { REST } from "../lips.ts";
import type { Emotion, Gesture } from "../acting.ts";
import { type Control, Stage, StageError, useRuntime } from "../stage.ts";

/** Says what the face is now, or null while it has nothing to say. `atMs` is the page's clock. */
export type Actor = (atMs: number) => Face | null;

export interface Part {
  src: string;
  artboard: string | undefined;
  stateMachine: string | undefined;
  fit: Fit | undefined;
  alignment: Alignment | undefined;
  /** Rive's own listeners, for characters that react to the pointer by themselves. */
  listeners: "on" | "off";
}

/** A new one for each change, so that React can compare them. */
export interface MascotState {
  readonly status: "empty" | "loading" | "ready" | "failed";
  readonly rive: Rive | null;
  /** Why it can't be drawn. */
  readonly reason: string | null;
}

const EMPTY: MascotState = { status: "empty", rive: null, reason: null };
const IDLE: Face = { weights: REST, mood: "idle", energy: 0 };

export class Mascot {
  state: MascotState = EMPTY;
  readonly #listeners = new Set<() => void>();
  readonly #actors: Actor[] = [];
  #canvas: HTMLCanvasElement | null = null;
  #part: Part | null = null;
  #stage: Stage | null = null;
  /** Loads come one after the other: two characters can't share a canvas. */
  #loading: Promise<void> = Promise.resolve();
  /** Which load is wanted; those before it are given up. */
  #wanted = 0;
  #frame: number | null = null;
  /** Beside the actors: what a person or a program wants shown in spite of them. */
  speaking: "auto" | "on" | "off" = "auto";

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): MascotState => this.state;

  /** What to draw; an equal part, however new, changes nothing. */
  cast(part: Part): void {
    if (this.#part !== null && isSame(part, this.#part)) return;
    this.#part = part;
    this.#load();
  }

  /** Draw on this canvas from now on, until the function that is returned is called. */
  attach(canvas: HTMLCanvasElement): () => void {
    this.#canvas = canvas;
    this.#load();
    return () => {
      if (this.#canvas !== canvas) return;
      this.#canvas = null;
      this.#load();
    };
  }

  /** The one that began to act last goes first. */
  act(actor: Actor): () => void {
    this.#actors.unshift(actor);
    return () => {
      const index = this.#actors.indexOf(actor);
      if (index >= 0) this.#actors.splice(index, 1);
    };
  }

  gesture(name: Gesture): void {
    this.#stage?.gesture(name);
  }

  feel(emotion: Emotion): void {
    this.#stage?.feel(emotion);
  }

  lookAt(x: number, y: number): void {
    this.#stage?.lookAt(x, y);
  }

  /** A control of the file's, by name; null if there is none, or no file yet. */
  control(name: string): Control | null {
    return this.#stage?.control(name) ?? null;
  }

  #load(): void {
    const wanted = ++this.#wanted;
    this.#loading = this.#loading.then(async () => {
      if (wanted !== this.#wanted) return; // React's strict mode attaches, detaches and attaches
      this.#drop();
      const [canvas, part] = [this.#canvas, this.#part];
      if (canvas === null || part === null) return this.#become(EMPTY);
      this.#become({ status: "loading", rive: null, reason: null });
      await this.#show(canvas, part, wanted);
    });
  }

  async #show(canvas: HTMLCanvasElement, part: Part, wanted: number): Promise<void> {
    try {
      const { src, artboard, stateMachine, fit, alignment, listeners } = part;
      const stage = await Stage.load(canvas, src, {
        ...(artboard === undefined ? {} : { artboard }),
        ...(stateMachine === undefined ? {} : { stateMachine }),
        ...(fit === undefined ? {} : { fit }),
        ...(alignment === undefined ? {} : { alignment }),
        listeners,
      });
      if (wanted !== this.#wanted) return stage.dispose();
      this.#stage = stage;
      this.#become({ status: "ready", rive: stage.rive, reason: null });
      this.#run();
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      if (wanted === this.#wanted) this.#become({ status: "failed", rive: null, reason: error.message });
    }
  }

  #drop(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#stage?.dispose();
    this.#stage = null;
  }

  #run(): void {
    const frame = (): void => {
      this.#frame = requestAnimationFrame(frame);
      this.#draw(performance.now());
    };
    this.#frame = requestAnimationFrame(frame);
  }

  #draw(atMs: number): void {
    // Everybody looks, for what somebody looks at is also reported on; the first that has something shows.
    const faces = this.#actors.map((actor) => actor(atMs));
    const face = faces.find((acted) => acted !== null) ?? IDLE;
    const motion = motionNow();
    const energy = motion === "full" ? face.energy : 0;
    this.#stage?.show({ ...face, mood: this.#mood(face), energy });
  }

  #mood(face: Face): Face["mood"] {
    if (this.speaking === "on") return "speaking";
    return this.speaking === "off" && face.mood === "speaking" ? "idle" : face.mood;
  }

  #become(state: MascotState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

export function motionNow(): Motion {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "reduced" : "full";
}

let runtimeUrl: string | null = null;

/** Where Rive's WebAssembly is. It is loaded once in a page: the first address counts. */
export function runtimeFrom(wasmUrl: string): void {
  if (runtimeUrl !== null) return;
  runtimeUrl = wasmUrl;
  useRuntime(wasmUrl);
}

function isSame(a: Part, b: Part): boolean {
  const key = ({ src, artboard, stateMachine, fit, alignment, listeners }: Part): string =>
    JSON.stringify([src, artboard, stateMachine, fit, alignment, listeners]);
  return key(a) === key(b);
}
