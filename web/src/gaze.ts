// Where the eyes go: to a glance, to the pointer while it is of interest, to the viewer otherwise.
// Pure; calm on purpose: small movements of the pointer are ignored, and it soon grows dull.
import type { Mood, Motion } from "./face.ts";

/** Each -1 to 1 from the character's own middle; 0, 0 is the viewer, +x right, +y down. */
export interface Look {
  readonly x: number;
  readonly y: number;
}

/** The pointer as far as the eyes care for it. */
export interface Interest {
  readonly at: Look;
  readonly sinceMs: number;
}

export interface Eyes extends Look {
  readonly atMs: number;
}

export const FORWARD: Eyes = { x: 0, y: 0, atMs: 0 };

/** So long after it moved last a pointer is looked at. */
export const INTEREST_MS = 2_500;
/** Less than this is no movement: a hand on a mouse is never quite still. */
const DEAD_ZONE = 0.05;
/** A saccade takes 50 ms and more; slower than that, eyes follow rather than jump. */
const EASE_MS = 90;
/** In talk people look at one another: of the pointer's place so much remains. */
const SHARE: Record<Mood, number> = { idle: 0.8, listening: 0.35, speaking: 0.35, thinking: 0 };

/** The pointer has moved to `at`. */
export function noticed(interest: Interest | null, at: Look, nowMs: number): Interest {
  const place = { x: clamp(at.x), y: clamp(at.y) };
  if (interest === null || nowMs - interest.sinceMs > INTEREST_MS) return { at: place, sinceMs: nowMs };
  const moved = Math.hypot(place.x - interest.at.x, place.y - interest.at.y);
  return moved < DEAD_ZONE ? interest : { at: place, sinceMs: nowMs };
}

/** Where the eyes want to go. */
export function aim(interest: Interest | null, glance: Look | null, mood: Mood, nowMs: number): Look {
  if (glance !== null) return { x: clamp(glance.x), y: clamp(glance.y) };
  if (interest === null || nowMs - interest.sinceMs > INTEREST_MS) return { x: 0, y: 0 };
  return { x: SHARE[mood] * interest.at.x, y: SHARE[mood] * interest.at.y };
}

/** The eyes on their way, the same at any frame rate; forward and still where motion is reduced. */
export function follow(eyes: Eyes, to: Look, nowMs: number, motion: Motion): Eyes {
  if (motion === "reduced") return { x: 0, y: 0, atMs: nowMs };
  const share = 1 - Math.exp(-Math.max(0, nowMs - eyes.atMs) / EASE_MS);
  return { x: eyes.x + (to.x - eyes.x) * share, y: eyes.y + (to.y - eyes.y) * share, atMs: nowMs };
}

function clamp(value: number): number {
  return Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
}
