// The element's events: what has changed between two looks at the talk. Pure, so that none is told
// twice and none is forgotten.
import type { Activity, Line, ReplyStatus } from "../conversation.ts";
import type { Mood } from "../face.ts";
import type { Moment } from "../moments.ts";
import type { Connection, MicrophoneStatus, Talk } from "../talk.ts";

/** Event names and their `detail`. All bubble, and cross the borders of shadow roots. */
export interface AvatarEvents {
  "visavis-connection": { connection: Connection };
  "visavis-activity": { activity: Activity; turnId: number };
  "visavis-microphone": { status: MicrophoneStatus };
  "visavis-mood": { mood: Mood };
  /** What the user said; `tentative` may change yet. */
  "visavis-transcript": { turnId: number | null; text: string; status: "tentative" | "final" };
  "visavis-reply": { replyId: number; turnId: number; status: ReplyStatus; text: string };
  /** The part of a reply that has been heard so far, whenever a word is added. */
  "visavis-words": { replyId: number; text: string };
  /** Something the user is told: what went wrong, and what to do. */
  "visavis-notice": { title: string; text: string };
  /** A gesture's or feeling's natural moment has come. */
  "visavis-moment": Moment;
  "visavis-character": { state: "shown" | "failed"; name: string };
  "visavis-open": { open: boolean };
}

export type AvatarEvent = {
  [Name in keyof AvatarEvents]: { name: Name; detail: AvatarEvents[Name] };
}[keyof AvatarEvents];

export interface Look {
  connection: Connection;
  activity: Activity;
  turnId: number;
  microphone: MicrophoneStatus;
  transcripts: readonly AvatarEvents["visavis-transcript"][];
  replies: readonly AvatarEvents["visavis-reply"][];
}

export const BEFORE: Look = {
  connection: "idle",
  activity: "listening",
  turnId: 0,
  microphone: "closed",
  transcripts: [],
  replies: [],
};

/** More than can change between two frames. */
const RECENT_LINES = 12;

export function lookAt(talk: Pick<Talk, "connection" | "microphoneStatus" | "conversation"> | null): Look {
  if (talk === null) return BEFORE;
  const { conversation } = talk;
  const recent = conversation.lines.slice(-RECENT_LINES);
  return {
    connection: talk.connection,
    activity: conversation.activity,
    turnId: conversation.turnId,
    microphone: talk.microphoneStatus,
    transcripts: recent.flatMap((line) =>
      line.who === "user" ? [{ turnId: line.turnId, text: line.text, status: line.status }] : [],
    ),
    replies: repliesOf(recent),
  };
}

/** A reply that nobody has heard of yet is nobody's business: it may never be spoken. */
function repliesOf(lines: readonly Line[]): Look["replies"] {
  return lines.flatMap((line) =>
    line.who === "avatar"
      ? [{
          replyId: line.reply.replyId,
          turnId: line.reply.turnId,
          status: line.reply.status,
          text: line.reply.phrases.map((phrase) => phrase.text).join(" "),
        }]
      : [],
  );
}

export function changes(before: Look, now: Look): AvatarEvent[] {
  const events: AvatarEvent[] = [];
  if (now.connection !== before.connection) {
    events.push({ name: "visavis-connection", detail: { connection: now.connection } });
  }
  if (now.microphone !== before.microphone) {
    events.push({ name: "visavis-microphone", detail: { status: now.microphone } });
  }
  if (now.activity !== before.activity || now.turnId !== before.turnId) {
    events.push({ name: "visavis-activity", detail: { activity: now.activity, turnId: now.turnId } });
  }
  for (const detail of fresh(before.transcripts, now.transcripts)) {
    events.push({ name: "visavis-transcript", detail });
  }
  for (const detail of fresh(before.replies, now.replies)) events.push({ name: "visavis-reply", detail });
  return events;
}

/** What was not there before in these very words; said twice is there twice. */
function fresh<T extends object>(before: readonly T[], now: readonly T[]): T[] {
  const known = new Map<string, number>();
  for (const value of before.map((one) => JSON.stringify(one))) {
    known.set(value, (known.get(value) ?? 0) + 1);
  }
  return now.filter((one) => {
    const value = JSON.stringify(one);
    const left = known.get(value) ?? 0;
    known.set(value, left - 1);
    return left <= 0;
  });
}
