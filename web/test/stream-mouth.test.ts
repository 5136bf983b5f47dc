// A stream's mouth: the ear's cues at the frame that is heard, and shut where nothing is known.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Listener } from "../src/ear/listener.ts";
import { weightsFrom } from "../src/ear/weights.ts";
import { openness, REST } from "../src/lips.ts";
import { StreamMouth } from "../src/stream-mouth.ts";
import { SIL, VISEMES } from "../src/visemes.ts";
import type { CueItem } from "../src/wire.ts";

const AA = VISEMES.indexOf("aa");
const RATE_HZ = 48_000; // the context's; the ear's is a third of it

const golden = JSON.parse(
  readFileSync(new URL("../../spec/vectors/ear.json", import.meta.url), "utf8"),
) as { weights: string; pcm: number[]; shapes: number[] };
const weights = () => {
  const bytes = Buffer.from(golden.weights, "base64");
  return weightsFrom(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
};

function mouth(cues: CueItem[], untilSample: number, originFrame = 0): StreamMouth {
  const made = new StreamMouth();
  made.receive({ kind: "begins", originFrame });
  made.receive({ kind: "heard", cues, levels: Array.from({ length: untilSample / 160 }, () => 0.6), untilSample });
  return made;
}

const SPOKEN: CueItem[] = [
  { at_sample: 1_600, viseme: AA, weight: 1 },
  { at_sample: 8_000, viseme: SIL, weight: 0 },
];

test("the mouth of the frame that is heard, wherever the stream began", () => {
  for (const originFrame of [0, 480_000]) {
    const shown = mouth(SPOKEN, 32_000, originFrame);
    assert.equal(openness(shown.face(originFrame + 3 * 4_000, RATE_HZ, "full").weights), 1);
    assert.deepEqual(shown.face(originFrame + 3 * 20_000, RATE_HZ, "full").weights, [...REST]);
  }
});

test("before anything was heard he rests", () => {
  assert.deepEqual(new StreamMouth().face(1_000, RATE_HZ, "full"), { weights: REST, mood: "idle", energy: 0 });
  assert.deepEqual(mouth(SPOKEN, 32_000, 90_000).face(1_000, RATE_HZ, "full").weights, REST);
});

test("an ear that is late shuts the mouth within 100 ms instead of leaving it open", () => {
  const shown = mouth(SPOKEN.slice(0, 1), 4_000);
  const opened = (atSample: number) => openness(shown.face(3 * atSample, RATE_HZ, "full").weights);
  assert.equal(opened(4_000), 1);
  assert.ok(Math.abs(opened(4_000 + 800) - 0.5) < 0.01);
  assert.equal(opened(4_000 + 1_600), 0);
});

test("he speaks through the gaps of his words, and is idle when they are over", () => {
  const shown = mouth(SPOKEN, 64_000);
  const at = (sample: number) => shown.face(3 * sample, RATE_HZ, "full");
  assert.deepEqual([at(800).mood, at(4_000).mood, at(9_000).mood, at(40_000).mood], ["idle", "speaking", "speaking", "idle"]);
  assert.equal(at(4_000).energy, 0.6);
  assert.equal(at(40_000).energy, 0);
  assert.equal(shown.face(12_000, RATE_HZ, "reduced").energy, 0);
});

test("a new stretch does not take the last words of the one before it", () => {
  const shown = mouth(SPOKEN, 8_160);
  shown.receive({ kind: "begins", originFrame: 96_000 });
  assert.equal(openness(shown.face(12_000, RATE_HZ, "full").weights), 1);
  assert.deepEqual(shown.face(97_000, RATE_HZ, "full").weights, [...REST]);
});

test("hours of sound are forgotten, and what is shown stays right", () => {
  const shown = mouth([], 0);
  for (let second = 0; second < 3_600; second++) {
    const at_sample = second * 16_000;
    shown.receive({
      kind: "heard",
      cues: [
        { at_sample, viseme: AA, weight: 1 },
        { at_sample: at_sample + 8_000, viseme: SIL, weight: 0 },
      ],
      levels: Array.from({ length: 100 }, (_, hop) => (hop < 50 ? 0.9 : 0)),
      untilSample: at_sample + 16_000,
    });
  }
  const open = shown.face(3 * (3_599 * 16_000 + 4_000), RATE_HZ, "full");
  assert.equal(openness(open.weights), 1);
  assert.equal(open.energy, 0.9);
});

test("the listener tells the ear's shapes where they change, however the sound is cut", async () => {
  const sound = Float32Array.from(golden.pcm, (value) => value / 32_768);
  const net = await weights();
  const told = (size: number): CueItem[] => {
    const listener = new Listener(net);
    const cues: CueItem[] = [];
    let nLevels = 0;
    for (let at = 0; at < sound.length; at += size) {
      const now = listener.push(sound.subarray(at, at + size));
      cues.push(...now.cues);
      nLevels += now.levels.length;
    }
    assert.equal(nLevels, Math.floor(sound.length / 160));
    return cues;
  };
  const cues = told(160);
  assert.ok(cues.length > 0);
  for (const size of [1, 77, 4_096]) {
    assert.deepEqual(told(size), cues, `pushes of ${size}`);
  }
  for (const { at_sample, viseme, weight } of cues) {
    assert.equal(golden.shapes[at_sample / 160], viseme);
    assert.ok(weight >= 0 && weight <= 1 && (weight === 0) === (viseme === SIL));
  }
});

test("a listener that is reset begins again at sample 0", async () => {
  const sound = Float32Array.from(golden.pcm, (value) => value / 32_768);
  const listener = new Listener(await weights());
  listener.push(sound.subarray(0, 5_000));
  listener.reset();
  assert.deepEqual(listener.push(sound), new Listener(await weights()).push(sound));
});
