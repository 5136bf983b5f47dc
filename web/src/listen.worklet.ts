// Runs on the audio thread: hands a stream's sound, at 16 kHz, to the ear's worker, past the page.
import { Resampler } from "./resample.ts";
import { AudioWorkletProcessor, currentFrame, registerProcessor, sampleRate } from "./worklet-scope.ts";

/** What the ear's worker is told. Sample 0 of a stretch was heard at context frame `originFrame`. */
export type Overheard =
  | { kind: "begins"; originFrame: number }
  | { kind: "sound"; sound: Float32Array<ArrayBuffer> };

const EAR_HZ = 16_000;
const CHUNK_SAMPLES = 160;
/** So long after the last sound that is not digital silence nothing is sent: a paused player costs
 * nothing. Longer than pauses in speech, for the ear wakes up not knowing the speaker. */
const SLEEP_S = 5;

class Listen extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, EAR_HZ);
  #ear: MessagePort | null = null;
  #chunk = new Float32Array(CHUNK_SAMPLES);
  #filled = 0;
  #nextFrame = 0;
  #silentFrames = Infinity;
  readonly #silence = new Float32Array(128);

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<MessagePort>) => {
      this.#ear = event.data;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const ear = this.#ear;
    if (ear === null) return true;
    const input = inputs[0]?.[0] ?? this.#silence;
    const wasAsleep = this.#silentFrames > SLEEP_S * sampleRate;
    this.#silentFrames = input.some((value) => value !== 0) ? 0 : this.#silentFrames + input.length;
    if (this.#silentFrames > SLEEP_S * sampleRate) return true;
    // A block that the device skipped would shift all that follows: begin again behind it.
    if (wasAsleep || currentFrame() !== this.#nextFrame) this.#begin(ear);
    this.#nextFrame = currentFrame() + input.length;
    for (const value of this.#resampler.push(input)) {
      this.#chunk[this.#filled++] = value;
      if (this.#filled === CHUNK_SAMPLES) this.#send(ear);
    }
    return true;
  }

  #begin(ear: MessagePort): void {
    this.#resampler = new Resampler(sampleRate, EAR_HZ);
    this.#filled = 0;
    const message: Overheard = { kind: "begins", originFrame: currentFrame() };
    ear.postMessage(message);
  }

  #send(ear: MessagePort): void {
    const message: Overheard = { kind: "sound", sound: this.#chunk };
    ear.postMessage(message, [this.#chunk.buffer]);
    this.#chunk = new Float32Array(CHUNK_SAMPLES);
    this.#filled = 0;
  }
}

registerProcessor("visavis-listen", Listen);
