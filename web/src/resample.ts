// Sample rate conversion, streaming and exact: a polyphase windowed-sinc filter. Pure arithmetic,
// so that both worklet and page can use it.
//
// Output sample k lies at input position k * from / to, with no delay of its own: the filter looks
// `HALF_WIDTH` zero crossings ahead, and `flush` supplies the silence that the last samples need.

/** Zero crossings on each side: about 80 dB of stop band with the window below. */
const HALF_WIDTH = 16;
/** Kaiser window; 8 gives about -80 dB. */
const KAISER_BETA = 8;
/** Cut-off as a share of the lower Nyquist rate, leaving the filter room to fall. */
const CUTOFF = 0.92;

export class Resampler {
  /** Output position k is k * #step / #phases input samples: integers, so nothing drifts. */
  readonly #phases: number;
  readonly #step: number;
  readonly #taps: Float32Array;
  readonly #tapsPerPhase: number;
  readonly #reach: number;
  #buffer: Float32Array<ArrayBufferLike> = new Float32Array(0);
  /** Input index of `#buffer[0]`. */
  #bufferStart: number;
  #inputCount = 0;
  #outputCount = 0;

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#phases = toHz / divisor;
    this.#step = fromHz / divisor;
    const scale = Math.min(1, toHz / fromHz) * CUTOFF; // the low-pass, in input Nyquists
    this.#reach = Math.ceil(HALF_WIDTH / scale);
    this.#tapsPerPhase = 2 * this.#reach + 1;
    this.#taps = designTaps(this.#phases, this.#reach, scale);
    this.#bufferStart = -this.#reach;
    this.#buffer = new Float32Array(this.#reach);
  }

  push(input: Float32Array): Float32Array<ArrayBuffer> {
    this.#inputCount += input.length;
    const joined = new Float32Array(this.#buffer.length + input.length);
    joined.set(this.#buffer);
    joined.set(input, this.#buffer.length);
    this.#buffer = joined;
    return this.#drain(Number.POSITIVE_INFINITY);
  }

  /** The last samples; afterwards the output is exactly as long as the input. */
  flush(): Float32Array<ArrayBuffer> {
    const total = Math.ceil((this.#inputCount * this.#phases) / this.#step);
    const silence = new Float32Array(2 * this.#reach + 1);
    const joined = new Float32Array(this.#buffer.length + silence.length);
    joined.set(this.#buffer);
    this.#buffer = joined;
    return this.#drain(total);
  }

  #drain(outputLimit: number): Float32Array<ArrayBuffer> {
    const lastInput = this.#bufferStart + this.#buffer.length - 1 - this.#reach;
    const ready = Math.floor(((lastInput + 1) * this.#phases - 1) / this.#step) + 1;
    const until = Math.max(this.#outputCount, Math.min(ready, outputLimit));
    const output = new Float32Array(until - this.#outputCount);
    for (let i = 0; i < output.length; i++) output[i] = this.#at(this.#outputCount + i);
    this.#outputCount = until;
    const nextInput = Math.floor((until * this.#step) / this.#phases) - this.#reach;
    const spent = Math.min(this.#buffer.length, Math.max(0, nextInput - this.#bufferStart));
    this.#buffer = this.#buffer.slice(spent);
    this.#bufferStart += spent;
    return output;
  }

  #at(outputIndex: number): number {
    const position = outputIndex * this.#step;
    const centre = Math.floor(position / this.#phases);
    const taps = this.#tapsPerPhase;
    const tap = (position - centre * this.#phases) * taps;
    const first = centre - this.#reach - this.#bufferStart;
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      sum += (this.#taps[tap + i] as number) * (this.#buffer[first + i] as number);
    }
    return sum;
  }
}

/** For every phase, taps for the inputs from `-reach` to `+reach` around its centre. */
function designTaps(phases: number, reach: number, scale: number): Float32Array {
  const perPhase = 2 * reach + 1;
  const taps = new Float32Array(phases * perPhase);
  const width = HALF_WIDTH / scale;
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    for (let i = 0; i < perPhase; i++) {
      const x = i - reach - phase / phases;
      const value = Math.abs(x) < width ? scale * sinc(x * scale) * kaiser(x / width) : 0;
      taps[phase * perPhase + i] = value;
      sum += value;
    }
    // Every phase passes a constant unchanged; otherwise phases would whisper at their own rate.
    for (let i = 0; i < perPhase; i++) taps[phase * perPhase + i]! /= sum;
  }
  return taps;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return bessel0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - x * x))) / bessel0(KAISER_BETA);
}

/** The modified Bessel function of order zero, by its series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
