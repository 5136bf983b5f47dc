// What a stream's mouth looks like at a moment, from what the ear has told so far. Pure.
import type { EarReport } from "./ear.worker.ts";
import { HOP_SAMPLES, RATE_HZ } from "./ear/features.ts";
import type { Face, Motion } from "./face.ts";
import { mix, pose, REST } from "./lips.ts";
import type { CueItem } from "./wire.ts";

/** What was heard is forgotten after this long. */
const MEMORY_S = 10;
/** The ear is late: the mouth closes this slowly, as in face.ts. */
const CLOSING_MS = 100;
/** Words of one breath lie nearer than this; behind it he looks as if he had finished. */
const SPEAKING_MS = 700;

/** A stretch of sound without a break: its sample 0, at 16 kHz, was heard at a context's frame. */
interface Stretch {
  readonly originFrame: number;
  cues: CueItem[];
  levels: number[];
  /** The hop of `levels[0]`. */
  firstHop: number;
  untilSample: number;
}

export class StreamMouth {
  /** Usually one; two while the last words of one are still to be shown. */
  #stretches: Stretch[] = [];

  receive(report: EarReport): void {
    if (report.kind === "begins") {
      const { originFrame } = report;
      this.#stretches.push({ originFrame, cues: [], levels: [], firstHop: 0, untilSample: 0 });
      if (this.#stretches.length > 4) this.#stretches.shift();
    }
    const stretch = this.#stretches.at(-1);
    if (report.kind !== "heard" || stretch === undefined) return;
    stretch.cues.push(...report.cues);
    stretch.levels.push(...report.levels);
    stretch.untilSample = report.untilSample;
    forget(stretch);
  }

  /** The face while the sound of this context frame is heard. */
  face(heardFrame: number, contextRateHz: number, motion: Motion): Face {
    const stretch = this.#stretches.findLast(({ originFrame }) => originFrame <= heardFrame);
    if (stretch === undefined) return { weights: REST, mood: "idle", energy: 0 };
    const sample = ((heardFrame - stretch.originFrame) * RATE_HZ) / contextRateHz;
    const weights = pose(stretch.cues, sample, RATE_HZ);
    const lateMs = ((sample - stretch.untilSample) * 1000) / RATE_HZ;
    const shown = lateMs > 0 ? mix(weights, REST, lateMs / CLOSING_MS) : weights;
    const speaks = lateMs < CLOSING_MS && isSpeaking(stretch.cues, sample);
    const level = stretch.levels[Math.floor(sample / HOP_SAMPLES) - stretch.firstHop] ?? 0;
    return {
      weights: shown,
      mood: speaks ? "speaking" : "idle",
      energy: speaks && motion === "full" ? level : 0,
    };
  }
}

/** Whether a word is being said, or was a moment ago. Only silence weighs nothing. */
function isSpeaking(cues: readonly CueItem[], sample: number): boolean {
  const now = cues.findLastIndex((cue) => cue.at_sample <= sample);
  const cue = cues[now];
  if (cue === undefined) return false;
  return cue.weight > 0 || ((sample - cue.at_sample) * 1000) / RATE_HZ < SPEAKING_MS;
}

function forget(stretch: Stretch): void {
  const oldestSample = stretch.untilSample - MEMORY_S * RATE_HZ;
  // The cue that holds at the oldest sample is still needed.
  const first = stretch.cues.findLastIndex((cue) => cue.at_sample <= oldestSample);
  if (first > 64) stretch.cues.splice(0, first);
  const nHops = stretch.levels.length - (MEMORY_S * RATE_HZ) / HOP_SAMPLES;
  if (nHops > 256) {
    stretch.levels.splice(0, nHops);
    stretch.firstHop += nHops;
  }
}
