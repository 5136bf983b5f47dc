// What `POST /v1/visemes-audio` answers: a text's shapes and sound, piece by piece.
import { bytesFrom, samplesOf } from "./frames.ts";
import { EventStream } from "./sse.ts";
import type { Viseme } from "./timeline.ts";

export interface SpeechRequest {
  endpoint: string;
  apiKey?: string | undefined;
  /** Goes to the endpoint as it is. */
  body: Record<string, unknown>;
}

export type Piece =
  | { type: "visemes"; visemes: Viseme[] }
  | { type: "audio"; pcm: Int16Array; rateHz: number };

/** The server's, or the network's, fault; the text is meant for whoever wrote the app. */
export class SpeechError extends Error {
  override readonly name = "SpeechError";
}

/** Yields the pieces as they come. Throws SpeechError, or what `signal` was aborted with. */
export async function* voiced(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<Piece> {
  const response = await fetch(request.endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(request.apiKey === undefined ? {} : { Authorization: `Bearer ${request.apiKey}` }),
    },
    body: JSON.stringify(request.body),
    signal,
  });
  if (!response.ok || response.body === null) throw new SpeechError(await refusalOf(response));
  const events = new EventStream();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const data of events.push(read.value)) {
        const piece = pieceOf(data);
        if (piece !== null) yield piece;
      }
    }
  } finally {
    await reader.cancel();
  }
}

async function refusalOf(response: Response): Promise<string> {
  const text = await response.text();
  return `${response.url} answered ${response.status}: ${text.slice(0, 300)}`;
}

function pieceOf(data: string): Piece | null {
  const event = JSON.parse(data) as {
    type?: string;
    visemes?: Viseme[];
    data?: string;
    sample_rate?: number;
    message?: string;
    hint?: string;
  };
  if (event.type === "error") throw new SpeechError([event.message, event.hint].filter(Boolean).join(" "));
  if (event.type === "visemes" && event.visemes !== undefined) {
    return { type: "visemes", visemes: event.visemes };
  }
  if (event.type === "audio" && event.data !== undefined) {
    return {
      type: "audio",
      pcm: samplesOf(bytesFrom(event.data), "pcm"),
      rateHz: event.sample_rate ?? 16_000,
    };
  }
  return null;
}
