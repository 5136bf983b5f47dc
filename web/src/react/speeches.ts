// What is known of the mouth in a session's sound: messages of the gateway in, a pose for any sample
// out. Pure.
import type { CueItem, Visemes } from "../gateway.gen.ts";
import { pose, type Weights } from "../lips.ts";
import { naturalize, type Span } from "../natural.ts";
import { type NaturalConfig, sameConfig } from "../natural-settings.ts";
import { SIL } from "../visemes.ts";

/** Lips may open this long before the sound of a speech. */
const LEAD_MS = 120;
/** Speeches that are still remembered: one is heard, one or two wait in the player's queue. */
const MAX_SPEECHES = 8;
/** The rest behind a speech, as long as a pause has to be to shut the mouth (coarticulation.ts). */
const REST_BEHIND_MS = 400;

interface Speech {
  readonly id: number;
  /** Of all the session's sound. */
  readonly firstSample: number;
  readonly rateHz: number;
  cues: readonly CueItem[];
  /** After the natural pass; null until somebody looks. */
  shaped: readonly CueItem[] | null;
  status: "known" | "stopped";
}

export interface Said {
  speechId: number;
  weights: Weights;
  /** Lips open a little before the sound, and close after it. */
  part: "before" | "saying" | "after";
  /** Of the speech; negative before it. */
  offsetSamples: number;
  endSamples: number;
  rateHz: number;
  cues: readonly CueItem[];
}

export class Speeches {
  #speeches: Speech[] = [];
  #config: NaturalConfig | null = null;
  /** Speeches up to this one are over, whatever may still be said of them. */
  #stoppedId = 0;

  /** From now on; null shows the cues as they come. An equal config, however new, changes nothing. */
  configure(config: NaturalConfig | null): void {
    const last = this.#config;
    if (config === last || (config !== null && last !== null && sameConfig(config, last))) return;
    this.#config = config;
    for (const speech of this.#speeches) speech.shaped = null;
  }

  take(told: Visemes): void {
    if (told.speech_id <= this.#stoppedId) return;
    const speech = this.#speechOf(told);
    const kept = speech.cues.filter((cue) => cue.at_sample < told.from_sample);
    speech.cues = [...kept, ...told.cues];
    speech.shaped = null;
  }

  /** This speech was interrupted, and with it every one before it. */
  stop(speechId: number): void {
    this.#stoppedId = Math.max(this.#stoppedId, speechId);
    for (const speech of this.#speeches) if (speech.id <= speechId) speech.status = "stopped";
  }

  /** All that is known now was interrupted. */
  stopAll(): void {
    const newest = this.#speeches.at(-1);
    if (newest !== undefined) this.stop(newest.id);
  }

  /** The mouth while this sample of the session's sound is heard; null outside of all speeches. */
  at(sample: number): Said | null {
    const speech = this.#heardAt(sample);
    if (speech === null || speech.status === "stopped") return null;
    const offset = sample - speech.firstSample;
    const { id, rateHz, cues } = speech;
    const endSamples = cues.at(-1)?.at_sample ?? 0;
    return {
      speechId: id,
      weights: pose(this.#shaped(speech), offset, rateHz),
      part: offset < 0 ? "before" : offset < endSamples ? "saying" : "after",
      offsetSamples: offset,
      endSamples,
      rateHz,
      cues,
    };
  }

  #speechOf(told: Visemes): Speech {
    const found = this.#speeches.find((speech) => speech.id === told.speech_id);
    if (found !== undefined) return found;
    const speech: Speech = {
      id: told.speech_id,
      firstSample: told.first_sample,
      rateHz: told.rate_hz,
      cues: [],
      shaped: null,
      status: "known",
    };
    this.#speeches = [...this.#speeches, speech].sort((a, b) => a.id - b.id).slice(-MAX_SPEECHES);
    return speech;
  }

  #heardAt(sample: number): Speech | null {
    const begun = this.#speeches.findLast((speech) => speech.firstSample <= sample) ?? null;
    if (begun !== null && sample < endOf(begun)) return begun;
    const next = this.#speeches.find((speech) => speech.firstSample > sample);
    if (next === undefined) return null;
    const leadSamples = (LEAD_MS * next.rateHz) / 1000;
    return next.firstSample - sample <= leadSamples ? next : null;
  }

  #shaped(speech: Speech): readonly CueItem[] {
    speech.shaped ??=
      this.#config === null ? speech.cues : natural(speech.cues, speech.rateHz, this.#config);
    return speech.shaped;
  }
}

/** The last cue shuts the mouth; the ramp that does so takes a little longer. */
function endOf(speech: Speech): number {
  const last = speech.cues.at(-1)?.at_sample ?? 0;
  return speech.firstSample + last + (REST_BEHIND_MS * speech.rateHz) / 1000;
}

/** The natural pass over cues instead of spans. */
export function natural(
  cues: readonly CueItem[],
  rateHz: number,
  config: NaturalConfig,
): readonly CueItem[] {
  const first = cues[0];
  if (first === undefined) return cues;
  const restSamples = Math.round((REST_BEHIND_MS * rateHz) / 1000);
  const spans: Span[] = [];
  if (first.at_sample > 0) {
    spans.push({ viseme: SIL, startSample: 0, endSample: first.at_sample, weight: 0 });
  }
  cues.forEach(({ at_sample: startSample, viseme, weight }, i) => {
    const endSample = cues[i + 1]?.at_sample ?? startSample + restSamples;
    spans.push({ viseme, startSample, endSample, weight });
  });
  return naturalize(spans, rateHz, config).map(({ startSample, viseme, weight }) => ({
    at_sample: startSample,
    viseme,
    weight,
  }));
}

