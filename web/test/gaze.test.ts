// Eyes are calm: they follow a pointer that matters, ease at any frame rate, and come back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aim, FORWARD, follow, INTEREST_MS, noticed, type Eyes, type Interest } from "../src/gaze.ts";
import { randomSource } from "./random.ts";

test("the pointer is looked at, less in talk, not while thinking, and grows dull", () => {
  const pointer = noticed(null, { x: 1, y: -0.5 }, 1_000);
  assert.deepEqual(aim(pointer, null, "idle", 1_100), { x: 0.8, y: -0.4 });
  assert.ok(aim(pointer, null, "speaking", 1_100).x < 0.5);
  assert.deepEqual(aim(pointer, null, "thinking", 1_100), { x: 0, y: -0 });
  assert.deepEqual(aim(pointer, null, "idle", 1_000 + INTEREST_MS + 1), { x: 0, y: 0 });
});

test("a glance goes before the pointer", () => {
  const pointer = noticed(null, { x: 1, y: 1 }, 0);
  assert.deepEqual(aim(pointer, { x: -0.3, y: 0 }, "idle", 10), { x: -0.3, y: 0 });
});

test("a trembling hand neither moves the eyes nor keeps them", () => {
  let pointer: Interest = noticed(null, { x: 0.5, y: 0.5 }, 0);
  for (let ms = 10; ms < INTEREST_MS; ms += 10) pointer = noticed(pointer, { x: 0.5 + (ms % 20) / 1000, y: 0.5 }, ms);
  assert.equal(pointer.sinceMs, 0);
  assert.equal(noticed(pointer, { x: 0.7, y: 0.5 }, 100).sinceMs, 100);
});

test("as fast at 10 frames a second as at 240", () => {
  const after = (frameMs: number): Eyes => {
    let eyes: Eyes = FORWARD;
    for (let ms = frameMs; ms <= 300; ms += frameMs) eyes = follow(eyes, { x: 1, y: 1 }, ms, "full");
    return eyes;
  };
  assert.ok(Math.abs(after(100).x - after(300 / 72).x) < 0.01);
});

test("whatever the pointer does, the eyes stay in their sockets and never jump", () => {
  const random = randomSource(42);
  let pointer: Interest | null = null;
  let eyes: Eyes = FORWARD;
  for (let ms = 16; ms < 60_000; ms += 16) {
    if (random(1) < 0.2) pointer = noticed(pointer, { x: random(20) - 10, y: random(1) < 0.01 ? NaN : random(4) - 2 }, ms);
    const before = eyes;
    eyes = follow(eyes, aim(pointer, null, "idle", ms), ms, "full");
    assert.ok(Math.abs(eyes.x) <= 1 && Math.abs(eyes.y) <= 1);
    assert.ok(Math.hypot(eyes.x - before.x, eyes.y - before.y) < 0.5);
  }
});

test("reduced motion: still and forward", () => {
  assert.deepEqual(follow({ x: 0.4, y: 0.4, atMs: 0 }, { x: 1, y: 1 }, 500, "reduced"), { x: 0, y: 0, atMs: 500 });
});
