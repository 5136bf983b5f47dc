// The character on its canvas. Knows Rive and the contract of docs/reference/rive-contract.md.
import {
  Alignment,
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

/** The plane on which values reach the character: view model, or the inputs of older files. */
interface Controls {
  setNumber(name: string, value: number): void;
  setBoolean(name: string, value: boolean): void;
  fire(name: string): void;
  find(name: string): Control | null;
}

/** One control of a file's, as an app that knows the file sees it. */
export interface Control {
  readonly name: string;
  value: number | boolean;
  /** Of a trigger; others stay as they are. */
  fire(): void;
}

/** How a character is shown, if not as ours are. */
export interface StageOptions {
  artboard?: string;
  stateMachine?: string;
  fit?: Fit;
  alignment?: Alignment;
  /** Rive's own reactions to the pointer. */
  listeners?: "on" | "off";
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

  private constructor(rive: Rive, canvas: HTMLCanvasElement, stateMachine: string) {
    this.#rive = rive;
    this.#canvas = canvas;
    this.#controls = controlsOf(rive, stateMachine);
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(canvas);
    this.#fit();
  }

  /** Loads a character; throws StageError with a reason. */
  static load(canvas: HTMLCanvasElement, url: string, how: StageOptions = {}): Promise<Stage> {
    const stateMachine = how.stateMachine ?? STATE_MACHINE;
    return new Promise((resolve, reject) => {
      const rive = new Rive({
        canvas,
        src: url,
        artboard: how.artboard ?? ARTBOARD,
        stateMachine,
        autoplay: true,
        autoBind: true,
        enableRiveAssetCDN: false,
        shouldDisableRiveListeners: how.listeners !== "on",
        layout: new Layout({
          fit: how.fit ?? Fit.Contain,
          alignment: how.alignment ?? Alignment.Center,
        }),
        onLoad: () => resolve(new Stage(rive, canvas, stateMachine)),
        onLoadError: (event) => {
          const why = event.type === EventType.LoadError ? String(event.data ?? "") : "";
          reject(new StageError(`could not load ${url}: ${why || "not a usable .riv file"}`));
        },
      });
    });
  }

  /** Call once a frame, before Rive's own frame: what is set here is drawn now. */
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

  /** Rive's own object, for apps that know what is in the file. */
  get rive(): Rive {
    return this.#rive;
  }

  /** A control by its name; null if the file has none of that name. */
  control(name: string): Control | null {
    return this.#controls.find(name);
  }

  dispose(): void {
    this.#observer.disconnect();
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

function controlsOf(rive: Rive, stateMachine: string): Controls {
  const viewModel = rive.viewModelInstance;
  return viewModel === null ? inputControls(rive, stateMachine) : viewModelControls(viewModel);
}

function viewModelControls(viewModel: ViewModelInstance): Controls {
  const numbers = memo((name) => viewModel.number(name));
  const booleans = memo((name) => viewModel.boolean(name));
  return {
    setNumber: (name, value) => assign(numbers(name), value),
    setBoolean: (name, value) => assign(booleans(name), value),
    fire: (name) => viewModel.trigger(name)?.trigger(),
    find(name) {
      const property = viewModel.number(name) ?? viewModel.boolean(name);
      const trigger = viewModel.trigger(name);
      if (property === null && trigger === null) return null;
      return {
        name,
        get value() {
          return property?.value ?? false;
        },
        set value(value) {
          if (property !== null) property.value = value;
        },
        fire: () => trigger?.trigger(),
      };
    },
  };
}

function inputControls(rive: Rive, stateMachine: string): Controls {
  const inputs = new Map<string, StateMachineInput>(
    (rive.stateMachineInputs(stateMachine) ?? []).map((input) => [input.name, input]),
  );
  return {
    setNumber: (name, value) => assign(inputs.get(name), value),
    setBoolean: (name, value) => assign(inputs.get(name), value),
    fire: (name) => inputs.get(name)?.fire(),
    find: (name) => inputs.get(name) ?? null,
  };
}

/** A character may leave out what it does not use; an unchanged value need not cross to WASM. */
function assign<T>(target: { value: T } | null | undefined, value: T): void {
  if (target != null && target.value !== value) target.value = value;
}

function memo<T>(find: (name: string) => T): (name: string) => T {
  const found = new Map<string, T>();
  return (name) => {
    if (!found.has(name)) found.set(name, find(name));
    return found.get(name) as T;
  };
}
