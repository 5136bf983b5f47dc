import assert from "node:assert/strict";
import { test } from "node:test";
import type { Heard } from "../src/clock.ts";
import type { Reply } from "../src/conversation.ts";
import { face } from "../src/face.ts";
import { openness, REST } from "../src/lips.ts";
import { VISEMES } from "../src/visemes.ts";

const reply: Reply = {
  replyId: 1,
  turnId: 1,
  rateHz: 20_000,
  phrases: [],
  cues: [{ at_sample: 0, viseme: VISEMES.indexOf("aa"), weight: 1 }],
  emotions: [],
  nSamples: null,
  status: "committed",
  stoppedAtSample: null,
};
const hearing = (status: Heard["status"], forMs = 500): Heard => ({
  replyId: 1,
  sample: 10_000,
  status,
  forMs,
});

test("speaks while sound is heard, whatever the server has said meanwhile", () => {
  const shown = face("listening", hearing("playing"), reply, 0.7, "full");
  assert.equal(shown.mood, "speaking");
  assert.equal(shown.energy, 0.7);
  assert.equal(openness(shown.weights), 1);
});

test("a stop shuts the mouth in the very frame, and the mood is the conversation's", () => {
  const shown = face("hearing", hearing("stopped", 0), reply, 0.7, "full");
  assert.deepEqual(shown, { weights: REST, mood: "listening", energy: 0 });
});

test("a hold shuts the mouth in the very frame, and he listens", () => {
  const shown = face("speaking", hearing("held", 0), reply, 0.7, "full");
  assert.deepEqual(shown, { weights: REST, mood: "listening", energy: 0 });
});

test("starved of sound, the mouth closes within 100 ms", () => {
  assert.equal(openness(face("speaking", hearing("starved", 0), reply, 0, "full").weights), 1);
  assert.equal(openness(face("speaking", hearing("starved", 50), reply, 0, "full").weights), 0.5);
  assert.deepEqual(face("speaking", hearing("starved", 100), reply, 0, "full").weights, [...REST]);
});

test("about to speak is not speaking", () => {
  const early = { ...hearing("playing"), sample: -200 };
  assert.equal(face("thinking", early, reply, 1, "full").mood, "thinking");
  assert.equal(face("speaking", null, undefined, 1, "full").mood, "idle");
});

test("reduced motion: the mouth still speaks, brows and head keep still", () => {
  const shown = face("speaking", hearing("playing"), reply, 0.7, "reduced");
  assert.equal(shown.energy, 0);
  assert.equal(openness(shown.weights), 1);
});
