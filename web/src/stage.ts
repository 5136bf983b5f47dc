// The character on its canvas. Knows Rive and the contract of docs/reference/rive-contract.md.
import {
  Alignment,
  EventType,
  Fit,
  Layout,
  Rive,
  RuntimeLoader,
  type StateMachineInput,
  StateMachineInputType,
  type ViewModelInstance,
} from "@rive-app/canvas-lite";
import type { Emotion, Gesture } from "./acting.ts";
import type { Face } from "./face.ts";
import type { Look } from "./gaze.ts";
import { checkOffer, CONTRACT, type ControlKind, type Mapping, MappingError, type Offer, wanted } from "./mapping.ts";
import { type Controls, Puppeteer } from "./puppeteer.ts";

/** Rive's canvas renderer runs on the CPU: more pixels than this cost frames, not beauty. */
const MAX_CANVAS_PIXELS = 1600;

/** Who says when to draw: Rive at every frame, or whoever made the stage, by `draw`. */
export type Frames = "own" | "driven";

/** One control of a file's, as an app that knows the file sees it. */
export interface Control {
  readonly name: string;
  value: number | boolean;
  /** Of a trigger; others stay as they are. */
  fire(): void;
}

/** How a character lies on its canvas, if not whole and in the middle. */
export interface Placing {
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
  readonly #puppeteer: Puppeteer;
  readonly #observer: ResizeObserver;
  readonly #watcher: IntersectionObserver;
  #inView: "in view" | "out of view" = "in view";
  /** How often it was drawn by `draw`. */
  nDrawn = 0;

  private constructor(rive: Rive, canvas: HTMLCanvasElement, frames: Frames, puppeteer: Puppeteer) {
    this.#rive = rive;
    this.#canvas = canvas;
    this.#puppeteer = puppeteer;
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(canvas);
    this.#watcher = new IntersectionObserver((seen) => {
      this.#inView = seen.at(-1)?.isIntersecting === false ? "out of view" : "in view";
    });
    this.#watcher.observe(canvas);
    this.#fit();
    if (frames === "driven") rive.stopRendering();
  }

  /**
   * Loads a character; throws StageError with a reason. A `mapping` tells what somebody else's file
   * calls its controls; if the file lacks one of them, the error lists what it has.
   */
  static async load(
    canvas: HTMLCanvasElement,
    url: string,
    frames: Frames = "own",
    mapping: Mapping = CONTRACT,
    placing: Placing = {},
  ): Promise<Stage> {
    try {
      const rive = await loaded(canvas, url, mapping, placing);
      try {
        const puppeteer = new Puppeteer(mapping, controlsOf(rive, mapping));
        return new Stage(rive, canvas, frames, puppeteer);
      } catch (error) {
        rive.cleanup();
        throw error;
      }
    } catch (error) {
      if (error instanceof MappingError) throw new StageError(`${url} does not fit its mapping:\n${error.message}`);
      throw error;
    }
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
    this.#puppeteer.show(face);
  }

  /** What the character does beside speaking; call once a frame, as `show`. */
  perform(act: { gesture: Gesture | null; emotion: Emotion; eyes: Look }): void {
    if (act.gesture !== null) this.gesture(act.gesture);
    this.feel(act.emotion);
    this.lookAt(act.eyes.x, act.eyes.y);
  }

  /** Where the eyes are now, each -1 to 1: nothing is eased here (see gaze.ts). 0, 0 is the viewer. */
  lookAt(x: number, y: number): void {
    this.#puppeteer.lookAt({ x, y });
  }

  gesture(name: Gesture): void {
    this.#puppeteer.gesture(name);
  }

  /** Eased inside the file; the mouth goes on with its visemes. */
  feel(emotion: Emotion): void {
    this.#puppeteer.feel(emotion);
  }

  /** Rive's own object, for apps that know what is in the file. */
  get rive(): Rive {
    return this.#rive;
  }

  /** A control by the file's own name for it; null if there is none. */
  control(name: string): Control | null {
    const viewModel = this.#rive.viewModelInstance;
    const found = viewModel === null ? null : modelControl(viewModel, name);
    return found ?? inputsOf(this.#rive).get(name) ?? null;
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

/** The player with the artboard and state machine that the mapping names, or the file's first. */
async function loaded(
  canvas: HTMLCanvasElement,
  url: string,
  mapping: Mapping,
  placing: Placing,
): Promise<Rive> {
  if (mapping.artboard !== undefined && mapping.stateMachine !== undefined) {
    return opened(canvas, url, mapping.artboard, mapping.stateMachine, mapping, placing);
  }
  const artboards = await contents(url);
  const artboard = artboards.find(({ name }) => mapping.artboard === undefined || name === mapping.artboard);
  const stateMachine = mapping.stateMachine ?? artboard?.stateMachines[0];
  if (artboard === undefined || stateMachine === undefined) throw new MappingError(lacking(mapping, artboards));
  return opened(canvas, url, artboard.name, stateMachine, mapping, placing);
}

function opened(
  canvas: HTMLCanvasElement,
  url: string,
  artboard: string,
  stateMachine: string,
  mapping: Mapping,
  placing: Placing,
): Promise<Rive> {
  return new Promise((resolve, reject) => {
    const rive = new Rive({
      canvas,
      src: url,
      artboard,
      stateMachine,
      autoplay: true,
      autoBind: true,
      enableRiveAssetCDN: false,
      shouldDisableRiveListeners: placing.listeners !== "on",
      layout: new Layout({
        fit: placing.fit ?? Fit.Contain,
        alignment: placing.alignment ?? Alignment.Center,
      }),
      onLoad: () => {
        // A name that the file lacks is no error to the player, which then shows something else.
        const found = inside(rive).find(({ name }) => name === artboard);
        if (mapping === CONTRACT || found?.stateMachines.includes(stateMachine) === true) resolve(rive);
        else {
          const faults = lacking({ ...mapping, artboard, stateMachine }, inside(rive));
          rive.cleanup();
          reject(new MappingError(faults));
        }
      },
      onLoadError: (event) => {
        const why = event.type === EventType.LoadError ? String(event.data ?? "") : "";
        const failed = new StageError(`could not load ${url}: ${why || "not a usable .riv file"}`);
        if (mapping === CONTRACT) reject(failed);
        else {
          contents(url).then((all) => reject(new MappingError(lacking({ ...mapping, artboard, stateMachine }, all))), reject);
        }
      },
    });
  });
}

interface Board {
  name: string;
  stateMachines: string[];
}

function inside(rive: Rive): Board[] {
  const artboards = rive.contents?.artboards ?? [];
  return artboards.map(({ name, stateMachines }) => ({ name, stateMachines: stateMachines.map((one) => one.name) }));
}

/** What a file has, whatever it is called. Throws StageError if it is none. */
function contents(url: string): Promise<Board[]> {
  return new Promise((resolve, reject) => {
    const rive = new Rive({
      canvas: document.createElement("canvas"),
      src: url,
      autoplay: false,
      enableRiveAssetCDN: false,
      onLoad: () => {
        const boards = inside(rive);
        rive.cleanup();
        resolve(boards);
      },
      onLoadError: () => reject(new StageError(`could not load ${url}: not a usable .riv file`)),
    });
  });
}

function lacking(mapping: Mapping, boards: readonly Board[]): string {
  const has = boards.map(({ name, stateMachines }) => `"${name}" (${stateMachines.join(", ") || "no state machine"})`);
  const board = boards.find(({ name }) => name === mapping.artboard);
  const fault =
    mapping.artboard !== undefined && board === undefined
      ? `artboard: there is no "${mapping.artboard}".`
      : `stateMachine: there is no "${mapping.stateMachine ?? ""}".`;
  return `${fault}\nThe file's artboards, and their state machines: ${has.join("; ") || "none"}.`;
}

/** Throws MappingError if a foreign file lacks what its mapping names. */
function controlsOf(rive: Rive, mapping: Mapping): Controls {
  const viewModel = mapping.plane === "inputs" ? null : rive.viewModelInstance;
  if (viewModel === null && mapping.plane === "viewModel") {
    throw new MappingError(`plane: the artboard has no view model; its inputs are on "plane": "inputs".`);
  }
  const inputs = inputsOf(rive);
  if (mapping !== CONTRACT) checkOffer(mapping, viewModel === null ? inputOffer(inputs) : modelOffer(viewModel, mapping));
  return viewModel === null ? inputControls(inputs) : viewModelControls(viewModel);
}

function inputsOf(rive: Rive): ReadonlyMap<string, StateMachineInput> {
  const inputs = rive.stateMachineInputs(rive.stateMachineNames[0] ?? "") ?? [];
  return new Map(inputs.map((input) => [input.name, input]));
}

function modelControl(viewModel: ViewModelInstance, name: string): Control | null {
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
}

function inputOffer(inputs: ReadonlyMap<string, StateMachineInput>): Offer {
  const of = (type: StateMachineInputType): string[] =>
    [...inputs.values()].filter((input) => input.type === type).map((input) => input.name);
  return {
    plane: "inputs",
    number: of(StateMachineInputType.Number),
    boolean: of(StateMachineInputType.Boolean),
    trigger: of(StateMachineInputType.Trigger),
  };
}

function modelOffer(viewModel: ViewModelInstance, mapping: Mapping): Offer {
  // "face/mouth" lies in a view model within: those are not listed, but looked for.
  const nested = wanted(mapping).filter(({ name, kind }) => name.includes("/") && viewModel[kind](name) !== null);
  const of = (type: ControlKind): string[] => [
    ...viewModel.properties.filter((property) => String(property.type) === type).map((property) => property.name),
    ...nested.filter(({ kind }) => kind === type).map(({ name }) => name),
  ];
  return { plane: "viewModel", number: of("number"), boolean: of("boolean"), trigger: of("trigger") };
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

function inputControls(inputs: ReadonlyMap<string, StateMachineInput>): Controls {
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
