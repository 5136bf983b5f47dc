"""Text says which shape, sound whether there is any: spans in, the same spans with true pauses out.

Pure, streaming. A pause of the text in which the sound is as loud as speech does not close the
mouth, and words of the text for which the sound has only silence do not move it. Vowels open as far
as they are loud.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from visavis.lips.loudness import Loudness
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

PAUSE_MS = 200.0
"""Shorter silences do not close the mouth: a stop's own closure lasts up to 150 ms."""

LATE_MS = 40.0
"""Of a pause of the text that is long enough to close the mouth, at most so much still belongs to
the shape before it, unless the sound is as loud as speech: a noisy room is no reason to talk on.
Delays up to 40 ms do not matter to speechreaders (McGrath and Summerfield 1985)."""


class TruePauses:
    """One stream's: contiguous spans from sample 0 and the loudness of the same sound.

    Holds back at most PAUSE_MS of spans; what it gives out is contiguous too and never changes.
    """

    def __init__(self, loudness: Loudness, rate_hz: int) -> None:
        self._loudness = loudness
        self._pause_samples = round(PAUSE_MS * rate_hz / 1_000.0)
        self._late_samples = round(LATE_MS * rate_hz / 1_000.0)
        self.reset()

    def reset(self) -> None:
        """Begin again at sample 0."""
        self._waiting: list[Span] = []  # not looked at: their sound has not come
        self._hushed: list[Span] = []  # silent so far, in a row
        self._before = SIL
        self._weight_before = 0.0

    def push(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Take in more spans; returns what is certain by the sound that has come."""
        self._waiting += spans
        out: list[Span] = []
        while self._waiting and self._waiting[0].end_sample <= self._loudness.end_sample:
            out += self._take(self._waiting.pop(0))
        return tuple(out)

    def finish(self) -> tuple[Span, ...]:
        """The rest; for sound that never came, silence is assumed."""
        out: list[Span] = []
        for span in self._waiting:
            out += self._take(span)
        self._waiting = []
        return (*out, *self._pause())

    def _take(self, span: Span) -> list[Span]:
        if span.n_samples <= 0:
            return []
        if span.viseme == SIL:
            return self._take_pause(span)
        if self._loudness.is_silent(span.start_sample, span.end_sample):
            self._hushed.append(span)
            return self._close_if_long()
        return [*self._bridge(), self._speak(opened(span, self._loudness))]

    def _take_pause(self, span: Span) -> list[Span]:
        """What is still heard of it belongs to the shape before."""
        silent_from = self._loudness.silence_from(span.start_sample, span.end_sample)
        if span.n_samples >= self._pause_samples:
            hush_from = self._loudness.hush_from(span.start_sample, span.end_sample)
            silent_from = max(hush_from, min(silent_from, span.start_sample + self._late_samples))
        out: list[Span] = []
        if silent_from > span.start_sample and not self._hushed:
            out.append(self._more_of_before(replace(span, end_sample=silent_from)))
            span = replace(span, start_sample=silent_from)
        if span.n_samples > 0:
            self._hushed.append(span)
        return out + self._close_if_long()

    def _close_if_long(self) -> list[Span]:
        """A silence that has lasted long enough is a pause, and may be given out as it comes."""
        hushed = self._hushed
        if not hushed or hushed[-1].end_sample - hushed[0].start_sample < self._pause_samples:
            return []
        return self._pause()

    def _pause(self) -> list[Span]:
        """The silence so far is one."""
        hushed, self._hushed = self._hushed, []
        return [self._speak(_hush(span)) for span in hushed]

    def _bridge(self) -> list[Span]:
        """The silence so far was a short one, inside speech: the mouth goes on through it."""
        hushed, self._hushed = self._hushed, []
        return [
            self._more_of_before(span) if span.viseme == SIL else self._speak(span)
            for span in hushed
        ]

    def _more_of_before(self, span: Span) -> Span:
        return replace(span, viseme=self._before, weight=self._weight_before)

    def _speak(self, span: Span) -> Span:
        self._before, self._weight_before = span.viseme, span.weight
        return span


def opened(span: Span, loudness: Loudness) -> Span:
    """The span, a vowel's opening weighed by how loud it is."""
    if span.viseme not in table().vowels:
        return span
    opening = loudness.opening(span.start_sample, span.end_sample)
    return replace(span, weight=round(span.weight * opening, 3))


def _hush(span: Span) -> Span:
    """Closed lips stay: in a silence before its burst a "p" is nothing but that."""
    return span if span.viseme in table().critical else replace(span, viseme=SIL, weight=0.0)
