// The queue behind the playback worklet: holds replies, plays the committed one, never loses its
// place. Pure: frames in, frames and anchors out, so that it is tested without an audio device.
//
// `duck` holds a reply that is being heard: its place is kept, what follows fades away, and after
// `resume` it goes on from that very place; the little that had faded is heard again.
//
// All sound here is at the device's rate; positions are device frames of the reply.
import type { Anchor, AnchorStatus } from "./clock.ts";

/** What the page tells the worklet. */
export type PlayoutCommand =
  /** `fromFrame`: the first of its frames that will come; those before were heard from another queue. */
  | { type: "arm"; replyId: number; rateHz: number; fromFrame?: number }
  | { type: "audio"; replyId: number; frames: Float32Array<ArrayBuffer> }
  | { type: "end"; replyId: number }
  | { type: "commit"; replyId: number }
  | { type: "discard"; replyId: number }
  | { type: "duck"; replyId: number }
  | { type: "resume"; replyId: number }
  | { type: "stop"; replyId: number }
  | { type: "reset" };

const HOLD_FADE_MS = 10;
/** Short, or the first consonant would be lost. */
const RESUME_FADE_MS = 5;
const STOP_FADE_MS = 8;
/** A buffer that runs dry in mid-wave would click. */
const STARVE_FADE_MS = 4;

interface Reply {
  replyId: number;
  rateHz: number;
  fromFrame: number;
  chunks: Float32Array[];
  receivedFrames: number;
  /** Set by `end`: all of the reply's frames are here. */
  completeness: "growing" | "complete";
}

interface Voice {
  reply: Reply;
  /** `waiting`: it plays as soon as it has a frame. A `tail` only fades away, and reports nothing. */
  status: "waiting" | "tail" | AnchorStatus;
  positionFrames: number;
  /** Where `positionFrames` lies: `chunks[chunk]`, from `offset` on. */
  chunk: number;
  offset: number;
  gain: number;
  targetGain: number;
  gainStep: number;
  lastSample: number;
}

export class Playout {
  readonly #contextRateHz: number;
  readonly #replies = new Map<number, Reply>();
  /** The one that speaks, last; before it perhaps some that are still fading out. */
  #voices: Voice[] = [];
  #anchors: Anchor[] = [];

  constructor(contextRateHz: number) {
    this.#contextRateHz = contextRateHz;
  }

  /** `contextFrame` is the first frame that `render` has not yet produced. */
  receive(command: PlayoutCommand, contextFrame: number): void {
    switch (command.type) {
      case "arm":
        this.#replies.set(command.replyId, {
          replyId: command.replyId,
          rateHz: command.rateHz,
          fromFrame: command.fromFrame ?? 0,
          chunks: [],
          receivedFrames: 0,
          completeness: "growing",
        });
        break;
      case "audio": {
        const reply = this.#replies.get(command.replyId);
        if (reply === undefined || command.frames.length === 0) return; // discarded or stopped
        reply.chunks.push(command.frames);
        reply.receivedFrames += command.frames.length;
        break;
      }
      case "end": {
        const reply = this.#replies.get(command.replyId);
        if (reply !== undefined) reply.completeness = "complete";
        break;
      }
      case "commit":
        this.#commit(command.replyId, contextFrame);
        break;
      case "discard":
      case "stop":
        this.#stop(command.replyId, contextFrame);
        break;
      case "duck":
        this.#hold(command.replyId, contextFrame);
        break;
      case "resume":
        this.#resume(command.replyId);
        break;
      case "reset":
        for (const voice of [...this.#voices]) this.#stop(voice.reply.replyId, contextFrame);
        this.#replies.clear();
        break;
    }
  }

  /** Fills `output`, whose first frame is `contextFrame`. */
  render(output: Float32Array, contextFrame: number): void {
    output.fill(0);
    for (const voice of this.#voices) this.#renderVoice(voice, output, contextFrame);
    this.#voices = this.#voices.filter((v) => v.status !== "ended" && !isSilenced(v));
  }

  takeAnchors(): Anchor[] {
    const anchors = this.#anchors;
    this.#anchors = [];
    return anchors;
  }

  #commit(replyId: number, contextFrame: number): void {
    const reply = this.#replies.get(replyId);
    if (reply === undefined || this.#voices.some((v) => v.reply === reply)) return;
    for (const voice of [...this.#voices]) this.#stop(voice.reply.replyId, contextFrame);
    this.#voices.push({
      reply,
      status: "waiting",
      positionFrames: reply.fromFrame,
      chunk: 0,
      offset: 0,
      gain: 1,
      targetGain: 1,
      gainStep: 1,
      lastSample: 0,
    });
  }

  #stop(replyId: number, contextFrame: number): void {
    this.#replies.delete(replyId);
    const voice = this.#speaking(replyId);
    if (voice === undefined) return;
    this.#anchor(voice, "stopped", contextFrame);
    this.#fade(voice, 0, STOP_FADE_MS);
  }

  /** The place is kept at once; a copy of the voice fades away from it. */
  #hold(replyId: number, contextFrame: number): void {
    const voice = this.#speaking(replyId);
    if (voice === undefined || voice.status === "held") return;
    if (voice.status === "waiting") {
      voice.status = "held"; // nothing of it is heard, so there is nothing to tell
    } else {
      const tail: Voice = { ...voice, status: "tail" };
      this.#fade(tail, 0, HOLD_FADE_MS);
      this.#voices.unshift(tail);
      this.#anchor(voice, "held", contextFrame);
    }
    voice.gain = voice.targetGain = voice.lastSample = 0;
  }

  #resume(replyId: number): void {
    const voice = this.#speaking(replyId);
    if (voice?.status !== "held") return;
    voice.status = "waiting";
    this.#fade(voice, 1, RESUME_FADE_MS);
  }

  /** The reply's voice, unless it is only fading out. */
  #speaking(replyId: number): Voice | undefined {
    return this.#voices.find((v) => v.reply.replyId === replyId && !isFading(v));
  }

  #fade(voice: Voice, targetGain: number, rampMs: number): void {
    voice.targetGain = targetGain;
    const rampFrames = (rampMs * this.#contextRateHz) / 1000;
    voice.gainStep = Math.abs(targetGain - voice.gain) / rampFrames;
  }

  #renderVoice(voice: Voice, output: Float32Array, contextFrame: number): void {
    if (voice.status === "held") return;
    const starveDecay = 0.001 ** (1000 / (STARVE_FADE_MS * this.#contextRateHz));
    for (let i = 0; i < output.length; i++) {
      const sample = this.#nextSample(voice);
      if (sample === null) {
        if (voice.reply.completeness === "complete") {
          if (isFading(voice)) voice.gain = 0;
          else this.#end(voice, contextFrame + i);
          return;
        }
        if (isFading(voice)) voice.gain = 0;
        if (voice.status === "playing") this.#anchor(voice, "starved", contextFrame + i);
        voice.lastSample *= starveDecay;
        output[i]! += voice.lastSample;
        continue;
      }
      if (voice.status === "waiting" || voice.status === "starved") {
        this.#anchor(voice, "playing", contextFrame + i, -1);
      }
      if (voice.gain < voice.targetGain) {
        voice.gain = Math.min(voice.targetGain, voice.gain + voice.gainStep);
      } else if (voice.gain > voice.targetGain) {
        voice.gain = Math.max(voice.targetGain, voice.gain - voice.gainStep);
      }
      voice.lastSample = sample * voice.gain;
      output[i]! += voice.lastSample;
      if (isSilenced(voice)) return;
    }
  }

  #end(voice: Voice, contextFrame: number): void {
    this.#anchor(voice, "ended", contextFrame);
    this.#replies.delete(voice.reply.replyId);
  }

  #nextSample(voice: Voice): number | null {
    let chunk = voice.reply.chunks[voice.chunk];
    while (chunk !== undefined && voice.offset >= chunk.length) {
      voice.chunk++;
      voice.offset = 0;
      chunk = voice.reply.chunks[voice.chunk];
    }
    if (chunk === undefined) return null;
    voice.positionFrames++;
    return chunk[voice.offset++] as number;
  }

  /** `ahead`: frames already taken from the reply but not counted by this anchor. */
  #anchor(voice: Voice, status: AnchorStatus, contextFrame: number, ahead = 0): void {
    voice.status = status;
    this.#anchors.push({
      replyId: voice.reply.replyId,
      replySample:
        ((voice.positionFrames + ahead) * voice.reply.rateHz) / this.#contextRateHz,
      contextFrame,
      status,
    });
  }
}

function isFading(voice: Voice): boolean {
  return voice.status === "stopped" || voice.status === "tail";
}

function isSilenced(voice: Voice): boolean {
  return isFading(voice) && voice.gain <= 0;
}
