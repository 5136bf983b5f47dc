// Runs on the audio thread: turns the microphone at the device's rate into 20 ms of 16-bit sound
// at 16 kHz, and says at which context frame the very first sample was captured.
import { Resampler } from "./resample.ts";
import { INPUT_RATE_HZ, MICROPHONE_FRAME_SAMPLES } from "./wire.ts";
import { AudioWorkletProcessor, currentFrame, registerProcessor, sampleRate } from "./worklet-scope.ts";

/** What the worklet tells the page. */
export interface CapturedFrame {
  /** Samples at 16 kHz since this worklet began. */
  firstSample: number;
  pcm: Int16Array<ArrayBuffer>;
  /** The context frame at which sample 0 was captured; sample n lies n / 16000 s later. */
  originFrame: number;
}

class Capture extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, INPUT_RATE_HZ);
  #originFrame: number | null = null;
  #inputFrames = 0;
  #sentSamples = 0;
  #pcm = new Int16Array(MICROPHONE_FRAME_SAMPLES);
  #filled = 0;

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    if (input === undefined) return true; // no microphone connected (yet)
    this.#originFrame ??= currentFrame();
    // A block that the device skipped is silence: sample n must stay n / 16000 s after sample 0.
    const missing = currentFrame() - this.#originFrame - this.#inputFrames;
    if (missing > 0) this.#take(new Float32Array(missing));
    this.#take(input);
    return true;
  }

  #take(input: Float32Array): void {
    this.#inputFrames += input.length;
    for (const value of this.#resampler.push(input)) {
      this.#pcm[this.#filled++] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
      if (this.#filled === this.#pcm.length) this.#send();
    }
  }

  #send(): void {
    const frame: CapturedFrame = {
      firstSample: this.#sentSamples,
      pcm: this.#pcm,
      originFrame: this.#originFrame ?? 0,
    };
    this.port.postMessage(frame, [this.#pcm.buffer]);
    this.#sentSamples += MICROPHONE_FRAME_SAMPLES;
    this.#pcm = new Int16Array(MICROPHONE_FRAME_SAMPLES);
    this.#filled = 0;
  }
}

registerProcessor("visavis-capture", Capture);
