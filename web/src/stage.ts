// The character on its canvas. Knows Rive and the contract of docs/reference/rive-contract.md.
import {
  EventType,
  Fit,
  Layout,
  Rive,
  RuntimeLoader,
  type StateMachineInput,
  type ViewModelInstance,
} from "@rive-app/canvas-lite";
import { EMOTIONS, type Emotion, type Gesture } from "./acting.ts";
import type { Face } from "./face.ts";
import type { Look } from "./gaze.ts";
import { sequential } from "./lips.ts";
import { VISEMES } from "./visemes.ts";

const ARTBOARD = "Character";
const STATE_MACHINE = "Avatar";
/** Rive's canvas renderer runs on the CPU: more pixels than this cost frames, not beauty. */
const MAX_CANVAS_PIXELS = 1600;

/** Who says when to draw: Rive at every frame, or whoever made the stage, by `draw`. */
export type Frames = "own" | "driven";

/** The plane on which values reach the character: view model, or the inputs of older files. */
interface Controls {
  setNumber(name: string, value: number): void;
  setBoolean(name: string, value: boolean): void;
  fire(name: string): void;
}

export class StageError extends Error {
  override readonly name = "StageError";
}

/** Must run before the first `Stage.load`; nothing may be fetched from any other host. */
export function useRuntime(wasmUrl: string): void {
  RuntimeLoader.setWasmUrl(wasmUrl);
  RuntimeLoader.setWasmFallbackUrl(null);
  Rive.suppressDeprecationWarnings = ["state-machine-inputs"]; // the fall-back is on purpose
}

export class Stage {
  readonly #rive: Rive;
  readonly #canvas: HTMLCanvasElement;
  readonly #controls: Controls;
  readonly #observer: ResizeObserver;
  readonly #watcher: IntersectionObserver;
  #inView: "in view" | "out of view" = "in view";
  /** How often it was drawn by `draw`. */
  nDrawn = 0;

  private constructor(rive: Rive, canvas: HTMLCanvasElement, frames: Frames) {
    this.#rive = rive;
    this.#canvas = canvas;
    this.#controls = controlsOf(rive);
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(canvas);
    this.#watcher = new IntersectionObserver((seen) => {
      this.#inView = seen.at(-1)?.isIntersecting === false ? "out of view" : "in view";
    });
    this.#watcher.observe(canvas);
    this.#fit();
    if (frames === "driven") rive.stopRendering();
  }

  /** Loads a character; throws StageError with a reason. */
  static load(canvas: HTMLCanvasElement, url: string, frames: Frames = "own"): Promise<Stage> {
    return new Promise((resolve, reject) => {
      const rive = new Rive({
        canvas,
        src: url,
        artboard: ARTBOARD,
        stateMachine: STATE_MACHINE,
        autoplay: true,
        autoBind: true,
        enableRiveAssetCDN: false,
        shouldDisableRiveListeners: true,
        layout: new Layout({ fit: Fit.Contain }),
        onLoad: () => resolve(new Stage(rive, canvas, frames)),
        onLoadError: (event) => {
          const why = event.type === EventType.LoadError ? String(event.data ?? "") : "";
          reject(new StageError(`could not load ${url}: ${why || "not a usable .riv file"}`));
        },
      });
    });
  }

  /** Whether anybody can see it: neither scrolled away nor in a tab behind another. */
  get seen(): "seen" | "hidden" {
    return document.hidden || this.#inView === "out of view" ? "hidden" : "seen";
  }

  /** Advances to this frame's time and draws it, now. For `driven` stages. */
  draw(): void {
    this.nDrawn++;
    this.#rive.startRendering(); // draws at once, and asks for the next frame ...
    this.#rive.stopRendering(); // ... which is not wanted
  }

  /** Call once a frame, before it is drawn: what is set here is drawn now. */
  show(face: Face): void {
    const controls = this.#controls;
    controls.setBoolean("is_speaking", face.mood === "speaking");
    controls.setBoolean("is_listening", face.mood === "listening");
    controls.setBoolean("is_thinking", face.mood === "thinking");
    controls.setNumber("energy", 100 * face.energy);
    sequential(face.weights).forEach((value, i) => controls.setNumber(`v_${VISEMES[i]}`, value));
  }

  /** Where the eyes are now, each -1 to 1: nothing is eased here (see gaze.ts). 0, 0 is the viewer. */
  lookAt(x: number, y: number): void {
    this.#controls.setNumber("gaze_x", 100 * Math.max(-1, Math.min(1, x)));
    this.#controls.setNumber("gaze_y", 100 * Math.max(-1, Math.min(1, y)));
  }

  /** What the character does beside speaking; call once a frame, as `show`. */
  perform(act: { gesture: Gesture | null; emotion: Emotion; eyes: Look }): void {
    if (act.gesture !== null) this.gesture(act.gesture);
    this.feel(act.emotion);
    this.lookAt(act.eyes.x, act.eyes.y);
  }

  /** A character that lacks the gesture stays as it is. */
  gesture(name: Gesture): void {
    this.#controls.fire(name);
  }

  /** Eased inside the file; the mouth goes on with its visemes. */
  feel(emotion: Emotion): void {
    this.#controls.setNumber("emotion", EMOTIONS.indexOf(emotion));
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#watcher.disconnect();
    this.#rive.cleanup(); // without it the WebAssembly heap grows with every character
  }

  #fit(): void {
    const { width, height } = this.#canvas.getBoundingClientRect();
    const longest = Math.max(width, height, 1);
    this.#rive.resizeDrawingSurfaceToCanvas(
      Math.min(window.devicePixelRatio || 1, MAX_CANVAS_PIXELS / longest),
    );
  }
}

function controlsOf(rive: Rive): Controls {
  const viewModel = rive.viewModelInstance;
  return viewModel === null ? inputControls(rive) : viewModelControls(viewModel);
}

function viewModelControls(viewModel: ViewModelInstance): Controls {
  const numbers = memo((name) => changing(viewModel.number(name)));
  const booleans = memo((name) => changing(viewModel.boolean(name)));
  return {
    setNumber: (name, value) => numbers(name)(value),
    setBoolean: (name, value) => booleans(name)(value),
    fire: (name) => viewModel.trigger(name)?.trigger(),
  };
}

function inputControls(rive: Rive): Controls {
  const inputs = new Map<string, StateMachineInput>(
    (rive.stateMachineInputs(STATE_MACHINE) ?? []).map((input) => [input.name, input]),
  );
  const values = memo((name) => changing(inputs.get(name) as { value: number | boolean } | undefined));
  return {
    setNumber: (name, value) => values(name)(value),
    setBoolean: (name, value) => values(name)(value),
    fire: (name) => inputs.get(name)?.fire(),
  };
}

/**
 * Sets a value where it has changed: an unchanged one need not cross to WASM, and what it was last
 * is known here. A character may leave out what it does not use.
 */
function changing<T>(target: { value: T } | null | undefined): (value: T) => void {
  let last: T | undefined;
  return (value) => {
    if (target == null || value === last) return;
    target.value = last = value;
  };
}

function memo<T>(find: (name: string) => T): (name: string) => T {
  const found = new Map<string, T>();
  return (name) => {
    if (!found.has(name)) found.set(name, find(name));
    return found.get(name) as T;
  };
}
