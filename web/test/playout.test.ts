import assert from "node:assert/strict";
import { test } from "node:test";
import type { Anchor } from "../src/clock.ts";
import { Playout, type PlayoutCommand } from "../src/playout.ts";
import { randomSource } from "./random.ts";

const CONTEXT_HZ = 48_000;
const REPLY_HZ = 24_000;
const BLOCK = 128;

/** A device: renders blocks, collects sound and anchors. */
class Device {
  readonly playout = new Playout(CONTEXT_HZ);
  readonly sound: number[] = [];
  readonly anchors: Anchor[] = [];

  tell(...commands: PlayoutCommand[]): this {
    for (const command of commands) this.playout.receive(command, this.sound.length);
    return this;
  }

  run(blocks: number): this {
    for (let i = 0; i < blocks; i++) {
      const output = new Float32Array(BLOCK).fill(9); // must be overwritten
      this.playout.render(output, this.sound.length);
      this.sound.push(...output);
      this.anchors.push(...this.playout.takeAnchors());
    }
    return this;
  }

  get story(): string {
    return this.anchors.map((a) => `${a.status} ${a.replyId}@${a.replySample}`).join(", ");
  }
}

const arm = (replyId: number): PlayoutCommand => ({ type: "arm", replyId, rateHz: REPLY_HZ });
const audio = (replyId: number, n: number, value = 0.5): PlayoutCommand => ({
  type: "audio",
  replyId,
  frames: new Float32Array(n).fill(value),
});
const say = (type: "commit" | "end" | "discard" | "duck" | "resume" | "stop", replyId: number) =>
  ({ type, replyId }) as const;

const allAre = (sound: number[], value: number) => sound.every((v) => v === value);

test("a held reply is silent; committed, it plays from the very next frame to its end", () => {
  const device = new Device().tell(arm(1), audio(1, 300), say("end", 1)).run(2);
  assert.ok(allAre(device.sound, 0));
  device.tell(say("commit", 1)).run(4);
  assert.equal(device.story, "playing 1@0, ended 1@150");
  assert.equal(device.anchors[0]?.contextFrame, 256);
  assert.equal(device.anchors[1]?.contextFrame, 556);
  assert.ok(allAre(device.sound.slice(256, 556), 0.5));
  assert.ok(allAre(device.sound.slice(556), 0));
});

test("committed before its sound: plays when the first frame comes", () => {
  const device = new Device().tell(arm(1), say("commit", 1)).run(3);
  assert.equal(device.story, "");
  device.tell(audio(1, 128), say("end", 1)).run(2);
  assert.equal(device.story, "playing 1@0, ended 1@64");
});

test("starved, it goes on from the same sample without losing one, and without a click", () => {
  const device = new Device().tell(arm(1), audio(1, 200), say("commit", 1)).run(3);
  device.tell(audio(1, 200), say("end", 1)).run(4);
  assert.equal(device.story, "playing 1@0, starved 1@100, playing 1@100, ended 1@200");
  const dip = device.sound.slice(200, 384);
  assert.ok(Math.abs((dip[0] ?? 0) - 0.5) < 0.1);
  assert.ok(dip.every((v, i) => i === 0 || v < (dip[i - 1] as number)));
  assert.ok((dip.at(-1) ?? 1) < 0.01);
});

test("ducks to a fifth within 10 ms, and comes back", () => {
  const device = new Device().tell(arm(1), audio(1, 48_000), say("commit", 1)).run(2);
  device.tell(say("duck", 1)).run(8);
  assert.ok(Math.abs((device.sound[256 + 480] ?? 0) - 0.1) < 1e-6);
  assert.ok((device.sound[256 + 240] ?? 0) > 0.2);
  device.tell(say("resume", 1)).run(8);
  assert.equal(device.sound.at(-1), 0.5);
  assert.equal(device.story, "playing 1@0");
});

test("stops within 10 ms, by a fade, and says where", () => {
  const device = new Device().tell(arm(1), audio(1, 48_000), say("commit", 1)).run(4);
  device.tell(say("stop", 1)).run(8);
  assert.equal(device.story, "playing 1@0, stopped 1@256");
  const tail = device.sound.slice(512);
  assert.ok(tail.every((v, i) => i === 0 || v <= (tail[i - 1] as number)));
  assert.ok(tail.findIndex((v) => v === 0) <= 480);
  device.tell(say("stop", 1), say("resume", 1), audio(1, 500)).run(2);
  assert.equal(device.story, "playing 1@0, stopped 1@256");
});

test("a discarded reply is never heard, whatever else comes for it", () => {
  const device = new Device().tell(arm(1), audio(1, 500), say("discard", 1));
  device.tell(audio(1, 500), say("end", 1), say("commit", 1)).run(4);
  assert.equal(device.story, "");
  assert.ok(allAre(device.sound, 0));
});

test("the next commit takes over from a reply that still speaks", () => {
  const device = new Device().tell(arm(1), audio(1, 48_000), say("commit", 1)).run(2);
  device.tell(arm(2), audio(2, 256, 0.25), say("end", 2), say("commit", 2)).run(8);
  assert.equal(device.story, "playing 1@0, stopped 1@128, playing 2@0, ended 2@128");
  assert.equal(device.sound.at(-1), 0);
});

test("ducked and stopped while starved leave nothing behind", () => {
  const device = new Device().tell(arm(1), audio(1, 10), say("commit", 1)).run(2);
  device.tell(say("duck", 1), say("stop", 1)).run(40);
  assert.equal(device.sound.at(-1), 0);
  assert.equal(device.anchors.at(-1)?.status, "stopped");
});

test("reset silences and forgets", () => {
  const device = new Device().tell(arm(1), audio(1, 9_000), say("commit", 1)).run(2);
  device.tell({ type: "reset" }).run(10);
  assert.equal(device.sound.at(-1), 0);
  device.tell(arm(1), audio(1, 128, 0.25), say("end", 1), say("commit", 1)).run(2);
  assert.equal(device.story, "playing 1@0, stopped 1@128, playing 1@0, ended 1@64");
});

test("however the chunks arrive, every frame is played once and in order", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = randomSource(seed);
    const device = new Device().tell(arm(1), say("commit", 1));
    const total = 2_000;
    for (let sent = 0; sent < total; ) {
      const n = Math.min(total - sent, 1 + Math.floor(random(300)));
      const frames = Float32Array.from({ length: n }, (_, i) => 1 + sent + i);
      device.tell({ type: "audio", replyId: 1, frames }).run(Math.floor(random(4)));
      sent += n;
    }
    device.tell(say("end", 1)).run(40);
    const playing: number[] = [];
    const anchors = [...device.anchors];
    for (const [i, anchor] of anchors.entries()) {
      if (anchor.status !== "playing") continue;
      const until = anchors[i + 1]?.contextFrame ?? device.sound.length;
      playing.push(...device.sound.slice(anchor.contextFrame, until));
    }
    assert.deepEqual(playing, Array.from({ length: total }, (_, i) => 1 + i), `seed ${seed}`);
    assert.equal(anchors.at(-1)?.status, "ended");
  }
});
