import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Emotion } from "../src/acting.ts";
import { feelingOf, feelingsIn, TAGS } from "../src/feeling.ts";
import type { ReplyPhrase } from "../src/wire.ts";

interface Vectors {
  tags: Record<string, Emotion>;
  rule: { text: string; source: ReplyPhrase["source"]; emotion: Emotion }[];
}

const vectors = JSON.parse(
  readFileSync(new URL("../../spec/vectors/feelings.json", import.meta.url), "utf8"),
) as Vectors;

test("tags and rule are those of the server", () => {
  assert.deepEqual(Object.fromEntries(TAGS), vectors.tags);
  for (const { text, source, emotion } of vectors.rule) assert.equal(feelingOf(text, source), emotion, text);
});

test("a feeling lasts from its sentence to the next that has another", () => {
  const text = "That's wonderful! It was fun! The tea is green. I'm sorry, there is no more.";
  assert.deepEqual(feelingsIn(text, "llm"), [
    { afterChars: 0, emotion: "happy" },
    { afterChars: text.indexOf("The"), emotion: "neutral" },
    { afterChars: text.indexOf("I'm"), emotion: "sad" },
  ]);
  assert.deepEqual(feelingsIn("The tea is green. It costs two euros.", "llm"), []);
});

test("where a tag tells the rule is silent, and tags are not counted: nobody says them", () => {
  assert.deepEqual(feelingsIn("[excited] Hello! I'm sorry [1]. [ Thinking ] Well. [calm] So.", "greeting"), [
    { afterChars: 0, emotion: "happy" },
    { afterChars: "Hello! I'm sorry [1]. ".length, emotion: "thinking" },
    { afterChars: "Hello! I'm sorry [1]. Well. ".length, emotion: "neutral" },
  ]);
});
