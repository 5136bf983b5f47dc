"""Phonemes to visemes, from the table in spec/visemes.json. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from visavis.spec import spec_text

SIL = 0
"""Index of the closed, silent mouth in the order of spec/visemes.json."""


@dataclass(frozen=True, slots=True)
class Table:
    """The viseme table: indices are positions in `order`."""

    order: tuple[str, ...]
    viseme_of: dict[str, int]
    weight_of: dict[str, float]
    borrowers: frozenset[str]
    critical: frozenset[int]
    vowels: frozenset[int]

    def index(self, name: str) -> int:
        """The index of a viseme's name."""
        return self.order.index(name)


@cache
def table() -> Table:
    """The table, read once."""
    spec = json.loads(spec_text("visemes.json"))
    order = tuple(spec["order"])
    viseme_of = {
        symbol: order.index(viseme)
        for alphabet in ("arpabet", "ipa")
        for viseme, symbols in spec[alphabet].items()
        for symbol in symbols
    }
    return Table(
        order=order,
        viseme_of=viseme_of,
        weight_of=dict(spec["low_weight"]),
        borrowers=frozenset(spec["borrow_next_vowel"]),
        critical=frozenset(order.index(name) for name in spec["closed"] + spec["labiodental"]),
        vowels=frozenset(order.index(name) for name in ("aa", "E", "I", "O", "U")),
    )


# Stress, length and articulation marks belong to a neighbouring sound.
_FORWARD_MARKS = frozenset("ˈˌ'")  # written before the sound they belong to
_BACKWARD_MARKS = frozenset("ːˑʰʲʷˤ̩̃͡")  # written after it

Timed = tuple[str, int]
"""A phoneme symbol and its duration in samples."""


def merge_marks(phones: Sequence[Timed]) -> list[Timed]:
    """Give the durations of stress and length marks to the sounds they belong to.

    Piper counts samples for every symbol, marks included: without this a stressed vowel would
    begin late by the duration of its stress mark. Affricates written as two symbols become one.
    """
    merged: list[Timed] = []
    carried = 0
    for symbol, n_samples in phones:
        plain = strip_marks(symbol)
        if symbol and all(char in _FORWARD_MARKS for char in symbol):
            carried += n_samples
        elif not plain and merged:
            last, last_samples = merged[-1]
            merged[-1] = (last, last_samples + n_samples)
        elif merged and merged[-1][0] + plain in _AFFRICATES:
            last, last_samples = merged[-1]
            merged[-1] = (last + plain, last_samples + n_samples + carried)
            carried = 0
        else:
            merged.append((plain or symbol, n_samples + carried))
            carried = 0
    return merged


_AFFRICATES = frozenset({"tʃ", "dʒ", "tɕ", "dʑ", "ts", "dz"})


def strip_marks(symbol: str) -> str:
    """The bare sound: without stress, length, diacritics and ARPAbet stress digits."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFD", symbol)
        if char not in _FORWARD_MARKS
        and char not in _BACKWARD_MARKS
        and not unicodedata.combining(char)
    )
    if bare[:-1].isupper() and bare[-1:].isdigit():
        bare = bare[:-1]
    return unicodedata.normalize("NFC", bare)


def viseme_of(symbol: str) -> int | None:
    """The viseme index of a bare phoneme; None for spaces, punctuation and unknown signs."""
    return table().viseme_of.get(symbol)
