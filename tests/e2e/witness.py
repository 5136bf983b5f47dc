"""Reads what the probe saw: loudness and mouth opening over time, and how they belong together."""

from __future__ import annotations

from dataclasses import dataclass

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
    loudness: NDArray[np.float64]
    opening: NDArray[np.float64]

    def between(self, start_ms: float, end_ms: float) -> Seen:
        """The samples in this stretch of the page's clock."""
        inside = (self.time_ms >= start_ms) & (self.time_ms < end_ms)
        return Seen(
            self.time_ms[inside],
            self.context_s[inside],
            self.loudness[inside],
            self.opening[inside],
        )


def seen_from(samples: list[list[float]]) -> Seen:
    """From the probe's rows [time_ms, context_s, latency_s, rms, opening]."""
    rows = np.asarray(samples, dtype=np.float64)
    rows = rows[rows[:, 4] >= 0.0]
    # The analyser shows sound that is at the ear later by the output latency.
    latency_s = float(np.median(rows[:, 2][rows[:, 2] > 0.0])) - _ANALYSER_CENTRE_S
    heard_ms = rows[:, 0] + latency_s * 1_000.0
    loudness = np.interp(rows[:, 0], heard_ms, rows[:, 3])
    opening = rows[:, 4] - np.percentile(rows[:, 4], 5)
    return Seen(rows[:, 0], rows[:, 1], loudness, np.maximum(0.0, opening))


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


def best_match(series: NDArray[np.float64], pattern: NDArray[np.float32]) -> int:
    """Where in `series` the stretch begins that correlates best with `pattern` (Pearson)."""
    n = len(pattern)
    wanted = pattern - pattern.mean()
    sums = np.concatenate([[0.0], np.cumsum(series)])
    squares = np.concatenate([[0.0], np.cumsum(series**2)])
    mean = (sums[n:] - sums[:-n]) / n
    spread = np.sqrt(np.maximum((squares[n:] - squares[:-n]) / n - mean**2, 1e-10))
    return int(np.argmax(np.correlate(series, wanted, "valid") / spread))


def _smooth(values: NDArray[np.float64], width: int = 12) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(width) / width, "same")
