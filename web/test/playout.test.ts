import assert from "node:assert/strict";
import { test } from "node:test";
import { type Anchor, heard } from "../src/clock.ts";
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
  readonly told: number[] = [];

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

test("held: silent within 10 ms, by a fade, and on from the sample where the fade began", () => {
  const device = new Device().tell(arm(1), audio(1, 1_000), say("end", 1), say("commit", 1)).run(2);
  device.tell(say("duck", 1)).run(8);
  const tail = device.sound.slice(256);
  assert.ok(tail.every((v, i) => i === 0 || v <= (tail[i - 1] as number)));
  assert.ok((tail[240] ?? 0) > 0.2);
  assert.ok(allAre(tail.slice(480), 0));
  device.tell(say("resume", 1)).run(10);
  assert.equal(device.story, "playing 1@0, held 1@128, playing 1@128, ended 1@500");
  const [, held, playing, ended] = device.anchors as [Anchor, Anchor, Anchor, Anchor];
  assert.equal(held.contextFrame, 256);
  assert.equal(ended.contextFrame - playing.contextFrame, 1_000 - 256);
  const again = device.sound.slice(playing.contextFrame, ended.contextFrame);
  assert.ok(again.slice(0, 240).every((v, i) => i === 0 || v > (again[i - 1] as number)));
  assert.ok(allAre(again.slice(240), 0.5));
});

test("a held reply goes on receiving, and two holds are one", () => {
  const device = new Device().tell(arm(1), audio(1, 200), say("commit", 1)).run(1);
  device.tell(say("duck", 1), audio(1, 200), say("end", 1), say("duck", 1)).run(8);
  device.tell(say("resume", 1), say("resume", 1)).run(8);
  assert.equal(device.story, "playing 1@0, held 1@64, playing 1@64, ended 1@200");
});

test("held before its first sound, it waits; resumed while dry, it waits for sound", () => {
  const device = new Device().tell(arm(1), say("commit", 1)).run(1);
  device.tell(say("duck", 1), audio(1, 128)).run(4);
  assert.ok(allAre(device.sound, 0));
  device.tell(say("resume", 1)).run(1).tell(say("duck", 1), say("resume", 1)).run(4);
  assert.equal(device.story, "playing 1@0, held 1@64");
  device.tell(audio(1, 128), say("end", 1)).run(2);
  assert.equal(device.story, "playing 1@0, held 1@64, playing 1@64, ended 1@128");
});

test("a stop while held ends where it was held, in silence", () => {
  const device = new Device().tell(arm(1), audio(1, 9_000), say("commit", 1)).run(2);
  device.tell(say("duck", 1)).run(8).tell(say("stop", 1), say("resume", 1)).run(4);
  assert.equal(device.story, "playing 1@0, held 1@128, stopped 1@128");
  assert.ok(allAre(device.sound.slice(256 + 480), 0));
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

/** What a listener with `latencyS` of output latency is told at every block. */
function heardWithin(device: Device, blocks: number, latencyS: number): void {
  for (let i = 0; i < blocks; i++) {
    device.run(1);
    const now = { contextTimeS: device.sound.length / CONTEXT_HZ, latencyS, contextRateHz: CONTEXT_HZ };
    device.told.push(heard(device.anchors, now, () => REPLY_HZ)?.sample ?? 0);
  }
}

test("whenever it is held and resumed: each frame in order, and the clock names the one played", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomSource(seed);
    const device = new Device().tell(arm(1), say("commit", 1));
    const total = 6_000;
    for (let sent = 0; sent < total; ) {
      const n = Math.min(total - sent, 1 + Math.floor(random(900)));
      const frames = Float32Array.from({ length: n }, (_, i) => 1 + sent + i);
      device.tell({ type: "audio", replyId: 1, frames });
      sent += n;
      if (random(3) < 1) device.tell(say("duck", 1));
      else if (random(2) < 1) device.tell(say("resume", 1));
      heardWithin(device, Math.floor(random(9)), 0.02);
    }
    device.tell(say("end", 1), say("resume", 1)).run(60);
    checkOrder(device, total, seed);
    const told = device.told.filter((sample) => sample >= 0);
    assert.ok(told.every((v, i) => i === 0 || v >= (told[i - 1] as number)), `seed ${seed}`);
  }
});

/** Frame n of the reply is worth 1 + n, so that what was played tells where the device stood. */
function checkOrder(device: Device, total: number, seed: number): void {
  let next = 0;
  for (const [i, anchor] of device.anchors.entries()) {
    const fromFrame = anchor.contextFrame;
    const place = heard(device.anchors.slice(0, i + 1), at(fromFrame), () => REPLY_HZ);
    assert.ok(Math.abs(2 * (place?.sample ?? -1) - next) < 1e-6, `seed ${seed}, ${anchor.status}`);
    if (anchor.status !== "playing") continue;
    const following = device.anchors[i + 1] as Anchor;
    // Behind the fades of a hold (480 frames) and of a resumption (240) samples are bare.
    const bareFrame = fromFrame + 480;
    for (let frame = fromFrame; frame < following.contextFrame; frame++, next++) {
      if (frame >= bareFrame) assert.equal(device.sound[frame], 1 + next, `seed ${seed}`);
    }
  }
  assert.equal(device.anchors.at(-1)?.status, "ended", `seed ${seed}`);
  assert.equal(next, total, `seed ${seed}`);
}

function at(contextFrame: number): { contextTimeS: number; latencyS: number; contextRateHz: number } {
  return { contextTimeS: contextFrame / CONTEXT_HZ, latencyS: 0, contextRateHz: CONTEXT_HZ };
}
