// Mouth shapes from sound alone, in the page: the same net, the same weights as in Python.
import { Decoder, LAG_FRAMES } from "./decode.ts";
import { HOP_SAMPLES, OVERHANG_SAMPLES } from "./features.ts";
import { Net } from "./net.ts";
import type { Weights } from "./weights.ts";

/** One stream of sound at 16 kHz to a shape for each 10 ms. */
export class Ear {
  readonly #net: Net;
  readonly #decoder = new Decoder();
  /** What is at sample n is known after sample n + this. */
  readonly delaySamples: number;

  constructor(weights: Weights) {
    this.#net = new Net(weights);
    this.delaySamples =
      (weights.aheadFrames + 1 + LAG_FRAMES) * HOP_SAMPLES + OVERHANG_SAMPLES;
  }

  reset(): void {
    this.#net.reset();
    this.#decoder.reset();
  }

  /** The shapes of the next frames that are certain now. */
  push(sound: Float32Array): number[] {
    const shapes: number[] = [];
    this.#net.push(sound, (logits) => this.#take(logits, shapes));
    return shapes;
  }

  /** Those of the last frames; then only `reset` may follow. */
  finish(): number[] {
    const shapes: number[] = [];
    this.#net.finish((logits) => this.#take(logits, shapes));
    return [...shapes, ...this.#decoder.finish()];
  }

  #take(logits: Float32Array, shapes: number[]): void {
    const shape = this.#decoder.push(logits);
    if (shape !== null) shapes.push(shape);
  }
}
