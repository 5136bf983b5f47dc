import assert from "node:assert/strict";
import { test } from "node:test";
import { type Anchor, heard, heardAtS, type Heard, obeying, steady, type Steady } from "../src/clock.ts";

const CONTEXT_HZ = 48_000;
const REPLY_HZ = 24_000;
const LATENCY_S = 0.05;
const rate = () => REPLY_HZ;
const at = (contextTimeS: number) => ({ contextTimeS, latencyS: LATENCY_S, contextRateHz: CONTEXT_HZ });
const anchor = (
  replyId: number,
  replySample: number,
  contextTimeS: number,
  status: Anchor["status"],
): Anchor => ({ replyId, replySample, contextFrame: contextTimeS * CONTEXT_HZ, status });

test("nothing before the first anchor", () => {
  assert.equal(heard([], at(1), rate), null);
  assert.equal(heard([anchor(1, 0, 5, "playing")], at(4), rate), null);
});

test("the sample at the ear is the context's, less the output latency", () => {
  const anchors = [anchor(1, 0, 1, "playing")];
  assert.equal(heard(anchors, at(1.05), rate)?.sample, 0);
  assert.ok(Math.abs((heard(anchors, at(2.05), rate)?.sample ?? 0) - REPLY_HZ) < 1e-6);
});

test("lips may open just before the sound: negative samples, for a little while", () => {
  const anchors = [anchor(1, 0, 1, "playing")];
  assert.ok(Math.abs((heard(anchors, at(1), rate)?.sample ?? 0) + LATENCY_S * REPLY_HZ) < 1e-6);
  assert.equal(heard(anchors, at(0.9), rate), null);
});

test("starvation holds the place, and sound goes on from it", () => {
  const anchors = [
    anchor(1, 0, 1, "playing"),
    anchor(1, 12_000, 1.5, "starved"),
    anchor(1, 12_000, 1.8, "playing"),
  ];
  const starved = heard(anchors, at(1.7 + LATENCY_S), rate);
  assert.equal(starved?.status, "starved");
  assert.equal(starved?.sample, 12_000);
  assert.ok(Math.abs((starved?.forMs ?? 0) - 200) < 1e-6);
  const again = heard(anchors, at(1.9 + LATENCY_S), rate);
  assert.ok(Math.abs((again?.sample ?? 0) - 14_400) < 1e-6);
});

test("the end is heard after the latency; then the mouth has time to close", () => {
  const anchors = [anchor(1, 0, 1, "playing"), anchor(1, 24_000, 2, "ended")];
  assert.equal(heard(anchors, at(2.01), rate)?.status, "playing");
  const closing = heard(anchors, at(2.1 + LATENCY_S), rate);
  assert.equal(closing?.status, "ended");
  assert.ok((closing?.sample ?? 0) > 24_000);
});

test("a stop is obeyed at once, though old sound is still in the pipe", () => {
  const anchors = [anchor(1, 0, 1, "playing"), anchor(1, 24_000, 2, "stopped")];
  const now = heard(anchors, at(2), rate);
  assert.equal(now?.status, "stopped");
  assert.equal(now?.sample, 24_000);
});

test("a hold is obeyed at once and keeps the place; on from it when that sound is heard", () => {
  const anchors = [anchor(1, 0, 1, "playing"), anchor(1, 24_000, 2, "held")];
  for (const contextTimeS of [2, 2.03, 9]) {
    const now = heard(anchors, at(contextTimeS), rate);
    assert.equal(now?.status, "held");
    assert.equal(now?.sample, 24_000);
  }
  anchors.push(anchor(1, 24_000, 9, "playing"));
  assert.equal(heard(anchors, at(9.04), rate)?.status, "held", "on its way to the ear");
  const again = heard(anchors, at(9.1 + LATENCY_S), rate);
  assert.equal(again?.status, "playing");
  assert.ok(Math.abs((again?.sample ?? 0) - 26_400) < 1e-6);
});

test("an order to be silent is obeyed before the audio thread has answered; an end stays one", () => {
  const now = (status: Heard["status"]): Heard => ({ replyId: 1, sample: 5, status, forMs: 1 });
  for (const order of ["held", "stopped"] as const) {
    assert.deepEqual(obeying(now("playing"), order), now(order));
    assert.deepEqual(obeying(now("starved"), order), now(order));
    assert.deepEqual(obeying(now("ended"), order), now("ended"));
    assert.deepEqual(obeying(now("stopped"), order), now("stopped"));
  }
  assert.deepEqual(obeying(now("held"), "stopped"), now("stopped"));
  assert.deepEqual(obeying(now("playing"), undefined), now("playing"));
});

test("the next reply does not cut the tail of the one before", () => {
  const anchors = [
    anchor(1, 0, 1, "playing"),
    anchor(1, 24_000, 2, "ended"),
    anchor(2, 0, 2.01, "playing"),
  ];
  assert.equal(heard(anchors, at(2.02), rate)?.replyId, 1);
  assert.equal(heard(anchors, at(2.01 + LATENCY_S), rate)?.replyId, 2);
});

test("sixty minutes later the sample is still exact", () => {
  const anchors = [anchor(1, 0, 1, "playing")];
  const sample = heard(anchors, at(3601 + LATENCY_S), rate)?.sample ?? 0;
  assert.ok(Math.abs(sample - 3600 * REPLY_HZ) < 0.01);
});

test("when a sample reaches the ear", () => {
  const anchors = [
    anchor(1, 0, 1, "playing"),
    anchor(1, 12_000, 1.5, "starved"),
    anchor(1, 12_000, 1.8, "playing"),
  ];
  const close = (value: number | null, wanted: number) => assert.ok(Math.abs((value ?? 0) - wanted) < 1e-9);
  close(heardAtS(anchors, 1, 2_400, REPLY_HZ, at(9)), 1.1 + LATENCY_S);
  close(heardAtS(anchors, 1, 14_400, REPLY_HZ, at(9)), 1.9 + LATENCY_S);
  assert.equal(heardAtS(anchors, 2, 0, REPLY_HZ, at(9)), null);
});

test("when a sample reaches the ear, held in between", () => {
  const anchors = [
    anchor(1, 0, 1, "playing"),
    anchor(1, 12_000, 1.5, "held"),
    anchor(1, 12_000, 2.5, "playing"),
  ];
  assert.ok(Math.abs((heardAtS(anchors, 1, 14_400, REPLY_HZ, at(9)) ?? 0) - 2.6 - LATENCY_S) < 1e-9);
});

test("the audio clock's jumps of a whole buffer are smoothed, and its pace is kept", () => {
  for (const bufferS of [0.0029, 0.01, 0.0213]) {
    const pace = 1.0001; // the device's crystal is not the page's
    let state: Steady | null = null;
    let last: number | null = null;
    for (let frame = 0; frame < 3600; frame++) {
      const pageS = 5 + frame / 60;
      const audioS = Math.floor((pageS * pace) / bufferS) * bufferS;
      state = steady(state, audioS, pageS);
      const now = pageS + state.offsetS;
      if (last !== null && frame > 120) {
        assert.ok(Math.abs((now - last) * 1000 - 1000 / 60) < 2, `step of ${(now - last) * 1000} ms`);
      }
      assert.ok(Math.abs(now - (pageS * pace - bufferS / 2)) < bufferS);
      last = now;
    }
  }
});

test("a context that was suspended is followed at once", () => {
  const before = steady(null, 10, 100);
  assert.equal(steady(before, 10, 107).offsetS, 10 - 107);
});
