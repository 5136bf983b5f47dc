// Generated from spec/events.schema.json by `npm run types`: do not edit.

export type VisavisWireVersion1 = ClientMessage | ServerMessage;
export type ClientMessage = Hello | Microphone | Text | Playhead | Interrupt | Ping;
export type ServerMessage =
  | Ready
  | State
  | Transcript
  | ReplyArmed
  | ReplyPhrase
  | ReplyEmotion
  | ReplyEnd
  | ReplyCommit
  | ReplyDiscard
  | ReplyDuck
  | ReplyResume
  | ReplyStop
  | Trace
  | Error
  | Pong;

/**
 * Must be the first frame, within ten seconds of connecting.
 */
export interface Hello {
  type: "hello";
  protocol: number;
  client?: string;
  input_rate_hz?: number;
  trace?: "off" | "stages";
}
/**
 * The user opened, muted or closed the microphone.
 */
export interface Microphone {
  type: "microphone";
  status: "open" | "muted" | "closed";
  /**
   * whether the browser takes the loudspeaker out of it
   */
  echo_cancellation?: "on" | "off" | "unknown";
}
/**
 * A typed question; it interrupts whatever is being said.
 */
export interface Text {
  type: "text";
  text: string;
}
/**
 * The reply sample that the listener hears now. The truth about what was said.
 */
export interface Playhead {
  type: "playhead";
  reply_id: number;
  sample: number;
  status?: "playing" | "ended" | "stopped";
}
/**
 * The user pressed stop.
 */
export interface Interrupt {
  type: "interrupt";
}
/**
 * Answered by `pong` with the same nonce.
 */
export interface Ping {
  type: "ping";
  nonce?: string;
}
/**
 * The answer to `hello`: every model is warm, speak.
 */
export interface Ready {
  type: "ready";
  protocol: number;
  session_id: string;
  input_rate_hz: number;
  output_rate_hz: number;
  persona: PersonaCard;
}
/**
 * What the page shows of the persona.
 */
export interface PersonaCard {
  name: string;
  character: string;
  greeting: string;
  suggestions: string[];
}
/**
 * What the character is doing, for its pose and for status labels.
 */
export interface State {
  type: "state";
  value: "listening" | "hearing" | "thinking" | "speaking";
  turn_id: number;
}
/**
 * What the user said. `tentative` may change with the next revision; `final` does not.
 */
export interface Transcript {
  type: "transcript";
  turn_id: number;
  revision: number;
  text: string;
  status: "tentative" | "final";
}
/**
 * A reply begins to arrive, held: play nothing before its `reply.commit`.
 */
export interface ReplyArmed {
  type: "reply.armed";
  reply_id: number;
  turn_id: number;
  revision: number;
  rate_hz: number;
}
/**
 * A phrase's cues and words. Always sent before the first sample of its audio.
 */
export interface ReplyPhrase {
  type: "reply.phrase";
  reply_id: number;
  index: number;
  text: string;
  source: "fact" | "llm" | "decline" | "greeting" | "apology";
  start_sample: number;
  n_samples: number;
  cues: CueItem[];
  words: WordItem[];
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
 * A word and the samples of the reply in which it is heard; for captions and history.
 */
export interface WordItem {
  text: string;
  start_sample: number;
  end_sample: number;
}
/**
 * From `at_sample` of the reply on it is said with this feeling. Never before its commit.
 */
export interface ReplyEmotion {
  type: "reply.emotion";
  reply_id: number;
  at_sample: number;
  emotion: "neutral" | "happy" | "sad" | "surprised" | "thinking";
}
/**
 * All audio of the reply has been sent; it is `n_samples` long.
 */
export interface ReplyEnd {
  type: "reply.end";
  reply_id: number;
  n_samples: number;
}
/**
 * The user has finished: play the reply at once.
 */
export interface ReplyCommit {
  type: "reply.commit";
  reply_id: number;
  turn_id: number;
}
/**
 * The user went on speaking: forget the reply, nothing of it was heard.
 */
export interface ReplyDiscard {
  type: "reply.discard";
  reply_id: number;
}
/**
 * Somebody speaks over the reply: hold it, silent, mouth shut, until resume or stop.
 */
export interface ReplyDuck {
  type: "reply.duck";
  reply_id: number;
}
/**
 * It was a cough: go on from the sample at which it was held.
 */
export interface ReplyResume {
  type: "reply.resume";
  reply_id: number;
}
/**
 * It was an interruption: stop at once, mouth shut; answer with a `stopped` playhead.
 */
export interface ReplyStop {
  type: "reply.stop";
  reply_id: number;
}
/**
 * Stage times of one reply, in ms after its soft end, as it is revealed; if hello asked.
 */
export interface Trace {
  type: "trace";
  reply_id: number;
  turn_id: number;
  stages_ms: {
    [k: string]: number;
  };
  p_end?: number | null;
}
/**
 * What went wrong, whose fault it is and what to do. After `fatal` the socket closes.
 */
export interface Error {
  type: "error";
  code: string;
  fault: "client" | "server" | "operator" | "provider";
  severity: "warning" | "fatal";
  message: string;
  hint?: string;
}
/**
 * The answer to `ping`.
 */
export interface Pong {
  type: "pong";
  nonce?: string;
}
