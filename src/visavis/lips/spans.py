"""Spans: stretches of one mouth shape in sample time. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of one shape, in samples of its reply's audio.

    The spans of a source are contiguous and ascend from sample 0; silence is a span of SIL with
    weight 0. `viseme` is a position in the order of spec/visemes.json, `weight` 0 to 1.
    """

    viseme: int
    start_sample: int
    end_sample: int
    weight: float = 1.0

    @property
    def n_samples(self) -> int:
        """Its length."""
        return self.end_sample - self.start_sample
