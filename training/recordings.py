"""Recordings and their phones: how they are kept, and what each frame of one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.settings import root
from visavis.lips.classes import units_of
from visavis.lips.features import HOP_SAMPLES, RATE_HZ

IGNORED = -1
"""The class of what nobody knows; nothing is learnt from it."""

SILENT_FROM_S = 0.05
"""A gap this long is silence; a shorter one belongs to the sound before it."""

_LOUD_DB = -20.0
_LOUD_S = 0.15
"""An aligner calls silence what does not fit the text. Where that is as loud as this beside what is
said nothing is learnt; more than so much of it, and the text is not what is said."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Phone classes and where each ends, in samples at 16 kHz; the first begins at 0."""

    phones: NDArray[np.int64]
    ends: NDArray[np.int64]


NO_LABELS = Timed(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
"""Of a recording of which nobody knows what is said when."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One utterance at 16 kHz."""

    key: str
    source: str
    speaker: str
    licence: str
    pcm: NDArray[np.int16]


def path_of(key: str) -> Path:
    """Where a recording is kept."""
    return root() / "recordings" / f"{key}.npz"


def save(recording: Recording) -> None:
    """Whole or not at all."""
    path = path_of(recording.key)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    about = [recording.source, recording.speaker, recording.licence]
    with part.open("wb") as file:
        np.savez(file, pcm=recording.pcm, about=np.array(about))
    part.replace(path)


def load(key: str) -> Recording:
    """What was saved."""
    with np.load(path_of(key)) as file:
        source, speaker, licence = (str(text) for text in file["about"])
        return Recording(key, source, speaker, licence, file["pcm"])


def timed_from(phones: Sequence[int], seconds: Sequence[float], n_samples: int) -> Timed:
    """Durations as ends. Gaps (class 0) shorter than SILENT_FROM_S are given to the sound before
    them.
    """
    kept: list[int] = []
    ends: list[float] = []
    at = 0.0
    for phone, duration in zip(phones, seconds, strict=True):
        at += duration
        if kept and (phone == kept[-1] == 0 or (phone == 0 and duration < SILENT_FROM_S)):
            ends[-1] = at
        elif duration > 0:
            kept.append(phone)
            ends.append(at)
    samples = np.round(np.array(ends) * RATE_HZ).astype(np.int64)
    samples = np.clip(np.maximum.accumulate(samples), 0, n_samples)
    samples[-1] = n_samples
    return Timed(np.array(kept, dtype=np.int64), samples)


def doubted(timed: Timed, pcm: NDArray[np.int16]) -> Timed:
    """Labels without silences that are loud (their class is IGNORED); none if there is much of it.

    Args:
        timed: of a recording.
        pcm: its samples.
    """
    starts = np.concatenate([[0], timed.ends[:-1]])
    power = np.concatenate([[0.0], np.cumsum(np.square(pcm.astype(np.float64)))])
    lengths = timed.ends - starts
    loud = (power[timed.ends] - power[starts]) / np.maximum(1, lengths)
    silent = timed.phones == 0
    said = loud[~silent]
    if not len(said):
        return NO_LABELS
    wrong = silent & (loud > np.mean(said) * 10.0 ** (_LOUD_DB / 10.0))
    if lengths[wrong].sum() > _LOUD_S * RATE_HZ:
        return NO_LABELS
    return Timed(np.where(wrong, IGNORED, timed.phones), timed.ends)


def frames_of(
    timed: Timed, n_frames: int, stretch: float = 1.0, lead: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The phone and the viseme of each frame, by what is at its middle; IGNORED stays so.

    Args:
        timed: of the recording as it was.
        n_frames: how many are wanted; before and behind the recording is silence.
        stretch: how many times longer it was made since.
        lead: samples put before it since.
    """
    units: list[tuple[int, int, float]] = []  # phone, viseme, end
    start = 0.0
    known = np.maximum(timed.phones, 0)
    for at, (phone, end) in enumerate(zip(timed.phones, timed.ends, strict=True)):
        n_halves = len(units_of([int(known[at])]))
        edge = start
        for unit in units_of([int(p) for p in known[at : at + 4]])[:n_halves]:
            edge += unit.share * (float(end) - start)
            if phone == IGNORED:
                units.append((IGNORED, IGNORED, edge))
            else:
                units.append((unit.phone, unit.viseme, edge))
        start = float(end)
    middles = (np.arange(n_frames) * HOP_SAMPLES + HOP_SAMPLES / 2 - lead) / stretch
    index = np.searchsorted(np.array([end for _, _, end in units]), middles, side="right")
    padded = np.array([(phone, viseme) for phone, viseme, _ in units] + [(0, 0)])
    found = padded[np.minimum(index, len(units))]
    found[middles < 0] = 0
    return found[:, 0], found[:, 1]
