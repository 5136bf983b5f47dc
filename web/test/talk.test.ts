import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { Anchor, Heard } from "../src/clock.ts";
import type { Player } from "../src/player.ts";
import { Talk } from "../src/talk.ts";
import type { ClientMessage, ServerMessage } from "../src/wire.gen.ts";
import { decodeBinary, encodeBinary } from "../src/wire.ts";

class FakeSocket {
  static readonly OPEN = 1;
  static readonly all: FakeSocket[] = [];
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: (string | ArrayBuffer)[] = [];
  readonly url: string;
  readonly protocol: string;

  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    FakeSocket.all.push(this);
  }

  send(data: string | ArrayBuffer): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  receive(message: ServerMessage | ArrayBuffer | string): void {
    const isRaw = message instanceof ArrayBuffer || typeof message === "string";
    this.onmessage?.({ data: isRaw ? message : JSON.stringify(message) });
  }

  get messages(): ClientMessage[] {
    return this.sent.filter((d) => typeof d === "string").map((d) => JSON.parse(d) as ClientMessage);
  }
}

class FakePlayer {
  readonly context = { sampleRate: 48_000 };
  onAnchor: (anchor: Anchor) => void = () => {};
  now: Heard | null = null;
  readonly told: string[] = [];
  heard = () => this.now;
  arm = (id: number) => this.told.push(`arm ${id}`);
  push = (frame: { replyId: number; pcm: Int16Array }) => this.told.push(`push ${frame.replyId}`);
  end = (id: number) => this.told.push(`end ${id}`);
  tell = (type: string, id: number) => this.told.push(`${type} ${id}`);
  reset = () => this.told.push("reset");
}

const READY: ServerMessage = {
  type: "ready",
  protocol: 1,
  session_id: "s",
  input_rate_hz: 16_000,
  output_rate_hz: 22_050,
  persona: { name: "Pip", character: "pip", greeting: "Hi", suggestions: [] },
};
const ARMED: ServerMessage = { type: "reply.armed", reply_id: 1, turn_id: 0, revision: 0, rate_hz: 22_050 };
const COMMIT: ServerMessage = { type: "reply.commit", reply_id: 1, turn_id: 0 };
const STOP: ServerMessage = { type: "reply.stop", reply_id: 1 };
const hearing = (sample: number, status: Heard["status"] = "playing"): Heard => ({
  replyId: 1,
  sample,
  status,
  forMs: 1,
});

let player: FakePlayer;
let talk: Talk;
let notices: string[];
const socket = () => FakeSocket.all.at(-1) as FakeSocket;
const playheads = () => socket().messages.filter((m) => m.type === "playhead");

function start(): void {
  talk.start();
  socket().open();
  socket().receive(READY);
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  Object.defineProperty(globalThis, "WebSocket", { value: FakeSocket, configurable: true });
  FakeSocket.all.length = 0;
  player = new FakePlayer();
  notices = [];
  talk = new Talk("ws://x/v1/talk", player as unknown as Player, {
    changed: () => {},
    notice: (error) => notices.push(error.code),
  });
});
afterEach(() => {
  talk.end();
  mock.timers.reset();
});

test("hello first, then what was opened and typed meanwhile", () => {
  talk.start();
  talk.microphone("open");
  talk.say("  Hi there ");
  socket().open();
  assert.equal(socket().protocol, "visavis.v1");
  assert.deepEqual(socket().messages.map((m) => m.type), ["hello"]);
  socket().receive(READY);
  assert.deepEqual(socket().messages.map((m) => m.type), ["hello", "microphone", "text"]);
  assert.equal(talk.connection, "ready");
});

test("microphone samples are counted from the session's start; muted ones are a gap", () => {
  start();
  talk.microphone("open");
  const frame = (firstSample: number) =>
    talk.capture({ firstSample, pcm: Int16Array.of(1, 2), originFrame: 0 });
  frame(6400);
  frame(6720);
  talk.microphone("muted");
  frame(7040);
  talk.microphone("open");
  frame(7360);
  const frames = socket().sent.filter((d) => d instanceof ArrayBuffer).map(decodeBinary);
  assert.deepEqual(frames.map((f) => f.firstSample), [0, 320, 960]);
});

test("a reply's life reaches the player, sound included", () => {
  start();
  player.told.length = 0;
  socket().receive(ARMED);
  socket().receive(encodeBinary({ kind: "reply", replyId: 1, firstSample: 0, pcm: Int16Array.of(1) }));
  socket().receive(COMMIT);
  socket().receive({ type: "reply.duck", reply_id: 1 });
  socket().receive({ type: "reply.resume", reply_id: 1 });
  socket().receive({ type: "reply.end", reply_id: 1, n_samples: 1 });
  assert.deepEqual(player.told, ["arm 1", "push 1", "commit 1", "duck 1", "resume 1", "end 1"]);
});

test("the playhead is told ten times a second, and its end once", () => {
  start();
  socket().receive(ARMED);
  socket().receive(COMMIT);
  socket().receive({ type: "reply.end", reply_id: 1, n_samples: 9000 });
  player.now = hearing(-10);
  mock.timers.tick(100);
  assert.equal(playheads().length, 0);
  player.now = hearing(4000.7);
  mock.timers.tick(1000);
  assert.equal(playheads().length, 10);
  assert.deepEqual(playheads()[0], { type: "playhead", reply_id: 1, sample: 4000, status: "playing" });
  player.now = hearing(9100, "ended");
  mock.timers.tick(1000);
  assert.deepEqual(playheads().slice(10), [
    { type: "playhead", reply_id: 1, sample: 9000, status: "ended" },
  ]);
});

test("held, the place where it was held is told, and then on from it", () => {
  start();
  socket().receive(ARMED);
  socket().receive(COMMIT);
  player.now = hearing(4000, "held");
  mock.timers.tick(300);
  player.now = hearing(4300);
  mock.timers.tick(100);
  assert.deepEqual(playheads().map((m) => [m.sample, m.status]), [
    [4000, "playing"], [4000, "playing"], [4000, "playing"], [4300, "playing"],
  ]);
});

test("a stop while held ends where it was held", () => {
  start();
  socket().receive(ARMED);
  socket().receive(COMMIT);
  socket().receive({ type: "reply.duck", reply_id: 1 });
  player.onAnchor({ replyId: 1, replySample: 400.5, contextFrame: 1, status: "held" });
  assert.equal(talk.conversation.replies.get(1)?.status, "ducked");
  socket().receive(STOP);
  player.onAnchor({ replyId: 1, replySample: 400.5, contextFrame: 9000, status: "stopped" });
  assert.deepEqual(playheads(), [{ type: "playhead", reply_id: 1, sample: 400, status: "stopped" }]);
  assert.equal(talk.conversation.replies.get(1)?.stoppedAtSample, 400);
});

test("a stop is answered with the sample at which the worklet stopped", () => {
  start();
  socket().receive(ARMED);
  socket().receive(COMMIT);
  socket().receive(STOP);
  assert.equal(playheads().length, 0);
  player.onAnchor({ replyId: 1, replySample: 512.5, contextFrame: 1, status: "stopped" });
  assert.deepEqual(playheads(), [{ type: "playhead", reply_id: 1, sample: 512, status: "stopped" }]);
});

test("the stop button silences at once; the server's stop is answered when it comes", () => {
  start();
  socket().receive(ARMED);
  socket().receive(COMMIT);
  talk.interrupt();
  assert.ok(player.told.includes("stop 1"));
  player.onAnchor({ replyId: 1, replySample: 700, contextFrame: 1, status: "stopped" });
  assert.equal(playheads().length, 0);
  socket().receive(STOP);
  assert.deepEqual(playheads(), [{ type: "playhead", reply_id: 1, sample: 700, status: "stopped" }]);
});

test("a stop while the last sound is on its way to the ear: all of it was heard", () => {
  start();
  socket().receive(ARMED);
  socket().receive({ type: "reply.end", reply_id: 1, n_samples: 9000 });
  socket().receive(COMMIT);
  socket().receive(STOP); // the worklet has already ended it, and has nothing to stop
  player.now = hearing(9000, "ended");
  mock.timers.tick(100);
  assert.deepEqual(playheads(), [{ type: "playhead", reply_id: 1, sample: 9000, status: "stopped" }]);
});

test("the next reply sounds before this one's end was looked at: it has ended all the same", () => {
  start();
  socket().receive(ARMED);
  socket().receive({ type: "reply.end", reply_id: 1, n_samples: 9000 });
  socket().receive(COMMIT);
  player.onAnchor({ replyId: 1, replySample: 0, contextFrame: 100, status: "playing" });
  player.onAnchor({ replyId: 1, replySample: 9000, contextFrame: 9100, status: "ended" });
  socket().receive(STOP);
  socket().receive({ ...ARMED, reply_id: 2, turn_id: 1 });
  socket().receive({ ...COMMIT, reply_id: 2, turn_id: 1 });
  player.onAnchor({ replyId: 2, replySample: 0, contextFrame: 9300, status: "playing" });
  player.now = { ...hearing(10), replyId: 2 };
  mock.timers.tick(100);
  assert.deepEqual([...talk.conversation.replies.values()].map((r) => r.status), ["ended", "committed"]);
  assert.deepEqual(playheads().map((m) => [m.reply_id, m.sample, m.status]), [
    [1, 9000, "stopped"], [2, 10, "playing"],
  ]);
});

test("the server goes away: try again, later and later, and start afresh", () => {
  start();
  talk.microphone("open");
  socket().onclose?.({ code: 1006 });
  assert.equal(talk.connection, "reconnecting");
  assert.equal(player.told.at(-1), "reset");
  mock.timers.tick(1000);
  assert.equal(FakeSocket.all.length, 2);
  socket().onclose?.({ code: 1006 });
  mock.timers.tick(500);
  assert.equal(FakeSocket.all.length, 2);
  mock.timers.tick(1000);
  assert.equal(FakeSocket.all.length, 3);
  socket().open();
  socket().receive(READY);
  assert.equal(talk.connection, "ready");
  assert.deepEqual(socket().messages.map((m) => m.type), ["hello", "microphone"]);
});

test("a server of another version is not asked again", () => {
  talk.start();
  socket().open();
  const error = { type: "error", code: "unsupported", fault: "client", severity: "fatal", message: "no" } as const;
  socket().receive(error);
  socket().onclose?.({ code: 4406 });
  assert.equal(talk.connection, "refused");
  assert.deepEqual(notices, ["unsupported"]);
  mock.timers.tick(60_000);
  assert.equal(FakeSocket.all.length, 1);
});

test("ended by the user: no more sockets, no more playheads", () => {
  start();
  talk.end();
  player.now = hearing(5);
  mock.timers.tick(60_000);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(talk.connection, "ended");
});

test("a broken or unknown frame is dropped; the talk goes on", (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  start();
  socket().receive("{");
  socket().receive(new ArrayBuffer(3));
  assert.equal(warn.mock.callCount(), 2);
  socket().receive('{"type":"from.the.future"}');
  assert.equal(warn.mock.callCount(), 2);
  assert.equal(talk.connection, "ready");
});

test("what the browser does about echo is told with the microphone, and again after a reconnect", () => {
  start();
  talk.microphone("open", "on");
  talk.microphone("muted");
  const told = () =>
    socket().messages.flatMap((m) => (m.type === "microphone" ? [m.echo_cancellation] : []));
  assert.deepEqual(told(), ["on", "on"]);
  socket().onclose?.({ code: 1006 });
  mock.timers.tick(1000);
  socket().open();
  socket().receive(READY);
  assert.deepEqual(told(), ["on"]);
});

test("a second microphone goes on counting where the audio clock is, never back", () => {
  start();
  talk.microphone("open");
  const frame = (firstSample: number, originFrame: number) =>
    talk.capture({ firstSample, pcm: Int16Array.of(1, 2), originFrame });
  frame(0, 48_000);
  frame(320, 48_000);
  talk.microphone("closed");
  talk.microphone("open");
  frame(0, 144_000); // 2 s after the first one began
  const frames = socket().sent.filter((d) => d instanceof ArrayBuffer).map(decodeBinary);
  assert.deepEqual(frames.map((f) => f.firstSample), [0, 320, 32_000]);
});

test("when the page returns it need not wait for the next try; while connected it does nothing", () => {
  start();
  talk.retryNow();
  assert.equal(FakeSocket.all.length, 1);
  socket().onclose?.({ code: 1006 });
  talk.retryNow();
  talk.retryNow();
  assert.equal(FakeSocket.all.length, 2);
  mock.timers.tick(20_000);
  assert.equal(FakeSocket.all.length, 2, "the timer of the next try was not stopped");
});

test("the way to the server and back is measured at once and with every ping", () => {
  start();
  mock.timers.tick(100);
  assert.equal(socket().messages.at(-1)?.type, "ping");
  assert.equal(talk.roundTripMs, null);
  socket().receive({ type: "pong" });
  assert.ok((talk.roundTripMs ?? -1) >= 0);
});
