// The character of one MascotClient, without React: a canvas comes and goes, a file is loaded on it,
// and once a frame whoever acts says what the face is.
import type { Alignment, Fit, Rive } from "@rive-app/canvas-lite";
import type { Emotion, Gesture } from "../acting.ts";
import { Director } from "../director.ts";
import type { Face, Motion } from "../face.ts";
import { REST } from "../lips.ts";
import { CONTRACT, type Mapping } from "../mapping.ts";
import type { Moment, Scene } from "../moments.ts";
import { ASLEEP, type Pace, paced } from "../pace.ts";
import { watchPointer } from "../pointer.ts";
import { type Control, Stage, StageError, useRuntime } from "../stage.ts";

/** What somebody acts: a face, and if the character is to act by itself too, what goes on. */
export interface Part {
  face: Face;
  scene?: Scene;
}

/** Says what is to be shown now, or null while it has nothing. `atMs` is the page's clock. */
export type Actor = (atMs: number) => Part | null;

export interface Casting {
  src: string;
  artboard: string | undefined;
  stateMachine: string | undefined;
  /** For files that are not made as ours are: docs/reference/foreign-characters.md. */
  mapping: Mapping | undefined;
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
const QUIET: Scene = { activity: "listening", turnId: 0, heard: null, reply: undefined };
const IDLE: Part = { face: { weights: REST, mood: "idle", energy: 0 }, scene: QUIET };

export class Mascot {
  state: MascotState = EMPTY;
  readonly #listeners = new Set<() => void>();
  readonly #actors: Actor[] = [];
  #canvas: HTMLCanvasElement | null = null;
  #casting: Casting | null = null;
  #stage: Stage | null = null;
  /** Loads come one after the other: two characters can't share a canvas. */
  #loading: Promise<void> = Promise.resolve();
  /** Which load is wanted; those before it are given up. */
  #wanted = 0;
  #frame: number | null = null;
  #pace: Pace = ASLEEP;
  /** What the app wants felt, whatever goes on. */
  #felt: Emotion | null = null;
  readonly #director = new Director();
  /** Told of whatever happens in the conversation that is acted. */
  onMoment: (moment: Moment) => void = () => undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): MascotState => this.state;

  /** What to draw; an equal casting, however new, changes nothing. */
  cast(casting: Casting): void {
    if (this.#casting !== null && isSame(casting, this.#casting)) return;
    this.#casting = casting;
    this.#load();
  }

  /** Draw on this canvas from now on, until the function that is returned is called. */
  attach(canvas: HTMLCanvasElement): () => void {
    this.#canvas = canvas;
    const unwatch = watchPointer(canvas, (at) => this.#director.look(at, performance.now()));
    this.#load();
    return () => {
      unwatch();
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

  /** Until it is told otherwise; null leaves feelings to what goes on. */
  feel(emotion: Emotion | null): void {
    this.#felt = emotion;
  }

  lookAt(x: number, y: number): void {
    this.#director.look({ x, y }, performance.now());
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
      const [canvas, casting] = [this.#canvas, this.#casting];
      if (canvas === null || casting === null) return this.#become(EMPTY);
      this.#become({ status: "loading", rive: null, reason: null });
      await this.#show(canvas, casting, wanted);
    });
  }

  async #show(canvas: HTMLCanvasElement, casting: Casting, wanted: number): Promise<void> {
    try {
      const { src, fit, alignment, listeners } = casting;
      const stage = await Stage.load(canvas, src, "driven", mappingOf(casting), {
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
    this.#pace = ASLEEP;
  }

  #run(): void {
    const frame = (): void => {
      this.#frame = requestAnimationFrame(frame);
      this.#draw(performance.now());
    };
    this.#frame = requestAnimationFrame(frame);
  }

  #draw(atMs: number): void {
    const stage = this.#stage;
    if (stage === null) return;
    // Everybody looks, for what somebody looks at is also reported on; the first that has something shows.
    const parts = this.#actors.map((actor) => actor(atMs));
    const { face, scene } = parts.find((part) => part !== null) ?? IDLE;
    const motion = motionNow();
    const shown = { ...face, energy: motion === "full" ? face.energy : 0 };
    const directed = this.#director.direct(scene ?? QUIET, face.mood, motion, atMs);
    const performed = { ...directed, emotion: this.#felt ?? directed.emotion };
    stage.show(shown);
    stage.perform(performed);
    const { pace, frame } = paced(this.#pace, shown, performed, stage.seen, atMs);
    this.#pace = pace;
    if (frame === "draw") stage.draw();
    for (const moment of directed.moments) this.onMoment(moment);
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

/** Ours, unless the app says otherwise: then the file is checked against what is said. */
function mappingOf({ artboard, stateMachine, mapping }: Casting): Mapping {
  const base = mapping ?? CONTRACT;
  const isAsItIs =
    (artboard === undefined || artboard === base.artboard) &&
    (stateMachine === undefined || stateMachine === base.stateMachine);
  if (isAsItIs) return base;
  return {
    ...base,
    ...(artboard === undefined ? {} : { artboard }),
    ...(stateMachine === undefined ? {} : { stateMachine }),
  };
}

function isSame(a: Casting, b: Casting): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf({ src, artboard, stateMachine, mapping, fit, alignment, listeners }: Casting): string {
  return JSON.stringify([src, artboard, stateMachine, mapping, fit, alignment, listeners]);
}
