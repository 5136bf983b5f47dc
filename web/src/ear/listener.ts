// A stream of sound to cues, as they become certain: the ear, and how loud it is. Pure.
import type { CueItem } from "../wire.ts";
import { SIL } from "../visemes.ts";
import { Ear } from "./ear.ts";
import { HOP_SAMPLES, RATE_HZ } from "./features.ts";
import type { Weights } from "./weights.ts";

/** What became certain with a push. */
export interface HeardNow {
  /** Ascending, in samples at 16 kHz since the stream began; only where the shape changes. */
  cues: CueItem[];
  /** Loudness of each hop that is new, 0 to 1. */
  levels: number[];
  /** Shapes are certain up to here. */
  untilSample: number;
}

/** The scale of loudness, as in reply-sound.ts: silence, a raised voice. */
const QUIET_DB = -48;
const LOUD_DB = -12;
/** The loudest syllable counts for less by 3 dB a second: a speaker may step back. */
const FORGET_DB_A_HOP = 0.03;
/** A soft vowel opens so far, a loud one fully. */
const SMALLEST_OPENING = 0.4;

/** One stream. What is at sample n is told after sample n + `delaySamples`. */
export class Listener {
  readonly #ear: Ear;
  readonly delaySamples: number;
  #nShapes = 0;
  #lastShape = SIL;
  #square = 0;
  #nInHop = 0;
  #nHops = 0;
  #levelsDb: number[] = [];
  #loudDb = QUIET_DB;

  constructor(weights: Weights) {
    this.#ear = new Ear(weights);
    this.delaySamples = this.#ear.delaySamples;
  }

  /** Sound at 16 kHz, cut anywhere. */
  push(sound: Float32Array): HeardNow {
    const levels = this.#measure(sound);
    return { cues: this.#cues(this.#ear.push(sound)), levels, untilSample: this.#nShapes * HOP_SAMPLES };
  }

  /** Another stream begins at sample 0. */
  reset(): void {
    this.#ear.reset();
    this.#nShapes = this.#nInHop = this.#nHops = this.#square = 0;
    this.#lastShape = SIL;
    this.#levelsDb = [];
    this.#loudDb = QUIET_DB;
  }

  #measure(sound: Float32Array): number[] {
    const levels: number[] = [];
    for (const sample of sound) {
      this.#square += Number.isFinite(sample) ? Math.min(1, sample * sample) : 0;
      if (++this.#nInHop < HOP_SAMPLES) continue;
      const db = 10 * Math.log10(this.#square / HOP_SAMPLES + 1e-12);
      this.#levelsDb.push(db);
      levels.push(Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB))));
      this.#nInHop = this.#square = 0;
      this.#nHops++;
    }
    return levels;
  }

  #cues(shapes: readonly number[]): CueItem[] {
    const cues: CueItem[] = [];
    for (const shape of shapes) {
      const atSample = this.#nShapes++ * HOP_SAMPLES;
      const opening = this.#opening();
      if (shape === this.#lastShape) continue;
      this.#lastShape = shape;
      cues.push({ at_sample: atSample, viseme: shape, weight: shape === SIL ? 0 : opening });
    }
    return cues;
  }

  /** How far the shape of this hop opens: by all that has been heard of it, the ear's delay ahead. */
  #opening(): number {
    const known = this.#levelsDb.splice(0, 1)[0] ?? QUIET_DB;
    const ahead = Math.max(known, ...this.#levelsDb.slice(0, 4));
    this.#loudDb = Math.max(ahead, this.#loudDb - FORGET_DB_A_HOP, QUIET_DB);
    const share = 10 ** ((ahead - this.#loudDb) / 20);
    return SMALLEST_OPENING + (1 - SMALLEST_OPENING) * Math.sqrt(Math.min(1, share));
  }
}

/** By how much later than it is heard a stream's mouth can be drawn with all its ramps known. */
export function mouthDelayMs(delaySamples: number): number {
  // The longest ramp before a boundary (lips.ts) is 70 ms; 30 ms go between the threads.
  return (delaySamples * 1000) / RATE_HZ + 70 + 30;
}
