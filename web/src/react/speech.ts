// Says texts one after the other: fetches their sound and shapes, plays the one, and knows from the
// audio clock which of the other is due.
import { steady, type Steady } from "../clock.ts";
import type { Face } from "../face.ts";
import type { NaturalConfig } from "../natural-settings.ts";
import { Timeline } from "./timeline.ts";
import { type Piece, type SpeechRequest, voiced } from "./voiced.ts";

export interface QueueItem {
  readonly id: string;
  readonly text: string;
  readonly status: "pending" | "fetching" | "playing" | "completed" | "stopped" | "error";
  readonly timestamp: number;
  readonly error?: string;
}

/** A new one for each change, so that React can compare them. */
export interface SpeechState {
  readonly queue: readonly QueueItem[];
  readonly current: QueueItem | null;
  readonly error: string | null;
  /** From the call to the first sample at the ear, of the last text, in ms. */
  readonly startDelayMs: number | null;
}

interface Job {
  item: QueueItem;
  request: SpeechRequest;
  calledMs: number;
  settle(said: boolean): void;
}

/** A stretch of sound on the audio clock. */
interface Laid {
  startS: number;
  fromMs: number;
  lastsMs: number;
}

/** A buffer that begins a little later begins whole. */
const START_S = 0.02;
const TAIL_MS = 300;
const SILENT: SpeechState = { queue: [], current: null, error: null, startDelayMs: null };

export class Speaker {
  state: SpeechState = SILENT;
  /** So many pieces of sound wait before the first is played; more is safer, and later. */
  bufferSize = 1;
  readonly #listeners = new Set<() => void>();
  readonly #timeline = new Timeline();
  #context: AudioContext | null = null;
  #steady: Steady | null = null;
  #jobs: Job[] = [];
  #abort: AbortController | null = null;
  #laid: Laid[] = [];
  #sources: AudioBufferSourceNode[] = [];
  #lastId = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): SpeechState => this.state;

  /** Behind all that waits. Call first from a click or key: browsers insist. */
  add(text: string, request: SpeechRequest): { id: string; said: Promise<boolean> } {
    const id = `speech-${++this.#lastId}`;
    const { promise, resolve } = withResolver<boolean>();
    const item: QueueItem = { id, text, status: "pending", timestamp: Date.now() };
    this.#jobs.push({ item, request, calledMs: performance.now(), settle: resolve });
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    if (this.#context.state === "suspended") void this.#context.resume();
    this.#change({ queue: this.#waiting() });
    if (this.#abort === null) void this.#work();
    return { id, said: promise };
  }

  /** What waits is forgotten; what is being said goes on. */
  clear(): void {
    for (const job of this.#jobs.splice(0)) job.settle(false);
    this.#change({ queue: [] });
  }

  /** What is being said ends now; what waits goes on. */
  stop(): void {
    this.#abort?.abort();
  }

  async close(): Promise<void> {
    this.clear();
    this.stop();
    const context = this.#context;
    this.#context = null;
    await context?.close();
  }

  configure(config: NaturalConfig | null): void {
    this.#timeline.configure(config);
  }

  /** Null while nothing is heard. */
  face(atMs: number): Face | null {
    const context = this.#context;
    if (context === null || this.#laid.length === 0) return null;
    this.#steady = steady(this.#steady, context.currentTime, atMs / 1000);
    const latencyS = context.outputLatency || context.baseLatency || 0;
    const ms = this.#heardMs(atMs / 1000 + this.#steady.offsetS - latencyS);
    return ms === null ? null : this.#timeline.at(ms);
  }

  async #work(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      this.#abort = new AbortController();
      const status = await this.#say(job, this.#abort.signal);
      this.#silence();
      job.settle(status === "completed");
    }
    this.#abort = null;
    this.#change({ current: null });
  }

  async #say(job: Job, signal: AbortSignal): Promise<QueueItem["status"]> {
    const become = (status: QueueItem["status"], error?: string): QueueItem["status"] => {
      const current = { ...job.item, status, ...(error === undefined ? {} : { error }) };
      this.#change({ queue: this.#waiting(), current, error: error ?? null });
      return status;
    };
    become("fetching");
    const waiting: Extract<Piece, { type: "audio" }>[] = [];
    const begin = (): void => {
      for (const piece of waiting.splice(0)) {
        if (this.#laid.length === 0) this.#change({ startDelayMs: this.#delayMs(job) });
        this.#lay(piece.pcm, piece.rateHz);
      }
      become("playing");
    };
    try {
      for await (const piece of voiced(job.request, signal)) {
        if (piece.type === "visemes") this.#timeline.add(piece.visemes);
        else waiting.push(piece);
        if (this.#laid.length > 0 || waiting.length >= Math.max(1, this.bufferSize)) begin();
      }
      begin();
      await this.#played(signal);
      return become("completed");
    } catch (error) {
      if (signal.aborted) return become("stopped");
      return become("error", error instanceof Error ? error.message : String(error));
    }
  }

  #delayMs(job: Job): number {
    const latencyS = this.#context?.outputLatency || this.#context?.baseLatency || 0;
    return Math.round(performance.now() - job.calledMs + 1000 * (START_S + latencyS));
  }

  /** Behind what is laid already, or now. */
  #lay(pcm: Int16Array, rateHz: number): void {
    const context = this.#context;
    if (context === null || pcm.length === 0) return;
    const buffer = context.createBuffer(1, pcm.length, rateHz);
    buffer.copyToChannel(Float32Array.from(pcm, (value) => value / 32768), 0);
    const last = this.#laid.at(-1);
    const endS = last === undefined ? 0 : last.startS + last.lastsMs / 1000;
    const startS = Math.max(endS, context.currentTime + START_S);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.start(startS);
    this.#sources.push(source);
    const fromMs = last === undefined ? 0 : last.fromMs + last.lastsMs;
    this.#laid.push({ startS, fromMs, lastsMs: (1000 * pcm.length) / rateHz });
  }

  #played(signal: AbortSignal): Promise<void> {
    const last = this.#sources.at(-1);
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      last.onended = () => resolve();
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  #silence(): void {
    for (const source of this.#sources.splice(0)) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.#laid = [];
    this.#timeline.clear();
  }

  #heardMs(timeS: number): number | null {
    const laid = this.#laid.findLast(({ startS }) => startS <= timeS) ?? this.#laid[0];
    if (laid === undefined) return null;
    const isLast = laid === this.#laid.at(-1);
    const ms = 1000 * (timeS - laid.startS);
    if (isLast && ms > laid.lastsMs + TAIL_MS) return null;
    return laid.fromMs + (isLast ? ms : Math.min(ms, laid.lastsMs));
  }

  #waiting(): QueueItem[] {
    return this.#jobs.map(({ item }) => item);
  }

  #change(changed: Partial<SpeechState>): void {
    this.state = { ...this.state, ...changed };
    for (const listener of this.#listeners) listener();
  }
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
