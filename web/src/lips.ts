// From cues to a mouth: pure functions of "which sample of the reply is heard now".
//
// Each cue's segment owns the mouth between two ramps, one at each of its boundaries. Ramp i rises
// from 0 to 1 around the start of segment i, and the segment's share is ramp(i) - ramp(i + 1). The
// shares telescope: they always sum to 1, and none is negative because ramps never overtake one
// another (see `rampShare`). Short segments get overlapping ramps and never reach their full shape,
// as in real speech; closures are exempt.
import type { CueItem } from "./wire.gen.ts";
import { ON_TIME, OPENNESS, SIL, VISEMES } from "./visemes.ts";

/** Fifteen weights in the order of spec/visemes.json, each 0 to 1, summing to 1. */
export type Weights = readonly number[];

export const REST: Weights = VISEMES.map((_, viseme) => (viseme === SIL ? 1 : 0));

/** The jaw drops quickly and comes up slowly: what looks alive rather than nervous. */
const OPENING_MS = 60;
const CLOSING_MS = 100;
/** Lips take this long to meet; the ramp lies wholly before the closure, so that it is on time. */
const CLOSURE_MS = 70;
/** From lips together to lip on teeth or back: short, for the first has to be held too. */
const CLOSURE_TO_CLOSURE_MS = 20;
/** No ramp takes more of a neighbouring segment than this, so that short vowels are still seen. */
const MAX_SHARE = 0.6;

/**
 * The mouth while `heardSample` is heard (negative: just before the reply begins). `cues` ascend;
 * the mouth is at rest before the first, and from `endSample` (the reply's length, once known) on.
 */
export function pose(
  cues: readonly CueItem[],
  heardSample: number,
  rateHz: number,
  endSample = Number.POSITIVE_INFINITY,
): Weights {
  const at = (i: number) => segmentAt(cues, i, endSample);
  const current = currentIndex(cues, heardSample, endSample);
  // A ramp stays inside the two segments that it joins, so only three segments can matter here.
  const [previous, now, next] = [at(current - 1), at(current), at(current + 1)];
  const entered = rampShare(previous, now, next.startSample, heardSample, rateHz);
  const left = rampShare(now, next, at(current + 2).startSample, heardSample, rateHz);
  const weights = VISEMES.map(() => 0);
  addShape(weights, previous, 1 - entered);
  addShape(weights, now, entered - left);
  addShape(weights, next, left);
  return weights;
}

interface Segment {
  startSample: number;
  viseme: number;
  /** Of this much of the viseme; the rest of the mouth is at rest. */
  weight: number;
}

/** Segment `i`: a cue, or one of the endless rests on either side of the cues. */
function segmentAt(cues: readonly CueItem[], i: number, endSample: number): Segment {
  const cue = cues[i];
  if (cue !== undefined && cue.at_sample < endSample) {
    // A closure is a closure however softly it is spoken.
    const weight = ON_TIME.has(cue.viseme) ? 1 : cue.weight;
    return { startSample: cue.at_sample, viseme: cue.viseme, weight };
  }
  const isFirstAfterCues = i >= 0 && (i === 0 || (cues[i - 1]?.at_sample ?? endSample) < endSample);
  const startSample =
    i < 0 ? Number.NEGATIVE_INFINITY : isFirstAfterCues ? endSample : Number.POSITIVE_INFINITY;
  return { startSample, viseme: SIL, weight: 1 };
}

/** The last cue that has begun; -1 is the rest before the first. */
function currentIndex(cues: readonly CueItem[], heardSample: number, endSample: number): number {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const startSample = cues[middle]?.at_sample ?? endSample;
    if (startSample <= heardSample && startSample < endSample) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How much of the way from one segment to the next is done, 0 to 1. */
function rampShare(
  from: Segment,
  to: Segment,
  toEndSample: number,
  heardSample: number,
  rateHz: number,
): number {
  const boundary = to.startSample;
  if (!Number.isFinite(boundary)) return boundary < 0 ? 1 : 0;
  const [wishedBeforeMs, wishedAfterMs] = rampMs(from, to);
  const before = Math.min(
    (wishedBeforeMs * rateHz) / 1000,
    MAX_SHARE * (boundary - from.startSample),
  );
  const after = Math.min((wishedAfterMs * rateHz) / 1000, MAX_SHARE * (toEndSample - boundary));
  if (heardSample >= boundary + after) return 1;
  if (heardSample <= boundary - before) return 0;
  const progress = (heardSample - boundary + before) / (before + after);
  return progress * progress * (3 - 2 * progress);
}

/** The ramp's length before and after the boundary. */
function rampMs(from: Segment, to: Segment): readonly [number, number] {
  const fromClosure = ON_TIME.has(from.viseme);
  if (ON_TIME.has(to.viseme)) return [fromClosure ? CLOSURE_TO_CLOSURE_MS : CLOSURE_MS, 0];
  if (fromClosure) return [0, OPENING_MS];
  const jaw = (s: Segment) => s.weight * (OPENNESS[s.viseme] ?? 0);
  const ms = jaw(to) > jaw(from) ? OPENING_MS : CLOSING_MS;
  return [ms / 2, ms / 2];
}

function addShape(weights: number[], segment: Segment, share: number): void {
  const { viseme, weight } = segment;
  weights[viseme] = (weights[viseme] ?? 0) + share * weight;
  weights[SIL] = (weights[SIL] ?? 0) + share * (1 - weight);
}

/** How far open the mouth is, 0 to 1. */
export function openness(weights: Weights): number {
  return weights.reduce((sum, weight, viseme) => sum + weight * (OPENNESS[viseme] ?? 0), 0);
}

/** `from` on its way to `to`; `share` 0 to 1. For mouths that no cue tells about (starvation). */
export function mix(from: Weights, to: Weights, share: number): Weights {
  const s = Math.min(1, Math.max(0, share));
  return from.map((weight, viseme) => weight * (1 - s) + (to[viseme] ?? 0) * s);
}

/** The weights as Rive's one-after-the-other blend wants them: docs/reference/rive-contract.md. */
export function sequential(weights: Weights): number[] {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum > 0 ? (100 * weight) / sum : 0;
  });
}
