// The ear in the page says what Python's says: spec/vectors/features.json and ear.json are Python's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ear } from "../src/ear/ear.ts";
import { flushSamples, LogMel, N_BANDS } from "../src/ear/features.ts";
import { powerSpectrum } from "../src/ear/fft.ts";
import { weightsFrom, WeightsError } from "../src/ear/weights.ts";
import { randomSource } from "./random.ts";

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../spec/vectors/${name}`, import.meta.url), "utf8")) as T;

const features = read<{ tolerance: number; cases: { name: string; pcm: number[]; frames: number[][] }[] }>(
  "features.json",
);
const golden = read<{ weights: string; pcm: number[]; delay_samples: number; shapes: number[] }>("ear.json");

const soundOf = (pcm: readonly number[]): Float32Array => Float32Array.from(pcm, (value) => value / 32_768);

const weightsFile = (): ArrayBuffer => {
  const bytes = Buffer.from(golden.weights, "base64");
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
};

test("the spectrum is a Fourier transform's", () => {
  const random = randomSource(1);
  const samples = Float64Array.from({ length: 512 }, () => random(1) - 0.5);
  const power = new Float64Array(257);
  powerSpectrum(samples, power);
  for (const bin of [0, 1, 2, 64, 127, 128, 129, 200, 255, 256]) {
    let [re, im] = [0, 0];
    samples.forEach((value, i) => {
      re += value * Math.cos((2 * Math.PI * bin * i) / 512);
      im -= value * Math.sin((2 * Math.PI * bin * i) / 512);
    });
    assert.ok(Math.abs(power[bin]! - (re * re + im * im)) < 1e-9, `bin ${bin}`);
  }
});

for (const known of features.cases) {
  test(`golden features: ${known.name}`, () => {
    const frames: number[][] = [];
    const mel = new LogMel();
    mel.push(soundOf(known.pcm), (frame) => frames.push([...frame]));
    mel.push(new Float32Array(flushSamples(known.pcm.length)), (frame) => frames.push([...frame]));
    assert.equal(frames.length, known.frames.length);
    known.frames.forEach((row, at) => {
      assert.equal(row.length, N_BANDS);
      row.forEach((value, band) => {
        const off = Math.abs(frames[at]![band]! - value);
        assert.ok(off <= features.tolerance, `frame ${at}, band ${band}: off by ${off}`);
      });
    });
  });
}

test("golden shapes, however the sound is cut", async () => {
  const sound = soundOf(golden.pcm);
  for (const size of [1, 37, 160, 4_096, sound.length]) {
    const ear = new Ear(await weightsFrom(weightsFile()));
    const shapes: number[] = [];
    for (let at = 0; at < sound.length; at += size) shapes.push(...ear.push(sound.subarray(at, at + size)));
    shapes.push(...ear.finish());
    assert.deepEqual(shapes, golden.shapes, `pushes of ${size}`);
  }
});

test("what is shown depends on nothing behind the declared delay", async () => {
  const ear = new Ear(await weightsFrom(weightsFile()));
  assert.equal(ear.delaySamples, golden.delay_samples);
  const shapes = ear.push(soundOf(golden.pcm).subarray(0, 3_200 + ear.delaySamples));
  assert.ok(shapes.length >= 20);
  assert.deepEqual(shapes, golden.shapes.slice(0, shapes.length));
});

test("a reset ear is a new one", async () => {
  const ear = new Ear(await weightsFrom(weightsFile()));
  ear.push(soundOf(golden.pcm).subarray(500, 3_000));
  ear.reset();
  assert.deepEqual([...ear.push(soundOf(golden.pcm)), ...ear.finish()], golden.shapes);
});

test("what is no sound does no harm", async () => {
  const ear = new Ear(await weightsFrom(weightsFile()));
  const sound = soundOf(golden.pcm);
  sound.set([NaN, Infinity, -Infinity, 1e9], 100);
  assert.equal([...ear.push(sound), ...ear.finish()].length, golden.shapes.length);
});

test("a damaged file is refused in words", async () => {
  const file = new Uint8Array(weightsFile());
  await assert.rejects(weightsFrom(new ArrayBuffer(10)), WeightsError);
  await assert.rejects(weightsFrom(file.slice(0, file.length - 40).buffer), WeightsError);
  const oneBit = file.slice();
  oneBit[200]! ^= 1;
  await assert.rejects(weightsFrom(oneBit.buffer), WeightsError);
});

test("the weights that are shipped are read, compressed as they are, and hear silence", async () => {
  const shipped = new Uint8Array(readFileSync(new URL("../../src/visavis/lips/ear.npz", import.meta.url)));
  const weights = await weightsFrom(shipped.buffer);
  for (const layer of weights.layers) {
    assert.equal(layer.states.length, 3 * layer.nCells * layer.nCells);
    assert.ok(layer.states.every(Number.isFinite));
  }
  const ear = new Ear(weights);
  const shapes = [...ear.push(new Float32Array(16_000)), ...ear.finish()];
  assert.deepEqual(new Set(shapes), new Set([0]));
  for (const at of [2_000, 300_000, 600_000]) {
    const damaged = shipped.slice();
    damaged.fill(0xff, at, at + 1_000);
    await assert.rejects(weightsFrom(damaged.buffer), WeightsError, `damaged at ${at}`);
  }
});
