import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ALIKE, DISTINCT } from "../src/likeness.ts";
import { NaturalPass, naturalize, type Span } from "../src/natural.ts";
import { type NaturalConfig, naturalConfig } from "../src/natural-settings.ts";
import { SIL, VISEMES } from "../src/visemes.ts";
import { randomSource } from "./random.ts";

type Row = [viseme: number, start_sample: number, end_sample: number, weight: number];

interface Golden {
  cases: {
    name: string;
    rate_hz: number;
    settings: Partial<NaturalConfig>;
    look_ahead_ms: number;
    spans: Row[];
    settled: number[];
    natural: Row[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../spec/vectors/natural.json", import.meta.url), "utf8"),
) as Golden;

const spanOf = ([viseme, startSample, endSample, weight]: Row): Span => ({ viseme, startSample, endSample, weight });
const rowOf = ({ viseme, startSample, endSample, weight }: Span): Row => [viseme, startSample, endSample, weight];

// The vectors are Python's (tests/lips/natural_vectors.py): what one span settles, and the result.
for (const known of golden.cases) {
  test(`golden natural pass: ${known.name}`, () => {
    const natural = new NaturalPass(known.rate_hz, known.settings);
    assert.equal(natural.lookAheadMs, known.look_ahead_ms);
    const settled = known.spans.map((row) => natural.push([spanOf(row)]));
    assert.deepEqual(settled.map((spans) => spans.length), known.settled);
    assert.deepEqual([...settled.flat(), ...natural.finish()].map(rowOf), known.natural);
  });
}

test("however the spans are cut, and whether the config is new each time, the result is the same", () => {
  for (const [seed, known] of golden.cases.entries()) {
    const random = randomSource(seed + 1);
    const natural = new NaturalPass(known.rate_hz, known.settings);
    const out: Span[] = [];
    let pieces: Span[] = [];
    for (const row of known.spans) {
      const span = spanOf(row);
      const cut = span.startSample + Math.floor(random(span.endSample - span.startSample));
      pieces.push({ ...span, endSample: cut }, { ...span, startSample: cut });
      if (random(3) < 1) {
        out.push(...natural.push(pieces));
        pieces = [];
      }
      natural.configure({ ...known.settings });
    }
    out.push(...natural.push(pieces), ...natural.finish());
    assert.deepEqual(out.map(rowOf), known.natural, known.name);
  }
});

test("other settings take effect from the next span on, without a reset", () => {
  const shapes = [["aa", 200], ["kk", 30], ["aa", 200], ["kk", 30], ["aa", 200]] as const;
  let at = 0;
  const spans = shapes.map(([name, lengthMs]): Span => {
    const startSample = at;
    at += lengthMs * 16;
    return { viseme: VISEMES.indexOf(name), startSample, endSample: at, weight: 1 };
  });
  const natural = new NaturalPass(16_000);
  const out = natural.push(spans.slice(0, 3));
  natural.configure({ minVisemeInterval: 0, mergeWindow: 0 });
  out.push(...natural.push(spans.slice(3)), ...natural.finish());
  assert.deepEqual(out.map((span) => VISEMES[span.viseme]), ["aa", "kk", "aa"]);
});

test("after a reset nothing is left of the spans before it", () => {
  const known = golden.cases[0];
  assert.ok(known);
  const natural = new NaturalPass(known.rate_hz, known.settings);
  natural.push(known.spans.slice(0, 20).map(spanOf));
  natural.reset();
  assert.equal(natural.begun, undefined);
  assert.deepEqual([...natural.push(known.spans.map(spanOf)), ...natural.finish()].map(rowOf), known.natural);
});

test("a silence that lasts is known while it lasts", () => {
  const natural = new NaturalPass(16_000);
  natural.push([{ viseme: VISEMES.indexOf("aa"), startSample: 0, endSample: 2400, weight: 1 }]);
  assert.deepEqual(natural.push([{ viseme: SIL, startSample: 2400, endSample: 4000, weight: 0 }]), []);
  natural.push([{ viseme: SIL, startSample: 4000, endSample: 5700, weight: 0 }]);
  assert.deepEqual(natural.begun, { viseme: SIL, startSample: 2400, endSample: 5700, weight: 0 });
});

test("what is no timeline is refused whole", () => {
  const good: Span = { viseme: 10, startSample: 0, endSample: 100, weight: 1 };
  for (const bad of [
    { ...good, startSample: 120, endSample: 200 },
    { ...good, startSample: 100, endSample: 50 },
    { ...good, startSample: 100, endSample: 150.5 },
    { ...good, startSample: 100, endSample: 200, viseme: 15 },
    { ...good, startSample: 100, endSample: 200, weight: Number.NaN },
  ]) {
    const natural = new NaturalPass(16_000);
    assert.throws(() => natural.push([good, bad]), RangeError);
    assert.deepEqual(natural.finish(), []);
  }
  assert.throws(() => new NaturalPass(0), /no sample rate/);
});

test("settings out of range are refused by name", () => {
  for (const name of ["minVisemeInterval", "mergeWindow", "keyVisemePreference", "similarityThreshold", "criticalVisemeMinDuration"]) {
    for (const wrong of [-1, 501, Number.NaN, Number.POSITIVE_INFINITY, "80", null, true]) {
      assert.throws(() => naturalConfig({ [name]: wrong }), new RegExp(name), `${name} ${String(wrong)}`);
    }
  }
  assert.throws(() => naturalConfig({ preserveSilence: 1 } as unknown as Partial<NaturalConfig>), /preserveSilence/);
  assert.throws(() => naturalConfig({ minimumVisemeInterval: 1 } as Partial<NaturalConfig>), /no parameter/);
});

test("the presets have the values that users know", () => {
  const known: NaturalConfig = {
    minVisemeInterval: 40,
    mergeWindow: 60,
    keyVisemePreference: 0.6,
    preserveSilence: true,
    similarityThreshold: 0.4,
    preserveCriticalVisemes: true,
    criticalVisemeMinDuration: 80,
  };
  assert.deepEqual(naturalConfig(), known);
  assert.deepEqual(naturalConfig({ mergeWindow: 50 }, "sibilant"), {
    ...known,
    mergeWindow: 50,
    keyVisemePreference: 0.8,
    similarityThreshold: 0.3,
    criticalVisemeMinDuration: 100,
  });
});

test("every viseme has a shape", () => {
  assert.equal(DISTINCT.length, VISEMES.length);
  assert.ok(ALIKE.every((row, i) => row.length === VISEMES.length && row[i] === 100));
});

test("nothing at all is nothing", () => assert.deepEqual(naturalize([], 16_000), []));
