// What end-to-end tests and the benchmark read: a log in context time, kept only with `?debug`.
import type { CapturedFrame } from "./capture.worklet.ts";
import type { AnchorStatus } from "./clock.ts";
import { INPUT_RATE_HZ } from "./wire.ts";

/** `contextTimeS` is the audio context's clock; "heard" times have the output latency added. */
export type DebugEvent = { contextTimeS: number } & (
  | { kind: "message"; direction: "sent" | "received"; message: { type: string } }
  | { kind: "state"; value: string }
  | { kind: "commit"; replyId: number; turnId: number }
  /** The reply's first audible sample reached the ear: the end of *voice* latency. */
  | { kind: "voice"; replyId: number; sample: number; heardAtS: number }
  | { kind: "anchor"; replyId: number; sample: number; status: string; contextFrame: number }
  | { kind: "stop"; replyId: number }
  /** A moment at which the character acts: moments.ts. */
  | { kind: "moment"; value: string; replyId: number | null }
  /** A drawn frame, while anything of a reply is heard and for a second after. */
  | {
      kind: "frame";
      replyId: number;
      heardSample: number;
      status: AnchorStatus;
      openness: number;
      mood: string;
      weights: number[];
    }
);

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type DebugEntry = DistributiveOmit<DebugEvent, "contextTimeS">;

const MAX_EVENTS = 8_000;
const CAPTURE_S = 60;

export class DebugLog {
  readonly #events: DebugEvent[] = [];
  readonly #captured = new Int16Array(CAPTURE_S * INPUT_RATE_HZ);
  #capturedSamples = 0;
  #captureOriginS = 0;

  add(contextTimeS: number, entry: DebugEntry): void {
    this.#events.push({ contextTimeS, ...entry });
    if (this.#events.length > MAX_EVENTS) this.#events.splice(0, MAX_EVENTS / 8);
  }

  capture(frame: CapturedFrame, contextRateHz: number): void {
    this.#captureOriginS = frame.originFrame / contextRateHz;
    for (let i = 0; i < frame.pcm.length; i++) {
      this.#captured[(frame.firstSample + i) % this.#captured.length] = frame.pcm[i] as number;
    }
    this.#capturedSamples = frame.firstSample + frame.pcm.length;
  }

  get events(): readonly DebugEvent[] {
    return this.#events;
  }

  /** The events since the last call, for runs longer than the ring. */
  take(): DebugEvent[] {
    return this.#events.splice(0);
  }

  /** The microphone as it was sent: at most the last minute. Sample n was captured at context time
   * `originS + n / rateHz`. */
  captured(fromSample: number): { rateHz: number; originS: number; firstSample: number; pcm: number[] } {
    const oldest = Math.max(0, this.#capturedSamples - this.#captured.length);
    const firstSample = Math.min(Math.max(fromSample, oldest), this.#capturedSamples);
    const pcm: number[] = [];
    for (let n = firstSample; n < this.#capturedSamples; n++) {
      pcm.push(this.#captured[n % this.#captured.length] as number);
    }
    return { rateHz: INPUT_RATE_HZ, originS: this.#captureOriginS, firstSample, pcm };
  }
}
