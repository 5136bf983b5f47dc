// TalkingHead's English letter rules. It is given words with times, as its speakAudio takes them
// from a provider, and spreads each word's visemes as speakAudio does (talkinghead.mjs, 1.7.0: at
// most 200 ms a viseme, in the proportions of its own durations). A viseme counts until the next
// one of its word; behind the last one, and between words, the mouth is shut.
import { LipsyncEn } from "@met4citizen/talkinghead/modules/lipsync-en.mjs";
import { answer, Shown } from "./peer.mjs";

const MOST_MS = 200;

await answer("TalkingHead 1.7.0 rules, MIT", (_sound, rateHz, question) => {
  const rules = new LipsyncEn();
  const shown = new Shown();
  for (const [word, startS, endS] of question.words) {
    const found = rules.wordsToVisemes(rules.preProcessText(word));
    const n = found.visemes.length;
    if (!n) continue;
    const duration = Math.min(1000 * (endS - startS), MOST_MS * n);
    const total = found.times[n - 1] + found.durations[n - 1];
    const sample = (units) =>
      Math.round((startS + ((units / total) * duration) / 1000) * rateHz);
    found.visemes.forEach((name, i) => shown.show(sample(found.times[i]), name));
    shown.show(sample(total), "sil");
  }
  return { starts: shown.starts, shapes: shown.shapes, delay_ms: 0 };
});
