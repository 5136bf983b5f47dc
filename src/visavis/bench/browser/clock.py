"""Positions in a stream of sound to the time of another clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR_MS = 250.0
"""A device that stumbles shifts all that follows; so only stamps this near speak for a position."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`stamps_ms` say when the samples at `positions` were due; between them sound runs evenly.

    Single stamps are early or late by a device buffer. `percentile` picks the true one among those
    around: 50 where they err both ways, more where they are only ever early.
    """

    rate_hz: float
    positions: NDArray[np.float64]
    stamps_ms: NDArray[np.float64]
    percentile: float

    def ms(self, position: float) -> float:
        """When this position was due."""
        own_ms = 1_000.0 / self.rate_hz
        ahead_ms = self.stamps_ms - self.positions * own_ms
        distance_ms = np.abs(self.positions - position) * own_ms
        near = distance_ms <= max(NEAR_MS, float(distance_ms.min()))
        return position * own_ms + float(np.percentile(ahead_ms[near], self.percentile))

    def position(self, ms: float) -> float:
        """Which position was due then."""
        guess = float(self.positions[int(np.argmin(np.abs(self.stamps_ms - ms)))])
        return guess + (ms - self.ms(guess)) * self.rate_hz / 1_000.0
