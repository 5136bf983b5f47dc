"""The 40 phone classes that the net tells apart, and the mouth shapes of each. Pure.

ARPAbet without stress digits, and silence. A diphthong is one class with two shapes.
"""

# ruff: noqa: RUF001, RUF002 - phonetic letters look like Latin ones

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from visavis.lips.phonemes import SIL, strip_marks, table

PHONES: Final = table().heard
"""The order of the net's outputs; silence first."""

N_PHONES: Final = len(PHONES)
N_VISEMES: Final = 15

_INDEX: Final = {phone: index for index, phone in enumerate(PHONES)}

# What corpora and synthesizers write besides, ARPAbet first, then IPA and Kokoro's letters.
_OTHERS: Final[dict[str, str]] = {
    other: phone
    for phone, others in {
        "SIL": "PAU SP SPN H#",
        "AA": "a ɑ",
        "AE": "æ",
        "AH": "AX AX-H ʌ ɐ ə ᵊ",
        "AO": "ɔ ɒ o",
        "AW": "aʊ",
        "AY": "aɪ",
        "B": "b",
        "CH": "tʃ ʧ",
        "D": "d",
        "DH": "ð",
        "EH": "ɛ e",
        "ER": "AXR ɜ ɝ ɚ",
        "EY": "eɪ",
        "F": "f",
        "G": "g ɡ",
        "HH": "HV h ɦ",
        "IH": "IX ɪ ᵻ",
        "IY": "i",
        "JH": "dʒ ʤ",
        "K": "k x",
        "L": "EL l ɫ",
        "M": "EM m",
        "N": "NX EN n",
        "NG": "ENG ŋ",
        "OW": "oʊ əʊ",
        "OY": "ɔɪ",
        "P": "p",
        "R": "ɹ r",
        "S": "s",
        "SH": "ʃ",
        "T": "DX t ɾ",
        "TH": "θ",
        "UH": "ʊ",
        "UW": "UX u",
        "V": "v",
        "W": "WH w",
        "Y": "j",
        "Z": "z",
        "ZH": "ʒ",
    }.items()
    for other in others.split()
}


def phone_index(symbol: str) -> int | None:
    """The class of an ARPAbet or IPA symbol, stressed or not; None if it is unknown.

    >>> PHONES[phone_index("ah0") or 0], PHONES[phone_index("ɡ") or 0]
    ('AH', 'G')
    """
    upper = symbol.upper().rstrip("0123456789")
    if symbol.isascii() and (upper in _INDEX or upper in _OTHERS) and not _is_ipa(symbol):
        return _INDEX[_OTHERS.get(upper, upper)]
    found = _OTHERS.get(symbol) or _OTHERS.get(strip_marks(symbol))
    return None if found is None else _INDEX[found]


def _is_ipa(symbol: str) -> bool:
    """One lower-case ASCII letter is IPA: "e" is no ARPAbet, and "b" is the same in both."""
    return len(symbol) == 1 and symbol.islower()


@dataclass(frozen=True, slots=True)
class Unit:
    """A phone, or half of a diphthong: a phone class with the one shape it shows."""

    phone: int
    viseme: int
    share: float
    """Of the phone's duration."""


def units_of(phones: Sequence[int]) -> tuple[Unit, ...]:
    """Phone classes as units: diphthongs in two, HH with the shape of the vowel behind it.

    The vowel may be three phones away, as in `timeline.py`; without one HH shows E, half open.
    """
    units: list[Unit] = []
    for at, phone in enumerate(phones):
        shapes = shapes_of(phone)
        if not shapes:
            lent = next((s[0] for s in map(shapes_of, phones[at + 1 : at + 4]) if _is_open(s)), _E)
            units.append(Unit(phone, lent, 1.0))
        elif len(shapes) == 1:
            units.append(Unit(phone, shapes[0], 1.0))
        else:
            first = table().diphthong_first_share
            units += [Unit(phone, shapes[0], first), Unit(phone, shapes[1], 1.0 - first)]
    return tuple(units)


@cache
def shapes_of(phone: int) -> tuple[int, ...]:
    """The visemes of a class in order: none for HH, two for a diphthong."""
    name = PHONES[phone]
    if name in table().diphthongs:
        return tuple(table().viseme_of[part] for part in table().diphthongs[name])
    return () if name in table().borrowers else (table().viseme_of[name],)


@cache
def may_show(phone: int) -> tuple[int, ...]:
    """The visemes that a class may be seen as: of HH those of any vowel."""
    return shapes_of(phone) or (_RR, *sorted(table().vowels))


_E: Final = table().index("E")
_RR: Final = table().index("RR")


def _is_open(shapes: tuple[int, ...]) -> bool:
    return bool(shapes) and (shapes[0] in table().vowels or shapes[0] == _RR)


MEAN_MS: Final = {
    name: float(ms)
    for name, ms in (
        entry.split(":")
        for entry in (
            "SIL:250 B:67 P:92 M:81 T:90 D:69 S:124 SH:119 AH:63 IH:70 IY:120 AA:111 AW:175 "
            "K:92 G:69 CH:119 JH:100 F:110 V:65 TH:90 DH:45 Z:95 ZH:90 N:70 NG:80 L:70 R:65 ER:110 "
            "W:65 Y:60 HH:65 AE:120 AO:115 EH:90 UH:70 UW:110 AY:155 EY:140 OW:140 OY:190"
        ).split()
    )
}
"""Mean durations. Those from B to AW are the project's figures for read English, the others are set
after the most similar of them. `Weights.mean_frames` has what the training data has."""


def mean_frames() -> tuple[float, ...]:
    """MEAN_MS in frames of 10 ms, in the order of PHONES."""
    return tuple(MEAN_MS[name] / 10.0 for name in PHONES)


SILENT_PHONE: Final = SIL
"""PHONES[0]; the same number as the silent viseme."""
