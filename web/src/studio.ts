// A character stepped by hand, for pictures and tests: nothing here reads a clock, so the same
// steps give the same pixels. `visavis character sheet` and the tests drive it from Python.
import { RuntimeLoader } from "@rive-app/canvas-lite";

const ARTBOARD = "Character";
const STATE_MACHINE = "Avatar";
const VIEW_MODEL = "AvatarVM";
const INSTANCE = "Default";
const STEP_S = 1 / 60;
const PAPER = "#f4f1ec";
const INK = "#444444";
const LABEL_PX = 22;

type Runtime = Awaited<ReturnType<typeof RuntimeLoader.awaitInstance>>;
type File = NonNullable<Awaited<ReturnType<Runtime["load"]>>>;
type Plane = "vm" | "in";
type Value = number | boolean;

/** Controls to set, and how long to let them act. A trigger is fired by `true`. */
interface Pose {
  controls: Record<string, Value>;
  seconds: number;
}

interface Cell extends Pose {
  label: string;
}

const canvas = document.createElement("canvas");
let runtime: Runtime;
let file: File;
let artboard: ReturnType<File["artboardByName"]>;
let machine: InstanceType<Runtime["StateMachineInstance"]>;
let model: NonNullable<ReturnType<NonNullable<ReturnType<File["viewModelByName"]>>["instanceByName"]>>;
let renderer: ReturnType<Runtime["makeRenderer"]>;
const triggers = new Set<string>();

/** Loads a file; throws where the runtime refuses it. */
async function load(data: string, wasmUrl: string, sizePx: number): Promise<void> {
  RuntimeLoader.setWasmUrl(wasmUrl);
  RuntimeLoader.setWasmFallbackUrl(null);
  runtime = await RuntimeLoader.awaitInstance();
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const loaded = await runtime.load(bytes);
  if (!loaded) throw new Error("the runtime refuses the file");
  file = loaded;
  canvas.width = canvas.height = sizePx;
  renderer = runtime.makeRenderer(canvas);
  reset();
}

/** Back to the first frame: a new instance of everything. */
function reset(): void {
  artboard = file.artboardByName(ARTBOARD);
  machine = new runtime.StateMachineInstance(artboard.stateMachineByName(STATE_MACHINE), artboard);
  const instance = file.viewModelByName(VIEW_MODEL)?.instanceByName(INSTANCE);
  if (!instance) return;
  model = instance;
  machine.bindViewModelInstance(model);
  artboard.bindViewModelInstance(model);
  triggers.clear();
  for (let i = 0; i < machine.inputCount(); i++) {
    const input = machine.input(i);
    if (input.type === runtime.SMIInput.trigger) triggers.add(input.name);
  }
}

function set(plane: Plane, name: string, value: Value): void {
  if (plane === "vm") return setModel(name, value);
  for (let i = 0; i < machine.inputCount(); i++) {
    const input = machine.input(i);
    if (input.name !== name) continue;
    if (input.type === runtime.SMIInput.trigger) input.asTrigger().fire();
    else if (input.type === runtime.SMIInput.bool) input.asBool().value = Boolean(value);
    else input.asNumber().value = Number(value);
    return;
  }
  throw new Error(`no input ${name}`);
}

function setModel(name: string, value: Value): void {
  if (triggers.has(name)) return void model.trigger(name)?.trigger();
  const target = typeof value === "boolean" ? model.boolean(name) : model.number(name);
  if (!target) throw new Error(`no property ${name}`);
  target.value = value;
}

function advance(seconds: number): void {
  const steps = Math.max(1, Math.round(seconds / STEP_S));
  for (let i = 0; i < steps; i++) machine.advanceAndApply(STEP_S);
}

function pose(plane: Plane, wanted: Pose): void {
  for (const [name, value] of Object.entries(wanted.controls)) set(plane, name, value);
  advance(wanted.seconds);
}

function draw(): void {
  renderer.clear();
  renderer.save();
  const frame = { minX: 0, minY: 0, maxX: canvas.width, maxY: canvas.height };
  renderer.align(runtime.Fit.contain, runtime.Alignment.center, frame, artboard.bounds, 1);
  artboard.draw(renderer);
  renderer.restore();
  renderer.flush();
  runtime.resolveAnimationFrame();
}

/** What is shown now, as a PNG in a data: address, with its transparency. */
function picture(): string {
  draw();
  return canvas.toDataURL("image/png");
}

/** Labelled pictures in rows, each from a fresh start. */
function sheet(plane: Plane, cells: Cell[], columns: number, cellPx: number, ground: string): string {
  const page = document.createElement("canvas");
  page.width = columns * cellPx;
  page.height = Math.ceil(cells.length / columns) * (cellPx + LABEL_PX);
  const pen = page.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, page.width, page.height);
  pen.font = "15px sans-serif";
  cells.forEach((cell, index) => {
    const x = (index % columns) * cellPx;
    const y = Math.floor(index / columns) * (cellPx + LABEL_PX);
    reset();
    advance(STEP_S); // a trigger that is fired before the first frame is lost
    pose(plane, cell);
    draw();
    pen.fillStyle = ground;
    pen.fillRect(x, y, cellPx, cellPx);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(canvas, x, y, cellPx, cellPx);
    pen.fillStyle = INK;
    pen.fillText(cell.label, x + 8, y + cellPx + 16);
  });
  return page.toDataURL("image/png");
}

/** Milliseconds of advancing and drawing one frame, with its pixels read back: a quantile 0...1. */
function frameMs(frames: number, quantile: number): number {
  const pen = canvas.getContext("2d");
  const took: number[] = [];
  for (let i = 0; i < frames; i++) {
    const start = performance.now();
    machine.advanceAndApply(STEP_S);
    draw();
    pen?.getImageData(0, 0, 1, 1);
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b)[Math.floor(frames * quantile)] ?? 0;
}

Object.assign(window, { studio: { load, reset, set, pose, advance, picture, sheet, frameMs } });
