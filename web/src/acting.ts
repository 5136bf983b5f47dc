// What a character does at which moment, and for how long. Pure: moments and time in; a gesture, a
// feeling and a place to look at out. A site may have its character act otherwise: see `MomentMap`.
import type { Look } from "./gaze.ts";
import type { Moment } from "./moments.ts";
import type { ReplyEmotion } from "./wire.ts";

/** Short movements, by the trigger that starts them; `gesture` is a nod. */
export const GESTURES = ["gesture", "wave", "think", "celebrate", "shrug"] as const;
export type Gesture = (typeof GESTURES)[number];

/** What a face tells beside its words. */
export type Emotion = ReplyEmotion["emotion"];
/** In the order of the control `emotion`. */
export const EMOTIONS: readonly Emotion[] = ["neutral", "happy", "sad", "surprised", "thinking"];

/** What to do at a moment. What is left out goes on as it was. */
export interface Behaviour {
  /** Started now; the character finishes one before it begins the next. */
  gesture?: Gesture;
  emotion?: Emotion;
  /** How long the feeling lasts; without it, until the reply is over and a little longer. */
  emotionMs?: number;
  /** Where to glance, each -1 to 1; 0, 0 is the viewer. */
  glance?: Look;
  glanceMs?: number;
}

/**
 * A site's own choice: it is given what would be done, and returns what is to be done instead;
 * nothing (undefined) leaves it as it is, `{}` does nothing.
 */
export type MomentMap = (moment: Moment, natural: Behaviour) => Behaviour | undefined;

/** What is remembered from frame to frame. Never changed: see `acted`. */
export interface Acting {
  readonly emotion: Emotion;
  /** When it fades; Infinity: with the reply. */
  readonly emotionUntilMs: number;
  readonly glance: Look | null;
  readonly glanceUntilMs: number;
  /** When the gesture that was started last is over. */
  readonly gestureUntilMs: number;
  readonly nodAtMs: number;
}

/** What a character does this frame. */
export interface Act {
  readonly gesture: Gesture | null;
  readonly emotion: Emotion;
  /** Null: look where you like, the pointer say. */
  readonly glance: Look | null;
}

export const AT_EASE: Acting = {
  emotion: "neutral",
  emotionUntilMs: -Infinity,
  glance: null,
  glanceUntilMs: -Infinity,
  gestureUntilMs: -Infinity,
  nodAtMs: -Infinity,
};

/** A feeling outlives its words for so long. */
export const LINGER_MS = 1_200;
/** The longest gesture of the contract's takes 1.6 s; a file ignores what is fired while one runs. */
export const GESTURE_MS = 1_600;
/** A nod at every short turn would be a tic. */
export const NOD_EVERY_MS = 3_000;
const GLANCE_MS = 450;

/** What a character does at this moment if nobody says otherwise. */
export function natural(moment: Moment): Behaviour {
  switch (moment.kind) {
    case "greets":
      return { gesture: "wave", emotion: "happy" };
    case "user-stops":
      return { gesture: "gesture" };
    case "thinks-long":
      return { gesture: "think" };
    case "agent-starts":
      // Speakers look at whom they begin to speak to.
      if (moment.source === "decline") return { gesture: "shrug", glance: VIEWER, glanceMs: 900 };
      return { glance: VIEWER, glanceMs: 900 };
    case "agent-pauses":
      // ... and aside while they look for words, now to the one side, now to the other.
      return { glance: moment.turnId % 2 === 0 ? ASIDE : { x: -ASIDE.x, y: ASIDE.y }, glanceMs: GLANCE_MS };
    case "user-starts":
    case "held":
    case "interrupted":
      return { glance: VIEWER, glanceMs: 1_500 };
    case "feels":
      return moment.emotion === null ? {} : { emotion: moment.emotion };
    case "agent-goes-on":
    case "agent-ends":
      return {};
  }
}

const VIEWER: Look = { x: 0, y: 0 };
const ASIDE: Look = { x: 0.28, y: -0.1 };

/** What is done at these moments of this frame. `map` is called once for each of them. */
export function acted(
  acting: Acting,
  moments: readonly Moment[],
  nowMs: number,
  map: MomentMap = () => undefined,
): { readonly acting: Acting; readonly act: Act } {
  let { emotion, emotionUntilMs, glance, glanceUntilMs, gestureUntilMs, nodAtMs } = acting;
  let gesture: Gesture | null = null;
  if (nowMs >= emotionUntilMs) emotion = "neutral";
  if (nowMs >= glanceUntilMs) glance = null;
  for (const moment of moments) {
    // A reply takes its feeling with it: at once where it is cut off, soon where it ends.
    if (emotionUntilMs === Infinity) {
      if (moment.kind === "interrupted") [emotion, emotionUntilMs] = ["neutral", nowMs];
      if (moment.kind === "agent-ends") emotionUntilMs = nowMs + LINGER_MS;
    }
    const planned = natural(moment);
    const wanted = map(moment, planned) ?? planned;
    if (wanted.emotion !== undefined) {
      emotion = wanted.emotion;
      emotionUntilMs = emotion === "neutral" ? nowMs : until(wanted.emotionMs, Infinity, nowMs);
    }
    if (wanted.glance !== undefined) {
      glance = wanted.glance;
      glanceUntilMs = until(wanted.glanceMs, GLANCE_MS, nowMs);
    }
    const tooSoon = wanted.gesture === "gesture" && nowMs - nodAtMs < NOD_EVERY_MS;
    if (wanted.gesture !== undefined && !tooSoon && nowMs >= gestureUntilMs) {
      gesture = wanted.gesture;
      gestureUntilMs = nowMs + GESTURE_MS;
      if (gesture === "gesture") nodAtMs = nowMs;
    }
  }
  return {
    acting: { emotion, emotionUntilMs, glance, glanceUntilMs, gestureUntilMs, nodAtMs },
    act: { gesture, emotion, glance },
  };
}

function until(lastsMs: number | undefined, otherwiseMs: number, nowMs: number): number {
  return nowMs + Math.max(0, lastsMs ?? otherwiseMs);
}
