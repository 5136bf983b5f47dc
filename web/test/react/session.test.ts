import assert from "node:assert/strict";
import { test } from "node:test";
import { openness } from "../../src/lips.ts";
import { naturalConfig } from "../../src/natural-settings.ts";
import { AgentSession, type Moment, type PlayerTap } from "../../src/react/session.ts";
import { VISEMES } from "../../src/visemes.ts";
import { randomSource } from "../random.ts";

const RATE = 16_000;
const AA = VISEMES.indexOf("aa");
const SIL = VISEMES.indexOf("sil");

/** A player on a clock of its own that renders what it is handed, as the SDK's does. */
class Player implements PlayerTap {
  readonly rateHz = RATE;
  nowS = 100;
  startS = 0;
  pcm = new Int16Array(0);
  status = "open";

  timeS(): number {
    return this.nowS;
  }

  latencyS(): number {
    return 0.05;
  }

  newest(): { samples: Float32Array; endS: number } | null {
    const end = Math.round((this.nowS - this.startS) * RATE);
    const samples = new Float32Array(2048);
    for (let i = 0; i < 2048; i++) samples[i] = (this.pcm[end - 2048 + i] ?? 0) / 32_768;
    return { samples, endS: this.nowS };
  }

  close(): void {
    this.status = "closed";
  }
}

function begin(): { session: AgentSession; moments: [Moment, number][] } {
  const moments: [Moment, number][] = [];
  const session = new AgentSession({
    moment: (name, atMs) => moments.push([name, atMs]),
    event: () => undefined,
  });
  const event = { conversation_id: "conv_1", agent_output_audio_format: "pcm_16000" };
  const opened = { type: "conversation_initiation_metadata", conversation_initiation_metadata_event: event };
  session.receive(JSON.stringify(opened), 0);
  return { session, moments };
}

function sound(nSamples: number, seed: number): Int16Array<ArrayBuffer> {
  const random = randomSource(seed);
  return Int16Array.from({ length: nSamples }, () => Math.round(random(30_000) - 15_000));
}

const bytesOf = (pcm: Int16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(pcm.buffer);

function audio(pcm: Int16Array<ArrayBuffer>, eventId: number): string {
  const base64 = Buffer.from(bytesOf(pcm)).toString("base64");
  return JSON.stringify({ type: "audio", audio_event: { audio_base_64: base64, event_id: eventId } });
}

function visemes(speechId: number, firstSample: number, nSamples: number): string {
  return JSON.stringify({
    type: "visavis.visemes",
    version: 1,
    speech_id: speechId,
    rate_hz: RATE,
    first_sample: firstSample,
    source: "sound",
    from_sample: 0,
    cues: [
      { at_sample: 0, viseme: AA, weight: 1 },
      { at_sample: nSamples, viseme: SIL, weight: 0 },
    ],
  });
}

test("the mouth follows the sample at the ear, however late the player began", () => {
  const { session } = begin();
  const player = new Player();
  const pcm = sound(RATE, 1);
  session.receive(audio(pcm, 1), 1000);
  session.receive(visemes(1, 0, RATE / 2), 1001);
  assert.ok(session.handed(player, bytesOf(pcm)));
  player.pcm = pcm;
  player.startS = 100.4; // nobody guesses that
  player.nowS = 100.7;
  session.look(1700); // guessed 100.015: looks, and finds 0.3 s
  const { heardSample, evidence, face } = session.look(1700);
  assert.equal(evidence, "measured");
  assert.equal(Math.round(heardSample ?? -1), Math.round(0.25 * RATE)); // output latency is taken off
  assert.ok(openness(face.weights) > 0.9);
  assert.equal(face.mood, "speaking");
  player.nowS = 101.05;
  const later = session.look(2050);
  assert.ok(openness(later.face.weights) < 0.05, "its last cue has shut it");
});

test("an interruption shuts the mouth at once, and the next speech starts afresh", () => {
  const { session, moments } = begin();
  const player = new Player();
  const [first, second] = [sound(RATE, 2), sound(RATE, 3)];
  session.receive(audio(first, 1), 0);
  session.receive(visemes(1, 0, RATE), 0);
  session.handed(player, bytesOf(first));
  player.pcm = first;
  player.startS = 100;
  player.nowS = 100.3;
  assert.ok(openness(session.look(300).face.weights) > 0.9);
  session.receive(JSON.stringify({ type: "interruption", interruption_event: { event_id: 1 } }), 310);
  const stopped = session.look(316);
  assert.equal(stopped.heardSample, null);
  assert.equal(openness(stopped.face.weights), 0);
  session.receive(visemes(1, 0, RATE), 320); // a stale one
  session.receive(audio(second, 2), 400);
  session.receive(visemes(2, RATE, RATE), 401);
  session.handed(player, bytesOf(second));
  player.nowS = 100.6;
  const again = session.look(600);
  assert.ok((again.heardSample ?? 0) > RATE);
  assert.ok(openness(again.face.weights) > 0.9);
  assert.deepEqual(moments.filter(([name]) => name === "interrupted"), [["interrupted", 310]]);
});

test("sound that the SDK leaves out does not move the place of what follows", () => {
  const { session } = begin();
  const player = new Player();
  const pieces = [1, 2, 3].map((seed) => sound(1600, seed));
  for (const [i, piece] of pieces.entries()) session.receive(audio(piece, i), 0);
  assert.ok(session.handed(player, bytesOf(pieces[0] as Int16Array<ArrayBuffer>)));
  assert.ok(session.handed(player, bytesOf(pieces[2] as Int16Array<ArrayBuffer>)));
  player.nowS = 100.2;


  const place = 3200 + (0.2 - 0.05 - 0.015) * RATE - 1600;
  assert.equal(Math.round(session.look(200).heardSample ?? 0), Math.round(place));
});

test("what was left out is not found later, when the same sound comes again", () => {
  const { session } = begin();
  const player = new Player();
  const [first, second] = [sound(1600, 1), sound(1600, 2)];
  for (const [i, piece] of [first, second, first].entries()) session.receive(audio(piece, i), 0);
  session.handed(player, bytesOf(second)); // after an interruption, say
  session.handed(player, bytesOf(first));
  player.nowS = 100.2;
  assert.ok((session.look(200).heardSample ?? 0) > 3200);
});

test("another session's sound, and another player's, are not ours", () => {
  const { session } = begin();
  const [ours, other] = [new Player(), new Player()];
  const pcm = sound(1600, 1);
  session.receive(audio(pcm, 1), 0);
  assert.ok(!session.handed(ours, bytesOf(sound(1600, 9))));
  assert.ok(session.handed(ours, bytesOf(pcm)));
  assert.ok(!session.handed(other, bytesOf(pcm)));
  session.close();
  assert.equal(ours.status, "closed");
  assert.equal(session.look(50).heardSample, null);
});

test("without a player to overhear, arrival is the clock", () => {
  const { session } = begin();
  session.receive(audio(sound(RATE, 1), 1), 1000);
  session.receive(visemes(1, 0, RATE), 1000);
  const { heardSample, evidence } = session.look(1500);
  assert.equal(evidence, "guessed");
  assert.ok(Math.abs((heardSample ?? 0) - 0.435 * RATE) < 1);
});

test("a response is said with the feelings of its words, each from about where they are", () => {
  const { session } = begin();
  const say = (text: string): string =>
    JSON.stringify({ type: "agent_response", agent_response_event: { agent_response: text } });
  const ask = JSON.stringify({ type: "user_transcript", user_transcription_event: { user_transcript: "And?" } });
  const felt = (atMs: number): [number, string][] =>
    (session.look(atMs).scene.reply?.emotions ?? []).map(({ at_sample, emotion }) => [at_sample, emotion]);
  session.receive(say("Hello there."), 0); // a greeting, told before its sound
  session.receive(audio(sound(RATE, 1), 1), 0);
  session.receive(visemes(1, 0, RATE), 0);
  assert.deepEqual(felt(500), [[0, "happy"]]);
  session.receive(ask, 1900);
  session.receive(audio(sound(2 * RATE, 2), 2), 2000);
  session.receive(visemes(2, RATE, 2 * RATE), 2000);
  assert.deepEqual(felt(2100), [], "nothing is known of it yet");
  session.receive(say("It costs two euro. I’m sorry, no more."), 2100); // told behind its sound
  assert.deepEqual(felt(2200), [[Math.round((19 / 15) * RATE), "sad"]]);
  session.receive(ask, 4500);
  session.receive(audio(sound(RATE, 3), 3), 5000);
  session.receive(visemes(3, 3 * RATE, RATE), 5000);
  assert.deepEqual(felt(5300), [], "a feeling ends with its response");
});

test("a config that is equal, however new, changes nothing; another one counts at once", () => {
  const look = (configure: (session: AgentSession, i: number) => void): number[][] => {
    const { session } = begin();
    session.receive(audio(sound(2 * RATE, 1), 1), 0);
    const cues = Array.from({ length: 60 }, (_, i) => ({ at_sample: 500 * i, viseme: 1 + (i % 14), weight: 1 }));
    session.receive(JSON.stringify({ ...JSON.parse(visemes(1, 0, RATE)), cues }), 0);
    return Array.from({ length: 100 }, (_, i) => {
      configure(session, i);
      return [...session.look(20 * i).face.weights];
    });
  };
  const stable = naturalConfig({ minVisemeInterval: 80 });
  const once = look((session) => session.configure(stable));
  const anew = look((session) => session.configure(naturalConfig({ minVisemeInterval: 80 })));
  const without = look((session) => session.configure(null));
  assert.deepEqual(anew, once);
  assert.notDeepEqual(without, once);
});

test("a turn is told from the user's last sound to the face that answers", () => {
  const { session, moments } = begin();
  const chunk = (pcm: Int16Array<ArrayBuffer>) =>
    JSON.stringify({ user_audio_chunk: Buffer.from(bytesOf(pcm)).toString("base64") });
  const quiet = Int16Array.from({ length: 1600 }, (_, i) => i % 3);
  for (let i = 0; i < 5; i++) session.sent(chunk(quiet), 100 * i);
  session.sent(chunk(sound(1600, 4)), 500);
  for (let i = 6; i < 9; i++) session.sent(chunk(quiet), 100 * i);
  const event = { user_transcript: "hello", event_id: 1 };
  session.receive(JSON.stringify({ type: "user_transcript", user_transcription_event: event }), 900);
  assert.equal(session.look(950).face.mood, "thinking");
  const pcm = sound(RATE, 5);
  pcm.fill(0, 0, 800); // 50 ms of silence: nothing is heard of it
  session.receive(audio(pcm, 2), 1000);
  session.receive(visemes(1, 0, RATE), 1010);
  for (let t = 1000; t < 1400; t += 10) session.look(t);
  assert.deepEqual(moments.slice(0, 4), [
    ["userSpeechEnd", 500],
    ["userTranscript", 900],
    ["firstAudio", 1000],
    ["firstVisemes", 1010],
  ]);
  const heard = moments.find(([name]) => name === "audioHeard");
  assert.ok(heard !== undefined && Math.abs(heard[1] - 1115) < 2, String(heard));
  assert.ok(moments.some(([name, atMs]) => name === "faceSpeaks" && atMs >= 1000 && atMs < 1200));
});

test("frames that mean nothing to a face do no harm", () => {
  const { session } = begin();
  for (const text of ["", "{", "[]", "null", "7", '{"type":"audio"}', '{"type":"audio","audio_event":{"audio_base_64":"*"}}',
                      '{"type":"visavis.visemes"}', '{"type":"visavis.new","version":2}', '{"type":"ping"}']) {
    session.receive(text, 0);
    session.sent(text, 0);
  }
  assert.equal(session.look(10).face.mood, "idle");
});
