"""How long the sounds of a word last, relative to each other. Pure.

The duration of a phone is its mean, times a factor for its kind, its place in the word and its
stress: a simplification of Klatt's rules (J. Acoust. Soc. Am. 59, 1976), fitted by
`python -m training.durations` to the exact durations of a voice, with its errors printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, Self

from visavis.lips.phonemes import strip_marks
from visavis.spec import spec_text


class Kind(StrEnum):
    """Sounds that are lengthened and shortened alike."""

    VOWEL = "vowel"
    STOP = "stop"
    FRICATIVE = "fricative"
    SONORANT = "sonorant"


class Place(StrEnum):
    """Where in its word a sound is."""

    ONLY = "only"
    FIRST = "first"
    INNER = "inner"
    LAST = "last"


KINDS: Final = {
    phone: kind
    for kind, phones in (
        (Kind.VOWEL, "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"),
        (Kind.STOP, "B D DX G K P T CH JH"),
        (Kind.FRICATIVE, "DH F S SH TH V Z ZH HH"),
        (Kind.SONORANT, "L M N NG R W Y"),
    )
    for phone in phones.split()
}


@dataclass(frozen=True, slots=True)
class DurationTable:
    """`mean_ms` of each ARPAbet phone without stress; `factor` by "kind place stress"."""

    mean_ms: Mapping[str, float]
    factor: Mapping[str, float]

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nothing in it ever changes

    def durations_ms(self, phones: Sequence[str]) -> tuple[float, ...]:
        """How long each phone of one word is expected to last; all above 0.

        Args:
            phones: ARPAbet, vowels with or without stress digits (none counts as 0).
        """
        return tuple(
            self._duration_ms(phone, place_of(at, len(phones))) for at, phone in enumerate(phones)
        )

    def _duration_ms(self, phone: str, place: Place) -> float:
        bare = strip_marks(phone)
        mean_ms = self.mean_ms.get(bare, _UNKNOWN_MS)
        return mean_ms * self.factor.get(factor_key(phone, place), 1.0)


_UNKNOWN_MS = 80.0  # about the mean of all phones in the table


def kind_of(phone: str) -> Kind:
    """The kind of a bare ARPAbet phone; what is unknown counts as a sonorant."""
    return KINDS.get(phone, Kind.SONORANT)


def place_of(at: int, n_phones: int) -> Place:
    """The place of phone number `at` of a word of `n_phones`."""
    if n_phones == 1:
        return Place.ONLY
    return Place.FIRST if at == 0 else Place.LAST if at == n_phones - 1 else Place.INNER


def factor_key(phone: str, place: Place) -> str:
    """The key of a phone's factor: only vowels carry stress."""
    kind = kind_of(strip_marks(phone))
    stress = phone[-1] if kind is Kind.VOWEL and phone[-1:].isdigit() else "0"
    return f"{kind} {place} {stress}"


@cache
def duration_table() -> DurationTable:
    """The table of spec/durations.json, read once."""
    spec = json.loads(spec_text("durations.json"))
    return DurationTable(mean_ms=spec["mean_ms"], factor=spec["factor"])
