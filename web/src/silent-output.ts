// Where replies "play" on a machine without a loudspeaker: the same queue, by the page's clock.
// Nobody hears them; captions and lips go on.
import type { Anchor } from "./clock.ts";
import type { Output } from "./output.ts";
import { Playout, type PlayoutCommand } from "./playout.ts";

/** How late an anchor may come; what it says is exact all the same. */
const TICK_MS = 20;
const BLOCK_FRAMES = 1024;

/** `nowS`: the page's clock, in seconds; frames of `rateHz` are counted on it from its zero. */
export function silentOutput(rateHz: number, onAnchor: (anchor: Anchor) => void, nowS = pageTimeS): Output {
  const playout = new Playout(rateHz);
  const block = new Float32Array(BLOCK_FRAMES);
  let nextFrame = Math.round(nowS() * rateHz);
  const catchUp = (): void => {
    const due = Math.round(nowS() * rateHz);
    while (nextFrame < due) {
      const part = block.subarray(0, Math.min(BLOCK_FRAMES, due - nextFrame));
      playout.render(part, nextFrame);
      nextFrame += part.length;
    }
    playout.takeAnchors().forEach(onAnchor);
  };
  const timer = setInterval(catchUp, TICK_MS);
  return {
    tell: (command: PlayoutCommand) => {
      catchUp();
      playout.receive(command, nextFrame);
    },
    disconnect: () => clearInterval(timer),
  };
}

export function pageTimeS(): number {
  return performance.now() / 1000;
}
