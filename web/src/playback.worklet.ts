// Runs on the audio thread: the playout queue behind one AudioWorkletNode.
import { Playout, type PlayoutCommand } from "./playout.ts";
import { AudioWorkletProcessor, currentFrame, registerProcessor, sampleRate } from "./worklet-scope.ts";

class Playback extends AudioWorkletProcessor {
  readonly #playout = new Playout(sampleRate);

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<PlayoutCommand>) => {
      this.#playout.receive(event.data, currentFrame());
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const channels = outputs[0] ?? [];
    const [first, ...others] = channels;
    if (first === undefined) return true;
    this.#playout.render(first, currentFrame());
    for (const other of others) other.set(first);
    for (const anchor of this.#playout.takeAnchors()) this.port.postMessage(anchor);
    return true;
  }
}

registerProcessor("visavis-playback", Playback);
