"""Reads what the probe saw: loudness and mouth opening over time, and how they belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STEP_MS = 5.0


@dataclass(frozen=True)
class Clock:
    """The page's clock and the audio context's, side by side as the probe read them."""

    page_ms: NDArray[np.float64]
    context_s: NDArray[np.float64]
    latency_s: float

    def at_ear_ms(self, context_s: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """When sound of these context times was at the ear, by the page's clock.

        The context's clock advances in jumps of a device buffer, and stands still when the machine
        is too busy: so it is compared with the page's clock over two seconds around each time.
        """
        times_s = np.atleast_1d(np.asarray(context_s, dtype=np.float64))
        ahead_ms = self.page_ms - 1_000.0 * self.context_s
        # One comparison for each tenth of a second serves all times in it.
        tenths, which = np.unique(np.round(times_s, 1), return_inverse=True)
        medians = [np.median(ahead_ms[self._around(time_s)], keepdims=False) for time_s in tenths]
        return np.array(medians)[which] + 1_000.0 * (times_s + self.latency_s)

    def _around(self, time_s: float) -> NDArray[np.bool_]:
        distance_s = np.abs(self.context_s - time_s)
        return distance_s <= max(1.0, float(distance_s.min()))


@dataclass(frozen=True)
class Seen:
    """The mouth frame by frame, and the loudness at the ear block by block; page clock."""

    drawn_ms: NDArray[np.float64]
    opening: NDArray[np.float64]
    """Its height less that of the line of a shut mouth."""
    heard_ms: NDArray[np.float64]
    loudness: NDArray[np.float64]
    clock: Clock

    def between(self, start_ms: float, end_ms: float) -> Seen:
        """What was drawn and heard in this stretch of the page's clock."""
        drawn = (self.drawn_ms >= start_ms) & (self.drawn_ms < end_ms)
        heard = (self.heard_ms >= start_ms) & (self.heard_ms < end_ms)
        return Seen(
            self.drawn_ms[drawn],
            self.opening[drawn],
            self.heard_ms[heard],
            self.loudness[heard],
            self.clock,
        )

    def instead_of_mouth(self, values: NDArray[np.float64]) -> Seen:
        """The same sound, with other values at `heard_ms` to compare its loudness with."""
        return Seen(self.heard_ms, np.sqrt(values), self.heard_ms, self.loudness, self.clock)


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


EVERYTHING = "['frames', 'blocks', 'clock'].map((name) => __witness[name])"
"""To be evaluated in the page, for `seen_from`."""


def seen_from(
    frames: list[list[float]], blocks: list[list[float]], clock_rows: list[list[float]]
) -> Seen:
    """From the probe's [page_ms, opening], [context_s, rms] and [page_ms, context_s, latency_s]."""
    drawn = np.asarray(frames, dtype=np.float64)
    drawn = drawn[drawn[:, 1] >= 0.0]
    page_ms, context_s, latency_s = np.asarray(clock_rows, dtype=np.float64).T
    clock = Clock(page_ms, context_s, float(np.median(latency_s[latency_s > 0.0])))
    heard = np.asarray(blocks, dtype=np.float64)
    # A frame in which no lips were found (a smile is thin) says nothing of a shut mouth.
    opening = drawn[:, 1] - np.percentile(drawn[drawn[:, 1] > 0.0, 1], 10)
    return Seen(
        drawn[:, 0], np.maximum(0.0, opening), clock.at_ear_ms(heard[:, 0]), heard[:, 1], clock
    )


def best_lag_ms(seen: Seen, at_most_ms: float = 250.0) -> tuple[float, float]:
    """(lag, correlation): by how much the mouth follows the sound at the ear; negative: ahead."""
    grid_ms = np.arange(seen.drawn_ms[0], seen.drawn_ms[-1], _STEP_MS)
    loudness = _smooth(np.sqrt(np.interp(grid_ms, seen.heard_ms, seen.loudness)))
    opening = np.interp(grid_ms, seen.drawn_ms, seen.opening)
    reach = int(at_most_ms / _STEP_MS)
    middle = loudness[reach:-reach]
    lags = np.arange(-reach, reach + 1)
    scores = [
        float(np.corrcoef(middle, opening[reach + k : len(opening) - reach + k])[0, 1])
        for k in lags
    ]
    best = int(np.argmax(scores))
    return float(lags[best] * _STEP_MS), scores[best]


def likeness(whole: NDArray[np.int16], part: NDArray[np.int16]) -> float:
    """How alike `part` and its likeliest place in `whole` are: their correlation, 1 if the same.

    Where a machine was too busy to go on recording, a stretch is missing, and what follows it no
    longer fits to what was before.
    """
    long, short = whole.astype(np.float64), part.astype(np.float64)
    size = 1 << (len(long) + len(short)).bit_length()
    spectra = np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size))
    products = np.fft.irfft(spectra, size)[: len(long) - len(short) + 1]
    power = np.concatenate([[0.0], np.cumsum(long**2)])
    of_stretch = power[len(short) :] - power[: -len(short)]
    return float(np.max(products / np.sqrt(np.maximum(1.0, of_stretch) * np.sum(short**2))))


def _smooth(values: NDArray[np.float64], width: int = 12) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(width) / width, "same")
