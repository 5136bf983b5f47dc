// `window.visavis`: a read-only look inside, for end-to-end tests and the benchmark. The log is
// kept only with `?debug`.
import type { Avatar } from "./avatar.ts";
import type { DebugEvent } from "./debug.ts";

export interface Surface {
  readonly state: {
    connection: string;
    activity: string;
    microphone: string;
    persona: string | null;
    sessionId: string | null;
    /** What the audio context says now. */
    contextTimeS: number | null;
    latencyS: number | null;
    contextRateHz: number | null;
  };
  readonly transcripts: { turnId: number | null; text: string; status: string }[];
  readonly replies: {
    replyId: number;
    turnId: number;
    status: string;
    text: string;
    sources: string[];
    rateHz: number;
    nSamples: number | null;
    stoppedAtSample: number | null;
  }[];
  /** With `?debug`: the newest few thousand events. */
  readonly events: readonly DebugEvent[];
  /** With `?debug`: the events since the last call, which are then forgotten. */
  takeEvents(): DebugEvent[];
  /** With `?debug`: the microphone as captured, from this sample on; at most the last minute. */
  captured(fromSample?: number): ReturnType<NonNullable<Avatar["debug"]>["captured"]> | null;
}

declare global {
  interface Window {
    readonly visavis: Surface;
  }
}

export function publish(avatar: Avatar): void {
  const surface: Surface = {
    get state() {
      const now = avatar.audioNow();
      return {
        connection: avatar.talk?.connection ?? "idle",
        activity: avatar.talk?.conversation.activity ?? "listening",
        microphone: avatar.talk?.microphoneStatus ?? "closed",
        persona: avatar.talk?.ready?.persona.name ?? null,
        sessionId: avatar.talk?.ready?.session_id ?? null,
        contextTimeS: now?.contextTimeS ?? null,
        latencyS: now?.latencyS ?? null,
        contextRateHz: now?.contextRateHz ?? null,
      };
    },
    get transcripts() {
      const lines = avatar.talk?.conversation.lines ?? [];
      return lines
        .filter((line) => line.who === "user")
        .map(({ turnId, text, status }) => ({ turnId, text, status }));
    },
    get replies() {
      const replies = avatar.talk?.conversation.replies.values() ?? [];
      return [...replies].map((reply) => ({
        replyId: reply.replyId,
        turnId: reply.turnId,
        status: reply.status,
        text: reply.phrases.map((phrase) => phrase.text).join(" "),
        sources: reply.phrases.map((phrase) => phrase.source),
        rateHz: reply.rateHz,
        nSamples: reply.nSamples,
        stoppedAtSample: reply.stoppedAtSample,
      }));
    },
    get events() {
      return avatar.debug?.events ?? [];
    },
    takeEvents: () => avatar.debug?.take() ?? [],
    captured: (fromSample = 0) => avatar.debug?.captured(fromSample) ?? null,
  };
  Object.defineProperty(window, "visavis", { value: Object.freeze(surface) });
}
