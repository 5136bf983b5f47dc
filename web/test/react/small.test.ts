import assert from "node:assert/strict";
import { test } from "node:test";
import { openness } from "../../src/lips.ts";
import { naturalConfig } from "../../src/natural-settings.ts";
import { readFrame } from "../../src/react/frames.ts";
import { figuresOf, Latency, tableOf } from "../../src/react/latency.ts";
import { naturalOf } from "../../src/react/natural-options.ts";
import { EventStream } from "../../src/react/sse.ts";
import { isAgents, overhearing, standIn } from "../../src/react/taps.ts";
import { Timeline } from "../../src/react/timeline.ts";
import { pcmFromUlaw } from "../../src/react/ulaw.ts";
import { VISEMES } from "../../src/visemes.ts";

const AA = VISEMES.indexOf("aa");

test("µ-law is decoded as the recommendation has it", () => {
  // ITU-T G.711, table 2a: the ends of the scale, both zeros, and a step in between.
  assert.deepEqual([...pcmFromUlaw(Uint8Array.of(0x80, 0x00, 0xff, 0x7f, 0xef))], [32124, -32124, 0, 0, 132]);
});

test("formats that a session names, and one that nobody knows", () => {
  const opened = (form: string) =>
    readFrame(JSON.stringify({
      type: "conversation_initiation_metadata",
      conversation_initiation_metadata_event: { conversation_id: "c", agent_output_audio_format: form },
    }));
  assert.deepEqual(opened("ulaw_8000"), { type: "opened", conversationId: "c", format: { coding: "ulaw", rateHz: 8000 } });
  assert.deepEqual(opened("mp3_44100"), { type: "other" });
});

test("server-sent events, however the text is cut", () => {
  const text = "event: a\ndata: {\"n\": 1}\n\n: a comment\r\ndata: two\r\ndata:lines\r\n\r\ndata: cut";
  for (const size of [1, 2, 7, 200]) {
    const stream = new EventStream();
    const events: string[] = [];
    for (let at = 0; at < text.length; at += size) events.push(...stream.push(text.slice(at, at + size)));
    assert.deepEqual(events, ['{"n": 1}', "two\nlines"], `pieces of ${size}`);
  }
});

test("a timeline of shapes, in any order, with or without the natural pass", () => {
  const timeline = new Timeline();
  timeline.add([{ offset: 500, visemeId: 0, weight: 0 }, { offset: 0, visemeId: AA }]);
  assert.ok(openness(timeline.at(250).weights) > 0.9);
  assert.ok(openness(timeline.at(700).weights) < 0.05);
  timeline.stress([{ offset: 100, stress: 0.7 }]);
  assert.equal(timeline.at(250).energy, 0.7);
  timeline.configure(naturalConfig());
  assert.ok(openness(timeline.at(250).weights) > 0.9);
  assert.throws(() => timeline.add([{ offset: 0, visemeId: 101 }]), /no viseme 101: 0 to 14/);
  assert.throws(() => timeline.add([{ offset: Number.NaN, visemeId: 1 }]), RangeError);
  timeline.clear();
  assert.equal(timeline.endMs, 0);
});

test("a config of the tutorial's is taken, one that is wrong is named", () => {
  assert.equal(naturalOf({ enabled: false, config: { mergeWindow: 60 } }), null);
  const foreign = { minVisemeInterval: 40, desktopTransitionDuration: 18, mobileTransitionDuration: 22 };
  assert.equal(naturalOf({ enabled: true, config: foreign })?.minVisemeInterval, 40);
  assert.throws(() => naturalOf({ enabled: true, config: { mergeWindow: 9000 } }), /mergeWindow/);
  assert.throws(() => naturalOf({ enabled: true, config: { mergeWindw: 60 } as object }), /mergeWindw/);
});

test("a latency report: turns, percentiles that were measured, steps in their order", () => {
  const latency = new Latency();
  for (const [i, heardMs] of [300, 200, 400, 100].entries()) {
    const startMs = 10_000 * i;
    latency.mark("audioHeard", startMs - 5_000); // of the turn before: its own came first
    latency.mark("userSpeechEnd", startMs);
    latency.mark("userTranscript", startMs + 50);
    latency.mark("audioHeard", startMs + heardMs);
    latency.mark("audioHeard", startMs + heardMs + 999);
  }
  const report = latency.report();
  assert.equal(report.nTurns, 5);
  const heard = report.fromSpeechEnd["audioHeard"];
  assert.deepEqual([heard?.n, heard?.minMs, heard?.p50Ms, heard?.p95Ms, heard?.maxMs], [4, 100, 200, 400, 400]);
  assert.equal(heard?.meanMs, 250);
  assert.equal(report.steps["userTranscript → audioHeard"]?.maxMs, 350);
  assert.match(tableOf(report), /audioHeard +4 +200 +400 +400/);
  latency.reset();
  assert.equal(latency.report().nTurns, 0);
  assert.deepEqual(figuresOf([]), { n: 0, minMs: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0 });
});

test("whose sockets are listened to", () => {
  assert.ok(isAgents("wss://anywhere/", ["convai"]));
  assert.ok(isAgents("ws://localhost:8300/v1/convai/conversation?visavis_ticket=1", undefined));
  assert.ok(!isAgents("ws://localhost:8300/v1/talk", ["visavis.v1"]));
});

test("two providers listen, and the page is as it was when the second has gone", () => {
  const before = globalThis.WebSocket;
  const nobody = {};
  const [first, second] = [overhearing.listen(nobody), overhearing.listen(nobody)];
  assert.notEqual(globalThis.WebSocket, before);
  first();
  first();
  assert.notEqual(globalThis.WebSocket, before);
  second();
  assert.equal(globalThis.WebSocket, before);
  assert.equal(overhearing.isInstalled, false);
});

test("what stands in does the same, tells, and goes", () => {
  class Native {
    static readonly OPEN = 1;
    readonly url: string;
    constructor(url: string) {
      this.url = url;
    }
  }
  const scope = globalThis as unknown as { WebSocket: unknown };
  const before = scope.WebSocket;
  scope.WebSocket = Native;
  try {
    const made: unknown[] = [];
    const restore = standIn<Native>("WebSocket", (instance, args) => made.push(instance, args));
    const Standing = scope.WebSocket as typeof Native;
    const socket = new Standing("ws://a");
    assert.equal(socket.url, "ws://a");
    assert.ok(socket instanceof Native && socket instanceof Standing);
    assert.equal(Standing.OPEN, 1);
    assert.equal(Object.getPrototypeOf(socket), Native.prototype);
    class Theirs extends Standing {}
    assert.ok(new Theirs("ws://b") instanceof Theirs);
    assert.equal(made.length, 4);
    restore();
    assert.equal(scope.WebSocket, Native);
    new Standing("ws://c"); // somebody kept it
    assert.equal(made.length, 4);

    const undo = standIn("WebSocket", () => made.push("late"));
    const other = class {};
    scope.WebSocket = other; // somebody else stands in
    undo();
    assert.equal(scope.WebSocket, other);
    assert.equal(made.length, 4);
  } finally {
    scope.WebSocket = before;
  }
});
