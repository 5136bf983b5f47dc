"""Written text to spoken words, each with the characters that it stands for. Pure.

A text is cut into units (runs without spaces; whole tags), and every unit is read for itself. So
the words of a text that is still being written are known up to its last unit, and they are the
same whether it came at once or letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from visavis.lips import readings


@dataclass(frozen=True, slots=True)
class Word:
    """What is said for the characters [start_char, end_char) of a text.

    `spoken` are words as `Lexicon.phones` knows them: ("forty", "two") for "42", ("t.",) for the
    T of "TTS".
    """

    start_char: int
    end_char: int
    spoken: tuple[str, ...]


LONGEST_TAG_CHARS: Final = 200
"""A "<" without its ">" so far behind it is a sign, no tag."""

LONGEST_RUN_CHARS: Final = 200
"""A longer run without spaces is read in pieces, so that nothing has to be kept for ever."""

_TAG = re.compile(rf"<[a-zA-Z/!?][^<>\n]{{0,{LONGEST_TAG_CHARS}}}>")
_MAYBE_TAG = re.compile(rf"<(?:[a-zA-Z/!?][^<>\n]{{0,{LONGEST_TAG_CHARS}}})?\Z")
# How a voice is told to speak, "[whispers]"; but "[this](there)" is a link, and spoken.
_STAGE = re.compile(r"\[[a-zA-Z][a-zA-Z' ,-]{0,40}\](?!\()")
_MAYBE_STAGE = re.compile(r"\[(?:[a-zA-Z][a-zA-Z' ,-]{0,40}\]?)?\Z")
_RUN = re.compile(rf"(?s:.)[^\s<\[]{{0,{LONGEST_RUN_CHARS}}}")


def words_of(text: str, known: Container[str] = frozenset()) -> tuple[Word, ...]:
    """The spoken words of a whole text, in order; their ranges ascend and do not overlap.

    Every Latin letter and every digit outside of tags is in the range of one word. Emoji,
    punctuation, markup and control characters are not spoken.

    Args:
        text: any Unicode.
        known: the dictionary; what it has is not spelled out.
    """
    return tuple(
        word for start, end in _units(text) for word in _read(text[start:end], start, known)
    )


def settled_chars(text: str) -> int:
    """How many characters at the beginning of an unfinished text are read for good.

    The words of text[:settled_chars(text)] are words of every text that begins with `text`.
    """
    for start, end in _units(text):
        rest = text[start:]
        if end == len(text) or _MAYBE_TAG.match(rest) or _MAYBE_STAGE.match(rest):
            return start
    return len(text)


def _units(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        tag = _TAG.match(text, at) or _STAGE.match(text, at)
        unit = tag or _RUN.match(text, at)
        end = unit.end() if unit else at + 1
        yield at, end
        at = end


def _read(unit: str, start: int, known: Container[str]) -> Iterator[Word]:
    if _TAG.fullmatch(unit) or _STAGE.fullmatch(unit):
        return
    for reading in readings.read(bare_letters(unit), known):
        yield Word(start + reading.start, start + reading.end, reading.spoken)


_SAME: Final = {
    **dict.fromkeys((0x2018, 0x2019, 0x02BC, 0xFF07), "'"),  # curly and wide apostrophes
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),  # hyphens, dashes, minus
    **str.maketrans("æÆøØœŒłŁđĐðÐþÞß", "aAoOoOlLdDdDtTs"),  # that have no decomposition
}


def bare_letters(unit: str) -> str:
    """As many characters, but plain ones: é is e, ٣ is 3, a loose accent is MUTE."""
    return "".join(map(_bare_letter, unit.translate(_SAME)))


def _bare_letter(char: str) -> str:
    if char.isascii():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if unicodedata.category(char) in ("Mn", "Cf"):
        return readings.MUTE
    base = unicodedata.normalize("NFKD", char)[:1]
    return base if base.isascii() and base.isalpha() else char
