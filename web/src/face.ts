// What the character should look like now: a pure function of the conversation and what is heard.
import type { Heard } from "./clock.ts";
import type { Activity, Reply } from "./conversation.ts";
import { mix, pose, REST, type Weights } from "./lips.ts";

export type Motion = "full" | "reduced";
export type Mood = "idle" | "listening" | "thinking" | "speaking";

export interface Face {
  weights: Weights;
  mood: Mood;
  /** Loudness of the voice now, 0 to 1: brows and head. */
  energy: number;
}

/** A mouth waiting for late sound closes this slowly, then opens as quickly as cues say. */
const STARVED_CLOSING_MS = 100;

export function face(
  activity: Activity,
  heard: Heard | null,
  reply: Reply | undefined,
  loudness: number,
  motion: Motion,
): Face {
  const weights = mouth(heard, reply);
  const speaks = heard !== null && heard.sample >= 0 && heard.status === "playing";
  const mood = speaks ? "speaking" : heard?.status === "held" ? "listening" : moodOf(activity);
  return { weights, mood, energy: speaks && motion === "full" ? loudness : 0 };
}

function mouth(heard: Heard | null, reply: Reply | undefined): Weights {
  if (heard === null || reply === undefined) return REST;
  if (heard.status === "stopped" || heard.status === "held") return REST;
  const endSample = reply.nSamples ?? undefined;
  const weights = pose(reply.cues, heard.sample, reply.rateHz, endSample);
  if (heard.status !== "starved") return weights;
  return mix(weights, REST, heard.forMs / STARVED_CLOSING_MS);
}

/** While no reply is heard, `speaking` is only a promise: look as if about to. */
function moodOf(activity: Activity): Mood {
  switch (activity) {
    case "hearing":
      return "listening";
    case "thinking":
      return "thinking";
    case "listening":
    case "speaking":
      return "idle";
  }
}
