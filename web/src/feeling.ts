// With which feeling something is said: from tags in its words ("[happy] Hi!"), or from the words.
// src/visavis/reply/feeling.py does the same for our own replies, and says why;
// spec/vectors/feelings.json holds both to it. Pure.
import { EMOTIONS, type Emotion } from "./acting.ts";
import type { ReplyPhrase } from "./wire.ts";

const ALSO: Readonly<Record<Emotion, string>> = {
  neutral: "calm serious normal",
  happy: "glad joyful cheerful excited smiles smiling laughs laughing",
  sad: "sorry apologetic concerned sighs worried",
  surprised: "amazed astonished shocked gasps",
  thinking: "thoughtful pensive curious ponders hesitates",
};
/** What models write between brackets. Any other bracket is text. */
export const TAGS: ReadonlyMap<string, Emotion> = new Map(
  EMOTIONS.flatMap((emotion) => [emotion, ...ALSO[emotion].split(" ")].map((name) => [name, emotion] as const)),
);

const words = (any: string): RegExp => new RegExp(`\\b(?:${any})\\b`, "i");
const SORRY = words("sorry|unfortunately|(?:i'm|am) afraid|sadly|regret|apologi[sz]e|what a pity");
const WOW = words("wow|whoa|oh my|amazing|incredible|unbelievable|surprising(?:ly)?");
const UNSURE = words("hmm+|let me (?:think|see)|i wonder|i'm not sure|perhaps|good question");
const GLAD = words("glad|happy|great|wonderful|love(?:ly)?|welcome|congratulations|hooray|fun|thank(?:s| you)");

/** What a phrase sounds like by its words; neutral unless they are plain. */
export function feelingOf(text: string, source: ReplyPhrase["source"]): Emotion {
  const plain = text.replaceAll("’", "'");
  if (source === "apology" || SORRY.test(plain)) return "sad";
  if (source === "greeting") return "happy";
  if (WOW.test(plain)) return "surprised";
  if (UNSURE.test(plain)) return "thinking";
  return plain.includes("!") && GLAD.test(plain) ? "happy" : "neutral";
}

/** From so many spoken characters on it is said with this feeling. */
export interface Mark {
  readonly afterChars: number;
  readonly emotion: Emotion;
}

const ANY_TAG = /\[\s?([a-z]+)\s?\]\s*/gi;
const SENTENCE = /[^.!?…]+[.!?…]*["'”’)\]]*\s*/g;

/** A whole response's feelings, those that change something. Where a tag tells, the rule is silent. */
export function feelingsIn(text: string, source: ReplyPhrase["source"]): readonly Mark[] {
  const tagged = byTags(text);
  return changes(tagged.length > 0 ? tagged : byRule(text, source));
}

function byTags(text: string): Mark[] {
  const marks: Mark[] = [];
  let nTagChars = 0;
  for (const found of text.matchAll(ANY_TAG)) {
    const emotion = TAGS.get((found[1] ?? "").toLowerCase());
    if (emotion === undefined) continue;
    marks.push({ afterChars: found.index - nTagChars, emotion });
    nTagChars += found[0].length;
  }
  return marks;
}

function byRule(text: string, source: ReplyPhrase["source"]): Mark[] {
  return [...text.matchAll(SENTENCE)].map((found) => ({
    afterChars: found.index,
    emotion: feelingOf(found[0], source),
  }));
}

function changes(marks: readonly Mark[]): Mark[] {
  let now: Emotion = "neutral";
  return marks.filter(({ emotion }) => {
    const isNew = emotion !== now;
    now = emotion;
    return isNew;
  });
}
