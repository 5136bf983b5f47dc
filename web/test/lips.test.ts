import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { mix, openness, pose, REST, sequential } from "../src/lips.ts";
import { ON_TIME, SIL, VISEMES } from "../src/visemes.ts";
import type { CueItem } from "../src/wire.gen.ts";
import { randomSource } from "./random.ts";

const RATE_HZ = 22_050;
const ms = (value: number) => Math.round((value * RATE_HZ) / 1000);
const cue = (at_ms: number, name: string, weight = 1): CueItem => ({
  at_sample: ms(at_ms),
  viseme: VISEMES.indexOf(name),
  weight,
});
const weightOf = (weights: readonly number[], name: string) => weights[VISEMES.indexOf(name)] ?? 0;

function randomCues(seed: number): { cues: CueItem[]; endSample: number } {
  const random = randomSource(seed);
  const cues: CueItem[] = [];
  let at = Math.floor(random(2000));
  for (let i = 0; i < 40; i++) {
    cues.push({ at_sample: at, viseme: Math.floor(random(15)), weight: random(1) });
    at += random(10) < 1 ? 0 : Math.floor(random(3000)); // now and then none at all
  }
  return { cues, endSample: at };
}

test("weights lie in 0..1 and sum to 1, whatever the cues", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { cues, endSample } = randomCues(seed);
    const end = seed % 3 === 0 ? undefined : seed % 3 === 1 ? endSample : endSample / 2;
    for (let sample = -3000; sample < endSample + 5000; sample += 97) {
      const weights = pose(cues, sample, RATE_HZ, end);
      assert.equal(weights.length, 15);
      assert.ok(weights.every((w) => w >= -1e-12 && w <= 1 + 1e-12), `seed ${seed} at ${sample}`);
      const sum = weights.reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-9, `seed ${seed} at ${sample}: ${sum}`);
    }
  }
});

test("nothing pops: no weight jumps between neighbouring samples of real speech", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomSource(seed);
    const cues: CueItem[] = [];
    let at_ms = 0;
    for (let i = 0; i < 30; i++) {
      cues.push(cue(at_ms, VISEMES[Math.floor(random(15))] as string, random(1)));
      at_ms += 40 + random(150);
    }
    let before = pose(cues, -ms(200), RATE_HZ, ms(at_ms));
    for (let sample = -ms(200); sample < ms(at_ms + 200); sample += ms(1)) {
      const now = pose(cues, sample, RATE_HZ, ms(at_ms));
      const jump = Math.max(...now.map((w, i) => Math.abs(w - (before[i] ?? 0))));
      assert.ok(jump < 0.15, `seed ${seed} at ${sample}: ${jump} within a millisecond`);
      before = now;
    }
  }
});

test("pure: the same answer in any order of calls", () => {
  const { cues, endSample } = randomCues(7);
  const samples = Array.from({ length: 300 }, (_, i) => i * 200 - 1000);
  const forwards = samples.map((s) => pose(cues, s, RATE_HZ, endSample));
  const backwards = samples.toReversed().map((s) => pose(cues, s, RATE_HZ, endSample)).toReversed();
  assert.deepEqual(forwards, backwards);
});

for (const closure of ["PP", "FF"]) {
  test(`${closure} is complete when it begins and held until it ends, even between open vowels`, () => {
    for (const heldMs of [40, 60, 80, 120]) {
      for (const vowelMs of [50, 80, 200]) {
        const cues = [
          cue(0, "aa"),
          cue(vowelMs, closure, 0.2), // a soft closure is a closure
          cue(vowelMs + heldMs, "aa"),
          cue(2 * vowelMs + heldMs, closure),
          cue(2 * vowelMs + 2 * heldMs, "O"),
        ];
        for (const fromMs of [vowelMs, 2 * vowelMs + heldMs]) {
          for (let t = fromMs; t <= fromMs + heldMs; t += 2) {
            const weight = weightOf(pose(cues, ms(t), RATE_HZ), closure);
            assert.ok(weight >= 0.95, `${weight} at ${t - fromMs} of ${heldMs} ms`);
          }
        }
      }
    }
  });
}

test("PP next to FF: both are held in their middles", () => {
  const cues = [cue(0, "aa"), cue(100, "PP"), cue(180, "FF"), cue(260, "PP"), cue(340, "aa")];
  for (const [at_ms, name] of [[100, "PP"], [140, "PP"], [180, "FF"], [220, "FF"], [300, "PP"]] as const) {
    assert.ok(weightOf(pose(cues, ms(at_ms), RATE_HZ), name) >= 0.95, `${name} at ${at_ms} ms`);
  }
});

test("a short vowel between closures is still seen", () => {
  const cues = [cue(0, "PP"), cue(80, "aa"), cue(150, "PP"), cue(230, "sil")];
  const widest = Math.max(...Array.from({ length: 70 }, (_, t) => openness(pose(cues, ms(80 + t), RATE_HZ))));
  assert.ok(widest > 0.6, `only ${widest}`);
});

test("opens faster than it closes", () => {
  const cues = [cue(0, "sil"), cue(500, "aa"), cue(1000, "sil")];
  const durationMs = (fromMs: number) =>
    Array.from({ length: 300 }, (_, t) => openness(pose(cues, ms(fromMs + t), RATE_HZ))).filter(
      (open) => open > 0.001 && open < 0.999,
    ).length;
  const [opening, closing] = [durationMs(400), durationMs(900)];
  assert.ok(opening >= 50 && opening <= 65, `opening ${opening} ms`);
  assert.ok(closing >= 85 && closing <= 105, `closing ${closing} ms`);
});

test("rest before the reply, and within 100 ms after its end", () => {
  const cues = [cue(0, "aa"), cue(300, "O")];
  assert.deepEqual(pose(cues, -ms(150), RATE_HZ, ms(600)), REST);
  assert.deepEqual(pose(cues, ms(700), RATE_HZ, ms(600)), REST);
  assert.deepEqual(pose(cues, ms(60_000), RATE_HZ, ms(600)), REST);
  assert.deepEqual(pose([], 0, RATE_HZ, 0), REST);
  assert.deepEqual(pose([], 5, RATE_HZ), REST);
});

test("weight scales the opening; the rest of the mouth is at rest", () => {
  const weights = pose([cue(0, "aa", 0.4)], ms(500), RATE_HZ);
  assert.equal(weightOf(weights, "aa"), 0.4);
  assert.equal(weights[SIL], 0.6);
});

test("sequential weights blend, one after the other, to the true mixture", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { cues, endSample } = randomCues(seed);
    const targets = VISEMES.map((_, i) => 10 * i + 3);
    for (let sample = 0; sample < endSample; sample += 501) {
      const weights = pose(cues, sample, RATE_HZ, endSample);
      const wanted = weights.reduce((sum, w, i) => sum + w * (targets[i] ?? 0), 0);
      let blended = 0;
      sequential(weights).forEach((v, i) => {
        assert.ok(v >= 0 && v <= 100 + 1e-9);
        blended += (v / 100) * ((targets[i] ?? 0) - blended);
      });
      assert.ok(Math.abs(blended - wanted) < 1e-6);
    }
  }
  assert.deepEqual(sequential(VISEMES.map(() => 0)), VISEMES.map(() => 0));
});

test("mix goes from one mouth to the other and no further", () => {
  const open = pose([cue(0, "aa")], ms(500), RATE_HZ);
  assert.deepEqual(mix(open, REST, 2), [...REST]);
  assert.deepEqual(mix(open, REST, -1), [...open]);
  assert.ok(Math.abs(openness(mix(open, REST, 0.5)) - 0.5) < 1e-9);
});

test("the shapes that must be on time are the closed and the labiodental ones", () => {
  assert.deepEqual([...ON_TIME].map((i) => VISEMES[i]), ["PP", "FF"]);
});

// ---- golden vectors: for any other implementation, and against changes by accident
interface Golden {
  $comment: string;
  cases: {
    name: string;
    rate_hz: number;
    end_sample: number | null;
    cues: [at_sample: number, viseme: number, weight: number][];
    poses: { heard_sample: number; weights: number[]; v: number[] }[];
  }[];
}

const goldenFile = new URL("../../spec/vectors/pose.json", import.meta.url);
const round = (value: number) => Math.round(value * 1e6) / 1e6 + 0;
const posesOf = (c: Pick<Golden["cases"][number], "cues" | "rate_hz" | "end_sample">, samples: number[]) =>
  samples.map((heard_sample) => {
    const cues = c.cues.map(([at_sample, viseme, weight]) => ({ at_sample, viseme, weight }));
    const weights = pose(cues, heard_sample, c.rate_hz, c.end_sample ?? undefined);
    return { heard_sample, weights: weights.map(round), v: sequential(weights).map(round) };
  });

if (process.env["WRITE_VECTORS"] !== undefined) {
  const tuple = (c: CueItem): [number, number, number] => [c.at_sample, c.viseme, c.weight];
  const every = (stepMs: number, untilMs: number) =>
    Array.from({ length: Math.floor((untilMs + 100) / stepMs) }, (_, i) => ms(i * stepMs - 60));
  const make = (name: string, cues: CueItem[], endMs: number | null, stepMs: number, untilMs: number) => {
    const known = { name, rate_hz: RATE_HZ, end_sample: endMs === null ? null : ms(endMs), cues: cues.map(tuple) };
    return { ...known, poses: posesOf(known, every(stepMs, untilMs)) };
  };
  const golden: Golden = {
    $comment:
      "Mouths of web/src/lips.ts: `weights` in the order of visemes.json, `v` as Rive wants them (docs/reference/rive-contract.md). Written by `WRITE_VECTORS=1 npm test`.",
    cases: [
      make("mama: closures between open vowels", [cue(0, "PP"), cue(80, "aa", 0.9), cue(220, "PP"), cue(300, "aa", 0.7), cue(480, "sil")], 520, 20, 660),
      make("five: labiodentals and a diphthong", [cue(0, "FF"), cue(100, "aa"), cue(200, "I"), cue(260, "FF"), cue(340, "sil")], 400, 20, 520),
      make("still arriving: the end is not known", [cue(0, "sil"), cue(120, "O", 0.8), cue(240, "U", 0.6)], null, 40, 500),
      make("cut off: the end comes before the last cues", [cue(0, "E"), cue(150, "SS"), cue(300, "aa"), cue(450, "sil")], 250, 25, 500),
      make("closure to closure, short segments, two cues at once", [cue(0, "aa"), cue(30, "PP"), cue(70, "FF"), cue(110, "E", 0.55), cue(110, "I", 0.5), cue(140, "kk"), cue(200, "sil")], 240, 10, 320),
      make("nothing to say", [], 0, 50, 100),
    ],
  };
  const text = JSON.stringify(golden, null, 1).replace(/\[[\s\d.,-]+\]/g, (list) => list.replace(/\s+/g, ""));
  writeFileSync(goldenFile, `${text}\n`);
}

const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
for (const known of golden.cases) {
  test(`golden pose: ${known.name}`, () => {
    const samples = known.poses.map((p) => p.heard_sample);
    assert.deepEqual(posesOf(known, samples), known.poses);
  });
}
