// `visavis character preview`: every mouth, mood, feeling and gesture of a character that is being
// drawn. It asks the server what there is, and loads the character anew whenever that changes.
import type { Mood } from "./face.ts";
import { mix, pose, REST, type Weights } from "./lips.ts";
import { EMOTIONS, GESTURES, type Emotion } from "./acting.ts";
import { follow as moveEyes, FORWARD, type Eyes, type Look } from "./gaze.ts";
import { Stage, useRuntime } from "./stage.ts";
import { VISEMES } from "./visemes.ts";
import type { CueItem } from "./wire.gen.ts";

interface Status {
  version: number;
  name: string;
  /** What the last build says: nothing, doubts, or why there was none. */
  problems: string[];
  outcome: "built" | "failed" | "none";
  size_bytes: number;
  mouth: string;
}

interface Spoken {
  rate_hz: number;
  n_samples: number;
  cues: CueItem[];
  /** A data: address, or null where this machine has no voice. */
  sound: string | null;
}

interface Speech {
  spoken: Spoken;
  startedMs: number;
  audio: HTMLAudioElement | null;
}

const POLL_MS = 600;
const EASE_MS = 90;
const MOODS: readonly Mood[] = ["idle", "listening", "thinking", "speaking"];

const canvas = element("stage", HTMLCanvasElement);
const title = element("title", HTMLElement);
const state = element("state", HTMLElement);
const problems = element("problems", HTMLElement);
const text = element("text", HTMLInputElement);

let stage: Stage | null = null;
let version = -1;
let held: number | null = null;
let mood: Mood = "idle";
let emotion: Emotion = "neutral";
let speech: Speech | null = null;
let shown: Weights = REST;
let lastMs = performance.now();
let pointer: Look = FORWARD;
let eyes: Eyes = FORWARD;

useRuntime("rive.wasm");
keys("mouths", VISEMES, (index) => {
  held = held === index ? null : index;
  return held;
});
keys("moods", MOODS, (index) => {
  mood = MOODS[index] ?? "idle";
  return index;
});
keys("emotions", EMOTIONS, (index) => {
  emotion = EMOTIONS[index] ?? "neutral";
  stage?.feel(emotion);
  return index;
});
keys("gestures", ["nod", ...GESTURES.slice(1)], (index) => {
  stage?.gesture(GESTURES[index] ?? "gesture");
  return null;
});
element("speak", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  say(text.value).catch((error: unknown) => tell([String(error)]));
});
window.addEventListener("pointermove", (event) => {
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left - box.width / 2) / (box.width / 2);
  const y = (event.clientY - box.top - box.height / 2) / (box.height / 2);
  pointer = { x, y };
});
requestAnimationFrame(frame);
void follow();

/** Asks again and again; a server that is gone is waited for. */
async function follow(): Promise<void> {
  try {
    const status = (await (await fetch("status")).json()) as Status;
    if (status.version !== version) await take(status);
  } catch {
    state.textContent = "The workshop's server has stopped: start it again.";
  }
  setTimeout(() => void follow(), POLL_MS);
}

async function take(status: Status): Promise<void> {
  title.textContent = status.name;
  tell(status.problems);
  const size = Math.round(status.size_bytes / 1000);
  state.textContent =
    status.outcome === "built"
      ? `${size} kB; mouth: ${status.mouth}`
      : "This can't be built; the last good one is shown.";
  if (status.outcome === "built") {
    const next = await Stage.load(canvas, `character.riv?v=${status.version}`);
    stage?.dispose();
    stage = next;
    stage.feel(emotion);
  }
  version = status.version;
  document.documentElement.dataset["version"] = String(version);
}

function tell(lines: readonly string[]): void {
  problems.hidden = lines.length === 0;
  problems.textContent = lines.join("\n");
}

async function say(words: string): Promise<void> {
  const response = await fetch("say", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: words }),
  });
  if (!response.ok) throw new Error(`It can't say that: ${await response.text()}`);
  const spoken = (await response.json()) as Spoken;
  speech?.audio?.pause();
  const audio = spoken.sound === null ? null : new Audio(spoken.sound);
  await audio?.play();
  speech = { spoken, startedMs: performance.now(), audio };
}

/** The mouth now: what is said, or the mouth that is held, or rest. */
function wanted(nowMs: number): { weights: Weights; talking: "talking" | "silent" } {
  if (speech !== null) {
    const { spoken, startedMs, audio } = speech;
    const atS = audio === null ? (nowMs - startedMs) / 1000 : audio.currentTime;
    const sample = atS * spoken.rate_hz;
    if (sample < spoken.n_samples && !(audio?.ended ?? false)) {
      return { weights: pose(spoken.cues, sample, spoken.rate_hz, spoken.n_samples), talking: "talking" };
    }
    speech = null;
  }
  if (held === null) return { weights: REST, talking: "silent" };
  return { weights: VISEMES.map((_, index) => (index === held ? 1 : 0)), talking: "silent" };
}

function frame(nowMs: number): void {
  requestAnimationFrame(frame);
  const { weights, talking } = wanted(nowMs);
  shown = talking === "talking" ? weights : mix(shown, weights, Math.min(1, (nowMs - lastMs) / EASE_MS));
  lastMs = nowMs;
  stage?.show({
    weights: shown,
    mood: talking === "talking" ? "speaking" : mood,
    energy: talking === "talking" ? 0.4 : 0,
  });
  eyes = moveEyes(eyes, pointer, nowMs, "full");
  stage?.lookAt(eyes.x, eyes.y);
}

/** A row of buttons; `pressed` tells which one stays down. */
function keys(id: string, names: readonly string[], pressed: (index: number) => number | null): void {
  const row = element(id, HTMLElement);
  const buttons = names.map((name, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => {
      const down = pressed(index);
      buttons.forEach((other, at) => other.setAttribute("aria-pressed", String(at === down)));
    });
    row.append(button);
    return button;
  });
}

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`#${id} is missing from the page`);
  return found;
}
