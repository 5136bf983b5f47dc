// `visavis lipsync --format html`: the character says a file, with every mouth laid out beneath.
// The page is one file that opens from disk; all it needs comes in its own data.
import { pose, REST, type Weights } from "./lips.ts";
import { Stage, useRuntime } from "./stage.ts";
import { OPENNESS, SIL, VISEMES } from "./visemes.ts";
import type { CueItem } from "./wire.gen.ts";

interface Preview {
  rate_hz: number;
  n_samples: number;
  cues: CueItem[];
  /** Loudness of the sound, 0 to 1, `peaks_hz` of them a second. */
  peaks: number[];
  peaks_hz: number;
  /** data: addresses. */
  sound: string;
  wasm: string;
  character: string;
}

const data = JSON.parse(element("track-data", HTMLScriptElement).textContent ?? "") as Preview;
const canvas = element("stage", HTMLCanvasElement);
const strip = element("strip", HTMLCanvasElement);
const play = element("play", HTMLButtonElement);
const speed = element("speed", HTMLSelectElement);
const time = element("time", HTMLOutputElement);
const mouthName = element("name", HTMLElement);
const problem = element("problem", HTMLElement);
const audio = new Audio(data.sound);
audio.preservesPitch = true;

const durationS = data.n_samples / data.rate_hz;
/** So much of the sound is in the strip at once; longer ones scroll. */
const SHOWN_S = 6;
const SEEK_STEP_S = 0.1;

play.addEventListener("click", () => void toggle());
speed.addEventListener("change", () => (audio.playbackRate = Number(speed.value)));
audio.addEventListener("play", () => (play.textContent = "Pause"));
audio.addEventListener("pause", () => (play.textContent = "Play"));
audio.addEventListener("error", () => tell("This browser can't play the sound."));
strip.addEventListener("pointerdown", (event) => {
  strip.setPointerCapture(event.pointerId);
  seekTo(event.offsetX);
});
strip.addEventListener("pointermove", (event) => {
  if (strip.hasPointerCapture(event.pointerId)) seekTo(event.offsetX);
});
strip.addEventListener("keydown", (event) => {
  const step = { ArrowRight: SEEK_STEP_S, ArrowLeft: -SEEK_STEP_S }[event.key];
  if (step !== undefined) seek(audio.currentTime + step);
  if (event.key === " ") void toggle();
  if (step !== undefined || event.key === " ") event.preventDefault();
});

useRuntime(data.wasm);
let stage: Stage | null = null;
requestAnimationFrame(frame);
Stage.load(canvas, data.character).then(
  (loaded) => (stage = loaded),
  (error: unknown) => tell(`The character can't be drawn: ${String(error)}`),
);

async function toggle(): Promise<void> {
  if (!audio.paused) return audio.pause();
  if (audio.currentTime >= durationS) audio.currentTime = 0;
  await audio.play();
}

function frame(): void {
  requestAnimationFrame(frame);
  const nowS = Math.min(audio.currentTime, durationS);
  const weights = audio.currentTime < durationS ? mouthAt(nowS) : REST;
  const energy = audio.paused ? 0 : (data.peaks[Math.floor(nowS * data.peaks_hz)] ?? 0);
  stage?.show({ weights, mood: audio.paused ? "idle" : "speaking", energy });
  mouthName.textContent = VISEMES[strongest(weights)] ?? "";
  time.textContent = `${nowS.toFixed(2)} s`;
  strip.setAttribute("aria-valuenow", nowS.toFixed(2));
  strip.setAttribute("aria-valuemax", durationS.toFixed(2));
  draw(nowS);
}

function mouthAt(atS: number): Weights {
  return pose(data.cues, atS * data.rate_hz, data.rate_hz, data.n_samples);
}

function strongest(weights: Weights): number {
  return weights.reduce((best, weight, i) => (weight > (weights[best] ?? 0) ? i : best), SIL);
}

/** The sound above, a block for each mouth beneath: as high as it is open, one hue each. */
function draw(nowS: number): void {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = strip.getBoundingClientRect();
  if (strip.width !== Math.round(width * ratio)) strip.width = Math.round(width * ratio);
  if (strip.height !== Math.round(height * ratio)) strip.height = Math.round(height * ratio);
  const context = strip.getContext("2d");
  if (context === null) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const ink = getComputedStyle(strip).color;
  const [fromS, toS] = shown(nowS);
  const xOf = (s: number): number => ((s - fromS) / (toS - fromS)) * width;
  const middle = height * 0.28;

  context.fillStyle = ink;
  context.globalAlpha = 0.35;
  for (let x = 0; x < width; x += 2) {
    const s = fromS + (x / width) * (toS - fromS);
    const peak = data.peaks[Math.floor(s * data.peaks_hz)] ?? 0;
    context.fillRect(x, middle - peak * middle, 1.4, Math.max(1, 2 * peak * middle));
  }

  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  data.cues.forEach((cue, i) => {
    const startS = cue.at_sample / data.rate_hz;
    const endS = (data.cues[i + 1]?.at_sample ?? data.n_samples) / data.rate_hz;
    if (cue.viseme === SIL || endS < fromS || startS > toS) return;
    const [left, right] = [xOf(startS), xOf(endS)];
    const open = 0.35 + 0.65 * cue.weight * (OPENNESS[cue.viseme] ?? 0);
    const tall = open * height * 0.36;
    context.globalAlpha = nowS >= startS && nowS < endS ? 1 : 0.7;
    context.fillStyle = `hsl(${(cue.viseme * 360) / VISEMES.length} 62% 58%)`;
    context.fillRect(left + 0.5, height * 0.94 - tall, Math.max(1, right - left - 1), tall);
    if (right - left < 16) return;
    context.fillStyle = ink;
    context.fillText(VISEMES[cue.viseme] ?? "", (left + right) / 2, height * 0.9 - tall);
  });

  context.globalAlpha = 1;
  context.fillStyle = getComputedStyle(play).backgroundColor;
  context.fillRect(xOf(nowS) - 1, 0, 2, height);
}

function shown(nowS: number): readonly [number, number] {
  if (durationS <= SHOWN_S) return [0, Math.max(durationS, 0.01)];
  const fromS = Math.max(0, Math.min(nowS - SHOWN_S / 3, durationS - SHOWN_S));
  return [fromS, fromS + SHOWN_S];
}

function seekTo(x: number): void {
  const [fromS, toS] = shown(audio.currentTime);
  seek(fromS + (x / Math.max(1, strip.clientWidth)) * (toS - fromS));
}

function seek(toS: number): void {
  audio.currentTime = Math.max(0, Math.min(toS, durationS));
}

function tell(text: string): void {
  problem.textContent = text;
  problem.hidden = false;
}

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}
