// How often a character is drawn: every frame while it speaks, gestures or looks about, less often
// while it only breathes, never while nobody can see it. Pure.
import type { Performance } from "./director.ts";
import type { Face } from "./face.ts";
import { SIL } from "./visemes.ts";

/** Breath and blinks at rest: half of what most screens show, and nobody sees a difference. */
export const IDLE_FPS = 30;
/** Frames come a little early or late: one that is nearly due is drawn, or every other would wait. */
const EARLY_MS = 4;
/** A gesture, a change of mood and a mouth that shuts are eased in the file for so long. */
export const SETTLE_MS = 900;
/** Eyes this near to where they were stand still: half a pixel of a large character. */
const STILL = 0.002;

export interface Pace {
  /** Full pace until then. */
  readonly livelyUntilMs: number;
  readonly drawnAtMs: number;
  readonly mood: Face["mood"];
  readonly emotion: Performance["emotion"];
  readonly eyes: Performance["eyes"];
}

export const ASLEEP: Pace = {
  livelyUntilMs: -Infinity,
  drawnAtMs: -Infinity,
  mood: "idle",
  emotion: "neutral",
  eyes: { x: 0, y: 0 },
};

/** Whether this frame is drawn, and what to remember. `seen`: whether anybody can see it. */
export function paced(
  pace: Pace,
  face: Face,
  act: Performance,
  seen: "seen" | "hidden",
  nowMs: number,
): { readonly pace: Pace; readonly frame: "draw" | "skip" } {
  const moves =
    face.mood === "speaking" ||
    (face.weights[SIL] ?? 1) < 1 ||
    face.mood !== pace.mood ||
    act.gesture !== null ||
    act.emotion !== pace.emotion ||
    Math.hypot(act.eyes.x - pace.eyes.x, act.eyes.y - pace.eyes.y) > STILL;
  const livelyUntilMs = moves ? nowMs + SETTLE_MS : pace.livelyUntilMs;
  const { mood } = face;
  const due = nowMs < livelyUntilMs || nowMs - pace.drawnAtMs >= 1000 / IDLE_FPS - EARLY_MS;
  // What moves while it is hidden is remembered as lively only, so that it is drawn when it is seen.
  if (seen === "hidden" || !due) return { pace: { ...pace, livelyUntilMs }, frame: "skip" };
  const { emotion, eyes } = act;
  return { pace: { livelyUntilMs, drawnAtMs: nowMs, mood, emotion, eyes }, frame: "draw" };
}
