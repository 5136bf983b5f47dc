// The queue behind the playback worklet: holds replies, plays the committed one, never loses its
// place. Pure: frames in, frames and anchors out, so that it is tested without an audio device.
//
// All sound here is at the device's rate; positions are device frames of the reply.
import type { Anchor, AnchorStatus } from "./clock.ts";

/** What the page tells the worklet. */
export type PlayoutCommand =
  | { type: "arm"; replyId: number; rateHz: number }
  | { type: "audio"; replyId: number; frames: Float32Array<ArrayBuffer> }
  | { type: "end"; replyId: number }
  | { type: "commit"; replyId: number }
  | { type: "discard"; replyId: number }
  | { type: "duck"; replyId: number }
  | { type: "resume"; replyId: number }
  | { type: "stop"; replyId: number }
  | { type: "reset" };

/** Quiet enough to hear oneself interrupt, loud enough to go on following. */
const DUCKED_GAIN = 0.2;
const DUCK_RAMP_MS = 10;
const STOP_FADE_MS = 8;
/** A buffer that runs dry in mid-wave would click. */
const STARVE_FADE_MS = 4;

interface Reply {
  replyId: number;
  rateHz: number;
  chunks: Float32Array[];
  receivedFrames: number;
  /** Set by `end`: all of the reply's frames are here. */
  completeness: "growing" | "complete";
}

interface Voice {
  reply: Reply;
  status: "waiting" | AnchorStatus;
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
  /** The one that speaks, last; before it perhaps one that is still fading out. */
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
        this.#fade(command.replyId, DUCKED_GAIN, DUCK_RAMP_MS);
        break;
      case "resume":
        this.#fade(command.replyId, 1, DUCK_RAMP_MS);
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
      positionFrames: 0,
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
    const voice = this.#voices.find((v) => v.reply.replyId === replyId && v.status !== "stopped");
    if (voice === undefined) return;
    this.#anchor(voice, "stopped", contextFrame);
    this.#fade(replyId, 0, STOP_FADE_MS);
  }

  #fade(replyId: number, targetGain: number, rampMs: number): void {
    for (const voice of this.#voices) {
      if (voice.reply.replyId !== replyId) continue;
      if (voice.status === "stopped" && targetGain > 0) continue;
      voice.targetGain = targetGain;
      const rampFrames = (rampMs * this.#contextRateHz) / 1000;
      voice.gainStep = Math.abs(targetGain - voice.gain) / rampFrames;
    }
  }

  #renderVoice(voice: Voice, output: Float32Array, contextFrame: number): void {
    const starveDecay = 0.001 ** (1000 / (STARVE_FADE_MS * this.#contextRateHz));
    for (let i = 0; i < output.length; i++) {
      const sample = this.#nextSample(voice);
      if (sample === null) {
        if (voice.reply.completeness === "complete") {
          if (voice.status !== "stopped") this.#anchor(voice, "ended", contextFrame + i);
          else voice.gain = 0;
          this.#replies.delete(voice.reply.replyId);
          return;
        }
        if (voice.status === "stopped") voice.gain = 0;
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

function isSilenced(voice: Voice): boolean {
  return voice.status === "stopped" && voice.gain <= 0;
}
