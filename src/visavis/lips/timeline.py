"""From timed phonemes and their sound to mouth cues in sample time. Pure.

The text says *which* shape, the sound says *whether* there is any: a pause in the text that has
no silence in the sound does not close the mouth, and a vowel opens as far as it is loud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from visavis.events import Cue, Word
from visavis.lips.coarticulation import PAUSE_MS
from visavis.lips.natural import naturalize
from visavis.lips.phonemes import SIL, Timed, merge_marks, split_diphthongs, table, viseme_of
from visavis.lips.spans import Span

MIN_HOLD_MS = 45.0
"""The least that a closure is shown where a lead would leave it less."""


class Ending(Enum):
    """How a stretch of speech ends."""

    SHUT = "shut"  # with a pause: the mouth closes
    OPEN = "open"  # in the middle of speech: the last shape stays until more comes


_SILENT_SHARE = 0.05  # of the phrase's loud parts, about -26 dB
_SMALLEST_OPENING = 0.4


def cues_from_phones(
    phones: Sequence[Timed],
    sound: NDArray[np.float32],
    rate_hz: int,
    *,
    lead_ms: float = 0.0,
    ending: Ending = Ending.SHUT,
) -> tuple[Cue, ...]:
    """Mouth cues of one phrase, ascending, the first at sample 0, the last one of a SHUT one `sil`.

    None lies behind the end of `sound`, and no two in a row have the same shape.

    Args:
        phones: symbols with durations in samples, covering `sound` from its start.
        sound: float32 [n] at `rate_hz`.
        rate_hz: sample rate of both.
        lead_ms: how much earlier than the durations say the shapes are shown.
        ending: OPEN if speech goes on behind `sound` without a seam.
    """
    spans = _spans(split_diphthongs(merge_marks(phones)), sound, rate_hz, ending)
    if spans and spans[0].start_sample > 0:
        spans.insert(0, Span(SIL, 0, spans[0].start_sample, 0.0))
    lead = round(lead_ms * rate_hz / 1_000.0)
    shortest = round(MIN_HOLD_MS * rate_hz / 1_000.0)
    cues = [Cue(0, SIL, 0.0)]
    for span in naturalize(spans, rate_hz):
        _show(cues, span, max(0, span.start_sample - lead), shortest, len(sound))
    if ending is Ending.SHUT and cues[-1].viseme != SIL:
        end_sample = len(sound) - (0 if cues[-1].viseme in table().critical else lead)
        cues.append(Cue(max(cues[-1].at_sample + 1, end_sample), SIL, 0.0))
    return tuple(cues)


def _show(cues: list[Cue], span: Span, at_sample: int, shortest: int, n_samples: int) -> None:
    """Add the cue of `span` at `at_sample`, or later where a closure needs the time.

    What was pushed back by a closure until hardly any of it is left gives way.
    """
    while cues and cues[-1].viseme not in table().critical:
        if at_sample - cues[-1].at_sample >= shortest // 2:
            break
        at_sample = min(at_sample, cues.pop().at_sample)
    if cues and cues[-1].viseme in table().critical:
        at_sample = max(at_sample, cues[-1].at_sample + shortest)
    if at_sample >= n_samples:
        return
    if cues and cues[-1].viseme == span.viseme:
        cues[-1] = replace(cues[-1], weight=max(cues[-1].weight, round(span.weight, 3)))
    else:
        cues.append(Cue(at_sample, span.viseme, round(span.weight, 3)))


def words_from_phones(text: str, phones: Sequence[Timed], n_samples: int) -> tuple[Word, ...]:
    """When each word of `text` is heard.

    Spaces in the phonemes separate words. Where espeak joined or split some ("of the", "2026"),
    the counts differ and the words share the time in proportion to their letters.
    """
    words = text.split()
    if not words:
        return ()
    groups = _word_groups(phones)
    if len(groups) != len(words):
        start, end = (groups[0][0], groups[-1][1]) if groups else (0, n_samples)
        edges = np.cumsum([0, *(len(word) + 1 for word in words)])
        times = start + edges * (end - start) / edges[-1]
        groups = [(int(a), int(b)) for a, b in pairwise(times)]
    return tuple(
        Word(word, min(a, n_samples), min(b, n_samples))
        for word, (a, b) in zip(words, groups, strict=True)
    )


def _word_groups(phones: Sequence[Timed]) -> list[tuple[int, int]]:
    groups: list[tuple[int, int]] = []
    at = 0
    inside = None
    for symbol, n_samples in split_diphthongs(merge_marks(phones)):
        if symbol == " ":
            inside = None
        elif viseme_of(symbol) not in (None, SIL) or symbol in table().borrowers:
            if inside is None:
                groups.append((at, at + n_samples))
                inside = symbol
            groups[-1] = (groups[-1][0], at + n_samples)
        at += n_samples
    return groups


def _spans(
    phones: list[Timed], sound: NDArray[np.float32], rate_hz: int, ending: Ending
) -> list[Span]:
    """One span per sound; gaps become silence only where the sound is silent for long enough."""
    loudness = _Loudness(sound)
    spans: list[Span] = []
    at = 0
    for position, (symbol, n_samples) in enumerate(phones):
        start, at = at, min(at + n_samples, len(sound))
        viseme = viseme_of(symbol)
        if symbol in table().borrowers:
            viseme = _next_vowel(phones[position + 1 :])
        if viseme in (None, SIL) or at <= start:  # whether a pause is one, the sound decides
            continue
        opening = table().weight_of.get(symbol, 1.0)
        if viseme in table().vowels:
            opening *= loudness.opening(start, at)
        spans.append(Span(viseme, start, at, opening))
    return _fill_gaps(spans, loudness, len(sound), rate_hz, ending)


def _fill_gaps(
    spans: list[Span], loudness: _Loudness, n_samples: int, rate_hz: int, ending: Ending
) -> list[Span]:
    """Join spans across unvoiced signs; put `sil` where nothing is heard for PAUSE_MS."""
    filled: list[Span] = []
    for position, span in enumerate(spans):
        next_start = spans[position + 1].start_sample if position + 1 < len(spans) else n_samples
        gap = next_start - span.end_sample
        shuts = position + 1 == len(spans) and ending is Ending.SHUT
        if gap * 1_000.0 / rate_hz >= PAUSE_MS or shuts:
            voiced_end = loudness.end_of_sound(span.end_sample, next_start)
            filled.append(replace(span, end_sample=voiced_end))
            if next_start > voiced_end:
                filled.append(Span(SIL, voiced_end, next_start, 0.0))
        else:
            filled.append(replace(span, end_sample=next_start))
    return filled


def _next_vowel(phones: Sequence[Timed]) -> int | None:
    following = (symbol for symbol, _ in phones[:3] if symbol in table().lenders)
    return viseme_of(next(following, ""))


class _Loudness:
    """Loudness of stretches of one phrase, relative to its loud parts."""

    _BLOCK = 128  # samples; 6 ms at 22 kHz, finer than any frame that will show it

    def __init__(self, sound: NDArray[np.float32]) -> None:
        padded = np.pad(sound.astype(np.float64), (0, -len(sound) % self._BLOCK or self._BLOCK))
        blocks = padded.reshape(-1, self._BLOCK)
        self._rms: NDArray[np.float64] = np.sqrt(np.mean(blocks**2, axis=1))
        self._loud = max(1e-6, float(np.percentile(self._rms, 95)))

    def opening(self, start_sample: int, end_sample: int) -> float:
        """How far a vowel opens, 0.4…1: the square root of its share of full loudness."""
        first = start_sample // self._BLOCK
        blocks = self._rms[first : max(first + 1, end_sample // self._BLOCK)]
        share = float(np.mean(blocks)) / self._loud if len(blocks) else 0.0
        return min(1.0, _SMALLEST_OPENING + (1.0 - _SMALLEST_OPENING) * share**0.5)

    def end_of_sound(self, start_sample: int, end_sample: int) -> int:
        """Where in [start, end] the sound falls silent; `end` if it never does."""
        for block in range(start_sample // self._BLOCK, end_sample // self._BLOCK):
            if block < len(self._rms) and self._rms[block] < _SILENT_SHARE * self._loud:
                return max(start_sample, block * self._BLOCK)
        return end_sample
