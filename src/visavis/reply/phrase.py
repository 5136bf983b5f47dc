"""Cuts a stream of text into phrases that can be voiced. Pure.

The first phrase ends at the first clause, so that speech starts early; later ones are whole
sentences, so that the melody is right, unless a sentence is so long that voicing it would take
longer than the phrase before it lasts.
"""

from __future__ import annotations

import re

from visavis.plain import plain

MIN_FIRST_CHARS = 8
"""A shorter first clause ("Well,") would be over before the second phrase is voiced; "One day," is
not, for the second is voiced while the first waits for its commit."""

LONG_CLAUSE_CHARS = 60
"""A later sentence is cut at a clause behind this many characters, about four seconds of speech."""

MAX_CHARS = 220
"""A model that never ends a sentence is cut at a word."""

_CLOSING = "\"')\\]\u2019\u201d"
_SENTENCE_END = re.compile(rf"[.!?…]+[{_CLOSING}]*|\n+")
_CLAUSE_END = re.compile(_SENTENCE_END.pattern + r"|[,;:](?=\s|$)|\s[-\u2013\u2014]+(?=\s)")
_ABBREVIATIONS = frozenset("mr mrs ms dr prof st vs etc approx".split())
_INITIALS = re.compile(r"(?:^|[^\w'\u2019])(?!i$)(?:[^\W\d]\.)*[^\W\d]$", re.IGNORECASE)
_MARKDOWN = re.compile(r"[*_`#>]+|^\s*[-•]\s+")
_PICTURES = re.compile("[\u200d\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]+")
"""Emoji: a voice would say "slightly smiling face"."""
_SPACES = re.compile(r"\s+")


class PhraseCutter:
    """Push text as it comes; take the phrases that are complete."""

    def __init__(self) -> None:
        self._rest = ""
        self._n_phrases = 0

    def push(self, text: str) -> list[str]:
        """Add text; returns the phrases that are now certain, in order."""
        self._rest += text
        phrases: list[str] = []
        while (end := self._next_end()) is not None:
            phrase = tidy(self._rest[:end])
            self._rest = self._rest[end:]
            phrases += self._spoken(phrase)
        return phrases

    def flush(self) -> list[str]:
        """The text has ended: whatever is left is a phrase."""
        phrase, self._rest = tidy(self._rest), ""
        return self._spoken(phrase)

    def _spoken(self, phrase: str) -> list[str]:
        """The phrase, if there is anything to say in it: of ". . ." nothing is heard."""
        if not any(char.isalnum() for char in phrase):
            return []
        self._n_phrases += 1
        return [phrase]

    def _next_end(self) -> int | None:
        first = self._n_phrases == 0
        for match in _CLAUSE_END.finditer(self._rest):
            if match.end() > MAX_CHARS:
                break
            n_chars = len(self._rest[: match.end()].strip())
            if first and n_chars < MIN_FIRST_CHARS:
                continue
            clause = _SENTENCE_END.fullmatch(match.group()) is None
            if clause and not first and n_chars < LONG_CLAUSE_CHARS:
                continue
            if not self._is_inside(match.start(), match.end()):
                return match.end()
        if len(self._rest) > MAX_CHARS:
            return self._rest.rfind(" ", 0, MAX_CHARS) + 1 or MAX_CHARS
        return None

    def _is_inside(self, start: int, end: int) -> bool:
        """Is this mark part of a number, an abbreviation, or possibly one being written?"""
        following = self._rest[end:]
        if self._rest[start].isspace():  # a line break, or a dash between spaces
            return False
        if following and not following[0].isspace():
            return True
        before = self._rest[:start]
        if not following and before[-1:].isdigit():
            return True  # "3." may become "3.5", "10," may become "10,000"
        return self._rest[start] == "." and _is_abbreviated(before, following.lstrip())


def _is_abbreviated(before: str, following: str) -> bool:
    """Does the full stop between these two belong to an abbreviation?"""
    if _INITIALS.search(before):  # "e.g.", "U.S.", "J. Smith"
        return True
    last_word = re.split(r"\W+", before)[-1].lower()
    if last_word == "no":  # "No. 5", but "The answer is no. It isn't."
        return not following or following[0].isdigit()
    return last_word in _ABBREVIATIONS


def tidy(text: str) -> str:
    """Text fit for speaking: no markup, no emoji, no line breaks, single spaces."""
    return _SPACES.sub(" ", _MARKDOWN.sub(" ", _PICTURES.sub(" ", plain(text)))).strip()
