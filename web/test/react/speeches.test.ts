import assert from "node:assert/strict";
import { test } from "node:test";
import type { Visemes } from "../../src/gateway.gen.ts";
import { openness, REST } from "../../src/lips.ts";
import { naturalConfig } from "../../src/natural-settings.ts";
import { natural, Speeches } from "../../src/react/speeches.ts";
import { VISEMES } from "../../src/visemes.ts";

const RATE = 16_000;
const [AA, PP, SIL] = ["aa", "PP", "sil"].map((name) => VISEMES.indexOf(name)) as [number, number, number];

function told(speech_id: number, first_sample: number, from_sample: number, cues: [number, number][]): Visemes {
  return {
    type: "visavis.visemes",
    version: 1,
    speech_id,
    rate_hz: RATE,
    first_sample,
    source: "sound",
    from_sample,
    cues: cues.map(([at_sample, viseme]) => ({ at_sample, viseme, weight: viseme === SIL ? 0 : 1 })),
  };
}

test("a later message replaces what is known from its sample on", () => {
  const speeches = new Speeches();
  speeches.take(told(1, 1000, 0, [[0, AA], [8000, AA], [10_000, SIL]])); // what is likely
  speeches.take(told(1, 1000, 8000, [[8000, AA], [16_000, SIL]])); // what is certain
  assert.ok(openness(speeches.at(1000 + 12_000)?.weights ?? REST) > 0.9);
  assert.equal(speeches.at(1000 + 12_000)?.part, "saying");
  assert.equal(speeches.at(1000 + 17_000)?.part, "after");
  assert.equal(speeches.at(1000 + 40_000), null);
});

test("a correction from the beginning leaves nothing of what was likely", () => {
  const speeches = new Speeches();
  speeches.take(told(1, 0, 0, [[0, AA], [8000, PP], [16_000, SIL]]));
  speeches.take(told(1, 0, 0, [[0, AA], [16_000, SIL]]));
  assert.ok(openness(speeches.at(12_000)?.weights ?? REST) > 0.9);
});

test("lips open a little before a speech, unless another is still being said", () => {
  const speeches = new Speeches();
  speeches.take(told(1, 0, 0, [[0, AA], [8000, SIL]]));
  speeches.take(told(2, 32_000, 0, [[0, AA], [8000, SIL]]));
  assert.equal(speeches.at(31_000)?.speechId, 2);
  assert.equal(speeches.at(31_000)?.part, "before");
  assert.equal(speeches.at(29_000), null);
  assert.equal(speeches.at(100)?.speechId, 1);
});

test("a speech that was stopped stays silent, whatever is still told of it or of older ones", () => {
  const speeches = new Speeches();
  speeches.take(told(1, 0, 0, [[0, AA], [8000, SIL]]));
  speeches.take(told(2, 16_000, 0, [[0, AA], [8000, SIL]]));
  speeches.stop(2);
  speeches.take(told(2, 16_000, 0, [[0, AA], [8000, SIL]]));
  assert.equal(speeches.at(17_000), null);
  assert.equal(speeches.at(100), null);
  speeches.take(told(1, 0, 0, [[0, AA], [8000, SIL]]));
  const late = new Speeches();
  late.stop(4);
  late.take(told(4, 0, 0, [[0, AA], [8000, SIL]]));
  assert.equal(late.at(100), null);
  speeches.take(told(3, 32_000, 0, [[0, AA], [8000, SIL]]));
  assert.ok(openness(speeches.at(33_000)?.weights ?? REST) > 0.9);
});

test("the natural pass over cues keeps their order, their beginning and the shut mouth behind them", () => {
  const cues = told(1, 0, 0, [[800, PP], [1600, AA], [1900, VISEMES.indexOf("nn")], [2000, AA], [9000, SIL]]).cues;
  const calm = natural(cues, RATE, naturalConfig({ minVisemeInterval: 80, mergeWindow: 100 }));
  assert.ok(calm.length < cues.length + 1);
  assert.equal(calm.at(-1)?.viseme, SIL);
  const ascending = calm.map((cue) => cue.at_sample);
  assert.deepEqual(ascending, ascending.toSorted((a, b) => a - b));
  assert.deepEqual(natural([], RATE, naturalConfig()), []);
});

test("nothing is remembered for ever", () => {
  const speeches = new Speeches();
  for (let id = 1; id <= 50; id++) speeches.take(told(id, 16_000 * id, 0, [[0, AA], [8000, SIL]]));
  assert.equal(speeches.at(16_000 * 10 + 100), null);
  assert.ok(speeches.at(16_000 * 50 + 100) !== null);
});
