// The samples of one reply as they arrive, for what the eye needs to know of them: how loud the
// reply is around a sample, and where its sound begins.

/** Half a loudness window: long enough to span a low voice's periods. */
export const HALF_WINDOW_MS = 20;
const QUIET_DB = -48;
const LOUD_DB = -12;
/** About -44 dB: above any synthesiser's noise floor, below the softest onset. */
const AUDIBLE_AMPLITUDE = 200;

export class ReplySound {
  readonly rateHz: number;
  #pcm = new Int16Array(0);
  #nSamples = 0;
  /** The first sample that is not silence, once it has arrived. */
  firstAudibleSample: number | null = null;

  constructor(rateHz: number) {
    this.rateHz = rateHz;
  }

  get nSamples(): number {
    return this.#nSamples;
  }

  append(pcm: Int16Array): void {
    const needed = this.#nSamples + pcm.length;
    if (needed > this.#pcm.length) {
      const grown = new Int16Array(Math.max(needed, 2 * this.#pcm.length));
      grown.set(this.#pcm.subarray(0, this.#nSamples));
      this.#pcm = grown;
    }
    this.#pcm.set(pcm, this.#nSamples);
    if (this.firstAudibleSample === null) {
      const index = pcm.findIndex((value) => Math.abs(value) > AUDIBLE_AMPLITUDE);
      if (index >= 0) this.firstAudibleSample = this.#nSamples + index;
    }
    this.#nSamples = needed;
  }

  /** What has arrived from `sample` on. */
  from(sample: number): Int16Array {
    return this.#pcm.subarray(sample, this.#nSamples);
  }

  /** Loudness around `sample` on a scale from silence, 0, to a raised voice, 1. */
  loudnessAt(sample: number): number {
    const halfWindow = Math.round((HALF_WINDOW_MS * this.rateHz) / 1000);
    const from = Math.max(0, Math.round(sample) - halfWindow);
    const to = Math.min(this.#nSamples, Math.round(sample) + halfWindow);
    return loudness(this.#pcm.subarray(from, Math.max(from, to)));
  }
}

/** Of a stretch of sound, on a scale from silence, 0, to a raised voice, 1. */
export function loudness(pcm: Int16Array): number {
  if (pcm.length === 0) return 0;
  const sum = pcm.reduce((total, value) => total + (value / 32768) ** 2, 0);
  const db = 10 * Math.log10(sum / pcm.length + 1e-12);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}
