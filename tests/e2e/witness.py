"""Reads what the probe saw: loudness and mouth opening over time, and how they belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STEP_MS = 5.0
_ANALYSER_CENTRE_S = 512 / 44_100  # the probe's analyser shows the last 1024 samples


@dataclass(frozen=True)
class Seen:
    """One sample per drawn frame: `time_ms` of the page's clock, loudness at the ear, opening.

    `opening` is the height of the mouth less that of the line of a shut one.
    """

    time_ms: NDArray[np.float64]
    context_s: NDArray[np.float64]
    latency_s: float
    loudness: NDArray[np.float64]
    opening: NDArray[np.float64]

    def between(self, start_ms: float, end_ms: float) -> Seen:
        """The samples in this stretch of the page's clock."""
        inside = (self.time_ms >= start_ms) & (self.time_ms < end_ms)
        return Seen(
            self.time_ms[inside],
            self.context_s[inside],
            self.latency_s,
            self.loudness[inside],
            self.opening[inside],
        )

    def at_ear_ms(self, context_s: float) -> float:
        """When sound of this context time was at the ear.

        The context's clock advances in jumps of a device buffer, and stands still when the machine
        is too busy: so it is compared with the page's clock over two seconds around that time.
        """
        near = np.abs(self.context_s - context_s) < 1.0
        ahead_ms = self.time_ms[near] - 1_000.0 * self.context_s[near]
        return float(np.median(ahead_ms)) + 1_000.0 * (context_s + self.latency_s)

    def instead_of_mouth(self, values: NDArray[np.float64]) -> Seen:
        """The same moments, with other values to compare the loudness with."""
        return Seen(self.time_ms, self.context_s, self.latency_s, self.loudness, np.sqrt(values))


@dataclass(frozen=True)
class Claim:
    """The page says: from context time `start_s` on, sample `first_sample` and those behind it."""

    reply_id: int
    first_sample: float
    start_s: float


def claims_from(anchors: list[dict[str, Any]], context_rate_hz: float) -> list[Claim]:
    """The page's own account of what it played when, in order."""
    return [
        Claim(anchor["replyId"], anchor["sample"], anchor["contextFrame"] / context_rate_hz)
        for anchor in anchors
    ]


def seen_from(samples: list[list[float]]) -> Seen:
    """From the probe's rows [time_ms, context_s, latency_s, rms, opening]."""
    rows = np.asarray(samples, dtype=np.float64)
    rows = rows[rows[:, 4] >= 0.0]
    # The analyser shows sound that is at the ear later by the output latency.
    latency_s = float(np.median(rows[:, 2][rows[:, 2] > 0.0]))
    heard_ms = rows[:, 0] + (latency_s - _ANALYSER_CENTRE_S) * 1_000.0
    loudness = np.interp(rows[:, 0], heard_ms, rows[:, 3])
    # A frame in which no lips were found (a smile is thin) says nothing of a shut mouth.
    opening = rows[:, 4] - np.percentile(rows[rows[:, 4] > 0.0, 4], 10)
    return Seen(rows[:, 0], rows[:, 1], latency_s, loudness, np.maximum(0.0, opening))


def best_lag_ms(seen: Seen, at_most_ms: float = 250.0) -> tuple[float, float]:
    """(lag, correlation): by how much the mouth follows the sound at the ear; negative: ahead."""
    grid_ms = np.arange(seen.time_ms[0], seen.time_ms[-1], _STEP_MS)
    loudness = _smooth(np.interp(grid_ms, seen.time_ms, np.sqrt(seen.loudness)))
    opening = np.interp(grid_ms, seen.time_ms, seen.opening)
    reach = int(at_most_ms / _STEP_MS)
    middle = loudness[reach:-reach]
    lags = np.arange(-reach, reach + 1)
    scores = [
        float(np.corrcoef(middle, opening[reach + k : len(opening) - reach + k])[0, 1])
        for k in lags
    ]
    best = int(np.argmax(scores))
    return float(lags[best] * _STEP_MS), scores[best]


def _smooth(values: NDArray[np.float64], width: int = 12) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(width) / width, "same")
