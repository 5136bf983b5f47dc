import assert from "node:assert/strict";
import { test } from "node:test";
import { Resampler } from "../src/resample.ts";

const RATES: [fromHz: number, toHz: number][] = [
  [44_100, 16_000],
  [48_000, 16_000],
  [96_000, 16_000],
  [16_000, 16_000],
  [22_050, 44_100],
  [22_050, 48_000],
  [24_000, 44_100],
  [24_000, 48_000],
  [16_000, 48_000],
];

const sine = (hz: number, rateHz: number, n: number) =>
  Float32Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rateHz));

function resample(input: Float32Array, fromHz: number, toHz: number, block = 128): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  const parts: number[] = [];
  for (let i = 0; i < input.length; i += block) parts.push(...resampler.push(input.subarray(i, i + block)));
  parts.push(...resampler.flush());
  return Float32Array.from(parts);
}

const power = (x: Float32Array) => x.reduce((sum, v) => sum + v * v, 0) / x.length;

for (const [fromHz, toHz] of RATES) {
  test(`${fromHz} to ${toHz} Hz: a tone keeps its place, its height and its length`, () => {
    const n = fromHz; // a second
    const output = resample(sine(1000, fromHz, n), fromHz, toHz);
    assert.equal(output.length, Math.ceil((n * toHz) / fromHz));
    const wanted = sine(1000, toHz, output.length);
    const middle = [200, output.length - 200] as const;
    const error = output.slice(...middle).map((v, i) => v - (wanted[i + middle[0]] as number));
    assert.ok(10 * Math.log10(power(error)) < -66, `error ${10 * Math.log10(power(error))} dB`);
  });
}

test("what 16 kHz can't carry is taken out, not folded back", () => {
  for (const fromHz of [44_100, 48_000]) {
    for (const hz of [8_900, 10_000, 12_500, 15_900, 20_000]) {
      const db = 10 * Math.log10(power(resample(sine(hz, fromHz, fromHz), fromHz, 16_000).slice(100, -100)) * 2);
      assert.ok(db < -60, `${hz} Hz at ${fromHz} comes through at ${db} dB`);
    }
  }
});

test("speech up to 6 kHz passes", () => {
  for (const hz of [100, 3000, 6000]) {
    const db = 10 * Math.log10(power(resample(sine(hz, 48_000, 48_000), 48_000, 16_000).slice(100, -100)) * 2);
    assert.ok(Math.abs(db) < 0.1, `${hz} Hz: ${db} dB`);
  }
});

test("the size of the blocks makes no difference", () => {
  const input = sine(440, 44_100, 5000);
  const whole = resample(input, 44_100, 16_000, 5000);
  for (const block of [1, 7, 128, 4096]) assert.deepEqual(resample(input, 44_100, 16_000, block), whole);
});

test("an impulse stays where it was", () => {
  const input = new Float32Array(2205);
  input[1000] = 1;
  const output = resample(input, 22_050, 44_100);
  assert.equal(output.indexOf(Math.max(...output)), 2000);
});

test("nothing in, nothing out", () => {
  assert.equal(resample(new Float32Array(0), 22_050, 48_000).length, 0);
  assert.equal(resample(new Float32Array(1), 22_050, 48_000).length, 3);
});
