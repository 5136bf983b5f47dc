// The moments of a conversation at which a character does something of its own: somebody falls
// silent, an answer begins, there is a pause in it. Pure: what is so now in, what has just happened
// out. What a character does then is acting.ts's.
import type { Emotion } from "./acting.ts";
import type { Heard } from "./clock.ts";
import type { Activity, Reply } from "./conversation.ts";
import { SIL } from "./visemes.ts";
import type { CueItem, ReplyPhrase } from "./wire.ts";

/**
 * What can happen. Between `agent-starts` and `agent-ends` or `interrupted` of a reply there are
 * pairs of `agent-pauses` and `agent-goes-on`, pairs of `held` and `agent-goes-on`, and `feels`.
 */
export type MomentKind =
  /** The first sound of a reply to nobody: a greeting. `agent-starts` follows in the same frame. */
  | "greets"
  /** The user's voice is heard. */
  | "user-starts"
  /** The user's turn is over; a typed question too. */
  | "user-stops"
  /** No answer yet, and it takes a while. Once a turn. */
  | "thinks-long"
  /** The first sample of a reply is at the listener's ear. */
  | "agent-starts"
  /** A pause between words, or the sound is late. */
  | "agent-pauses"
  /** Somebody speaks over the reply: it is held, silent. */
  | "held"
  | "agent-goes-on"
  /** From this sample on the reply is said with another feeling. */
  | "feels"
  /** All of the reply was heard. */
  | "agent-ends"
  /** The reply was stopped, or lost with its session. */
  | "interrupted";

export interface Moment {
  readonly kind: MomentKind;
  readonly turnId: number;
  /** The reply that is, or was, heard; null where there is none. */
  readonly replyId: number | null;
  /** Of `feels`: which feeling. */
  readonly emotion: Emotion | null;
  /** Of `agent-starts`: where its words come from. */
  readonly source: ReplyPhrase["source"] | null;
}

/** What is so now, read once a frame. */
export interface Scene {
  readonly activity: Activity;
  readonly turnId: number;
  readonly heard: Heard | null;
  /** The reply that `heard` is of. */
  readonly reply: Reply | undefined;
}

/** Where the reply that is heard stands. */
type Voice = "silent" | "speaks" | "pauses" | "held";

/** All that has to be remembered from one frame to the next. Never changed: see `happened`. */
export interface Plot {
  readonly activity: Activity;
  readonly turnId: number;
  readonly voice: Voice;
  /** The newest reply that was begun; those of a session count up from 1. */
  readonly replyId: number;
  readonly replyTurnId: number;
  readonly emotion: Emotion | null;
  /** Since when nothing but thinking is done; null otherwise, or once that has been told. */
  readonly thinkingSinceMs: number | null;
}

export const BEGINNING: Plot = {
  activity: "listening",
  turnId: 0,
  voice: "silent",
  replyId: 0,
  replyTurnId: 0,
  emotion: null,
  thinkingSinceMs: null,
};

/** Shorter gaps belong to words ("fifty", "a cat"); people hear longer ones as a pause. */
export const PAUSE_MS = 250;
/** People leave 200 ms and grow uneasy after a second. */
export const LONG_THOUGHT_MS = 1_500;

/** What has happened since the last frame, in order. The same plot and scene give the same. */
export function happened(
  plot: Plot,
  scene: Scene,
  nowMs: number,
): { readonly plot: Plot; readonly moments: readonly Moment[] } {
  const moments: Moment[] = [];
  const tell = (kind: MomentKind, more: Partial<Moment> = {}): void => {
    moments.push({ kind, turnId: scene.turnId, replyId: null, emotion: null, source: null, ...more });
  };
  const user = listened(plot, scene, nowMs, tell);
  const agent = watched(plot, scene, tell);
  return { plot: { ...user, ...agent, activity: scene.activity, turnId: scene.turnId }, moments };
}

type Tell = (kind: MomentKind, more?: Partial<Moment>) => void;

function listened(plot: Plot, scene: Scene, nowMs: number, tell: Tell): Pick<Plot, "thinkingSinceMs"> {
  const { activity, turnId } = scene;
  if (activity === "hearing" && plot.activity !== "hearing") tell("user-starts");
  // A turn that is answered at once goes from hearing to speaking; a typed one begins with thinking.
  // Turn 0 is nobody's: what is prepared for it is a greeting.
  const answers = activity === "thinking" || activity === "speaking";
  const heardOut = plot.activity === "hearing" && answers;
  const typed = activity === "thinking" && plot.activity !== "thinking" && turnId > plot.turnId;
  if ((heardOut || typed) && turnId > 0) tell("user-stops");
  if (activity !== "thinking" || turnId === 0) return { thinkingSinceMs: null };
  if (plot.activity !== "thinking" || plot.turnId !== turnId) return { thinkingSinceMs: nowMs };
  const since = plot.thinkingSinceMs;
  if (since === null || nowMs - since < LONG_THOUGHT_MS) return { thinkingSinceMs: since };
  tell("thinks-long");
  return { thinkingSinceMs: null };
}

function watched(
  plot: Plot,
  scene: Scene,
  tell: Tell,
): Pick<Plot, "voice" | "replyId" | "replyTurnId" | "emotion"> {
  const { heard, reply } = scene;
  let { voice, replyId, replyTurnId, emotion } = plot;
  const end = (kind: "agent-ends" | "interrupted"): void => {
    if (voice !== "silent") tell(kind, { replyId, turnId: replyTurnId });
    [voice, emotion] = ["silent", null];
  };
  // The reply is gone, or another one is heard in its place: it was cut short.
  if (heard === null || reply === undefined || heard.replyId !== replyId) end("interrupted");
  if (heard === null || reply === undefined) {
    // A new session counts its replies from 1 again.
    return { voice, replyId: heard === null ? 0 : replyId, replyTurnId, emotion };
  }
  if (heard.status === "stopped") end("interrupted");
  else if (heard.status === "ended" && heard.forMs >= 0) end("agent-ends");
  else if (heard.sample >= 0) {
    const now = voiceNow(heard, reply, voice);
    const of = { replyId: heard.replyId, turnId: reply.turnId };
    if (voice === "silent" && now !== "held" && heard.replyId !== replyId) {
      if (reply.turnId === 0) tell("greets", of);
      tell("agent-starts", { ...of, source: reply.phrases[0]?.source ?? null });
      [voice, replyId, replyTurnId] = ["speaks", heard.replyId, reply.turnId];
    }
    if (voice !== "silent") {
      if (now !== voice) {
        // Held in a pause, or late when it goes on: each pair is closed before the next is opened.
        if (voice !== "speaks") tell("agent-goes-on", of);
        if (now === "pauses") tell("agent-pauses", of);
        if (now === "held") tell("held", of);
        voice = now;
      }
      const felt = emotionAt(reply, heard.sample);
      if (voice !== "held" && felt !== null && felt !== emotion) {
        tell("feels", { ...of, emotion: felt });
        emotion = felt;
      }
    }
  }
  return { voice, replyId, replyTurnId, emotion };
}

/** What the listener hears of a reply that has begun and has not ended. */
function voiceNow(heard: Heard, reply: Reply, voice: Voice): Exclude<Voice, "silent"> {
  if (heard.status === "held") return "held";
  if (heard.status === "starved") return "pauses";
  // Behind the last phrase that has come, its closing rest is no pause: more may be on its way.
  const pause = pauseAt(reply.cues, heard.sample);
  if (pause === null) return "speaks";
  const longMs = ((pause.endSample - pause.startSample) * 1000) / reply.rateHz;
  // The rests on either side of a reply's words belong to it; only what lies between is a pause.
  return longMs >= PAUSE_MS && pause.startSample > 0 && voice !== "silent" ? "pauses" : "speaks";
}

/** The stretch of silence between two sounds in which this sample lies; null outside of one. */
export function pauseAt(
  cues: readonly CueItem[],
  sample: number,
): { readonly startSample: number; readonly endSample: number } | null {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cues[middle]?.at_sample ?? Infinity) <= sample) low = middle + 1;
    else high = middle;
  }
  if (cues[low - 1]?.viseme !== SIL) return null;
  let first = low - 1;
  while (first > 0 && cues[first - 1]?.viseme === SIL) first--;
  let next = low;
  while (cues[next]?.viseme === SIL) next++;
  const [start, end] = [cues[first], cues[next]];
  return start === undefined || end === undefined
    ? null
    : { startSample: start.at_sample, endSample: end.at_sample };
}

/** The feeling with which this sample is said; null where nothing tells. */
export function emotionAt(reply: Reply, sample: number): Emotion | null {
  return reply.emotions.findLast((felt) => felt.at_sample <= sample)?.emotion ?? null;
}
