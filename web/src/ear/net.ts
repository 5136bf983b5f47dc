// The acoustic net, as src/visavis/lips/net.py has it: log-mels through a dense layer and GRUs.
// Within a small tolerance of Python's (spec/vectors/ear.json).
import { flushSamples, LogMel, N_BANDS } from "./features.ts";
import { kernel, type Kernel, padded, plainKernel } from "./kernel.ts";
import type { Gru, Weights } from "./weights.ts";

const CONTEXT = 3;

/** A layer whose matrices lie where the kernel can reach them. */
type Layer = Pick<Gru, "inputs" | "states" | "inputBias" | "stateBias" | "nCells">;

export class Net {
  readonly #kernel: Kernel;
  readonly #aheadFrames: number;
  readonly #mel = new LogMel();
  readonly #recent: Float32Array;
  readonly #dense: Float32Array;
  readonly #denseBias: Float32Array;
  readonly #denseOut: Float32Array;
  readonly #layers: readonly Layer[];
  readonly #states: readonly Float32Array[];
  readonly #fromX: Float32Array;
  readonly #fromH: Float32Array;
  readonly #heads: Float32Array;
  readonly #headsBias: Float32Array;
  readonly #headsOut: Float32Array;
  readonly #nOutputs: number;
  #nSteps = 0;
  #nSamples = 0;

  constructor(weights: Weights) {
    const { dense, denseBias, layers, heads, headsBias } = weights;
    const nDense = denseBias.length;
    const widths = [CONTEXT * N_BANDS, nDense, ...layers.map((layer) => layer.nCells)];
    const widest = 3 * Math.max(...widths);
    const arrays = [dense, denseBias, heads, headsBias, ...layers.flatMap((l) => [l.inputs, l.states, l.inputBias, l.stateBias])];
    const nWeights = arrays.reduce((sum, array) => sum + array.length, 0);
    // With room for what is padded, and for the vectors between the layers.
    const nFloats = nWeights + 4 * widest * (arrays.length + layers.length + 6);
    const k = widths.every((width) => width === padded(width)) ? kernel(nFloats) : plainKernel();
    this.#kernel = k;
    this.#aheadFrames = weights.aheadFrames;
    this.#recent = k.take(new Float32Array(CONTEXT * N_BANDS));
    this.#dense = k.take(dense, CONTEXT * N_BANDS);
    this.#denseBias = k.take(denseBias);
    this.#denseOut = k.take(new Float32Array(nDense));
    let width = nDense;
    this.#layers = layers.map((layer) => {
      const inputs = k.take(layer.inputs, width);
      width = layer.nCells;
      const states = k.take(layer.states, width);
      const [inputBias, stateBias] = [k.take(layer.inputBias), k.take(layer.stateBias)];
      return { inputs, states, inputBias, stateBias, nCells: layer.nCells };
    });
    this.#states = layers.map((layer) => k.take(new Float32Array(layer.nCells)));
    this.#fromX = k.take(new Float32Array(widest));
    this.#fromH = k.take(new Float32Array(widest));
    this.#heads = k.take(heads, width);
    this.#headsBias = k.take(headsBias);
    this.#headsOut = k.take(new Float32Array(headsBias.length));
    this.#nOutputs = headsBias.length;
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
    const silence = new Float32Array(flushSamples(this.#nSamples, this.#aheadFrames));
    this.#mel.push(silence, (frame) => this.#step(frame, take));
  }

  #step(frame: Float32Array, take: (logits: Float32Array) => void): void {
    this.#recent.copyWithin(0, N_BANDS);
    this.#recent.set(frame, this.#recent.length - N_BANDS);
    const { multiply } = this.#kernel;
    multiply(this.#dense, this.#recent, this.#denseBias, this.#denseOut);
    for (let i = 0; i < this.#denseOut.length; i++) this.#denseOut[i] = Math.tanh(this.#denseOut[i]!);
    let x = this.#denseOut;
    this.#layers.forEach((layer, index) => {
      const state = this.#states[index]!;
      this.#gru(layer, x, state);
      x = state;
    });
    if (this.#nSteps++ < this.#aheadFrames) return;
    multiply(this.#heads, x, this.#headsBias, this.#headsOut);
    take(this.#headsOut.subarray(0, this.#nOutputs));
  }

  #gru(layer: Layer, x: Float32Array, h: Float32Array): void {
    const n = layer.nCells;
    const [fromX, fromH] = [this.#fromX, this.#fromH];
    this.#kernel.multiply(layer.inputs, x, layer.inputBias, fromX);
    this.#kernel.multiply(layer.states, h, layer.stateBias, fromH);
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
