import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation } from "../../src/conversation.ts";
import type { DebugEvent } from "../../src/debug.ts";
import { lastAnswer } from "../../src/element/hud.ts";
import { fallen, needle } from "../../src/element/meter.ts";
import { NO_PREFERENCES, parsePreferences } from "../../src/element/preferences.ts";
import { answerFrom } from "../../src/element/server.ts";
import { linesOf } from "../../src/element/transcript.ts";
import type { ReplyPhrase } from "../../src/wire.gen.ts";

const SITE = "https://tea.example";

test("a server's card, its refusal, and whatever else answers there", () => {
  assert.deepEqual(answerFrom(200, { name: "Pip", character: "pip", more: 1 }, SITE), {
    kind: "card",
    card: { name: "Pip", character: "pip" },
  });
  const problem = { code: "origin", detail: "Not from there.", hint: "Say please." };
  assert.deepEqual(answerFrom(403, problem, SITE), { kind: "refused", message: "Not from there.", hint: "Say please." });
  const older = answerFrom(403, { code: "origin", title: "Forbidden" }, SITE);
  assert.ok(older.kind === "refused" && older.hint.includes(`--allow-origin ${SITE}`));
  for (const [status, body] of [[200, {}], [200, null], [200, "hi"], [404, { name: "a", character: "b" }], [403, { code: "x" }]] as const) {
    assert.deepEqual(answerFrom(status, body, SITE), { kind: "away" });
  }
});

test("preferences of another version, or anybody's, are no trouble", () => {
  for (const text of [null, "", "{", "7", "null", "[]", '{"way": "shout", "captions": 3}']) {
    assert.deepEqual(parsePreferences(text), NO_PREFERENCES, String(text));
  }
  const kept = { microphone: "a", speaker: null, way: "push", captions: "hidden" } as const;
  assert.deepEqual(parsePreferences(JSON.stringify(kept)), kept);
});

test("the meter hears ratios, rises at once and falls slowly", () => {
  assert.equal(needle(0), 0);
  assert.equal(needle(1), 1);
  assert.ok(Math.abs(needle(10 ** (-25 / 20)) - 0.5) < 1e-9);
  assert.equal(needle(1e-6), 0);
  assert.equal(fallen(0.2, 0.9, 0.001), 0.9);
  assert.ok(fallen(0.9, 0, 0.1) > 0.6);
  assert.equal(fallen(0.9, 0.5, 10), 0.5);
});

test("a transcript holds what was heard, not what was going to be said", () => {
  const phrase: ReplyPhrase = {
    type: "reply.phrase", reply_id: 1, index: 0, text: "One two three", source: "fact",
    start_sample: 0, n_samples: 300, cues: [],
    words: ["One", "two", "three"].map((text, i) => ({ text, start_sample: 100 * i, end_sample: 100 * i + 90 })),
  };
  const conversation = new Conversation();
  conversation.typed("Count");
  conversation.receive({ type: "reply.armed", reply_id: 1, turn_id: 1, revision: 0, rate_hz: 16_000 });
  conversation.receive(phrase);
  conversation.receive({ type: "reply.commit", reply_id: 1, turn_id: 1 });
  conversation.cut(1, 150);
  assert.deepEqual(linesOf(conversation, "Pip"), [
    { who: "You", text: "Count" },
    { who: "Pip", text: "One two" },
  ]);
});

test("the HUD shows the newest answer: the server's stages, and the page's own last step", () => {
  const trace = { type: "trace", reply_id: 2, turn_id: 1, stages_ms: { stt: 40, commit: 90 } };
  const events: DebugEvent[] = [
    { contextTimeS: 1, kind: "commit", replyId: 1, turnId: 0 },
    { contextTimeS: 1.2, kind: "voice", replyId: 1, sample: 0, heardAtS: 1.3 },
    { contextTimeS: 5, kind: "commit", replyId: 2, turnId: 1 },
    { contextTimeS: 5, kind: "message", direction: "received", message: trace },
  ];
  assert.equal(lastAnswer([]), null);
  assert.deepEqual(lastAnswer(events), { turnId: 1, stagesMs: { stt: 40, commit: 90 }, commitToEarMs: null });
  events.push({ contextTimeS: 5.1, kind: "voice", replyId: 2, sample: 9, heardAtS: 5.25 });
  assert.equal(Math.round(lastAnswer(events)?.commitToEarMs ?? 0), 250);
});
