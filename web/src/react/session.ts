// One conversation of the official SDK, as its socket and its player are overheard: what is said, what
// of it is heard now, and what the face should do. Time comes in as an argument; no I/O.
import { steady, type Steady } from "../clock.ts";
import type { Face, Mood } from "../face.ts";
import type { Scene } from "../moments.ts";
import { openness, REST } from "../lips.ts";
import type { NaturalConfig } from "../natural-settings.ts";
import { HALF_WINDOW_MS, loudness } from "../reply-sound.ts";
import {
  type AgentEvent,
  bytesFrom,
  microphoneIn,
  readFrame,
  samplesOf,
  type SoundFormat,
} from "./frames.ts";
import { ResponseFeelings } from "./felt.ts";
import { locate, PATTERN_SAMPLES } from "./locate.ts";
import { type Evidence, PlayedSound } from "./played.ts";
import { RecentSound } from "./recent.ts";
import { type Said, Speeches } from "./speeches.ts";
import { UserVoice } from "./user-voice.ts";

/** What an SDK plays sound with, as far as it can be overheard. */
export interface PlayerTap {
  readonly rateHz: number;
  /** The audio clock: all that was rendered until now. */
  timeS(): number;
  /** From rendering to the ear, as far as the browser tells. */
  latencyS(): number;
  /** The newest samples that it rendered, and the clock's time behind the last of them. */
  newest(): { samples: Float32Array; endS: number } | null;
  close(): void;
}

/** Points of a turn that a report is made of, in the order in which they should come. */
export const MOMENTS = [
  "userSpeechEnd",
  "userTranscript",
  "agentResponse",
  "firstAudio",
  "firstVisemes",
  "audioHeard",
  "faceSpeaks",
] as const;
export type Moment = (typeof MOMENTS)[number] | "interrupted";

export interface SessionListener {
  /** `atMs` is of the page's clock, and may lie in the past: some are known only afterwards. */
  moment(name: Moment, atMs: number): void;
  event(event: AgentEvent): void;
}

export interface Counts {
  audio: number;
  viseme: number;
}

export interface Seen {
  face: Face;
  /** What goes on, for a character that acts by itself. */
  scene: Scene;
  /** Of all the session's sound; null while nothing of it is heard. */
  heardSample: number | null;
  evidence: Evidence | null;
  speechId: number | null;
}

interface Waiting {
  fromSample: number;
  nSamples: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Sound that the SDK never hands on, after an interruption say, must not pile up. */
const MAX_WAITING = 4_000;
const REMEASURE_MS = 250;
/** How far around the expected place the player's output is looked for. */
const SEARCH_S = 2;
const LOUD = 0.5;
/** A score tells of a voice for this long: they come ten times a second. */
const VOICE_MS = 400;
/** Nobody thinks longer than this before an answer without having given up. */
const THINKING_MS = 10_000;
/** About -44 dB, as in reply-sound.ts. */
const AUDIBLE = 200;
const OPEN = 0.05;
/** Without a player to overhear: a frame is decoded, copied and queued. */
const UNTAPPED_DELAY_S = 0.05;

export class AgentSession {
  status: "open" | "closed" = "open";
  conversationId: string | null = null;
  readonly counts: Counts = { audio: 0, viseme: 0 };
  last: { audio?: AgentEvent; viseme?: AgentEvent } = {};
  readonly #listener: SessionListener;
  readonly #speeches = new Speeches();
  readonly #user = new UserVoice();
  #feelings = new ResponseFeelings();
  #format: SoundFormat = { coding: "pcm", rateHz: 16_000 };
  #recent = new RecentSound(16_000);
  #played = new PlayedSound(16_000);
  #waiting: Waiting[] = [];
  #player: PlayerTap | null = null;
  #steady: Steady | null = null;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #voiceMs = Number.NEGATIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  /** The response that is reported on: from which sample on, and what of it is still to come. */
  #response: { fromSample: number; open: Set<Moment> } | null = null;
  #expects: "response" | "more" = "response";
  /** The user's turns so far; what is said before the first is a greeting. */
  #turnId = 0;
  #speech: { id: number; turnId: number } = { id: 0, turnId: 0 };

  constructor(listener: SessionListener) {
    this.#listener = listener;
  }

  configure(config: NaturalConfig | null): void {
    this.#speeches.configure(config);
  }

  /** A text frame of the provider's, before the SDK sees it. */
  receive(text: string, atMs: number): void {
    const event = readFrame(text);
    switch (event.type) {
      case "opened":
        this.conversationId = event.conversationId;
        this.#format = event.format;
        this.#recent = new RecentSound(event.format.rateHz);
        this.#played = new PlayedSound(event.format.rateHz);
        this.#feelings = new ResponseFeelings();
        break;
      case "sound":
        this.#sound(event.bytes, atMs);
        this.counts.audio++;
        this.last.audio = event;
        break;
      case "visemes":
        this.#speeches.take(event.visemes);
        this.counts.viseme++;
        this.last.viseme = event;
        this.#reach("firstVisemes", atMs);
        break;
      case "stopped":
        this.#speeches.stop(event.speechId);
        break;
      case "interrupted":
        this.#speeches.stopAll();
        this.#silence();
        this.#expects = "response";
        this.#listener.moment("interrupted", atMs);
        break;
      case "transcript":
        this.#transcribed(atMs);
        break;
      case "response":
        this.#responded(event.text);
        this.#listener.moment("agentResponse", atMs);
        break;
      case "voice":
        if (event.probability >= LOUD) this.#voiceMs = atMs;
        break;
      case "notice":
      case "other":
        break;
    }
    this.#listener.event(event);
  }

  /** A text frame of the SDK's. */
  sent(text: string, atMs: number): void {
    const microphone = microphoneIn(text);
    if (microphone !== null) this.#user.push(samplesOf(bytesFrom(microphone), "pcm"), atMs);
  }

  /**
   * The SDK handed this to its player; false if it is none of this session's sound. Sound that was
   * skipped will not be played any more.
   */
  handed(player: PlayerTap, bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#player !== null && this.#player !== player) return false;
    const index = this.#waiting.findIndex((waiting) => areSame(waiting.bytes, bytes));
    const found = this.#waiting[index];
    if (this.#player === null) {
      if (found === undefined) return false;
      this.#player = player;
      this.#played = new PlayedSound(this.#format.rateHz); // until here it was a guess, by another clock
    }
    this.#waiting.splice(0, index + 1);
    const nSamples = bytes.length / (this.#format.coding === "pcm" ? 2 : 1);
    this.#played.give(found?.fromSample ?? null, nSamples, player.timeS());
    return true;
  }

  /** The SDK told its player to fall silent. */
  silenced(player: PlayerTap): void {
    if (player === this.#player) this.#silence();
  }

  close(): void {
    this.status = "closed";
    this.#played.drop();
    this.#waiting = [];
    this.#player?.close();
    this.#player = null;
  }

  /** What the face should be now. Call once a frame. */
  look(atMs: number): Seen {
    this.#measure(atMs);
    const place = this.#played.at(this.#heardS(atMs));
    const said = place === null ? null : this.#speeches.at(place.sample);
    const level = place === null ? 0 : this.#loudnessAt(place.sample);
    const isSaying = place !== null && (said?.part === "saying" || level > 0);
    const face: Face = {
      weights: said?.weights ?? REST,
      mood: isSaying ? "speaking" : this.#silentMood(atMs),
      energy: isSaying ? level : 0,
    };
    if (place !== null) this.#report(place.sample, face, atMs);
    return {
      face,
      scene: this.#scene(face.mood, said, place?.sample ?? 0),
      heardSample: place?.sample ?? null,
      evidence: place?.evidence ?? null,
      speechId: said?.part === "saying" ? said.speechId : null,
    };
  }

  #sound(bytes: Uint8Array<ArrayBuffer>, atMs: number): void {
    const fromSample = this.#recent.nSamples;
    const pcm = samplesOf(bytes, this.#format.coding);
    this.#recent.append(pcm);
    if (this.#expects === "response") {
      this.#expects = "more";
      this.#feelings.begins(fromSample);
      this.#response = {
        fromSample,
        open: new Set(["firstAudio", "firstVisemes", "audioHeard", "faceSpeaks"]),
      };
      this.#reach("firstAudio", atMs);
    }
    this.#waiting.push({ fromSample, nSamples: pcm.length, bytes });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    if (this.#player === null) {
      this.#played.give(fromSample, pcm.length, atMs / 1000 + UNTAPPED_DELAY_S);
    }
  }

  #responded(text: string): void {
    const source = this.#turnId === 0 ? "greeting" : "llm";
    const sound = this.#expects === "more" ? "begun" : "to come";
    this.#feelings.told(text, source, this.#recent.nSamples, sound);
  }

  #silence(): void {
    this.#played.drop();
  }

  #transcribed(atMs: number): void {
    this.#askedMs = atMs;
    this.#expects = "response";
    this.#turnId++;
    const endMs = this.#user.takeEndMs();
    if (endMs !== null) this.#listener.moment("userSpeechEnd", endMs);
    this.#listener.moment("userTranscript", atMs);
  }

  /** The time of the player's clock whose sound is at the ear. */
  #heardS(atMs: number): number {
    const pageS = atMs / 1000;
    if (this.#player === null) return pageS;
    this.#steady = steady(this.#steady, this.#player.timeS(), pageS);
    return pageS + this.#steady.offsetS - this.#player.latencyS();
  }

  /** Compares what the player rendered with what it was handed. */
  #measure(atMs: number): void {
    const player = this.#player;
    if (player === null || player.rateHz !== this.#format.rateHz) return; // resampled: nothing is equal
    const timeS = player.timeS();
    if (!this.#played.isPlaying(timeS)) return;
    const expected = this.#played.at(timeS);
    if (expected === null) return;
    if (expected.evidence === "measured" && atMs - this.#measuredMs < REMEASURE_MS) return;
    const newest = player.newest();
    if (newest === null) return;
    const searchSamples = SEARCH_S * this.#format.rateHz;
    const known = this.#recent.between(
      expected.sample - searchSamples - PATTERN_SAMPLES,
      expected.sample + searchSamples,
    );
    const found = locate(newest.samples, known.pcm, expected.sample - known.fromSample);
    if (found === null) return;
    this.#measuredMs = atMs;
    this.#played.measured(known.fromSample + found, newest.endS);
  }

  #loudnessAt(sample: number): number {
    const half = (HALF_WINDOW_MS * this.#format.rateHz) / 1000;
    return loudness(this.#recent.between(sample - half, sample + half).pcm);
  }

  /** The conversation as our own page would see it. */
  #scene(mood: Mood, said: Said | null, sample: number): Scene {
    const turnId = this.#turnId;
    const activity = { idle: "listening", listening: "hearing", thinking: "thinking", speaking: "speaking" } as const;
    if (said === null) return { activity: activity[mood], turnId, heard: null, reply: undefined };
    const { speechId, offsetSamples, endSamples, rateHz, cues } = said;
    if (speechId !== this.#speech.id) this.#speech = { id: speechId, turnId };
    const firstSample = sample - offsetSamples;
    const felt = this.#feelings.at(sample, rateHz);
    return {
      activity: activity[mood],
      turnId,
      heard: {
        replyId: speechId,
        sample: offsetSamples,
        status: said.part === "after" ? "ended" : "playing",
        forMs: (1000 * (said.part === "after" ? offsetSamples - endSamples : offsetSamples)) / rateHz,
      },
      reply: {
        replyId: speechId,
        turnId: this.#speech.turnId,
        rateHz,
        phrases: [],
        cues: [...cues],
        emotions: felt.map((one) => ({
          type: "reply.emotion",
          reply_id: speechId,
          at_sample: one.sample - firstSample,
          emotion: one.emotion,
        })),
        nSamples: endSamples,
        status: "committed",
        stoppedAtSample: null,
      },
    };
  }

  #silentMood(atMs: number): Mood {
    if (this.status === "closed") return "idle";
    if (atMs - this.#voiceMs < VOICE_MS) return "listening";
    const isAwaited = this.#expects === "response" && atMs - this.#askedMs < THINKING_MS;
    return isAwaited ? "thinking" : "idle";
  }

  #report(heardSample: number, face: Face, atMs: number): void {
    const response = this.#response;
    if (response === null || heardSample < response.fromSample) return;
    if (response.open.has("audioHeard")) {
      const { fromSample, pcm } = this.#recent.between(response.fromSample, heardSample);
      const index = pcm.findIndex((value) => Math.abs(value) > AUDIBLE);
      if (index >= 0) {
        const agoMs = ((heardSample - fromSample - index) * 1000) / this.#format.rateHz;
        this.#reach("audioHeard", atMs - agoMs);
      }
    }
    if (face.mood === "speaking" && openness(face.weights) > OPEN) this.#reach("faceSpeaks", atMs);
  }

  #reach(name: Moment, atMs: number): void {
    if (this.#response?.open.delete(name) === true) this.#listener.moment(name, atMs);
  }
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
