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
import { pageTimeS, silentOutput } from "./silent-output.ts";
import type { ReplyFrame } from "./wire.ts";

/** A reply gives a handful; the oldest answer no question any more. */
const MAX_ANCHORS = 64;
/** Replies whose samples are kept, for the loudness of the ones in flight. */
const MAX_REPLIES = 8;
/** Sound that the user's touch has allowed runs after this, or there is no loudspeaker. */
const SOUND_WAIT_MS = 1_500;

interface Incoming {
  sound: ReplySound;
  resampler: Resampler;
  /** `over`: it was stopped or taken back, or another one was committed after it. */
  status: "armed" | "committed" | "over";
  completeness: "growing" | "complete";
}

export class Player {
  readonly context: AudioContext;
  /** Called when the worklet reports that something began, starved, ended or stopped. */
  onAnchor: (anchor: Anchor) => void = () => {};
  /** The same, for whoever only watches. */
  onLog: (anchor: Anchor) => void = () => {};
  /** Called when sound is found to be absent, or is there again. */
  onOutput: () => void = () => {};
  readonly #workletUrl: string;
  /** The clock that anchors are in. `page`: no sound can be played, and replies go on unheard. */
  #clock: "device" | "page" = "device";
  #output: Output | null = null;
  readonly #incoming = new Map<number, Incoming>();
  #anchors: Anchor[] = [];
  #steady: Steady | null = null;
  /** Told to stop or hold: the mouth shuts now, not when the audio thread has answered. */
  readonly #silenced = new Map<number, "stopped" | "held">();

  private constructor(context: AudioContext, workletUrl: string) {
    this.context = context;
    this.#workletUrl = workletUrl;
  }

  static async create(context: AudioContext, workletUrl: string): Promise<Player> {
    const player = new Player(context, workletUrl);
    player.#output = await player.#openDevice();
    context.addEventListener("statechange", () => void player.#deviceChanged());
    return player;
  }

  /** Whether anybody can hear it, as far as is known. */
  get output(): "sound" | "silence" {
    return this.#clock === "device" ? "sound" : "silence";
  }

  /** The user has just allowed sound. If it does not run soon, there is none: replies go on unheard. */
  async awaitSound(): Promise<void> {
    if ((await soundWithin(this.context, SOUND_WAIT_MS)) === "none") this.#goOnUnheard();
  }

  arm(replyId: number, rateHz: number): void {
    const resampler = new Resampler(rateHz, this.context.sampleRate);
    this.#silenced.delete(replyId);
    const sound = new ReplySound(rateHz);
    this.#incoming.set(replyId, { sound, resampler, status: "armed", completeness: "growing" });
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
    this.#send(frame.replyId, incoming.resampler.push(asFloats(frame.pcm)));
  }

  end(replyId: number): void {
    const incoming = this.#incoming.get(replyId);
    if (incoming === undefined) return;
    incoming.completeness = "complete";
    this.#send(replyId, incoming.resampler.flush());
    this.#tell({ type: "end", replyId });
  }

  tell(type: "commit" | "discard" | "duck" | "resume" | "stop", replyId: number): void {
    const incoming = this.#incoming.get(replyId);
    if (type === "commit") this.#committed(replyId);
    if (type === "discard" && incoming !== undefined) incoming.status = "over";
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
    const nowS = pageTimeS();
    if (this.#clock === "page") return { contextTimeS: nowS, latencyS: 0, contextRateHz: sampleRate };
    this.#steady = steady(this.#steady, currentTime, nowS);
    // Some browsers report no output latency until sound has run for a while, or ever.
    return {
      contextTimeS: nowS + this.#steady.offsetS,
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
    this.#output = null;
    await this.context.close();
  }

  #goOnUnheard(): void {
    if (this.#output === null || this.#clock === "page") return;
    this.#handOver(silentOutput(this.context.sampleRate, (anchor) => this.#anchored(anchor)), "page");
  }

  async #openDevice(): Promise<Output> {
    const output: Output = await openOutput(this.context, this.#workletUrl, (anchor) => {
      if (output === this.#output) this.#anchored(anchor); // else it has been given up
    });
    return output;
  }

  /** A loudspeaker was plugged in, or a call has ended. */
  async #deviceChanged(): Promise<void> {
    if (this.context.state !== "running" || this.#clock === "device") return;
    const output = await this.#openDevice();
    const wanted = this.#clock === "page" && this.#output !== null;
    if (wanted) this.#handOver(output, "device");
    else output.disconnect();
  }

  /** What is under way goes on elsewhere, from the sample that is heard now. */
  #handOver(output: Output, clock: "device" | "page"): void {
    const last = this.heard();
    this.#output?.disconnect();
    this.#output = output;
    this.#clock = clock;
    this.#anchors = [];
    this.#steady = null;
    for (const [replyId, incoming] of this.#incoming) {
      const heardSample = last?.replyId === replyId ? Math.max(0, Math.floor(last.sample)) : 0;
      if (incoming.status !== "over") this.#repeat(replyId, incoming, heardSample);
    }
    this.onOutput();
  }

  #repeat(replyId: number, incoming: Incoming, heardSample: number): void {
    const { sound, status, completeness } = incoming;
    const from = Math.min(heardSample, sound.nSamples);
    const { sampleRate } = this.context;
    const fromFrame = Math.round((from * sampleRate) / sound.rateHz);
    this.#tell({ type: "arm", replyId, rateHz: sound.rateHz, fromFrame });
    incoming.resampler = new Resampler(sound.rateHz, sampleRate);
    this.#send(replyId, incoming.resampler.push(asFloats(sound.from(from))));
    if (completeness === "complete") this.end(replyId);
    if (status === "committed") this.#tell({ type: "commit", replyId });
    const order = this.#silenced.get(replyId);
    if (order !== undefined) this.#tell({ type: order === "held" ? "duck" : "stop", replyId });
  }

  #committed(replyId: number): void {
    for (const [id, incoming] of this.#incoming) {
      if (id === replyId) incoming.status = "committed";
      else if (incoming.status === "committed") incoming.status = "over";
    }
  }

  #anchored(anchor: Anchor): void {
    const incoming = this.#incoming.get(anchor.replyId);
    if (anchor.status === "stopped" && incoming !== undefined) incoming.status = "over";
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

function asFloats(pcm: Int16Array): Float32Array {
  return Float32Array.from(pcm, (value) => value / 32768);
}

function soundWithin(context: AudioContext, ms: number): Promise<"sound" | "none"> {
  return new Promise((resolve) => {
    const judge = (): void => {
      clearTimeout(timer);
      context.removeEventListener("statechange", changed);
      resolve(context.state === "running" ? "sound" : "none");
    };
    const changed = (): void => (context.state === "running" ? judge() : undefined);
    const timer = setTimeout(judge, ms);
    context.addEventListener("statechange", changed);
    changed();
  });
}
