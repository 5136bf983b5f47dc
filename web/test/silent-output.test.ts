import assert from "node:assert/strict";
import { test } from "node:test";
import type { Anchor } from "../src/clock.ts";
import { silentOutput } from "../src/silent-output.ts";

const RATE_HZ = 48_000;

test("a reply takes as long as it would if it were heard, and its anchors are exact", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let nowS = 100.0001;
  const anchors: Anchor[] = [];
  const output = silentOutput(RATE_HZ, (anchor) => anchors.push(anchor), () => nowS);
  const tick = (seconds: number): void => {
    nowS += seconds;
    t.mock.timers.tick(20);
  };
  output.tell({ type: "arm", replyId: 1, rateHz: 24_000, fromFrame: 4_800 }, []);
  output.tell({ type: "audio", replyId: 1, frames: new Float32Array(48_000).fill(0.5) }, []);
  output.tell({ type: "end", replyId: 1 }, []);
  tick(0.5);
  assert.deepEqual(anchors, []);
  nowS += 0.013; // between two ticks
  const committedFrame = Math.round(nowS * RATE_HZ);
  output.tell({ type: "commit", replyId: 1 }, []);
  tick(0.007);
  assert.deepEqual(anchors, [
    { replyId: 1, replySample: 2_400, contextFrame: committedFrame, status: "playing" },
  ]);
  tick(30); // a hidden page's timers are slow
  assert.deepEqual(anchors.slice(1), [
    { replyId: 1, replySample: 26_400, contextFrame: committedFrame + 48_000, status: "ended" },
  ]);
  output.disconnect();
  tick(1);
  assert.equal(anchors.length, 2);
});
