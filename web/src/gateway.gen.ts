// Generated from spec/gateway.schema.json by `npm run types`: do not edit.

export type VisavisInOtherSessionsVersion1 = InjectedMessage;
export type InjectedMessage = Visemes | Stop | Notice;

/**
 * All that is known of a speech's mouth shapes from `from_sample` on; what was told of it from
 * there on is void.
 */
export interface Visemes {
  type: "visavis.visemes";
  version: 1;
  speech_id: number;
  rate_hz: number;
  /**
   * where the speech begins in all sound of this session
   */
  first_sample: number;
  /**
   * the provider's id of the sound with which it begins
   */
  first_event_id?: number | null;
  source: "phonemes" | "alignment" | "sound";
  /**
   * of the speech
   */
  from_sample: number;
  cues: CueItem[];
}
/**
 * From `at_sample` of the reply's audio on, the mouth aims at this viseme.
 */
export interface CueItem {
  at_sample: number;
  /**
   * index into spec/visemes.json order
   */
  viseme: number;
  /**
   * opening, scaled by loudness
   */
  weight: number;
}
/**
 * The speech was interrupted: shut the mouth, drop its cues; no more of them follow.
 */
export interface Stop {
  type: "visavis.stop";
  version: 1;
  speech_id: number;
}
/**
 * Something that the operator should know; the session goes on.
 */
export interface Notice {
  type: "visavis.notice";
  version: 1;
  code: string;
  message: string;
  hint?: string;
}
