"""A mouth over time: spans with their rate, as frames and as runs. Pure.

Frames: FRAME_HZ of them a second. Frame i lasts from i to i + 1 hundredths of a second and shows
what the track shows at its middle, at sample floor((2 i + 1) rate / 200). Only frames that lie
within the track whole are counted.

Runs: spans joined where neighbours show the same shape, so that P before B is one closure, as it
is on a face. Every measure of segments, changes and holds is of runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span

FRAME_HZ = 100
"""Frames a second of every measure of frames."""

UNSCORED = -1
"""The viseme of a stretch of a reference that nobody can be judged by: noise, laughter, a label
that is in no table. Frames, segments and onsets there are left out. A hypothesis has none."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch [start, end) of one shape, as long as it lasts, in ms."""

    viseme: int
    start_ms: float
    end_ms: float

    @property
    def length_ms(self) -> float:
        """How long it lasts."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Track:
    """What a mouth shows: spans that follow each other from sample 0 without gaps.

    Behind its end, and before its beginning, a mouth is shut.

    Raises:
        ValueError: a span is empty, or they do not follow each other, or the rate is not positive.
    """

    spans: tuple[Span, ...]
    rate_hz: int

    def __post_init__(self) -> None:
        """Check the spans."""
        if self.rate_hz <= 0:
            raise ValueError(f"a rate of {self.rate_hz} Hz")
        at = 0
        for span in self.spans:
            if span.start_sample != at or span.n_samples <= 0:
                where = f"[{span.start_sample}, {span.end_sample})"
                raise ValueError(f"span {where} does not follow what ended at sample {at}")
            at = span.end_sample

    @property
    def n_samples(self) -> int:
        """Where it ends."""
        return self.spans[-1].end_sample if self.spans else 0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.n_samples / self.rate_hz

    @property
    def n_frames(self) -> int:
        """Frames that lie within it whole."""
        return self.n_samples * FRAME_HZ // self.rate_hz

    @cached_property
    def _edges(self) -> tuple[Ints, Ints]:
        """Starts of the spans and the end of the last one; visemes, with SIL behind the end."""
        starts = [span.start_sample for span in self.spans] + [self.n_samples]
        visemes = [span.viseme for span in self.spans] + [SIL]
        return np.array(starts, dtype=np.int64), np.array(visemes, dtype=np.int64)

    def frames(self, first: int = 0, last: int | None = None) -> Ints:
        """Visemes of frames [first, last), int64.

        `last` is n_frames if it is None. Frames outside the track are SIL.
        """
        last = self.n_frames if last is None else last
        number = np.arange(first, last, dtype=np.int64)
        at = (2 * number + 1) * self.rate_hz // (2 * FRAME_HZ)
        starts, visemes = self._edges
        found = visemes[np.clip(np.searchsorted(starts, at, side="right") - 1, 0, None)]
        return np.where(at < 0, SIL, found)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Its spans, equal neighbours joined."""
        per_ms = self.rate_hz / 1_000.0
        joined: list[Run] = []
        for span in self.spans:
            if joined and joined[-1].viseme == span.viseme:
                start_ms = joined.pop().start_ms
            else:
                start_ms = span.start_sample / per_ms
            joined.append(Run(span.viseme, start_ms, span.end_sample / per_ms))
        return tuple(joined)

    def earlier(self, ms: float) -> Track:
        """The same, `ms` earlier; what came before time 0 is cut off. Negative: later, SIL first.

        The end moves too.
        """
        by = self._samples(ms)
        moved = [(s.viseme, s.start_sample - by, s.end_sample - by, s.weight) for s in self.spans]
        kept = [Span(v, max(0, a), b, w) for v, a, b, w in moved if b > 0]
        if kept and kept[0].start_sample > 0:
            kept.insert(0, Span(SIL, 0, kept[0].start_sample, 0.0))
        return Track(tuple(kept), self.rate_hz)

    def reversed(self) -> Track:
        """The same, played backwards."""
        end = self.n_samples
        turned = [
            Span(s.viseme, end - s.end_sample, end - s.start_sample, s.weight)
            for s in reversed(self.spans)
        ]
        return Track(tuple(turned), self.rate_hz)

    def _samples(self, ms: float) -> int:
        return round(ms * self.rate_hz / 1_000.0)


def track_of(visemes: Sequence[int], starts: Sequence[int], end: int, rate_hz: int) -> Track:
    """A track of shapes and where they start, in samples; the last one lasts until `end`.

    What would start at or behind `end`, or have no length, is left out; before the first start the
    mouth is shut.

    Raises:
        ValueError: the starts do not ascend, or there is not one for each shape.
    """
    cues = [(0, SIL), *zip(starts, visemes, strict=True)]
    if any(b < a for (a, _), (b, _) in pairwise(cues)):
        raise ValueError("the shapes do not start one after the other")
    bounds = [min(at, end) for at, _ in cues] + [max(0, end)]
    return Track(
        tuple(
            Span(viseme, a, b, 0.0 if viseme == SIL else 1.0)
            for (_, viseme), (a, b) in zip(cues, pairwise(bounds), strict=True)
            if b > a
        ),
        rate_hz,
    )


def from_frames(visemes: Iterable[int], hop_samples: int, end: int, rate_hz: int) -> Track:
    """A track of one shape for every `hop_samples`, from sample 0 until `end`."""
    listed = list(visemes)
    return track_of(listed, [index * hop_samples for index in range(len(listed))], end, rate_hz)
