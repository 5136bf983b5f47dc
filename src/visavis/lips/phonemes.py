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
    diphthongs: dict[str, tuple[str, str]]
    diphthong_first_share: float
    borrowers: frozenset[str]
    lenders: frozenset[str]
    critical: frozenset[int]
    vowels: frozenset[int]
    heard: tuple[str, ...]
    """The phones that the ear tells apart, in the order of its outputs; silence first."""

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
    vowels = frozenset(order.index(name) for name in ("aa", "E", "I", "O", "U"))
    voiced_vowels = {symbol for symbol, viseme in viseme_of.items() if viseme in vowels}
    return Table(
        order=order,
        viseme_of=viseme_of,
        weight_of=dict(spec["low_weight"]),
        diphthongs={
            symbol: (spec["arpabet"][first][0], spec["arpabet"][second][0])
            for symbol, (first, second) in spec["diphthongs"].items()
        },
        diphthong_first_share=float(spec["diphthong_first_share"]),
        borrowers=frozenset(spec["borrow_next_vowel"]),
        lenders=frozenset(voiced_vowels | _R_VOWELS),
        critical=frozenset(order.index(name) for name in spec["closed"] + spec["labiodental"]),
        vowels=vowels,
        heard=tuple(spec["heard"]),
    )


_R_VOWELS = frozenset({"ER", "ɝ", "ɚ", "ɜ"})  # vowels all the same: "her" opens on RR


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
    if carried:  # a mark with nothing behind it; no sample may get lost
        last, last_samples = merged.pop() if merged else ("", 0)
        merged.append((last, last_samples + carried))
    return merged


def split_diphthongs(phones: Sequence[Timed]) -> list[Timed]:
    """Two vowels for each diphthong written as one symbol, as long as it was."""
    split: list[Timed] = []
    for symbol, n_samples in phones:
        if (parts := table().diphthongs.get(symbol)) is None:
            split.append((symbol, n_samples))
            continue
        n_first = round(n_samples * table().diphthong_first_share)
        split += [(parts[0], n_first), (parts[1], n_samples - n_first)]
    return split


_AFFRICATES = frozenset({"tʃ", "dʒ", "tɕ", "dʑ", "ts", "dz"})


def strip_marks(symbol: str) -> str:
    """The bare sound: without stress, length, diacritics and ARPAbet stress digits."""
    bare = "".join(
        char if char in table().viseme_of else _without_marks(char)  # the cedilla of ç is no mark
        for char in unicodedata.normalize("NFC", symbol)
    )
    if bare[:-1].isupper() and bare[-1:].isdigit():
        bare = bare[:-1]
    return unicodedata.normalize("NFC", bare)


def _without_marks(char: str) -> str:
    return "".join(
        part
        for part in unicodedata.normalize("NFD", char)
        if part not in _FORWARD_MARKS
        and part not in _BACKWARD_MARKS
        and not unicodedata.combining(part)
    )


def viseme_of(symbol: str) -> int | None:
    """The viseme index of a bare phoneme; None for spaces, punctuation and unknown signs."""
    return table().viseme_of.get(symbol)
