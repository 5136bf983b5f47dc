import assert from "node:assert/strict";
import { test } from "node:test";
import { Player } from "../src/player.ts";

const RATE_HZ = 24_000;
const BLOCK = 1024;

/** A device without worklets: renders a block whenever it is asked to. */
class Device {
  currentTime = 0;
  readonly sampleRate = RATE_HZ;
  readonly outputLatency = 0;
  readonly baseLatency = 0;
  readonly destination = {};
  state: AudioContextState = "running";
  readonly #watchers = new Set<() => void>();
  readonly #node = {
    connect: () => {},
    disconnect: () => {},
    onaudioprocess: (_event: unknown): void => {},
  };
  #frames = 0;

  createScriptProcessor = () => this.#node;

  addEventListener(_: "statechange", watcher: () => void): void {
    this.#watchers.add(watcher);
  }

  removeEventListener(_: "statechange", watcher: () => void): void {
    this.#watchers.delete(watcher);
  }

  become(state: AudioContextState): void {
    this.state = state;
    for (const watcher of [...this.#watchers]) watcher();
  }

  run(blocks: number): void {
    for (let i = 0; i < blocks; i++) {
      const block = new Float32Array(BLOCK);
      const playbackTime = this.#frames / RATE_HZ;
      this.#node.onaudioprocess({ playbackTime, outputBuffer: { getChannelData: () => block } });
      this.#frames += BLOCK;
    }
    this.currentTime = this.#frames / RATE_HZ;
  }
}

async function playing(): Promise<[Player, Device]> {
  const device = new Device();
  const player = await Player.create(device as unknown as AudioContext, "");
  player.arm(1, RATE_HZ);
  player.push({ kind: "reply", replyId: 1, firstSample: 0, pcm: new Int16Array(48_000).fill(9_000) });
  player.tell("commit", 1);
  device.run(10);
  assert.equal(player.heard()?.status, "playing");
  return [player, device];
}

test("told to hold, it is held before the audio thread has answered, and then where it was", async () => {
  const [player, device] = await playing();
  player.tell("duck", 1);
  assert.equal(player.heard()?.status, "held");
  device.run(10);
  assert.deepEqual([player.heard()?.status, player.heard()?.sample], ["held", 10 * BLOCK]);
});

test("told to go on, it is silent until its sound is heard", async () => {
  const [player, device] = await playing();
  player.tell("duck", 1);
  device.run(10);
  player.tell("resume", 1);
  assert.equal(player.heard()?.status, "held");
  device.run(10);
  const heard = player.heard();
  assert.equal(heard?.status, "playing");
  assert.ok(Math.abs((heard?.sample ?? 0) - 20 * BLOCK) < RATE_HZ / 20);
});

test("a stop is a stop, whatever comes before or behind it", async () => {
  const [player, device] = await playing();
  for (const order of ["duck", "stop", "resume", "duck"] as const) player.tell(order, 1);
  assert.equal(player.heard()?.status, "stopped");
  device.run(10);
  assert.deepEqual([player.heard()?.status, player.heard()?.sample], ["stopped", 10 * BLOCK]);
});

test("an end that is on its way to the ear is not held up", async () => {
  const [player, device] = await playing();
  player.end(1);
  device.run(60);
  player.tell("duck", 1);
  player.tell("stop", 1);
  assert.equal(player.heard()?.status, "ended");
});

test("without a loudspeaker a reply goes on by the page's clock, and aloud once there is one", async (t) => {
  const device = new Device();
  device.state = "suspended";
  const player = await Player.create(device as unknown as AudioContext, "");
  const told: string[] = [];
  player.onOutput = () => told.push(player.output);
  player.arm(1, RATE_HZ);
  player.push({ kind: "reply", replyId: 1, firstSample: 0, pcm: new Int16Array(12_000).fill(9_000) });
  player.tell("commit", 1);
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let nowMs = 50_000;
  t.mock.method(performance, "now", () => nowMs);
  const pass = (ms: number): void => {
    nowMs += ms;
    t.mock.timers.tick(ms);
  };
  const judged = player.awaitSound();
  pass(1_400);
  assert.equal(player.heard(), null, "a device may be slow to start");
  pass(200);
  await judged;
  assert.deepEqual(told, ["silence"]);
  pass(100);
  const first = player.heard();
  assert.equal(first?.status, "playing");
  pass(200);
  assert.equal((player.heard()?.sample ?? 0) - (first?.sample ?? 0), 4_800);
  player.push({ kind: "reply", replyId: 1, firstSample: 12_000, pcm: new Int16Array(36_000).fill(9_000) });
  player.end(1);
  pass(300);
  const silent = player.heard();
  assert.equal(silent?.status, "playing");

  device.become("running");
  await Promise.resolve(); // its output is opened anew
  await Promise.resolve();
  assert.deepEqual(told, ["silence", "sound"]);
  device.run(1);
  assert.equal(player.heard()?.status, "playing");
  assert.ok(Math.abs((player.heard()?.sample ?? 0) - (silent?.sample ?? 0) - BLOCK) <= 1);
  device.run(60);
  assert.equal(player.heard()?.status, "ended");
  player.tell("stop", 1);
  device.become("suspended");
  device.become("running");
  assert.deepEqual(told, ["silence", "sound"], "only a touch that did not help says that there is none");
});
