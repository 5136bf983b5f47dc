"""Stretches of one mouth shape, the currency between sources, passes and measures. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of one shape, in samples.

    The spans of a source follow each other without gaps from sample 0; silence is SIL with
    weight 0.
    """

    viseme: int
    start_sample: int
    end_sample: int
    weight: float = 1.0

    @property
    def n_samples(self) -> int:
        """Its length."""
        return self.end_sample - self.start_sample
