// Sound to log-mel frames, as src/visavis/lips/features.py has it: the same numbers, the same names.
// Tested against spec/vectors/features.json.
import { powerSpectrum } from "./fft.ts";

export const RATE_HZ = 16_000;
export const HOP_SAMPLES = 160;
export const WINDOW_SAMPLES = 400;
/** By how much a window reaches behind (and before) the hop that it stands for. */
export const OVERHANG_SAMPLES = (WINDOW_SAMPLES - HOP_SAMPLES) / 2;
export const N_BANDS = 40;

const FFT = 512;
const N_BINS = FFT / 2 + 1;
const LOW_HZ = 60;
const HIGH_HZ = 7_600;
const PREEMPHASIS = 0.97;
const POWER_FLOOR = 1e-10;
const NEPERS_A_DB = Math.log(10) / 10;

const ATTACK = 0.2;
const RELEASE = 0.01 * NEPERS_A_DB;
const PEAK_START = -35 * NEPERS_A_DB;
const PEAK_FLOOR = -75 * NEPERS_A_DB;
const LOWEST = -60 * NEPERS_A_DB;
const LOUD_FROM = -30 * NEPERS_A_DB;
const LOUD_FULL = -15 * NEPERS_A_DB;
const MEAN_FRAMES = 300;
const PRIOR_FRAMES = 50;
const SCALE = 0.4;

const WINDOW = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW_SAMPLES),
);
const SCALE_OF_FULL = 1 / WINDOW.reduce((sum, value) => sum + value * value, 0);
const PRIOR = Float64Array.from(
  { length: N_BANDS },
  (_, band) => (-9 - (12 * band) / (N_BANDS - 1)) * NEPERS_A_DB,
);

interface Filter {
  firstBin: number;
  weights: Float64Array;
}

const FILTERS: readonly Filter[] = melFilters();

function melFilters(): Filter[] {
  const mel = (hz: number): number => 2_595 * Math.log10(1 + hz / 700);
  const hz = (m: number): number => 700 * (10 ** (m / 2_595) - 1);
  const [low, high] = [mel(LOW_HZ), mel(HIGH_HZ)];
  const edges = Array.from({ length: N_BANDS + 2 }, (_, i) => hz(low + ((high - low) * i) / (N_BANDS + 1)));
  return Array.from({ length: N_BANDS }, (_, band) => {
    const [from, peak, to] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const all = Array.from({ length: N_BINS }, (_, bin) => {
      const at = (bin * RATE_HZ) / FFT;
      return Math.max(0, Math.min((at - from) / (peak - from), (to - at) / (to - peak)));
    });
    const firstBin = Math.max(0, all.findIndex((weight) => weight > 0));
    const lastBin = all.findLastIndex((weight) => weight > 0);
    return { firstBin, weights: Float64Array.from(all.slice(firstBin, lastBin + 1)) };
  });
}

/** A stream of sound to frames of features. Nothing is allocated once it runs. */
export class LogMel {
  /** One sample for pre-emphasis, then a window. */
  readonly #ring = new Float64Array(1 + WINDOW_SAMPLES);
  readonly #shaped = new Float64Array(FFT);
  readonly #power = new Float64Array(N_BINS);
  readonly #bands = new Float64Array(N_BANDS);
  readonly #mean = new Float64Array(N_BANDS);
  readonly #frame = new Float32Array(N_BANDS);
  #n = 0;
  #peak = PEAK_START;
  #nHeard = PRIOR_FRAMES;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#ring.fill(0);
    this.#n = OVERHANG_SAMPLES + 1;
    this.#peak = PEAK_START;
    this.#mean.set(PRIOR);
    this.#nHeard = PRIOR_FRAMES;
  }

  /** `take` is given each frame that `sound` (16 kHz) completes; it is overwritten by the next. */
  push(sound: Float32Array, take: (frame: Float32Array) => void): void {
    for (const sample of sound) {
      this.#ring[this.#n++] = Number.isNaN(sample) ? 0 : Math.max(-1, Math.min(1, sample));
      if (this.#n < this.#ring.length) continue;
      this.#measure();
      take(this.#normalised());
      this.#ring.copyWithin(0, HOP_SAMPLES);
      this.#n -= HOP_SAMPLES;
    }
  }

  /** Log power in each band of the ring. */
  #measure(): void {
    for (let i = 0; i < WINDOW_SAMPLES; i++) {
      this.#shaped[i] = (this.#ring[i + 1]! - PREEMPHASIS * this.#ring[i]!) * WINDOW[i]!;
    }
    powerSpectrum(this.#shaped, this.#power);
    FILTERS.forEach(({ firstBin, weights }, band) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * this.#power[firstBin + i]!;
      this.#bands[band] = Math.log(sum * SCALE_OF_FULL + POWER_FLOOR);
    });
  }

  #normalised(): Float32Array {
    const loudness = this.#bands.reduce((most, band) => Math.max(most, band), -Infinity);
    const step = loudness - this.#peak;
    this.#peak = Math.max(PEAK_FLOOR, this.#peak + (step > 0 ? ATTACK * step : -RELEASE));
    const loud = (loudness - this.#peak - LOUD_FROM) / (LOUD_FULL - LOUD_FROM);
    const say = Math.min(1, Math.max(0, loud));
    this.#nHeard = Math.min(MEAN_FRAMES, this.#nHeard + say);
    for (let band = 0; band < N_BANDS; band++) {
      const level = Math.max(this.#bands[band]! - this.#peak, LOWEST);
      this.#mean[band]! += (level - this.#mean[band]!) * (say / this.#nHeard);
      this.#frame[band] = (level - this.#mean[band]!) * SCALE;
    }
    return this.#frame;
  }
}

/** How much silence brings out the last frames of a stream of `nSamples`. */
export function flushSamples(nSamples: number, nFramesAhead = 0): number {
  const whole = Math.ceil(nSamples / HOP_SAMPLES) * HOP_SAMPLES - nSamples;
  return whole + OVERHANG_SAMPLES + nFramesAhead * HOP_SAMPLES;
}
