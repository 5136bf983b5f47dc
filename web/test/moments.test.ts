// Moments are told in an order that a site can rely on, whatever happens in a conversation.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnchorStatus, Heard } from "../src/clock.ts";
import type { Activity, Reply } from "../src/conversation.ts";
import { BEGINNING, happened, LONG_THOUGHT_MS, type Moment, pauseAt, type Plot, type Scene } from "../src/moments.ts";
import { SIL, VISEMES } from "../src/visemes.ts";
import { randomSource } from "./random.ts";

const RATE_HZ = 1_000; // a sample is a millisecond
const AA = VISEMES.indexOf("aa");

function reply(replyId: number, turnId: number, more: Partial<Reply> = {}): Reply {
  return {
    replyId,
    turnId,
    rateHz: RATE_HZ,
    phrases: [],
    cues: [
      { at_sample: 0, viseme: SIL, weight: 1 },
      { at_sample: 50, viseme: AA, weight: 1 },
      { at_sample: 1_000, viseme: SIL, weight: 1 }, // a gap within words
      { at_sample: 1_100, viseme: AA, weight: 1 },
      { at_sample: 2_000, viseme: SIL, weight: 1 }, // a pause
      { at_sample: 2_400, viseme: AA, weight: 1 },
      { at_sample: 3_000, viseme: SIL, weight: 1 },
    ],
    emotions: [],
    nSamples: null,
    status: "committed",
    stoppedAtSample: null,
    ...more,
  };
}

const heard = (replyId: number, sample: number, status: AnchorStatus = "playing", forMs = 100): Heard => ({
  replyId,
  sample,
  status,
  forMs,
});

/** Plays scenes, 10 ms apart unless they say otherwise; what happened, in order. */
function told(scenes: readonly (Partial<Scene> & { atMs?: number })[]): Moment[] {
  let plot: Plot = BEGINNING;
  let scene: Scene = { activity: "listening", turnId: 0, heard: null, reply: undefined };
  let nowMs = 0;
  const all: Moment[] = [];
  for (const { atMs, ...change } of scenes) {
    nowMs = atMs ?? nowMs + 10;
    scene = { ...scene, ...change };
    const step = happened(plot, scene, nowMs);
    plot = step.plot;
    all.push(...step.moments);
  }
  return all;
}

const kinds = (moments: readonly Moment[]): string => moments.map((moment) => moment.kind).join(" ");

test("a greeting is told before its first sound, and not before it is heard", () => {
  const greeting = reply(1, 0);
  const early = told([{ heard: heard(1, -80), reply: greeting }]);
  assert.equal(kinds(early), "");
  const spoken = told([
    { heard: heard(1, -80), reply: greeting },
    { heard: heard(1, 0) },
    { heard: heard(1, 900) },
    { heard: heard(1, 3_200, "ended") },
    { heard: heard(1, 3_900, "ended") },
  ]);
  assert.equal(kinds(spoken), "greets agent-starts agent-ends");
  assert.deepEqual([spoken[0]?.turnId, spoken[0]?.replyId], [0, 1]);
});

test("the user stops: told once, whether the answer is awaited, immediate or to a typed question", () => {
  assert.equal(
    kinds(told([{ activity: "hearing", turnId: 1 }, { activity: "thinking" }, { activity: "speaking" }])),
    "user-starts user-stops",
  );
  assert.equal(kinds(told([{ activity: "hearing", turnId: 1 }, { activity: "speaking" }])), "user-starts user-stops");
  assert.equal(kinds(told([{ activity: "thinking", turnId: 1 }, { activity: "speaking" }])), "user-stops");
});

test("a greeting in the making is nobody's turn", () => {
  assert.equal(kinds(told([{ activity: "thinking", turnId: 0 }, { activity: "speaking", atMs: 9_000 }])), "");
});

test("a murmur that was no turn ends without a nod", () => {
  assert.equal(kinds(told([{ activity: "hearing", turnId: 1 }, { activity: "listening" }])), "user-starts");
});

test("a long thought is told once, and never while there is an answer", () => {
  const thinking: Partial<Scene> = { activity: "thinking", turnId: 1 };
  assert.equal(kinds(told([thinking, { atMs: 10 + LONG_THOUGHT_MS - 1 }])), "user-stops");
  assert.equal(
    kinds(told([thinking, { atMs: 10 + LONG_THOUGHT_MS }, { atMs: 9_000 }])),
    "user-stops thinks-long",
  );
  assert.equal(kinds(told([thinking, { activity: "speaking" }, { atMs: 9_000 }])), "user-stops");
});

test("pauses: a real one is told, a gap within words and the rests at either end are not", () => {
  const answer = reply(1, 1);
  const samples = [0, 40, 500, 1_050, 1_500, 2_010, 2_300, 2_500, 3_100];
  const all = told(samples.map((sample) => ({ turnId: 1, heard: heard(1, sample), reply: answer })));
  assert.equal(kinds(all), "agent-starts agent-pauses agent-goes-on");
});

test("sound that is late is a pause, and a hold within it is its own", () => {
  const answer = reply(1, 1);
  const all = told([
    { turnId: 1, heard: heard(1, 100), reply: answer },
    { heard: heard(1, 500, "starved") },
    { heard: heard(1, 500, "held") },
    { heard: heard(1, 500, "starved") },
    { heard: heard(1, 600) },
    { heard: heard(1, 620, "stopped") },
  ]);
  assert.equal(
    kinds(all),
    "agent-starts agent-pauses agent-goes-on held agent-goes-on agent-pauses agent-goes-on interrupted",
  );
});

test("a reply that is held before its first sound starts when it is heard", () => {
  const answer = reply(1, 1);
  const all = told([{ turnId: 1, heard: heard(1, 0, "held"), reply: answer }, { heard: heard(1, 5) }]);
  assert.equal(kinds(all), "agent-starts");
});

test("feelings are told when their words are heard, not when they come", () => {
  const felt = reply(1, 1, {
    emotions: [
      { type: "reply.emotion", reply_id: 1, at_sample: 0, emotion: "happy" },
      { type: "reply.emotion", reply_id: 1, at_sample: 1_500, emotion: "sad" },
    ],
  });
  const all = told([0, 700, 1_499, 1_500, 1_700].map((sample) => ({ heard: heard(1, sample), reply: felt, turnId: 1 })));
  assert.equal(kinds(all), "agent-starts feels feels");
  assert.deepEqual(all.map((moment) => moment.emotion), [null, "happy", "sad"]);
});

test("a lost session interrupts, and the next one's first reply starts", () => {
  const all = told([
    { heard: heard(1, 100), reply: reply(1, 0) },
    { heard: null, reply: undefined },
    { heard: heard(1, 10), reply: reply(1, 0) },
  ]);
  assert.equal(kinds(all), "greets agent-starts interrupted greets agent-starts");
});

test("a pause is the whole of the silence, and there is none at the end", () => {
  const { cues } = reply(1, 1);
  assert.equal(pauseAt(cues, 1_999), null);
  assert.deepEqual(pauseAt(cues, 2_000), { startSample: 2_000, endSample: 2_400 });
  assert.equal(pauseAt(cues, 3_000), null);
  assert.equal(pauseAt([], 5), null);
});

test("whatever happens, the order holds and nothing is changed in place", () => {
  const statuses: readonly AnchorStatus[] = ["playing", "playing", "playing", "held", "starved", "ended", "stopped"];
  const activities: readonly Activity[] = ["listening", "hearing", "thinking", "speaking"];
  // Of one reply: starts, then pairs and feelings, then one end.
  const life = /^(greets )?agent-starts( feels| (agent-pauses|held)( feels)* agent-goes-on)*( (agent-pauses|held)( feels)*)?( (agent-ends|interrupted))?$/;
  for (let seed = 1; seed <= 400; seed++) {
    const random = randomSource(seed * 7_919);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random(from.length))] as T;
    let plot: Plot = BEGINNING;
    let [replyId, sample, session, nowMs, turnId] = [0, 0, 0, 0, 0];
    const lives = new Map<string, string[]>();
    for (let step = 0; step < 120; step++) {
      const dice = random(1);
      if (dice < 0.03) [replyId, sample, session] = [0, 0, session + 1];
      else if (dice < 0.12) [replyId, sample] = [replyId + 1, -50];
      else sample += Math.floor(random(300));
      nowMs += Math.floor(random(400));
      if (random(1) < 0.2) turnId++;
      const now = replyId === 0 ? null : heard(replyId, sample, pick(statuses));
      const emotion = pick(["happy", "sad"] as const);
      const said = reply(replyId, pick([0, 1, 2]), {
        emotions: [{ type: "reply.emotion", reply_id: replyId, at_sample: 900, emotion }],
      });
      const scene: Scene = { activity: pick(activities), turnId, heard: now, reply: now === null ? undefined : said };
      const before = structuredClone(plot);
      const first = happened(plot, scene, nowMs);
      assert.deepEqual(plot, before, `seed ${seed}: the plot was changed in place`);
      assert.deepEqual(happened(plot, scene, nowMs), first, `seed ${seed}: not a function`);
      for (const moment of first.moments) {
        if (moment.replyId === null) continue;
        const key = `${session}/${moment.replyId}`;
        const ofLast = moment.kind === "interrupted" && !lives.has(key) ? `${session - 1}/${moment.replyId}` : key;
        lives.set(ofLast, [...(lives.get(ofLast) ?? []), moment.kind]);
      }
      const told = first.moments.map((moment) => moment.kind);
      assert.ok(told.filter((kind) => kind === "user-stops").length <= 1, `seed ${seed}: ${told.join(" ")}`);
      plot = first.plot;
    }
    for (const [of, line] of lives) assert.match(line.join(" "), life, `seed ${seed}, reply ${of}`);
  }
});
