"""One word's sounds, laid out in its time: pinned to its letters where they correspond. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from visavis.lips.durations import DurationTable
from visavis.lips.lexicon import Lexicon
from visavis.lips.phonemes import SIL, split_diphthongs, strip_marks, table, viseme_of
from visavis.lips.readings import MUTE
from visavis.lips.spans import Span
from visavis.lips.text import Word, bare_letters

SHORTEST_MS: Final = 20.0
"""A pin that would leave a sound less than this is not believed: no phone is shorter than about
two frames of an aligner."""

EVEN_SHARE: Final = 0.2
"""Letters whose lengths differ by less of their mean were counted, not measured: spoken ones differ
by far more, and rounding to 10 ms alone makes about this much of a difference."""

_SCHWA: Final = "AH0"
_SCHWA_WEIGHT: Final = table().weight_of["ə"]


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word with the time of each of its characters.

    `letters` and `starts` (in samples, ascending) are those of the written characters; the last
    one sounds until `end`.
    """

    word: Word
    letters: str
    starts: tuple[int, ...]
    end: int


def lay_out(
    timed: TimedWord,
    start_sample: int,
    end_sample: int,
    rate_hz: int,
    lexicon: Lexicon,
    durations: DurationTable,
) -> tuple[Span, ...]:
    """The shapes of one word, contiguous from `start_sample` to `end_sample`.

    Every phone begins where its letter does, if the letters' times were measured; between such
    pins phones share the time as `durations` says. Empty if there is no time or nothing said.
    """
    said = [lexicon.phones(spoken) for spoken in timed.word.spoken]
    phones = [phone for word in said for phone in word]
    if not phones or end_sample <= start_sample:
        return ()
    expected_ms = [ms for word in said for ms in durations.durations_ms(word)]
    pins = _pins(timed, lexicon, rate_hz)
    ends = (0, start_sample), (len(phones), end_sample)
    edges = _edges(_believed(pins, *ends, rate_hz), expected_ms)
    timings = [
        (phone, last - first)
        for phone, first, last in zip(phones, edges[:-1], edges[1:], strict=True)
    ]
    return _spans(timings, start_sample)


_Pin = tuple[int, int]
"""The number of a phone, and the sample at which it begins."""


def _pins(timed: TimedWord, lexicon: Lexicon, rate_hz: int) -> list[_Pin]:
    """The sounds but the first whose letters have times of their own, in order."""
    if len(timed.word.spoken) != 1 or _is_even(timed, rate_hz):
        return []
    spoken = timed.word.spoken[0]
    letters = bare_letters(timed.letters).lower()
    places = [at for at, letter in enumerate(letters) if letter != MUTE]
    if "".join(letters[at] for at in places) != spoken:
        return []
    phones = [strip_marks(phone) for phone in lexicon.phones(spoken)]
    onsets = lexicon.letters.onsets(spoken, phones)
    return [
        (at_phone, timed.starts[places[onset]])
        for at_phone, (before, onset) in enumerate(pairwise(onsets), start=1)
        if onset != before  # the second sound of a letter has no time of its own
    ]


def _is_even(timed: TimedWord, rate_hz: int) -> bool:
    """Whether the times were made by dividing the word's among its letters."""
    edges = (*timed.starts, timed.end)
    lengths = [after - before for before, after in pairwise(edges)]
    rounding = 2.0 * rate_hz / 1_000.0  # each edge to a millisecond
    even = max(rounding, EVEN_SHARE * (timed.end - timed.starts[0]) / len(lengths))
    return len(lengths) > 1 and max(lengths) - min(lengths) <= even


def _believed(pins: Sequence[_Pin], first: _Pin, last: _Pin, rate_hz: int) -> list[_Pin]:
    """The pins that leave every phone SHORTEST_MS, or its even share where there is less."""
    shortest = min(SHORTEST_MS * rate_hz / 1_000.0, (last[1] - first[1]) / last[0])
    kept = [first]
    for pin in pins:
        if all(
            after[1] - before[1] >= shortest * (after[0] - before[0])
            for before, after in ((kept[-1], pin), (pin, last))
        ):
            kept.append(pin)
    return [*kept, last]


def _edges(pins: Sequence[_Pin], expected_ms: Sequence[float]) -> list[int]:
    """Where each phone begins, and the end of the last: n + 1 samples, never descending."""
    edges: list[int] = []
    for (first, start), (last, end) in pairwise(pins):
        whole_ms = sum(expected_ms[first:last])
        passed_ms = 0.0
        for ms in expected_ms[first:last]:
            edges.append(start + round((end - start) * passed_ms / whole_ms))
            passed_ms += ms
    return [*edges, pins[-1][1]]


def _spans(timings: Sequence[tuple[str, int]], start_sample: int) -> tuple[Span, ...]:
    """Spans of ARPAbet phones with stress digits, one behind the other; equal shapes are one."""
    parts = [
        (part, n_samples, _SCHWA_WEIGHT if phone == _SCHWA else 1.0)
        for phone, length in timings
        for part, n_samples in split_diphthongs([(strip_marks(phone), length)])
    ]
    spans: list[Span] = []
    at = start_sample
    for position, (_, n_samples, weight) in enumerate(parts):
        end = at + n_samples
        viseme = _shape([part for part, _, _ in parts], position)
        shown = weight if viseme != SIL else 0.0
        if spans and spans[-1].viseme == viseme:
            before = spans.pop()
            spans.append(Span(viseme, before.start_sample, end, max(before.weight, shown)))
        elif end > at:
            spans.append(Span(viseme, at, end, shown))
        at = end
    return tuple(spans)


def _shape(parts: Sequence[str], position: int) -> int:
    """The viseme of a part; an h has that of the next vowel, or of whatever is beside it."""
    if parts[position] not in table().borrowers:
        return viseme_of(parts[position]) or SIL
    later = parts[position + 1 :]
    vowels = [part for part in later if part in table().lenders]
    beside = [part for part in (*vowels, *later, *reversed(parts[:position])) if viseme_of(part)]
    return viseme_of(beside[0]) or SIL if beside else SIL
