// A character that speaks is drawn at every frame, one that breathes at half of them, a hidden one never.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Performance } from "../src/director.ts";
import type { Face } from "../src/face.ts";
import { REST } from "../src/lips.ts";
import { ASLEEP, IDLE_FPS, paced, SETTLE_MS, type Pace } from "../src/pace.ts";
import { VISEMES } from "../src/visemes.ts";
import { randomSource } from "./random.ts";

const idle: Face = { weights: REST, mood: "idle", energy: 0 };
const talking: Face = { weights: VISEMES.map((_, i) => (i === 10 ? 1 : 0)), mood: "speaking", energy: 0.5 };
const still: Performance = { moments: [], gesture: null, emotion: "neutral", eyes: { x: 0, y: 0 } };

/** Frames drawn in `seconds` on a screen of so many hertz, with a little jitter. */
function drawn(face: Face, act: Performance, screenHz: number, seconds = 10, seen: "seen" | "hidden" = "seen"): number {
  const random = randomSource(screenHz);
  let pace: Pace = ASLEEP;
  let n = 0;
  for (let i = 0; i < screenHz * seconds; i++) {
    const step = paced(pace, face, act, seen, (i * 1000) / screenHz + random(2) - 1);
    pace = step.pace;
    if (step.frame === "draw") n++;
  }
  return n / seconds;
}

test("speaking: every frame of any screen", () => {
  for (const hz of [30, 60, 75, 120, 144]) assert.equal(drawn(talking, still, hz), hz);
});

test("breathing: about IDLE_FPS, never more than a third above, on any screen", () => {
  for (const hz of [60, 75, 90, 120, 144, 240]) {
    const fps = drawn(idle, still, hz);
    assert.ok(fps >= 0.75 * IDLE_FPS && fps <= 1.34 * IDLE_FPS, `${fps} of ${hz}`);
  }
  assert.equal(drawn(idle, still, 24), 24);
});

test("hidden: none at all, whatever happens", () => {
  assert.equal(drawn(talking, still, 60, 10, "hidden"), 0);
  assert.equal(drawn(idle, { ...still, gesture: "wave" }, 60, 10, "hidden"), 0);
});

test("each change is drawn in full until it has settled, and no longer", () => {
  const changes: [Face, Performance][] = [
    [{ ...idle, mood: "listening" }, still],
    [idle, { ...still, gesture: "wave" }],
    [idle, { ...still, emotion: "happy" }],
    [idle, { ...still, eyes: { x: 0.5, y: 0 } }],
  ];
  for (const [face, act] of changes) {
    let { pace } = paced(ASLEEP, idle, still, "seen", 0);
    pace = paced(pace, idle, still, "seen", 60).pace;
    let step = paced(pace, face, act, "seen", 68);
    assert.equal(step.frame, "draw", "at once");
    const after = { ...act, gesture: null };
    step = paced(step.pace, face, after, "seen", 76);
    assert.equal(step.frame, "draw");
    ({ pace } = paced(step.pace, face, after, "seen", 70 + SETTLE_MS));
    assert.equal(paced(pace, face, after, "seen", 78 + SETTLE_MS).frame, "skip");
  }
});

test("what changed while it was hidden is drawn as soon as it is seen", () => {
  let { pace } = paced(ASLEEP, idle, still, "seen", 0);
  for (let ms = 16; ms < 60_000; ms += 16) ({ pace } = paced(pace, { ...idle, mood: "listening" }, still, "hidden", ms));
  assert.equal(paced(pace, { ...idle, mood: "listening" }, still, "seen", 60_000).frame, "draw");
});
