import assert from "node:assert/strict";
import { test } from "node:test";
import { cardOf, holdLabel, muteLabel, spokenStatus, statusLabel, type Obstacles, type State } from "../../src/element/labels.ts";

const READY: State = { connection: "ready", activity: "listening", microphone: "open", way: "speak" };
const NONE: Obstacles = { name: "Pip", refusal: null, microphone: "quiet", sound: "running" };

test("the line under the character says what it does, or why it does nothing", () => {
  assert.equal(statusLabel({ ...READY, connection: "idle" }), "");
  assert.equal(statusLabel({ ...READY, connection: "reconnecting" }), "Reconnecting…");
  assert.equal(statusLabel(READY), "Listening");
  assert.equal(statusLabel({ ...READY, activity: "hearing" }), "Hearing you");
  assert.equal(statusLabel({ ...READY, microphone: "muted" }), "Muted");
  assert.equal(statusLabel({ ...READY, microphone: "muted", way: "push" }), "Hold the button to speak");
  assert.equal(statusLabel({ ...READY, microphone: "closed" }), "Ready: type below");
});

test("a screen reader is told of connection and microphone, not of each turn of a lively talk", () => {
  const told = (["listening", "hearing", "thinking", "speaking"] as const).map((activity) =>
    spokenStatus({ ...READY, activity }),
  );
  assert.deepEqual(new Set(told), new Set(["Connected. Listening."]));
  assert.equal(spokenStatus({ ...READY, microphone: "muted" }), "Connected. Muted.");
  assert.equal(spokenStatus({ ...READY, connection: "reconnecting" }), "Reconnecting…");
});

test("buttons say what they will do", () => {
  assert.equal(muteLabel(READY), "Mute");
  assert.equal(muteLabel({ ...READY, microphone: "muted" }), "Unmute");
  assert.equal(muteLabel({ ...READY, microphone: "closed" }), "Use mic");
  assert.equal(holdLabel({ ...READY, microphone: "muted" }), "Hold to talk");
  assert.equal(holdLabel(READY), "Let go to send");
});

test("one obstacle at a time, the nearest to a talk first", () => {
  const refusal = { message: "Not from there.", hint: "Start the server with --allow-origin https://tea.example" };
  assert.equal(cardOf(NONE), null);
  const everything = { ...NONE, refusal, microphone: "refused", sound: "suspended" } as const;
  assert.equal(cardOf(everything)?.kind, "refused");
  assert.match(cardOf(everything)?.text ?? "", /--allow-origin https:\/\/tea\.example/);
  assert.equal(cardOf({ ...everything, refusal: null })?.kind, "silent");
  assert.equal(cardOf({ ...everything, refusal: null, sound: "running" })?.kind, "blocked");
  assert.equal(cardOf({ ...NONE, microphone: "asking" })?.kind, "asking");
  assert.equal(cardOf({ ...NONE, microphone: "busy" }), null, "a notice tells of that");
});
