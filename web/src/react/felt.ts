// Which feelings an agent's responses are said with, by the sample of the session's sound. The provider
// tells the words and not their times, so that the place of a sentence is a guess. Pure.
import type { Emotion } from "../acting.ts";
import { feelingsIn, type Mark } from "../feeling.ts";
import type { ReplyPhrase } from "../wire.ts";

/** Of English read aloud, spaces included: 150 to 160 words a minute. */
const CHARS_PER_S = 15;
/** One is heard, a few wait in the player's queue. */
const MAX_RESPONSES = 8;

interface Response {
  readonly fromSample: number;
  /** Null: the provider has not told it, or never will. */
  marks: readonly Mark[] | null;
}

export interface Felt {
  readonly sample: number;
  readonly emotion: Emotion;
}

export class ResponseFeelings {
  #responses: Response[] = [];

  /** The first sound of a turn's answer; its words may have come before, or may follow. */
  begins(fromSample: number): void {
    if (this.#responses.at(-1)?.fromSample === fromSample) return;
    this.#add({ fromSample, marks: null });
  }

  /**
   * The words of a response: of the one that has begun without any, or of one whose sound comes
   * behind the `nSamples` that are here.
   */
  told(text: string, source: ReplyPhrase["source"], nSamples: number, sound: "begun" | "to come"): void {
    const marks = feelingsIn(text, source);
    const last = this.#responses.at(-1);
    if (sound === "begun" && last !== undefined && last.marks === null) last.marks = marks;
    else this.#add({ fromSample: nSamples, marks });
  }

  /** Of the response that this sample is of: where each feeling begins, in the session's sound. */
  at(sample: number, rateHz: number): readonly Felt[] {
    const response = this.#responses.findLast(({ fromSample }) => fromSample <= sample);
    return (response?.marks ?? []).map(({ afterChars, emotion }) => ({
      sample: (response?.fromSample ?? 0) + Math.round((afterChars * rateHz) / CHARS_PER_S),
      emotion,
    }));
  }

  #add(response: Response): void {
    this.#responses = [...this.#responses, response].slice(-MAX_RESPONSES);
  }
}
