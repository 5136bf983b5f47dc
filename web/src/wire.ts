// The Visavis wire, version 1, as the browser speaks it. Prose: spec/wire.md.
import type { ClientMessage, ServerMessage } from "./wire.gen.ts";

export type * from "./wire.gen.ts";

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = "visavis.v1";
export const INPUT_RATE_HZ = 16_000;
/** 20 ms: small enough to be prompt, large enough that the 8-byte header does not matter. */
export const MICROPHONE_FRAME_SAMPLES = 320;
export const MAX_TYPED_CHARS = 2_000;
const MAX_BINARY_FRAME_BYTES = 64 * 1024;

export interface MicrophoneFrame {
  kind: "microphone";
  firstSample: number;
  pcm: Int16Array<ArrayBuffer>;
}

export interface ReplyFrame {
  kind: "reply";
  replyId: number;
  firstSample: number;
  pcm: Int16Array<ArrayBuffer>;
}

export type BinaryFrame = MicrophoneFrame | ReplyFrame;

/** The other side sent something that version 1 of the wire does not allow. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const KIND = { microphone: 1, reply: 2 } as const;
const HEADER_BYTES = { microphone: 8, reply: 12 } as const;

export function encodeBinary(frame: BinaryFrame): ArrayBuffer {
  const headerBytes = HEADER_BYTES[frame.kind];
  const bytes = new ArrayBuffer(headerBytes + 2 * frame.pcm.length);
  const view = new DataView(bytes);
  view.setUint8(0, KIND[frame.kind]); // bytes 1 to 3 are reserved: zero
  if (frame.kind === "reply") view.setUint32(4, frame.replyId, true);
  view.setUint32(headerBytes - 4, frame.firstSample, true);
  for (let i = 0; i < frame.pcm.length; i++) {
    view.setInt16(headerBytes + 2 * i, frame.pcm[i] as number, true);
  }
  return bytes;
}

export function decodeBinary(bytes: ArrayBuffer): BinaryFrame {
  if (bytes.byteLength > MAX_BINARY_FRAME_BYTES) {
    throw new WireError(`binary frame of ${bytes.byteLength} bytes is too large`);
  }
  const view = new DataView(bytes);
  const kindByte = bytes.byteLength > 0 ? view.getUint8(0) : 0;
  const kind = kindByte === 1 ? "microphone" : kindByte === 2 ? "reply" : null;
  if (kind === null) throw new WireError(`unknown binary frame kind ${kindByte}`);
  const headerBytes = HEADER_BYTES[kind];
  const pcmBytes = bytes.byteLength - headerBytes;
  if (pcmBytes < 0 || pcmBytes % 2 !== 0) throw new WireError(`${kind} frame is cut short`);
  if (view.getUint8(1) !== 0 || view.getUint16(2, true) !== 0) {
    throw new WireError("reserved header bytes are not zero");
  }
  const firstSample = view.getUint32(headerBytes - 4, true);
  const pcm = new Int16Array(pcmBytes / 2);
  for (let i = 0; i < pcm.length; i++) pcm[i] = view.getInt16(headerBytes + 2 * i, true);
  if (kind === "microphone") return { kind, firstSample, pcm };
  const replyId = view.getUint32(4, true);
  if (replyId === 0) throw new WireError("reply_id 0 does not exist");
  return { kind, replyId, firstSample, pcm };
}

export function encodeMessage(message: ClientMessage): string {
  return JSON.stringify(message);
}

/**
 * Reads a server's text frame. The fields are the server's promise (it is our own, and its schema
 * is tested); the type may be one that a later version added, so switches need a silent default.
 */
export function decodeMessage(text: string): ServerMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WireError("a text frame must be one JSON object", { cause: error });
  }
  if (typeof value !== "object" || value === null || !("type" in value)) {
    throw new WireError("a text frame must be one JSON object with a type");
  }
  return value as ServerMessage;
}
