// What a character does at a moment is calm, ends by itself, and can be chosen by the site.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  acted,
  AT_EASE,
  EMOTIONS,
  type Acting,
  GESTURE_MS,
  GESTURES,
  LINGER_MS,
  natural,
  NOD_EVERY_MS,
} from "../src/acting.ts";
import { Director } from "../src/director.ts";
import type { Moment, MomentKind } from "../src/moments.ts";
import { randomSource } from "./random.ts";

const moment = (kind: MomentKind, more: Partial<Moment> = {}): Moment => ({
  kind,
  turnId: 1,
  replyId: 1,
  emotion: null,
  source: null,
  ...more,
});

const KINDS: readonly MomentKind[] = [
  "greets",
  "user-starts",
  "user-stops",
  "thinks-long",
  "agent-starts",
  "agent-pauses",
  "held",
  "agent-goes-on",
  "feels",
  "agent-ends",
  "interrupted",
];

test("a greeting waves and is glad, until it is over and a little longer", () => {
  let { acting, act } = acted(AT_EASE, [moment("greets"), moment("agent-starts")], 0);
  assert.equal(act.gesture, "wave");
  assert.equal(act.emotion, "happy");
  ({ acting, act } = acted(acting, [], 60_000));
  assert.equal(act.emotion, "happy");
  ({ acting, act } = acted(acting, [moment("agent-ends")], 60_001));
  assert.equal(act.emotion, "happy");
  ({ acting, act } = acted(acting, [], 60_001 + LINGER_MS - 1));
  assert.equal(act.emotion, "happy");
  ({ acting, act } = acted(acting, [], 60_001 + LINGER_MS));
  assert.equal(act.emotion, "neutral");
});

test("an interruption takes the feeling at once", () => {
  const { acting } = acted(AT_EASE, [moment("feels", { emotion: "sad" })], 0);
  assert.equal(acted(acting, [moment("interrupted")], 100).act.emotion, "neutral");
});

test("he nods when the user stops, but not at every word", () => {
  let { acting, act } = acted(AT_EASE, [moment("user-stops")], 0);
  assert.equal(act.gesture, "gesture");
  ({ acting, act } = acted(acting, [moment("user-stops")], NOD_EVERY_MS - 1));
  assert.equal(act.gesture, null);
  ({ acting, act } = acted(acting, [moment("user-stops")], NOD_EVERY_MS));
  assert.equal(act.gesture, "gesture");
});

test("the site chooses: another gesture, none, or what would have been done", () => {
  const stop = [moment("user-stops")];
  assert.equal(acted(AT_EASE, stop, 0, () => ({ gesture: "celebrate" })).act.gesture, "celebrate");
  assert.equal(acted(AT_EASE, stop, 0, () => ({})).act.gesture, null);
  assert.equal(acted(AT_EASE, stop, 0, () => undefined).act.gesture, "gesture");
  const sad = acted(AT_EASE, stop, 0, (_, planned) => ({ ...planned, emotion: "sad", emotionMs: 500 }));
  assert.equal(sad.act.gesture, "gesture");
  assert.equal(acted(sad.acting, [], 499).act.emotion, "sad");
  assert.equal(acted(sad.acting, [], 500).act.emotion, "neutral");
});

test("a choice that fails is told, and does no harm", (context) => {
  const complaints = context.mock.method(console, "error", () => undefined);
  const director = new Director(() => {
    throw new Error("the site's own mistake");
  });
  const scene = { activity: "hearing", turnId: 1, heard: null, reply: undefined } as const;
  director.direct(scene, "listening", "full", 0);
  const { gesture } = director.direct({ ...scene, activity: "thinking" }, "thinking", "full", 20);
  assert.equal(gesture, "gesture");
  assert.equal(complaints.mock.callCount(), 2);
});

test("reduced motion: moments are told, and nothing moves but the mouth", () => {
  const director = new Director();
  director.look({ x: 1, y: 1 }, 0);
  const scene = { activity: "hearing", turnId: 1, heard: null, reply: undefined } as const;
  const first = director.direct(scene, "listening", "reduced", 10);
  const second = director.direct({ ...scene, activity: "speaking" }, "idle", "reduced", 500);
  assert.deepEqual([...first.moments, ...second.moments].map(({ kind }) => kind), ["user-starts", "user-stops"]);
  assert.deepEqual([second.gesture, second.emotion, second.eyes.x, second.eyes.y], [null, "neutral", 0, 0]);
});

test("whatever happens: gestures come one at a time, feelings end, all is of the contract", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomSource(seed * 104_729);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random(from.length))] as T;
    let acting: Acting = AT_EASE;
    let nowMs = 0;
    let lastGestureMs = -Infinity;
    for (let step = 0; step < 80; step++) {
      nowMs += Math.floor(random(700));
      const moments = Array.from({ length: Math.floor(random(3)) }, () =>
        moment(pick(KINDS), { emotion: pick(EMOTIONS), turnId: step }),
      );
      const before = structuredClone(acting);
      const result = acted(acting, moments, nowMs);
      assert.deepEqual(acting, before);
      assert.deepEqual(acted(acting, moments, nowMs), result);
      ({ acting } = result);
      const { gesture, emotion, glance } = result.act;
      assert.ok(EMOTIONS.includes(emotion));
      if (glance !== null) assert.ok(Math.abs(glance.x) <= 1 && Math.abs(glance.y) <= 1);
      if (gesture === null) continue;
      assert.ok(GESTURES.includes(gesture));
      assert.ok(nowMs - lastGestureMs >= GESTURE_MS, `seed ${seed}: two gestures at once`);
      lastGestureMs = nowMs;
    }
    ({ acting } = acted(acting, [moment("interrupted")], nowMs + 1));
    const quiet = acted(acting, [], nowMs + 60_000).act;
    assert.deepEqual(quiet, { gesture: null, emotion: "neutral", glance: null });
  }
});

test("every moment has an answer", () => {
  for (const kind of KINDS) assert.ok(natural(moment(kind)), kind);
});
