"""A voice's phonemes with their durations, to spans of mouth shapes. Pure, streaming."""

from __future__ import annotations

from collections.abc import Sequence

from visavis.lips.phonemes import SIL, Timed, merge_marks, split_diphthongs, table, viseme_of
from visavis.lips.spans import Span

_LONGEST_WORD = 64
"""Symbols. What has no space for so long is no speech, and is not waited for."""


class PhoneSource:
    """One reply's phonemes in order, in samples of its sound.

    A word is given out when the space behind it has come: marks and affricates join symbols, and an
    "h" borrows the mouth of the vowel that follows. Time between words, and whatever stands for no
    sound, is silence here; whether it is a pause the sound decides (lips/pauses.py).
    """

    def __init__(self, rate_hz: int, lead_ms: float = 0.0) -> None:
        """`lead_ms`: how much later than what is heard the voice's durations lie."""
        self._lead_samples = round(lead_ms * rate_hz / 1_000.0)
        self.reset()

    def reset(self) -> None:
        """Begin again at sample 0."""
        self._word: list[Timed] = []
        self._at_sample = 0

    def push(self, phones: Sequence[Timed]) -> tuple[Span, ...]:
        """More symbols with their durations in samples; negative ones count as 0."""
        spans: list[Span] = []
        for symbol, n_samples in phones:
            self._word.append((symbol, max(0, n_samples)))
            if symbol == " " or len(self._word) >= _LONGEST_WORD:
                spans += self._give_out()
        return tuple(spans)

    def finish(self) -> tuple[Span, ...]:
        """The last word, and the time that the lead has saved."""
        spans = self._give_out()
        end = self._at_sample
        last = spans[-1].end_sample if spans else max(0, end - self._lead_samples)
        if last < end:
            spans.append(Span(SIL, last, end, 0.0))
        return tuple(spans)

    def _give_out(self) -> list[Span]:
        word, self._word = split_diphthongs(merge_marks(self._word)), []
        spans: list[Span] = []
        for position, (symbol, n_samples) in enumerate(word):
            start = max(0, self._at_sample - self._lead_samples)
            self._at_sample += n_samples
            end = max(0, self._at_sample - self._lead_samples)
            if end > start:
                spans.append(_span(symbol, word[position + 1 :], start, end))
        return spans


def _span(symbol: str, following: Sequence[Timed], start: int, end: int) -> Span:
    viseme = viseme_of(symbol)
    if symbol in table().borrowers:
        lender = next((other for other, _ in following if other in table().lenders), "")
        viseme = viseme_of(lender)
    if viseme is None or viseme == SIL:
        return Span(SIL, start, end, 0.0)
    return Span(viseme, start, end, table().weight_of.get(symbol, 1.0))
