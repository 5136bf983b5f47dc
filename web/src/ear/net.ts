// The acoustic net, as src/visavis/lips/net.py has it: log-mels through a dense layer and GRUs.
// float32 weights, sums in float64: within a small tolerance of Python's (spec/vectors/ear.json).
import { flushSamples, LogMel, N_BANDS } from "./features.ts";
import type { Gru, Weights } from "./weights.ts";

const CONTEXT = 3;

export class Net {
  readonly #weights: Weights;
  readonly #mel = new LogMel();
  readonly #recent = new Float32Array(CONTEXT * N_BANDS);
  readonly #dense: Float32Array;
  readonly #states: Float32Array[];
  readonly #fromX: Float32Array;
  readonly #fromH: Float32Array;
  readonly #out: Float32Array;
  #nSteps = 0;
  #nSamples = 0;

  constructor(weights: Weights) {
    this.#weights = weights;
    this.#dense = new Float32Array(weights.denseBias.length);
    this.#states = weights.layers.map((layer) => new Float32Array(layer.nCells));
    const widest = 3 * Math.max(...weights.layers.map((layer) => layer.nCells));
    this.#fromX = new Float32Array(widest);
    this.#fromH = new Float32Array(widest);
    this.#out = new Float32Array(weights.headsBias.length);
  }

  reset(): void {
    this.#mel.reset();
    this.#recent.fill(0);
    for (const state of this.#states) state.fill(0);
    this.#nSteps = 0;
    this.#nSamples = 0;
  }

  /** `take` is given the raw outputs for each next frame; they are overwritten by the next. */
  push(sound: Float32Array, take: (logits: Float32Array) => void): void {
    this.#nSamples += sound.length;
    this.#mel.push(sound, (frame) => this.#step(frame, take));
  }

  /** The last frames, with silence behind them; then only `reset` may follow. */
  finish(take: (logits: Float32Array) => void): void {
    const silence = new Float32Array(flushSamples(this.#nSamples, this.#weights.aheadFrames));
    this.#mel.push(silence, (frame) => this.#step(frame, take));
  }

  #step(frame: Float32Array, take: (logits: Float32Array) => void): void {
    this.#recent.copyWithin(0, N_BANDS);
    this.#recent.set(frame, this.#recent.length - N_BANDS);
    const { dense, denseBias, layers, heads, headsBias } = this.#weights;
    multiply(dense, this.#recent, denseBias, this.#dense);
    for (let i = 0; i < this.#dense.length; i++) this.#dense[i] = Math.tanh(this.#dense[i]!);
    let x: Float32Array = this.#dense;
    layers.forEach((layer, index) => {
      const state = this.#states[index]!;
      this.#gru(layer, x, state);
      x = state;
    });
    if (this.#nSteps++ < this.#weights.aheadFrames) return;
    multiply(heads, x, headsBias, this.#out);
    take(this.#out);
  }

  #gru(layer: Gru, x: Float32Array, h: Float32Array): void {
    const n = layer.nCells;
    const [fromX, fromH] = [this.#fromX, this.#fromH];
    multiply(layer.inputs, x, layer.inputBias, fromX);
    multiply(layer.states, h, layer.stateBias, fromH);
    for (let i = 0; i < n; i++) {
      const reset = logistic(fromX[i]! + fromH[i]!);
      const update = logistic(fromX[n + i]! + fromH[n + i]!);
      const fresh = Math.tanh(fromX[2 * n + i]! + reset * fromH[2 * n + i]!);
      h[i] = (h[i]! - fresh) * update + fresh;
    }
  }
}

function logistic(x: number): number {
  return 0.5 * Math.tanh(0.5 * x) + 0.5;
}

/** out = matrix · x + bias, for a matrix in rows of x's length. */
function multiply(matrix: Float32Array, x: Float32Array, bias: Float32Array, out: Float32Array): void {
  const width = x.length;
  for (let row = 0; row < bias.length; row++) {
    let sum = bias[row]!;
    const first = row * width;
    for (let i = 0; i < width; i++) sum += matrix[first + i]! * x[i]!;
    out[row] = sum;
  }
}
