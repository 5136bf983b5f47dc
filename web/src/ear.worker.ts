// A thread for the ear: sound comes from the audio thread, cues go to the page. It also measures
// what the ear costs here (`visavis bench ear --browser`).
import { Listener, type HeardNow } from "./ear/listener.ts";
import { weightsFrom } from "./ear/weights.ts";
import type { Overheard } from "./listen.worklet.ts";

/** The page tells it where the sound comes from and what to hear with, or to measure itself. */
export type EarOrder =
  | { kind: "hear"; weights: ArrayBuffer; sound: MessagePort }
  | { kind: "measure"; weights: ArrayBuffer; seconds: number };

/** What the page is told. */
export type EarReport =
  | { kind: "ready"; delaySamples: number }
  | ({ kind: "heard" } & HeardNow)
  | { kind: "begins"; originFrame: number }
  | { kind: "measured"; costMs: number[] }
  | { kind: "failed"; reason: string };

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<EarOrder>) => void) | null;
  postMessage(report: EarReport): void;
};

scope.onmessage = ({ data }) => {
  obeyed(data).catch((error: unknown) => {
    scope.postMessage({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  });
};

async function obeyed(order: EarOrder): Promise<void> {
  const listener = new Listener(await weightsFrom(order.weights));
  if (order.kind === "hear") hear(listener, order.sound);
  else scope.postMessage({ kind: "measured", costMs: measured(listener, order.seconds) });
}

function hear(listener: Listener, sound: MessagePort): void {
  sound.onmessage = ({ data }: MessageEvent<Overheard>) => {
    if (data.kind === "begins") {
      listener.reset();
      scope.postMessage(data);
    } else scope.postMessage({ kind: "heard", ...listener.push(data.sound) });
  };
  scope.postMessage({ kind: "ready", delaySamples: listener.delaySamples });
}

/** What each 10 ms of sound cost, over chunks of 100 ms: clocks here are no finer than 0.1 ms. */
function measured(listener: Listener, seconds: number): number[] {
  const chunk = new Float32Array(1_600);
  const costMs: number[] = [];
  for (let n = 0; n < 10 * seconds; n++) {
    // Not silence, which some arithmetic is quicker with: a tone that glides, and its harmonics.
    for (let i = 0; i < chunk.length; i++) {
      const t = (n * chunk.length + i) / 16_000;
      const phase = 2 * Math.PI * (120 * t + 4 * Math.sin(5 * t));
      chunk[i] = 0.2 * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(7 * phase));
    }
    const start = performance.now();
    listener.push(chunk);
    costMs.push((performance.now() - start) / 10);
  }
  return costMs;
}
