"""Cuts a stream of text into phrases that can be voiced. Pure.

The first phrase ends at the first clause, so that speech starts early; later ones are whole
sentences, so that the melody is right.
"""

from __future__ import annotations

import re

MIN_FIRST_CHARS = 12
"""A shorter first clause ("Well,") would be over before the second phrase is voiced."""

MAX_CHARS = 220
"""A model that never ends a sentence is cut at a word."""

_CLAUSE_END = re.compile(r"[.!?…]+[\"')\]]*|[,;:](?=\s|$)|\s[-\u2013\u2014]+(?=\s|$)")
_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*")
_ABBREVIATIONS = frozenset("mr mrs ms dr st no vs etc e.g i.e approx".split())
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
            if phrase:
                phrases.append(phrase)
                self._n_phrases += 1
        return phrases

    def flush(self) -> list[str]:
        """The text has ended: whatever is left is a phrase."""
        phrase, self._rest = tidy(self._rest), ""
        if not any(char.isalnum() for char in phrase):
            return []
        self._n_phrases += 1
        return [phrase]

    def _next_end(self) -> int | None:
        first = self._n_phrases == 0
        pattern = _CLAUSE_END if first else _SENTENCE_END
        for match in pattern.finditer(self._rest):
            if first and len(self._rest[: match.end()].strip()) < MIN_FIRST_CHARS:
                continue
            if self._is_inside(match.start(), match.end()):
                continue
            return match.end()
        if len(self._rest) > MAX_CHARS:
            return self._rest.rfind(" ", 0, MAX_CHARS) + 1 or MAX_CHARS
        return None

    def _is_inside(self, start: int, end: int) -> bool:
        """Is this full stop part of a number, an abbreviation, or possibly one being written?"""
        following = self._rest[end : end + 1]
        if following and not following.isspace():
            return True
        if self._rest[start] != ".":
            return False
        before = self._rest[:start]
        if not following and before[-1:].isdigit():
            return True  # "3." may become "3.5"
        words = before.split()
        return bool(words) and words[-1].lower().lstrip("(\"'") in _ABBREVIATIONS


def tidy(text: str) -> str:
    """Text fit for speaking: no markdown, no line breaks, single spaces."""
    return _SPACES.sub(" ", re.sub(r"[*_`#>]+|^\s*[-•]\s+", " ", text)).strip()
