import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation, heardText } from "../src/conversation.ts";
import { ReplySound } from "../src/reply-sound.ts";
import type { ReplyPhrase, ServerMessage } from "../src/wire.gen.ts";

const phrase = (text: string, words: string[], startSample = 0, replyId = 1): ReplyPhrase => ({
  type: "reply.phrase",
  reply_id: replyId,
  index: 0,
  text,
  source: "llm",
  start_sample: startSample,
  n_samples: 1000,
  cues: [],
  words: words.map((word, i) => ({
    text: word,
    start_sample: startSample + i * 100,
    end_sample: startSample + i * 100 + 90,
  })),
});
const armed = (replyId: number, turnId: number): ServerMessage => ({
  type: "reply.armed",
  reply_id: replyId,
  turn_id: turnId,
  revision: 0,
  rate_hz: 22_050,
});
const transcript = (turnId: number, text: string, status: "tentative" | "final"): ServerMessage => ({
  type: "transcript",
  turn_id: turnId,
  revision: 0,
  text,
  status,
});
const shown = (conversation: Conversation) =>
  conversation.lines.map((line) =>
    line.who === "user" ? `you: ${line.text}` : `reply ${line.reply.replyId}`,
  );

test("words appear as they are heard, with the punctuation of the text", () => {
  const phrases = [phrase("Well, hello there!", ["well", "hello", "there"]), phrase("Bye.", ["Bye"], 1000)];
  assert.equal(heardText(phrases, -5), "");
  assert.equal(heardText(phrases, 0), "Well,");
  assert.equal(heardText(phrases, 150), "Well, hello");
  assert.equal(heardText(phrases, 200), "Well, hello there!");
  assert.equal(heardText(phrases, 999), "Well, hello there!");
  assert.equal(heardText(phrases, 1000), "Well, hello there! Bye.");
});

test("words that the text spells otherwise, or no words, go by the clock", () => {
  const spelt = phrase("It is 3 pm now", ["it", "is", "three", "p", "m", "now"]);
  assert.equal(heardText([spelt], 200), "It");
  assert.equal(heardText([phrase("One two three four", [])], 500), "One two");
  assert.equal(heardText([phrase("One two three four", [])], 2000), "One two three four");
});

test("a tentative transcript is replaced, not repeated", () => {
  const conversation = new Conversation();
  for (const [text, status] of [["what", "tentative"], ["what can", "tentative"], ["What can you do?", "final"]] as const) {
    conversation.receive(transcript(1, text, status));
  }
  assert.deepEqual(conversation.lines, [
    { who: "user", turnId: 1, text: "What can you do?", status: "final" },
  ]);
});

test("a typed line is shown at once, and not again when the server repeats it", () => {
  const conversation = new Conversation();
  conversation.typed("Hello");
  conversation.receive(transcript(3, "Hello", "final"));
  assert.deepEqual(shown(conversation), ["you: Hello"]);
});

test("a question that is transcribed late still stands before its answer", () => {
  const conversation = new Conversation();
  conversation.receive(armed(1, 1));
  conversation.receive({ type: "reply.commit", reply_id: 1, turn_id: 1 });
  conversation.receive(transcript(1, "Who are you?", "final"));
  assert.deepEqual(shown(conversation), ["you: Who are you?", "reply 1"]);
});

test("held and discarded replies are no lines; messages about unknown ones do nothing", () => {
  const conversation = new Conversation();
  conversation.receive(armed(1, 1));
  conversation.receive(phrase("Never heard", []));
  conversation.receive({ type: "reply.discard", reply_id: 1 });
  conversation.receive({ type: "reply.commit", reply_id: 1, turn_id: 1 });
  conversation.receive({ type: "reply.end", reply_id: 9, n_samples: 4 });
  assert.deepEqual(shown(conversation), []);
  assert.equal(conversation.replies.size, 0);
});

test("after a reconnection old lines stay, and new ids do not touch them", () => {
  const conversation = new Conversation();
  conversation.receive(transcript(1, "First", "final"));
  conversation.receive(armed(1, 1));
  conversation.receive({ type: "reply.commit", reply_id: 1, turn_id: 1 });
  conversation.reconnected();
  conversation.receive(transcript(1, "Second", "final"));
  assert.deepEqual(shown(conversation), ["you: First", "reply 1", "you: Second"]);
  const old = conversation.lines[1];
  assert.equal(old?.who === "avatar" && old.reply.status, "stopped");
});

test("loudness and the first audible sample of a reply", () => {
  const sound = new ReplySound(22_050);
  sound.append(new Int16Array(1000));
  assert.equal(sound.firstAudibleSample, null);
  sound.append(Int16Array.from({ length: 4000 }, (_, i) => 12_000 * Math.sin(i / 5)));
  assert.ok((sound.firstAudibleSample ?? 0) > 1000 && (sound.firstAudibleSample ?? 0) < 1003);
  assert.equal(sound.nSamples, 5000);
  assert.equal(sound.loudnessAt(0), 0);
  assert.ok(sound.loudnessAt(3000) > 0.8);
  assert.equal(sound.loudnessAt(99_999), 0);
});
