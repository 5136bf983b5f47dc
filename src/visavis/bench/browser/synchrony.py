"""By how much a drawn mouth is late or early against the sound that is heard, from a film. Pure.

A film (check.py) has the page's canvas and its sound on one clock. For a stretch of a reply the
place of its sound in the film is found by correlation, so the film's time of every sample is known;
the mouth that the reply's cues ask for at those samples is then laid over the mouth that was
filmed, and shifted until the two agree best. The page says nothing in this.

The film is tapped before the output latency, which is added here: the mouth is for the ear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.bench.browser.check import Film
from visavis.bench.browser.pose import MouthCue, openness, pose
from visavis.bench.browser.signals import Sound

STRETCH_S: Final = 2.5
"""Six words or so: enough shapes for one clear best shift, short enough to see it change. One begins
in the middle of the one before."""

REACH_MS: Final = 150
MIN_CORRELATION: Final = 0.6
MIN_SOUND_MATCH: Final = 0.8
MIN_FRAMES_PER_S: Final = 10.0
_RATE_HZ: Final = 16_000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply as it came over the wire: float32 `sound` [n] at `rate_hz`, and its mouths."""

    sound: Sound
    rate_hz: int
    cues: tuple[MouthCue, ...]


@dataclass(frozen=True, slots=True)
class Offset:
    """Of one stretch: above 0 the mouth is late. `film_ms` is where it lies in the film."""

    film_ms: float
    offset_ms: float
    correlation: float


def offsets(film: Film, spoken: Spoken, output_latency_ms: float) -> list[Offset]:
    """One for each stretch of the reply that the film has, as far as it can be judged."""
    heard = soxr.resample(film.right, film.clock.rate_hz, _RATE_HZ).astype(np.float32)
    said = soxr.resample(spoken.sound, spoken.rate_hz, _RATE_HZ).astype(np.float32)
    length = round(STRETCH_S * _RATE_HZ)
    found: list[Offset] = []
    for at in range(0, len(said) - length + 1, length // 2):
        place = _place_of(said[at : at + length], heard)
        if place is None:
            continue
        start_ms = film.clock.ms(place * film.clock.rate_hz / _RATE_HZ) + output_latency_ms
        offset = _best_shift(film, spoken, at * spoken.rate_hz / _RATE_HZ, start_ms)
        if offset is not None:
            found.append(offset)
    return found


def n_stretches_of(spoken: Spoken) -> int:
    """How many a reply has."""
    halves = int(len(spoken.sound) / spoken.rate_hz / (STRETCH_S / 2.0))
    return max(0, halves - 1)


def _place_of(piece: Sound, heard: Sound) -> int | None:
    """The first sample of `piece` in `heard`; None if it was not played whole."""
    if len(heard) < len(piece) or float(np.abs(piece).max()) < 0.02:
        return None
    size = 1 << (len(heard) + len(piece)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(piece, size)), size)
    at = int(np.argmax(products[: len(heard) - len(piece) + 1]))
    there = heard[at : at + len(piece)]
    norm = float(np.sqrt(np.sum(there.astype(float) ** 2) * np.sum(piece.astype(float) ** 2)))
    return at if norm > 0.0 and float(products[at]) / norm >= MIN_SOUND_MATCH else None


def _best_shift(film: Film, spoken: Spoken, first_sample: float, start_ms: float) -> Offset | None:
    """`first_sample` of the reply is at the ear at `start_ms` of the film."""
    end_ms = start_ms + 1_000.0 * STRETCH_S
    inside = (film.frames_ms >= start_ms) & (film.frames_ms < end_ms)
    if inside.sum() < MIN_FRAMES_PER_S * STRETCH_S:
        return None
    at_ms, seen = film.frames_ms[inside], film.openings[inside]
    per_ms = spoken.rate_hz / 1_000.0
    grid_ms = np.arange(-REACH_MS - 1.0, 1_000.0 * STRETCH_S + REACH_MS + 1.0)
    asked = mouths(spoken, first_sample + grid_ms * per_ms)
    shifts = np.arange(-REACH_MS, REACH_MS + 1)
    scores = np.array(
        [_alike(np.interp(at_ms - start_ms - shift, grid_ms, asked), seen) for shift in shifts]
    )
    best = int(np.argmax(scores))
    if scores[best] < MIN_CORRELATION:
        return None
    return Offset(start_ms, float(shifts[best]), float(scores[best]))


def mouths(spoken: Spoken, samples: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """How far open the cues want the mouth at these samples."""
    end = float(len(spoken.sound))
    wanted = [openness(pose(spoken.cues, float(at), spoken.rate_hz, end)) for at in samples]
    return np.array(wanted)


def _alike(asked: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    if float(np.std(asked)) < 1e-6 or float(np.std(seen)) < 1e-6:
        return 0.0
    return float(np.corrcoef(asked, seen)[0, 1])
