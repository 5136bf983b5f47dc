"""Silence inside speech: putting it in, cutting it out, and measuring it. Pure.

All sound is float32 [n] at 16 kHz at its final level, because what counts as silent is absolute:
`recording.AUDIBLE`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.bench.recording import AUDIBLE
from visavis.hear.audio import RATE_HZ

SHORTEST_PAUSE_SAMPLES = RATE_HZ * 200 // 1_000
"""A shorter silence is a stop consonant or a breath, not a pause."""

_BEFORE_SAMPLES = RATE_HZ * 160 // 1_000
_AFTER_SAMPLES = RATE_HZ * 240 // 1_000
_SHORTEST_GAP_SAMPLES = RATE_HZ * 30 // 1_000
_BLOCK_SAMPLES = RATE_HZ * 5 // 1_000
_FADE_SAMPLES = RATE_HZ * 10 // 1_000

Floats = NDArray[np.float32]
Span = tuple[int, int]


def set_pauses(sound: Floats, joints: Sequence[int], pauses_ms: Sequence[int]) -> Floats:
    """Return `sound` with a silence of `pauses_ms[i]` near sample `joints[i]`, for every i.

    If the voice makes a gap of its own there, that gap is stretched or cut in its middle; if not,
    the sound is parted at its softest place, faded on both sides.
    """
    for joint, pause_ms in sorted(zip(joints, pauses_ms, strict=True), reverse=True):
        sound = _set_pause(sound, joint, pause_ms * RATE_HZ // 1_000)
    return sound


def silences(sound: Floats, shortest_samples: int = SHORTEST_PAUSE_SAMPLES) -> tuple[Span, ...]:
    """Return the inaudible stretches [start, end) between the first and the last audible sample."""
    audible = np.flatnonzero(np.abs(sound) > AUDIBLE)
    steps = np.diff(audible)
    wide = np.flatnonzero(steps > shortest_samples)
    return tuple((int(audible[at]) + 1, int(audible[at + 1])) for at in wide)


def audible_span(sound: Floats) -> Span:
    """Return the first audible sample and the one after the last; (0, 0) if there is none."""
    audible = np.flatnonzero(np.abs(sound) > AUDIBLE)
    return (int(audible[0]), int(audible[-1]) + 1) if len(audible) else (0, 0)


def _set_pause(sound: Floats, joint: int, n_samples: int) -> Floats:
    near = (joint - _BEFORE_SAMPLES, joint + _AFTER_SAMPLES)
    gaps = [gap for gap in silences(sound, _SHORTEST_GAP_SAMPLES) if _meet(gap, near)]
    if not gaps:
        return _part(sound, near, n_samples)
    start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
    missing = n_samples - (end - start)
    if missing >= 0:
        middle = (start + end) // 2
        return np.concatenate([sound[:middle], _silence(missing), sound[middle:]])
    kept = n_samples // 2
    return np.concatenate([sound[: start + kept], sound[end - (n_samples - kept) :]])


def _part(sound: Floats, near: Span, n_samples: int) -> Floats:
    first = max(0, near[0])
    window = sound[first : min(len(sound), near[1])]
    n_blocks = max(1, len(window) // _BLOCK_SAMPLES)
    energy = [float(np.sum(block**2)) for block in np.array_split(window, n_blocks)]
    cut = first + int(np.argmin(energy)) * _BLOCK_SAMPLES + _BLOCK_SAMPLES // 2
    before, after = sound[:cut].copy(), sound[cut:].copy()
    fall = np.linspace(1.0, 0.0, min(_FADE_SAMPLES, len(before)), dtype=np.float32)
    rise = np.linspace(0.0, 1.0, min(_FADE_SAMPLES, len(after)), dtype=np.float32)
    before[len(before) - len(fall) :] *= fall
    after[: len(rise)] *= rise
    return np.concatenate([before, _silence(n_samples), after])


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _silence(n_samples: int) -> Floats:
    return np.zeros(n_samples, dtype=np.float32)
