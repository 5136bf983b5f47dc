// From a face to the controls of a character, ours or somebody else's, by its mapping. Pure but for
// the handles that it is given.
import { EMOTIONS, type Emotion, type Gesture } from "./acting.ts";
import type { Face } from "./face.ts";
import type { Look } from "./gaze.ts";
import { ALIKE } from "./likeness.ts";
import { sequential, type Weights } from "./lips.ts";
import type { Mapping, MouthMapping } from "./mapping.ts";
import { ON_TIME, SIL, VISEMES } from "./visemes.ts";

/** The plane on which values reach the character; what it lacks is ignored. */
export interface Controls {
  setNumber(name: string, value: number): void;
  setBoolean(name: string, value: boolean): void;
  fire(name: string): void;
}

export class Puppeteer {
  readonly #mapping: Mapping;
  readonly #controls: Controls;
  readonly #mouth: (weights: Weights) => void;

  constructor(mapping: Mapping, controls: Controls) {
    this.#mapping = mapping;
    this.#controls = controls;
    this.#mouth = mouthOf(mapping.mouth, controls);
  }

  show(face: Face): void {
    const { speaking, listening, thinking, energy } = this.#mapping;
    if (speaking !== undefined) this.#controls.setBoolean(speaking, face.mood === "speaking");
    if (listening !== undefined) this.#controls.setBoolean(listening, face.mood === "listening");
    if (thinking !== undefined) this.#controls.setBoolean(thinking, face.mood === "thinking");
    if (energy !== undefined) this.#controls.setNumber(energy.name, energy.full * face.energy);
    this.#mouth(face.weights);
  }

  lookAt({ x, y }: Look): void {
    const { gazeX, gazeY } = this.#mapping;
    if (gazeX !== undefined) this.#controls.setNumber(gazeX.name, gazeX.full * clamp(x));
    if (gazeY !== undefined) this.#controls.setNumber(gazeY.name, gazeY.full * clamp(y));
  }

  /** A character that lacks the gesture stays as it is. */
  gesture(name: Gesture): void {
    const trigger = this.#mapping.gestures?.[name];
    if (trigger !== undefined) this.#controls.fire(trigger);
  }

  /** A character that lacks the feeling looks neutral. */
  feel(emotion: Emotion): void {
    const mapping = this.#mapping.emotion;
    if (mapping === undefined) return;
    if (mapping.kind === "index") {
      this.#controls.setNumber(mapping.name, mapping.values[emotion] ?? mapping.values.neutral ?? 0);
      return;
    }
    for (const one of EMOTIONS) {
      const name = mapping.names[one];
      if (name !== undefined) this.#controls.setNumber(name, one === emotion ? mapping.full : 0);
    }
  }
}

function mouthOf(mapping: MouthMapping, controls: Controls): (weights: Weights) => void {
  const known = mapping.kind === "index" ? mapping.values : mapping.names;
  const stand = standIns(VISEMES.map((viseme) => known[viseme] !== undefined));
  if (mapping.kind === "weights") {
    return (weights) => {
      const own = gathered(weights, stand);
      const written = mapping.blend === "sequential" ? sequential(own) : own.map((weight) => 100 * weight);
      VISEMES.forEach((viseme, i) => {
        const name = mapping.names[viseme];
        if (name !== undefined) controls.setNumber(name, (mapping.full * (written[i] ?? 0)) / 100);
      });
    };
  }
  let shown = SIL;
  return (weights) => {
    const now = strongest(gathered(weights, stand), shown);
    const viseme = VISEMES[now] ?? "sil";
    if (mapping.kind === "index") controls.setNumber(mapping.name, mapping.values[viseme] ?? 0);
    else if (now !== shown) controls.fire(mapping.names[viseme] ?? "");
    shown = now;
  };
}

/** For each of the fifteen shapes the one that is shown for it: itself, or what looks most like it. */
export function standIns(has: readonly boolean[]): readonly number[] {
  return VISEMES.map((_, viseme) => {
    if (has[viseme] === true || viseme === SIL) return viseme;
    const near = ALIKE[viseme] ?? [];
    // Lips that close are shown by lips that close, or by a shut mouth; an open mouth by an open one.
    const others = VISEMES.map((_, i) => i).filter(
      (i) => has[i] === true && i !== SIL && ON_TIME.has(i) === ON_TIME.has(viseme),
    );
    return others.reduce((best, i) => ((near[i] ?? 0) > (near[best] ?? -1) ? i : best), others[0] ?? SIL);
  });
}

function gathered(weights: Weights, stand: readonly number[]): number[] {
  const own = VISEMES.map(() => 0);
  weights.forEach((weight, viseme) => {
    own[stand[viseme] ?? SIL]! += weight;
  });
  return own;
}

/** What is shown now stays until another is clearly stronger: an index that flickers is ugly. */
const CLEARLY = 0.05;

function strongest(weights: Weights, shown: number): number {
  const best = weights.reduce((most, weight, i) => (weight > (weights[most] ?? 0) ? i : most), 0);
  return (weights[best] ?? 0) > (weights[shown] ?? 0) + CLEARLY ? best : shown;
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
