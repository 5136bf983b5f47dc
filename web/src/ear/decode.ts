// From what the net says to one shape a frame, as src/visavis/lips/decode.py has it.
import { SHAPES, SIL, VISEMES } from "../visemes.ts";

const N_PHONES = SHAPES.length;
const N_VISEMES = VISEMES.length;
const N_CLOSURES = 3;

export const LAG_FRAMES = 2;
const STAY = 0.7;
const HYSTERESIS = 0.1;
const CLOSURE_BIAS = 0.75;
const TEETH_BIAS = 0.5;
const SILENCE_BIAS = 1;
const TONGUE_BIAS = 1.25;
const MID_BIAS = 0.4;
const HEAD_SHARE = 0.5;
const LEAST_LOG = -20;
const LEAST = 1e-30;

const PP = VISEMES.indexOf("PP");
const FF = VISEMES.indexOf("FF");
const TH = VISEMES.indexOf("TH");
const E = VISEMES.indexOf("E");
const CHANGE = (1 - STAY) / (N_VISEMES - 1);

interface Open {
  belief: Float64Array;
  likelihood: Float64Array;
}

/** A stream of raw outputs to visemes, LAG_FRAMES later. */
export class Decoder {
  #belief = new Float64Array(N_VISEMES).fill(1 / N_VISEMES);
  #open: Open[] = [];
  #shape = SIL;

  reset(): void {
    this.#belief = new Float64Array(N_VISEMES).fill(1 / N_VISEMES);
    this.#open = [];
    this.#shape = SIL;
  }

  /** The shape of the frame LAG_FRAMES before this one; null at first. */
  push(logits: Float32Array): number | null {
    const likelihood = likelihoodOf(logits);
    const belief = moved(this.#belief).map((value, i) => value * likelihood[i]!);
    const sum = total(belief);
    this.#belief = belief.map((value) => value / sum);
    this.#open.push({ belief: this.#belief, likelihood });
    return this.#open.length > LAG_FRAMES ? this.#decide() : null;
  }

  /** Those of the last frames; then only `reset` may follow. */
  finish(): number[] {
    return Array.from({ length: this.#open.length }, () => this.#decide());
  }

  #decide(): number {
    const oldest = this.#open.shift()!;
    let since: Float64Array | null = null;
    for (const { likelihood } of this.#open.toReversed()) {
      const known: Float64Array | null = since;
      since = moved(known === null ? likelihood : likelihood.map((value, i) => value * known[i]!));
    }
    const behind = since;
    const chances = behind === null ? oldest.belief : oldest.belief.map((value, i) => value * behind[i]!);
    const likeliest = chances.reduce((best, value, i) => (value > chances[best]! ? i : best), 0);
    const margin = HYSTERESIS * total(chances);
    if (chances[likeliest]! > chances[this.#shape]! + margin) this.#shape = likeliest;
    return this.#shape;
  }
}

/** One step of shapes that like to stay: to itself STAY, to each other CHANGE. */
function moved(values: Float64Array): Float64Array {
  const rest = CHANGE * total(values);
  return values.map((value) => rest + (STAY - CHANGE) * value);
}

function likelihoodOf(logits: Float32Array): Float64Array {
  const visemes = bothOpinions(
    logSoftmax(logits.subarray(0, N_PHONES)).map(Math.exp),
    logSoftmax(logits.subarray(N_PHONES, N_PHONES + N_VISEMES)).map(Math.exp),
  );
  const from = N_PHONES + N_VISEMES;
  const closure = logSoftmax(logits.subarray(from, from + N_CLOSURES));
  const silence = -softplus(-logits[from + N_CLOSURES]!);
  for (const [viseme, said] of [[SIL, silence], [PP, closure[1]!], [FF, closure[2]!]] as const) {
    visemes[viseme]! += HEAD_SHARE * (said - visemes[viseme]!);
  }
  visemes[PP]! += CLOSURE_BIAS;
  visemes[FF]! += TEETH_BIAS;
  visemes[SIL]! += SILENCE_BIAS;
  visemes[TH]! += TONGUE_BIAS;
  visemes[E]! += MID_BIAS;
  const most = visemes.reduce((a, b) => Math.max(a, b), -Infinity);
  return visemes.map((value) => Math.exp(Math.max(value - most, LEAST_LOG)));
}

/** Logarithms of the mean of what the viseme head says and what the phones say. */
function bothOpinions(phones: Float64Array, visemes: Float64Array): Float64Array {
  const byPhones = new Float64Array(N_VISEMES);
  SHAPES.forEach((shapes, phone) => {
    const shown = shapes.reduce((sum, shape) => sum + visemes[shape]!, 0);
    const share = phones[phone]! / Math.max(shown, LEAST);
    for (const shape of shapes) byPhones[shape]! += visemes[shape]! * share;
  });
  return visemes.map((said, shape) => Math.log(Math.max(0.5 * (said + byPhones[shape]!), LEAST)));
}

function logSoftmax(values: Float32Array): Float64Array {
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const shifted = Float64Array.from(values, (value) => value - most);
  const norm = Math.log(shifted.reduce((sum, value) => sum + Math.exp(value), 0));
  return shifted.map((value) => value - norm);
}

/** log(1 + exp(x)), which overflows nowhere. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
