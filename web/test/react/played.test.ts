import assert from "node:assert/strict";
import { test } from "node:test";
import { locate, PATTERN_SAMPLES } from "../../src/react/locate.ts";
import { PlayedSound } from "../../src/react/played.ts";
import { RecentSound } from "../../src/react/recent.ts";
import { randomSource } from "../random.ts";

const RATE = 16_000;

test("buffers are played end to end, and one that comes too late begins a new run", () => {
  const played = new PlayedSound(RATE);
  assert.equal(played.at(0), null);
  played.give(0, 1600, 1);
  played.give(1600, 1600, 1.05);
  const first = played.at(1.1);
  assert.ok(first !== null && Math.abs(first.sample - 1360) < 1e-6); // 15 ms behind the hand-over
  assert.equal(first.evidence, "guessed");
  assert.ok(played.isPlaying(1.2) && !played.isPlaying(1.3));
  played.give(3200, 1600, 2);
  assert.equal(Math.round(played.at(2.015)?.sample ?? -1), 3200);
});

test("lips may open before a run and close after it, but not long before or after", () => {
  const played = new PlayedSound(RATE);
  played.give(800, 1600, 1);
  assert.equal(Math.round(played.at(0.915)?.sample ?? 0), 800 - 1600);
  assert.equal(played.at(0.8), null);
  assert.equal(Math.round(played.at(1.215)?.sample ?? 0), 800 + 3200);
  assert.equal(played.at(1.5), null);
});

test("what was measured moves its whole run, and only that", () => {
  const played = new PlayedSound(RATE);
  played.give(0, 16_000, 0);
  played.give(16_000, 16_000, 5);
  played.measured(8_000, 0.6);
  assert.deepEqual(played.at(0.6), { sample: 8_000, evidence: "measured" });
  assert.equal(Math.round(played.at(0.35)?.sample ?? 0), 4_000);
  assert.equal(played.at(5.5)?.evidence, "guessed");
  played.measured(99_000, 0.6); // of no run: somebody else's
  assert.deepEqual(played.at(0.6), { sample: 8_000, evidence: "measured" });
});

test("silence that is not the agent's has no place, and what was dropped is heard no more", () => {
  const played = new PlayedSound(RATE);
  played.give(null, 1600, 1);
  played.give(0, 1600, 1);
  assert.equal(played.at(1.05), null);
  assert.equal(Math.round(played.at(1.165)?.sample ?? -1), 800);
  played.drop();
  assert.equal(played.at(1.165), null);
});

test("however buffers come, each sample has one time, and the order is kept", () => {
  const random = randomSource(5);
  for (let round = 0; round < 50; round++) {
    const played = new PlayedSound(RATE);
    let [atS, sample] = [0, 0];
    for (let i = 0; i < 20; i++) {
      atS += random(1) * 0.2;
      const n = 1 + Math.floor(random(4000));
      played.give(sample, n, atS);
      sample += n;
    }
    let last = Number.NEGATIVE_INFINITY;
    for (let t = atS - 0.5; t < atS + 2; t += 0.004) {
      const place = played.at(t);
      if (place === null) continue;
      assert.ok(place.sample >= last - RATE * 0.3, `${place.sample} after ${last}`); // a tail, then a run
      last = place.sample;
    }
  }
});

function noise(n: number, seed: number): Int16Array {
  const random = randomSource(seed);
  return Int16Array.from({ length: n }, () => Math.round(random(60_000) - 30_000));
}

const asPlayed = (pcm: Int16Array): Float32Array => Float32Array.from(pcm, (value) => value / 32_768);

test("played sound is found in what is known, wherever it is expected", () => {
  const known = noise(20_000, 1);
  for (const end of [PATTERN_SAMPLES, 5_000, 20_000]) {
    const heard = asPlayed(known.subarray(Math.max(0, end - 2048), end));
    for (const expected of [end, end - 900, 0, 20_000]) assert.equal(locate(heard, known, expected), end);
  }
  assert.equal(locate(asPlayed(noise(2048, 2)), known, 5_000), null);
  assert.equal(locate(new Float32Array(2048), new Int16Array(20_000), 5_000), null, "silence is everywhere");
});

test("of places that are alike, the one that is expected counts", () => {
  const tone = new Int16Array(10_000).fill(1234);
  assert.equal(locate(asPlayed(tone.subarray(0, 2048)), tone, 7_000), 7_000);
});

test("recent sound is the same however it was cut, and old sound is forgotten", () => {
  const sound = noise(5_000, 3);
  const recent = new RecentSound(10);
  for (let at = 0; at < 5_000; at += 700) recent.append(sound.subarray(at, Math.min(at + 700, 5_000)));
  assert.equal(recent.nSamples, 5_000);
  const { fromSample, pcm } = recent.between(4_000, 9_000);
  assert.equal(fromSample, 4_000);
  assert.deepEqual(pcm, sound.slice(4_000));
  const kept = recent.between(0, 5_000);
  assert.ok(kept.fromSample >= 5_000 - 1_800 - 700);
  assert.deepEqual(kept.pcm, sound.slice(kept.fromSample));
});
