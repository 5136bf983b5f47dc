// What has been said, by whom, and how much of it was heard. Pure: messages in, lines out.
import type { CueItem, ReplyEmotion, ReplyPhrase, ServerMessage, WordItem } from "./wire.ts";

export type Activity = "listening" | "hearing" | "thinking" | "speaking";
/** `ducked`: held where it is, for somebody speaks over it. */
export type ReplyStatus = "armed" | "committed" | "ducked" | "stopped" | "discarded" | "ended";

export interface Reply {
  replyId: number;
  turnId: number;
  rateHz: number;
  phrases: ReplyPhrase[];
  cues: CueItem[];
  /** With which feeling it is said, ascending. */
  emotions: ReplyEmotion[];
  /** Known once the server has sent all of it. */
  nSamples: number | null;
  status: ReplyStatus;
  /** The sample at which it was stopped, if it was. */
  stoppedAtSample: number | null;
}

export interface UserLine {
  who: "user";
  /** Null while a typed line waits for the server to give it a turn. */
  turnId: number | null;
  text: string;
  status: "tentative" | "final";
}

export interface AvatarLine {
  who: "avatar";
  reply: Reply;
}

export type Line = UserLine | AvatarLine;

/** Enough to read back; a conversation may run all day in a kiosk. */
const MAX_LINES = 200;
/** The turn of a line that was said in a session since lost. */
const LOST_TURN = -1;
const MAX_REPLIES = 32;

export class Conversation {
  activity: Activity = "listening";
  turnId = 0;
  readonly lines: Line[] = [];
  readonly replies = new Map<number, Reply>();

  /** Takes one message in; messages about replies that are gone change nothing. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "state":
        this.activity = message.value;
        this.turnId = message.turn_id;
        break;
      case "transcript":
        this.#transcript(message.turn_id, message.text, message.status);
        break;
      case "reply.armed":
        this.#arm(message.reply_id, message.turn_id, message.rate_hz);
        break;
      case "reply.phrase":
        this.replies.get(message.reply_id)?.phrases.push(message);
        this.replies.get(message.reply_id)?.cues.push(...message.cues);
        break;
      case "reply.emotion":
        this.replies.get(message.reply_id)?.emotions.push(message);
        break;
      case "reply.end":
        this.#change(message.reply_id, (reply) => (reply.nSamples = message.n_samples));
        break;
      case "reply.commit":
        this.#change(message.reply_id, (reply) => {
          reply.status = "committed";
          this.#add({ who: "avatar", reply });
        });
        break;
      case "reply.duck":
        this.#change(message.reply_id, (reply) => (reply.status = "ducked"));
        break;
      case "reply.resume":
        this.#change(message.reply_id, (reply) => (reply.status = "committed"));
        break;
      case "reply.discard":
        this.#change(message.reply_id, (reply) => (reply.status = "discarded"));
        this.replies.delete(message.reply_id);
        break;
      default: // stops and ends are the player's to tell; later versions may know more messages
    }
  }

  /** A typed line is shown before the server has seen it. */
  typed(text: string): void {
    this.#add({ who: "user", turnId: null, text, status: "final" });
  }

  /** The reply was cut short: only what lies before `sample` was heard. */
  cut(replyId: number, sample: number): void {
    this.#change(replyId, (reply) => {
      if (reply.status === "ended" || reply.status === "stopped") return;
      reply.status = "stopped";
      reply.stoppedAtSample = sample;
    });
  }

  ended(replyId: number): void {
    this.#change(replyId, (reply) => (reply.status = "ended"));
  }

  /** A new session counts from 1 again; what was said stays to be read. */
  reconnected(): void {
    for (const replyId of this.replies.keys()) this.cut(replyId, 0); // where it has not been yet
    this.replies.clear();
    for (const line of this.lines) {
      if (line.who === "user" && line.turnId !== null) line.turnId = LOST_TURN;
    }
    this.activity = "listening";
  }

  #transcript(turnId: number, text: string, status: UserLine["status"]): void {
    const known = this.lines.findLast(
      (line): line is UserLine =>
        line.who === "user" &&
        (line.turnId === turnId || (line.turnId === null && line.text === text)),
    );
    if (known !== undefined) Object.assign(known, { turnId, text, status });
    else if (text !== "") this.#add({ who: "user", turnId, text, status }, turnId);
  }

  #arm(replyId: number, turnId: number, rateHz: number): void {
    this.replies.set(replyId, {
      replyId,
      turnId,
      rateHz,
      phrases: [],
      cues: [],
      emotions: [],
      nSamples: null,
      status: "armed",
      stoppedAtSample: null,
    });
    for (const oldest of this.replies.keys()) {
      if (this.replies.size <= MAX_REPLIES) break;
      this.replies.delete(oldest);
    }
  }

  #change(replyId: number, change: (reply: Reply) => void): void {
    const reply = this.replies.get(replyId);
    if (reply !== undefined) change(reply);
  }

  /** Last, but a question that arrives late still stands before its answer. */
  #add(line: Line, beforeAnswerToTurn: number | null = null): void {
    const answer = this.lines.findIndex(
      (other) =>
        other.who === "avatar" &&
        other.reply.turnId === beforeAnswerToTurn &&
        this.replies.get(other.reply.replyId) === other.reply, // not one of a lost session
    );
    this.lines.splice(answer < 0 ? this.lines.length : answer, 0, line);
    if (this.lines.length > MAX_LINES) this.lines.shift();
  }
}

/** The part of a reply's text whose words have begun to be heard. */
export function heardText(phrases: readonly ReplyPhrase[], heardSample: number): string {
  return phrases
    .map((phrase) => heardOfPhrase(phrase, heardSample))
    .filter((text) => text !== "")
    .join(" ");
}

function heardOfPhrase(phrase: ReplyPhrase, heardSample: number): string {
  if (heardSample < phrase.start_sample) return "";
  const text = phrase.text.trim();
  if (heardSample >= phrase.start_sample + phrase.n_samples) return text;
  const heardWords = phrase.words.filter((word) => word.start_sample <= heardSample);
  if (heardWords.length === phrase.words.length && phrase.words.length > 0) return text;
  const cut = endOfWords(text, heardWords);
  if (cut !== null && phrase.words.length > 0) return text.slice(0, cut);
  // No word times, or words that are not in the text ("3" spoken as "three"): go by the clock.
  const share = (heardSample - phrase.start_sample) / Math.max(1, phrase.n_samples);
  const words = text.split(/\s+/);
  return words.slice(0, Math.ceil(share * words.length)).join(" ");
}

/** Where in `text` the last of `words` ends, its punctuation included; null if it isn't there. */
function endOfWords(text: string, words: readonly WordItem[]): number | null {
  const lowerText = text.toLowerCase();
  let cursor = 0;
  for (const word of words) {
    const needle = word.text.trim().toLowerCase();
    const found = lowerText.indexOf(needle, cursor);
    if (found < 0) return null;
    cursor = found + needle.length;
  }
  const rest = /^[^\s]*/.exec(text.slice(cursor));
  return cursor + (cursor > 0 ? (rest?.[0].length ?? 0) : 0);
}
