// Where the playout queue runs: on the audio thread, or, where browsers withhold worklets, in the
// page.
import type { Anchor } from "./clock.ts";
import { Playout, type PlayoutCommand } from "./playout.ts";

export interface Output {
  tell(command: PlayoutCommand, transfer: Transferable[]): void;
  disconnect(): void;
}

type OnAnchor = (anchor: Anchor) => void;

/** 23 ms at 44.1 kHz: what a busy page can keep up with. */
const SCRIPT_BLOCK_FRAMES = 1024;

export async function openOutput(
  context: AudioContext,
  workletUrl: string,
  onAnchor: OnAnchor,
): Promise<Output> {
  // Plain HTTP from another machine has no worklets (nor a microphone); typing still gets a voice.
  const worklet: AudioWorklet | undefined = context.audioWorklet;
  if (worklet === undefined) return scriptOutput(context, onAnchor);
  await worklet.addModule(workletUrl);
  const node = new AudioWorkletNode(context, "visavis-playback", {
    numberOfInputs: 0,
    outputChannelCount: [1],
  });
  node.port.onmessage = (event: MessageEvent<Anchor>) => onAnchor(event.data);
  node.connect(context.destination);
  return {
    tell: (command, transfer) => node.port.postMessage(command, transfer),
    disconnect: () => node.disconnect(),
  };
}

/** The deprecated way, and the only one there is without worklets. */
function scriptOutput(context: AudioContext, onAnchor: OnAnchor): Output {
  const playout = new Playout(context.sampleRate);
  const node = context.createScriptProcessor(SCRIPT_BLOCK_FRAMES, 0, 1);
  let nextFrame = 0;
  node.onaudioprocess = (event) => {
    const block = event.outputBuffer.getChannelData(0);
    const contextFrame = Math.round(event.playbackTime * context.sampleRate);
    playout.render(block, contextFrame);
    nextFrame = contextFrame + block.length;
    playout.takeAnchors().forEach(onAnchor);
  };
  node.connect(context.destination);
  return {
    tell: (command) => playout.receive(command, nextFrame),
    disconnect: () => node.disconnect(),
  };
}
