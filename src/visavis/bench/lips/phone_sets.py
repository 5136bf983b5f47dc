"""Labels of corpora to visemes: ARPAbet, IPA and the sets of spec/phone_sets.json. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from visavis.bench.lips.track import UNSCORED, Track
from visavis.lips.phonemes import SIL, strip_marks, table
from visavis.lips.spans import Span
from visavis.spec import spec_text


@dataclass(frozen=True, slots=True)
class Label:
    """What is written over a stretch of sound."""

    symbol: str
    start_s: float
    end_s: float


class PhoneSet(Enum):
    """In which alphabet labels are written."""

    AUTO = "auto"
    """ARPAbet, IPA or X-SAMPA, whichever knows most of a file's labels."""
    ARPABET = "arpabet"
    IPA = "ipa"
    XSAMPA = "xsampa"
    FESTVOX_RU = "festvox-ru"


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's labels as mouth shapes."""

    track: Track
    phone_set: PhoneSet
    unknown: tuple[str, ...]
    """Labels that are in no table, each once, in order; their stretches are UNSCORED."""


@dataclass(frozen=True, slots=True)
class _Set:
    """One alphabet: symbols, prepared by `_bare`, to visemes."""

    viseme_of: Mapping[str, int]
    weight_of: Mapping[str, float] = field(default_factory=dict[str, float])
    diphthongs: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    borrowers: frozenset[str] = frozenset()
    closures_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def knows(self, symbol: str) -> bool:
        return symbol in self.viseme_of or symbol in self.diphthongs or symbol in self.borrowers


_KALDI_PLACE = re.compile(r"_[BIES]$")
_ODD = re.compile(r"^(<.*>|\{.*\}|\[.*\]|\+.+\+)$")
_XSAMPA_MARKS = re.compile(r"""["%:']|_[a-zA-Z0-9]|(?<=[mnN])=""")
_ROUNDING_S = 1e-3
"""Labels that touch may overlap or gape by what was lost in writing them."""


def mouth_of(
    labels: Sequence[Label], rate_hz: int, n_samples: int, phone_set: PhoneSet = PhoneSet.AUTO
) -> Reading:
    """The mouth that the labels of a sound of `n_samples` at `rate_hz` ask for.

    Silence is SIL, and so is a gap between two labels. Sound before the first label and behind the
    last one is UNSCORED, and so is a label that is no speech or in no table. Diphthongs are two
    shapes, 60/40. [h] and glottal stops show the vowel that follows within three sounds, else the
    shape before. An affricate's closure counts as the affricate. Labels ascend; where two overlap,
    the later one wins.
    """
    ordered = [label for label in labels if label.end_s > label.start_s]
    chosen = choose_set(ordered) if phone_set is PhoneSet.AUTO else phone_set
    symbols = [_bare(label.symbol, chosen) for label in ordered]
    spans: list[Span] = []
    unknown: dict[str, None] = {}
    for index, label in enumerate(ordered):
        shapes = _shapes(symbols, index, _set(chosen))
        if shapes is None:
            unknown[label.symbol] = None
            shapes = ((UNSCORED, 1.0),)
        elif not shapes:
            shapes = ((spans[-1].viseme, spans[-1].weight) if spans else (UNSCORED, 1.0),)
        start, end = (_sample(at_s, rate_hz, n_samples) for at_s in (label.start_s, label.end_s))
        _lay(spans, shapes, start, end, rate_hz)
    at = spans[-1].end_sample if spans else 0
    if at < n_samples:
        spans.append(Span(UNSCORED, at, n_samples))
    return Reading(Track(tuple(spans), rate_hz), chosen, tuple(unknown))


def choose_set(labels: Sequence[Label]) -> PhoneSet:
    """ARPABET, IPA or XSAMPA: which knows most of these labels; the first of equals."""
    known = {
        name: sum(
            _shapes([_bare(label.symbol, name)], 0, _set(name)) is not None for label in labels
        )
        for name in (PhoneSet.ARPABET, PhoneSet.IPA, PhoneSet.XSAMPA)
    }
    return max(known, key=lambda name: known[name])


def _lay(
    spans: list[Span], shapes: Sequence[tuple[int, float]], start: int, end: int, rate_hz: int
) -> None:
    """Put `shapes` over [start, end), behind what is there; a gap before it becomes silence."""
    at = spans[-1].end_sample if spans else 0
    if start > at and (not spans or start - at > _ROUNDING_S * rate_hz):
        spans.append(Span(SIL, at, start, 0.0) if spans else Span(UNSCORED, 0, start))
        at = start
    while spans and start < spans[-1].start_sample:
        spans.pop()
    if spans and start < at:
        last = spans.pop()
        if start > last.start_sample:
            spans.append(Span(last.viseme, last.start_sample, start, last.weight))
        at = start
    share = table().diphthong_first_share if len(shapes) == 2 else 1.0
    middle = at + round((end - at) * share)
    for (viseme, weight), (a, b) in zip(shapes, ((at, middle), (middle, end)), strict=False):
        if b > a:
            spans.append(Span(viseme, a, b, weight))


def _sample(at_s: float, rate_hz: int, n_samples: int) -> int:
    return min(n_samples, max(0, round(at_s * rate_hz)))


# ------------------------------------------------------------------ symbols


def _shapes(
    symbols: Sequence[str], index: int, alphabet: _Set
) -> tuple[tuple[int, float], ...] | None:
    """Visemes with weights of one symbol: two of a diphthong, none of a borrower with no vowel
    behind it. None if the symbol is unknown.
    """
    symbol = symbols[index]
    behind = symbols[index + 1 : index + 4]
    if symbol in _listed("silence"):
        return ((SIL, 0.0),)
    if symbol in _listed("unscored") or _ODD.match(symbol):
        return ((UNSCORED, 1.0),)
    if behind and behind[0] in alphabet.closures_of.get(symbol, ()):
        symbol = behind[0]
    if symbol in alphabet.borrowers:
        lent = next((one for one in (_vowel(symbol, alphabet) for symbol in behind) if one), None)
        return () if lent is None else ((lent, 1.0),)
    if (two := alphabet.diphthongs.get(symbol)) is not None:
        return ((two[0], 1.0), (two[1], 1.0))
    viseme = alphabet.viseme_of.get(symbol)
    return None if viseme is None else ((viseme, alphabet.weight_of.get(symbol, 1.0)),)


def _vowel(symbol: str, alphabet: _Set) -> int | None:
    if (two := alphabet.diphthongs.get(symbol)) is not None:
        return two[0]
    viseme = alphabet.viseme_of.get(symbol)
    lends = (viseme in table().vowels and symbol not in _GLIDES) or symbol in _R_VOWELS
    return viseme if lends else None


_GLIDES = frozenset(["j", "w", "y", "ɥ"])
_R_VOWELS = frozenset(["er", "axr", "ɝ", "ɚ", "ɜ", "3", "3`", "@`"])


def _bare(symbol: str, phone_set: PhoneSet) -> str:
    plain = symbol.strip()
    if plain.casefold() in _listed("silence") | _listed("unscored") or _ODD.match(plain):
        return plain.casefold()
    plain = _KALDI_PLACE.sub("", plain)
    if phone_set is PhoneSet.IPA:
        return plain if plain in _set(phone_set).diphthongs else strip_marks(plain)
    if phone_set is PhoneSet.XSAMPA:  # case and digits mean something
        return _XSAMPA_MARKS.sub("", plain)
    return plain.rstrip("0123456789").casefold()


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(json.loads(spec_text("phone_sets.json"))[name]["symbols"])


@cache
def _set(phone_set: PhoneSet) -> _Set:
    own = json.loads(spec_text("phone_sets.json"))[phone_set.value]
    order = table().order
    viseme_of = {symbol: order.index(name) for name in order for symbol in own.get(name, ())}
    pairs = {
        symbol: (order.index(first), order.index(second))
        for symbol, (first, second) in own.get("diphthongs", {}).items()
    }
    borrowers = frozenset(own.get("borrow", ()))
    closures = {symbol: tuple(of) for symbol, of in own.get("closures_of", {}).items()}
    if phone_set in (PhoneSet.FESTVOX_RU, PhoneSet.XSAMPA):
        return _Set(viseme_of, own.get("low_weight", {}), pairs, borrowers)
    spec = json.loads(spec_text("visemes.json"))
    written = str.casefold if phone_set is PhoneSet.ARPABET else str
    shared = {
        written(symbol): order.index(name)
        for name, symbols in spec[phone_set.value].items()
        for symbol in symbols
        if name != "sil"
    }
    upper = phone_set is PhoneSet.ARPABET
    shared_pairs = {
        written(symbol): (order.index(first), order.index(second))
        for symbol, (first, second) in spec["diphthongs"].items()
        if symbol.isupper() == upper
    }
    lent = {written(s) for s in spec["borrow_next_vowel"] if s.isupper() == upper}
    return _Set(
        shared | viseme_of, table().weight_of, shared_pairs | pairs, borrowers | lent, closures
    )
