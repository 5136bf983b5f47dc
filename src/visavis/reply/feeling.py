"""With which feeling a reply is said: from tags in the model's words, or from the words. Pure.

    reader = TagReader()
    for piece in stream: cutter.push(reader.push(piece))    # "[happy] Hi!" -> marks in the text
    felt = unmarked(phrase)                                 # -> "Hi!", ((0, "happy"),)
    marks = feelings.of(felt.text, source, felt.marks)      # or by the rule, where no tag tells
    feelings_at(marks, spoken)                              # -> in samples of the reply

A tag is never spoken, shown, judged or remembered: it is gone before any of that sees the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from visavis.events import Feeling, Phrase
from visavis.wire.messages import Emotion, Source

EMOTIONS: Final[tuple[Emotion, ...]] = ("neutral", "happy", "sad", "surprised", "thinking")

_ALSO: Final[Mapping[Emotion, str]] = {
    "neutral": "calm serious normal",
    "happy": "glad joyful cheerful excited smiles smiling laughs laughing",
    "sad": "sorry apologetic concerned sighs worried",
    "surprised": "amazed astonished shocked gasps",
    "thinking": "thoughtful pensive curious ponders hesitates",
}
TAGS: Final[Mapping[str, Emotion]] = {
    name: emotion for emotion in EMOTIONS for name in (emotion, *_ALSO[emotion].split())
}
"""What models write between brackets. Any other bracket is text, "[1]" or "[sic]" say."""

MAX_TAG_CHARS = 2 + max(map(len, TAGS))

_FIRST_MARK = 0x2A00
"""Marks are signs of mathematics that nobody speaks; where a text has them they are dropped."""

_MARKS: Final[Mapping[Emotion, str]] = {
    emotion: chr(_FIRST_MARK + index) for index, emotion in enumerate(EMOTIONS)
}
_EMOTION_OF: Final[Mapping[str, Emotion]] = {mark: emotion for emotion, mark in _MARKS.items()}
_ANY_MARK = re.compile(f"[{''.join(_MARKS.values())}]")
_MAYBE_TAG = re.compile(r"\[ ?[A-Za-z]*( ?\])?")

Mark = tuple[int, Emotion]
"""How many words lie before it, and what is felt from there on."""

Marks = tuple[Mark, ...]


class TagReader:
    """A stream of text whose tags become marks, wherever the stream is cut."""

    def __init__(self) -> None:
        self._held = ""

    def push(self, text: str) -> str:
        """Add text; returns what is certain by now. What may yet be a tag waits."""
        rest = self._held + _ANY_MARK.sub("", text)
        self._held = ""
        certain: list[str] = []
        while (at := rest.find("[")) >= 0:
            certain.append(rest[:at])
            rest = rest[at:]
            end = rest.find("]", 0, MAX_TAG_CHARS + 2)
            if end < 0 and self._may_become_tag(rest):
                self._held = rest
                return "".join(certain)
            emotion = TAGS.get(rest[1:end].strip().casefold()) if end > 0 else None
            if emotion is None:
                certain.append(rest[0])
                rest = rest[1:]
            else:
                behind = rest[end + 1 :].lstrip()
                if not behind:  # a mark without words would be a phrase of nothing: wait for some
                    self._held = rest
                    return "".join(certain)
                # A space before it, so that a full stop before the tag still ends a sentence.
                certain.append(f" {_MARKS[emotion]}")
                rest = behind
        return "".join((*certain, rest))

    def flush(self) -> str:
        """The text has ended: what is left was no tag, or one of which nothing is said."""
        rest, self._held = self._held, ""
        return "" if rest.strip().endswith("]") else rest

    def _may_become_tag(self, rest: str) -> bool:
        return len(rest) <= MAX_TAG_CHARS and _MAYBE_TAG.fullmatch(rest) is not None


@dataclass(frozen=True, slots=True)
class Felt:
    """A phrase without its marks, and where they were."""

    text: str
    marks: Marks = ()


def unmarked(phrase: str) -> Felt:
    """The phrase as it is spoken, and what is felt from which of its words on."""
    marks: list[Mark] = [
        (len(_ANY_MARK.sub("", phrase[: found.start()]).split()), _EMOTION_OF[found.group()])
        for found in _ANY_MARK.finditer(phrase)
    ]
    return Felt(" ".join(_ANY_MARK.sub("", phrase).split()), tuple(marks))


# ------------------------------------------------------------------ a rule, where no tag tells

_SORRY, _WOW, _UNSURE, _GLAD = (
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "sorry|unfortunately|(?:i'm|am) afraid|sadly|regret|apologi[sz]e|what a pity",
        "wow|whoa|oh my|amazing|incredible|unbelievable|surprising(?:ly)?",
        "hmm+|let me (?:think|see)|i wonder|i'm not sure|perhaps|good question",
        "glad|happy|great|wonderful|love(?:ly)?|welcome|congratulations|hooray|fun|thank(?:s| you)",
    )
)


def feeling_of(text: str, source: Source) -> Emotion:
    """What a phrase sounds like by its words; neutral unless they are plain.

    web/src/feeling.ts is the same for other providers' replies; spec/vectors/feelings.json holds
    both to it.
    """
    text = text.replace("\u2019", "'")
    if source == "apology" or _SORRY.search(text):
        return "sad"
    if source == "greeting":
        return "happy"
    if _WOW.search(text):
        return "surprised"
    if _UNSURE.search(text):
        return "thinking"
    # "That's great." may be said of anything; with an exclamation mark it is meant.
    return "happy" if "!" in text and _GLAD.search(text) else "neutral"


class Feelings:
    """One reply's, phrase by phrase. Once a tag tells, the rule is silent."""

    def __init__(self) -> None:
        self._now: Emotion = "neutral"
        self._tagged: Marks = ()

    def of(self, text: str, source: Source, marks: Marks) -> Marks:
        """What changes within this phrase; a feeling that goes on is not told again."""
        self._tagged = self._tagged or marks
        by_rule: Mark = (0, feeling_of(text, source))
        told: Marks = marks if self._tagged else (by_rule,)
        changes: list[Mark] = []
        for n_words, emotion in told:
            if emotion != self._now:
                changes.append((n_words, emotion))
                self._now = emotion
        return tuple(changes)


def parted(marks: Marks, n_words: int) -> tuple[Marks, Marks]:
    """Those within the first `n_words` words, and those behind, counted from there."""
    here = tuple(mark for mark in marks if mark[0] < n_words)
    later = [mark for mark in marks if mark[0] >= n_words]
    return here, tuple((mark[0] - n_words, mark[1]) for mark in later)


def feelings_at(marks: Marks, spoken: Phrase) -> tuple[Feeling, ...]:
    """The marks in samples of the reply: where their word begins to be heard."""
    n_words = max(1, len(spoken.text.split()))

    def sample(at: int) -> int:
        if at == 0:
            return spoken.start_sample
        if len(spoken.words) == n_words:
            return spoken.words[at].start_sample
        # Written and spoken words differ ("26" is two): by their share of the phrase.
        return spoken.start_sample + spoken.n_samples * at // n_words

    return tuple(Feeling(sample(min(at, n_words - 1)), emotion) for at, emotion in marks)
