// The reply's way to the ear: resamples it to the device's rate, hands it to the playout queue and
// knows, from the queue's anchors, which sample is being heard.
import {
  heard,
  heardAtS,
  obeying,
  steady,
  type Anchor,
  type AudioNow,
  type Heard,
  type Steady,
} from "./clock.ts";
import { openOutput, type Output } from "./output.ts";
import type { PlayoutCommand } from "./playout.ts";
import { ReplySound } from "./reply-sound.ts";
import { Resampler } from "./resample.ts";
import type { ReplyFrame } from "./wire.ts";

/** A reply gives a handful; the oldest answer no question any more. */
const MAX_ANCHORS = 64;
/** Replies whose samples are kept, for the loudness of the ones in flight. */
const MAX_REPLIES = 8;

interface Incoming {
  sound: ReplySound;
  resampler: Resampler;
}

export class Player {
  readonly context: AudioContext;
  /** Called when the worklet reports that something began, starved, ended or stopped. */
  onAnchor: (anchor: Anchor) => void = () => {};
  /** The same, for whoever only watches. */
  onLog: (anchor: Anchor) => void = () => {};
  #output: Output | null = null;
  readonly #incoming = new Map<number, Incoming>();
  #anchors: Anchor[] = [];
  #steady: Steady | null = null;
  /** Told to stop or hold: the mouth shuts now, not when the audio thread has answered. */
  readonly #silenced = new Map<number, "stopped" | "held">();

  private constructor(context: AudioContext) {
    this.context = context;
  }

  static async create(context: AudioContext, workletUrl: string): Promise<Player> {
    const player = new Player(context);
    player.#output = await openOutput(context, workletUrl, (anchor) => player.#anchored(anchor));
    return player;
  }

  arm(replyId: number, rateHz: number): void {
    const resampler = new Resampler(rateHz, this.context.sampleRate);
    this.#silenced.delete(replyId);
    this.#incoming.set(replyId, { sound: new ReplySound(rateHz), resampler });
    for (const oldest of this.#incoming.keys()) {
      if (this.#incoming.size <= MAX_REPLIES) break;
      this.#incoming.delete(oldest);
    }
    this.#tell({ type: "arm", replyId, rateHz });
  }

  /** Frames come in order and without gaps; those of a forgotten reply are stale and dropped. */
  push(frame: ReplyFrame): void {
    const incoming = this.#incoming.get(frame.replyId);
    if (incoming === undefined) return;
    incoming.sound.append(frame.pcm);
    const samples = Float32Array.from(frame.pcm, (value) => value / 32768);
    this.#send(frame.replyId, incoming.resampler.push(samples));
  }

  end(replyId: number): void {
    const incoming = this.#incoming.get(replyId);
    if (incoming === undefined) return;
    this.#send(replyId, incoming.resampler.flush());
    this.#tell({ type: "end", replyId });
  }

  tell(type: "commit" | "discard" | "duck" | "resume" | "stop", replyId: number): void {
    if (type === "stop" || type === "discard") this.#silenced.set(replyId, "stopped");
    if (type === "duck" && !this.#silenced.has(replyId)) this.#silenced.set(replyId, "held");
    if (type === "resume" && this.#silenced.get(replyId) === "held") this.#silenced.delete(replyId);
    this.#tell({ type, replyId });
  }

  /** A new session counts its replies from 1 again: forget the old ones, and be silent. */
  reset(): void {
    this.#incoming.clear();
    this.#silenced.clear();
    this.#anchors = [];
    this.#tell({ type: "reset" });
  }

  now(): AudioNow {
    const { currentTime, outputLatency, baseLatency, sampleRate } = this.context;
    const pageTimeS = performance.now() / 1000;
    this.#steady = steady(this.#steady, currentTime, pageTimeS);
    // Some browsers report no output latency until sound has run for a while, or ever.
    return {
      contextTimeS: pageTimeS + this.#steady.offsetS,
      latencyS: outputLatency || baseLatency || 0,
      contextRateHz: sampleRate,
    };
  }

  heard(): Heard | null {
    const now = heard(this.#anchors, this.now(), (id) => this.sound(id)?.rateHz ?? 0);
    return now === null ? null : obeying(now, this.#silenced.get(now.replyId));
  }

  sound(replyId: number): ReplySound | null {
    return this.#incoming.get(replyId)?.sound ?? null;
  }

  /** When the reply's first audible sample reaches the ear, in context time. */
  voiceAtS(replyId: number): { sample: number; heardAtS: number } | null {
    const sound = this.sound(replyId);
    if (sound === null || sound.firstAudibleSample === null) return null;
    const sample = sound.firstAudibleSample;
    const atS = heardAtS(this.#anchors, replyId, sample, sound.rateHz, this.now());
    return atS === null ? null : { sample, heardAtS: atS };
  }

  async close(): Promise<void> {
    this.#output?.disconnect();
    await this.context.close();
  }

  #anchored(anchor: Anchor): void {
    this.#anchors.push(anchor);
    if (this.#anchors.length > MAX_ANCHORS) this.#anchors.shift();
    this.onLog(anchor);
    this.onAnchor(anchor);
  }

  #send(replyId: number, frames: Float32Array<ArrayBuffer>): void {
    if (frames.length > 0) this.#tell({ type: "audio", replyId, frames }, [frames.buffer]);
  }

  #tell(command: PlayoutCommand, transfer: Transferable[] = []): void {
    this.#output?.tell(command, transfer);
  }
}
