// A face for any sound: a MediaStream (a call, somebody else's agent) or an audio or video element.
// The ear listens in a thread of its own; the page asks once a frame what the mouth looks like.
import { steady, type Steady } from "./clock.ts";
import { mouthDelayMs } from "./ear/listener.ts";
import type { EarOrder, EarReport } from "./ear.worker.ts";
import type { Face, Motion } from "./face.ts";
import { StreamMouth } from "./stream-mouth.ts";

/** Where the built parts are served; the weights are the server's `ear.npz`. */
export interface EarAssets {
  listenWorkletUrl: string;
  earWorkerUrl: string;
  earWeightsUrl: string;
}

export type SoundSource = MediaStream | HTMLMediaElement;

/**
 * Where the sound is played. `here`: by this face, as much later as the ear needs (about 0.2 s), so
 * that mouth and sound agree. `elsewhere`: it is heard already; the mouth follows 0.2 s behind.
 */
export type PlayedWhere = "here" | "elsewhere";

export class StreamError extends Error {
  override readonly name = "StreamError";
}

/** An element gives its sound to one context for ever: browsers insist. */
const tapped = new WeakMap<HTMLMediaElement, MediaElementAudioSourceNode>();

export class StreamFace {
  readonly #context: AudioContext;
  readonly #nodes: readonly AudioNode[];
  readonly #worker: Worker;
  readonly #mouth = new StreamMouth();
  readonly #delayMs: number;
  readonly #playedWhere: PlayedWhere;
  readonly #stopper = new AbortController();
  #steady: Steady | null = null;

  private constructor(
    context: AudioContext,
    nodes: readonly AudioNode[],
    worker: Worker,
    delayMs: number,
    playedWhere: PlayedWhere,
  ) {
    this.#context = context;
    this.#nodes = nodes;
    this.#worker = worker;
    this.#delayMs = delayMs;
    this.#playedWhere = playedWhere;
    worker.onmessage = ({ data }: MessageEvent<EarReport>) => this.#mouth.receive(data);
  }

  /**
   * Listens to a source. An element is always played `here`; its sound is this face's from then on.
   * Throws StreamError if the ear can't be loaded.
   */
  static async open(source: SoundSource, assets: EarAssets, where: PlayedWhere = "here"): Promise<StreamFace> {
    const isElement = source instanceof HTMLMediaElement;
    const known = isElement ? tapped.get(source) : undefined;
    const context = (known?.context as AudioContext | undefined) ?? new AudioContext({ latencyHint: "interactive" });
    const playedWhere = isElement ? "here" : where;
    const worker = workerAt(assets.earWorkerUrl);
    try {
      const listen = await tapOf(context, assets.listenWorkletUrl);
      const delaySamples = await hearing(worker, assets.earWeightsUrl, listen);
      const input = isElement ? (known ?? context.createMediaElementSource(source)) : context.createMediaStreamSource(source);
      if (isElement) tapped.set(source, input as MediaElementAudioSourceNode);
      const delayMs = mouthDelayMs(delaySamples);
      const later = new DelayNode(context, { maxDelayTime: 1, delayTime: delayMs / 1000 });
      input.connect(listen);
      if (playedWhere === "here") input.connect(later).connect(context.destination);
      const face = new StreamFace(context, [input, listen, later], worker, delayMs, playedWhere);
      face.#keepRunning(source);
      return face;
    } catch (error) {
      worker.terminate();
      throw error instanceof StreamError ? error : new StreamError(`the ear could not start: ${String(error)}`);
    }
  }

  /** What is seen now: call once a frame. */
  face(motion: Motion): Face {
    return this.#mouth.face(this.#heardFrame(), this.#context.sampleRate, motion);
  }

  /** Sound goes on after the browser has suspended it; call from a click, touch or key. */
  async resume(): Promise<void> {
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** Stops listening. An element's sound goes on, a little earlier than before. */
  async close(): Promise<void> {
    this.#stopper.abort();
    this.#worker.terminate();
    for (const node of this.#nodes) node.disconnect();
    const [input] = this.#nodes;
    if (input instanceof MediaElementAudioSourceNode) input.connect(this.#context.destination);
    else await this.#context.close();
  }

  /** The context's frame whose sound is at the ear, or, `elsewhere`, was a delay ago. */
  #heardFrame(): number {
    const { currentTime, outputLatency, baseLatency, sampleRate } = this.#context;
    const pageTimeS = performance.now() / 1000;
    this.#steady = steady(this.#steady, currentTime, pageTimeS);
    const latencyS = this.#playedWhere === "here" ? outputLatency || baseLatency || 0 : 0;
    return (pageTimeS + this.#steady.offsetS - latencyS - this.#delayMs / 1000) * sampleRate;
  }

  /** Contexts made without a click start suspended: wake it with the element, or at the next touch. */
  #keepRunning(source: SoundSource): void {
    const options = { signal: this.#stopper.signal };
    const wake = (): void => void this.resume();
    if (source instanceof HTMLMediaElement) source.addEventListener("playing", wake, options);
    document.addEventListener("pointerdown", wake, options);
    document.addEventListener("keydown", wake, options);
    wake();
  }
}

async function tapOf(context: AudioContext, workletUrl: string): Promise<AudioWorkletNode> {
  const worklet: AudioWorklet | undefined = context.audioWorklet;
  if (worklet === undefined) throw new StreamError("plain HTTP from another machine has no worklets: serve the page over HTTPS");
  await worklet.addModule(workletUrl);
  return new AudioWorkletNode(context, "visavis-listen", {
    numberOfOutputs: 0,
    channelCount: 1, // stereo is mixed down
    channelCountMode: "explicit",
  });
}

/**
 * A worker must come from the page's own origin, though what it imports need not: so for a script
 * elsewhere, as where a page embeds the avatar of another server, the worker is one line of its own.
 */
function workerAt(url: string): Worker {
  if (new URL(url, document.baseURI).origin === location.origin) return new Worker(url, { type: "module" });
  const line = new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(line);
  const worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}

/** Starts the ear in its worker; returns its delay in samples at 16 kHz. */
async function hearing(worker: Worker, weightsUrl: string, listen: AudioWorkletNode): Promise<number> {
  const response = await fetch(weightsUrl);
  if (!response.ok) throw new StreamError(`the ear's weights are not at ${weightsUrl} (${response.status})`);
  const weights = await response.arrayBuffer();
  const { port1, port2 } = new MessageChannel();
  const order: EarOrder = { kind: "hear", weights, sound: port1 };
  const delaySamples = await new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<EarReport>) => {
      if (data.kind === "ready") resolve(data.delaySamples);
      else if (data.kind === "failed") reject(new StreamError(data.reason));
    };
    worker.onerror = (event) => reject(new StreamError(`the ear's worker failed: ${event.message || "not found"}`));
    worker.postMessage(order, [weights, port1]);
  });
  listen.port.postMessage(port2, [port2]);
  return delaySamples;
}

