// What the text frames of an ElevenLabs session mean to a face: the provider's own, and those that
// the Visavis gateway adds (spec/wire.md, "Visemes in other sessions"). Pure.
import type { Notice, Stop, Visemes } from "../gateway.gen.ts";
import { pcmFromUlaw } from "./ulaw.ts";

export interface SoundFormat {
  coding: "pcm" | "ulaw";
  rateHz: number;
}

export type AgentEvent =
  | { type: "opened"; conversationId: string | null; format: SoundFormat }
  /** `bytes` are as they came, for what the SDK hands to its player is the same. */
  | { type: "sound"; eventId: number | null; bytes: Uint8Array<ArrayBuffer> }
  | { type: "visemes"; visemes: Visemes }
  | { type: "stopped"; speechId: number }
  | { type: "notice"; notice: Notice }
  | { type: "interrupted" }
  | { type: "transcript"; text: string }
  | { type: "response"; text: string }
  | { type: "voice"; probability: number }
  | { type: "other" };

const OTHER: AgentEvent = { type: "other" };

/** Frames that are no JSON, or not as expected, mean nothing to a face: `other`. */
export function readFrame(text: string): AgentEvent {
  const message = objectIn(text);
  if (message === null) return OTHER;
  switch (message["type"]) {
    case "conversation_initiation_metadata":
      return opened(part(message, "conversation_initiation_metadata_event"));
    case "audio":
      return sound(part(message, "audio_event"));
    case "interruption":
      return { type: "interrupted" };
    case "user_transcript":
      return said("transcript", part(message, "user_transcription_event")["user_transcript"]);
    case "agent_response":
      return said("response", part(message, "agent_response_event")["agent_response"]);
    case "vad_score":
      return voice(part(message, "vad_score_event")["vad_score"]);
    case "visavis.visemes":
      return isVisemes(message) ? { type: "visemes", visemes: message } : OTHER;
    case "visavis.stop":
      return isStop(message) ? { type: "stopped", speechId: message.speech_id } : OTHER;
    case "visavis.notice":
      return isNotice(message) ? { type: "notice", notice: message } : OTHER;
    default:
      return OTHER;
  }
}

/** The microphone's sound in a frame that the client sends, Base64 as it is; null in all others. */
export function microphoneIn(text: string): string | null {
  // Nothing else that clients send begins so; reading every chunk as JSON would be a waste.
  if (!text.startsWith('{"user_audio_chunk"')) return null;
  const chunk = objectIn(text)?.["user_audio_chunk"];
  return typeof chunk === "string" ? chunk : null;
}

/** Samples of 16 bits. */
export function samplesOf(bytes: Uint8Array<ArrayBuffer>, coding: SoundFormat["coding"]): Int16Array {
  if (coding === "ulaw") return pcmFromUlaw(bytes);
  const nSamples = bytes.length >> 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: nSamples }, (_, i) => view.getInt16(2 * i, true));
}

/** Empty if it is no Base64. */
export function bytesFrom(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) return new Uint8Array(0);
    throw error;
  }
}

type Fields = Record<string, unknown>;

function objectIn(text: string): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null; // whoever reads the socket complains, if anybody
    throw error;
  }
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function part(message: Fields, name: string): Fields {
  const value = message[name];
  return isObject(value) ? value : {};
}

function opened(event: Fields): AgentEvent {
  const id = event["conversation_id"];
  const [coding, rate] = String(event["agent_output_audio_format"] ?? "pcm_16000").split("_");
  const rateHz = Number(rate);
  if ((coding !== "pcm" && coding !== "ulaw") || !(rateHz > 0)) return OTHER;
  return {
    type: "opened",
    conversationId: typeof id === "string" ? id : null,
    format: { coding, rateHz },
  };
}

function sound(event: Fields): AgentEvent {
  const data = event["audio_base_64"];
  const id = event["event_id"];
  if (typeof data !== "string") return OTHER;
  return { type: "sound", eventId: typeof id === "number" ? id : null, bytes: bytesFrom(data) };
}

function said(type: "transcript" | "response", text: unknown): AgentEvent {
  return typeof text === "string" ? { type, text } : OTHER;
}

function voice(score: unknown): AgentEvent {
  return typeof score === "number" ? { type: "voice", probability: score } : OTHER;
}

function isVisemes(message: object): message is Visemes {
  const { speech_id, rate_hz, first_sample, from_sample, cues } = message as Partial<Visemes>;
  const numbers = [speech_id, rate_hz, first_sample, from_sample];
  return numbers.every((value) => typeof value === "number") && Array.isArray(cues);
}

function isStop(message: object): message is Stop {
  return typeof (message as Partial<Stop>).speech_id === "number";
}

function isNotice(message: object): message is Notice {
  return typeof (message as Partial<Notice>).message === "string";
}
