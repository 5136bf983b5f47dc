// Shapes with times, for sound that the app plays itself. Pure: a time in, a face out.
import type { Face } from "../face.ts";
import { pose, REST } from "../lips.ts";
import type { NaturalConfig } from "../natural-settings.ts";
import { VISEMES } from "../visemes.ts";
import type { CueItem } from "../wire.gen.ts";
import { natural } from "./speeches.ts";

/** As `POST /v1/visemes` and `/v1/visemes-audio` give it. */
export interface Viseme {
  /** In ms from the first sample. */
  offset: number;
  /** An index into the fifteen mouth shapes, see spec/visemes.json. */
  visemeId: number;
  /** How far the mouth opens, 0 to 1; 1 unless said. */
  weight?: number | undefined;
}

export interface Stress {
  /** In ms from the first sample. */
  offset: number;
  /** 0 to 1: brows and head. */
  stress: number;
}

/** Times are whole milliseconds here, which is a rate too. */
const RATE_HZ = 1000;
/** The mouth has closed so long after the last shape. */
const TAIL_MS = 300;

export class Timeline {
  #cues: CueItem[] = [];
  #shaped: readonly CueItem[] | null = null;
  #stresses: Stress[] = [];
  #config: NaturalConfig | null = null;

  /** In ms: when the last shape begins; 0 if there is none. */
  get lastMs(): number {
    return this.#cues.at(-1)?.at_sample ?? 0;
  }

  get endMs(): number {
    return this.#cues.length === 0 ? 0 : this.lastMs + TAIL_MS;
  }

  configure(config: NaturalConfig | null): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return;
    this.#config = config;
    this.#shaped = null;
  }

  /** Any order; of two at one time the later one counts. Throws RangeError for what is no shape. */
  add(visemes: readonly Viseme[]): void {
    const cues = new Map(this.#cues.map((cue) => [cue.at_sample, cue]));
    for (const { offset, visemeId, weight = 1 } of visemes) {
      if (VISEMES[visemeId] === undefined) {
        throw new RangeError(`there is no viseme ${visemeId}: 0 to ${VISEMES.length - 1}, see spec/visemes.json`);
      }
      if (!(offset >= 0)) throw new RangeError(`a viseme can't begin at ${offset} ms`);
      const at = Math.round(offset);
      cues.set(at, { at_sample: at, viseme: visemeId, weight });
    }
    this.#cues = [...cues.values()].sort((a, b) => a.at_sample - b.at_sample);
    this.#shaped = null;
  }

  stress(stresses: readonly Stress[]): void {
    this.#stresses = [...this.#stresses, ...stresses].sort((a, b) => a.offset - b.offset);
  }

  clear(): void {
    this.#cues = [];
    this.#stresses = [];
    this.#shaped = null;
  }

  /** The face while this ms of the sound is heard. */
  at(ms: number): Face {
    if (this.#cues.length === 0) return { weights: REST, mood: "speaking", energy: 0 };
    this.#shaped ??=
      this.#config === null ? this.#cues : natural(this.#cues, RATE_HZ, this.#config);
    const stress = this.#stresses.findLast(({ offset }) => offset <= ms)?.stress ?? 0;
    return { weights: pose(this.#shaped, ms, RATE_HZ), mood: "speaking", energy: stress };
  }
}
