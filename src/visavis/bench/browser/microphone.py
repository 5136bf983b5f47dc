"""One sound file for a microphone: questions, and room for answers. Pure but for `write`."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavis.bench.browser.signals import Sound
from visavis.bench.recording import Recording
from visavis.hear.audio import RATE_HZ, pcm_from_float

LEAD_IN_S = 6.0
"""For the greeting to begin and to be stopped."""

ROOM_LEVEL = 1e-4
"""-80 dBFS: a quiet room, between the questions."""

_AFTERWARDS_S = 60.0


@dataclass(frozen=True, slots=True)
class Track:
    """float32 [n] at 16 kHz; `starts` are the first samples of the questions, in order."""

    sound: Sound
    starts: tuple[int, ...]


def lay_out(recordings: Sequence[Recording], gap_s: float) -> Track:
    """Queue the questions, with `gap_s` of quiet room behind each."""
    gap = np.zeros(int(gap_s * RATE_HZ), dtype=np.float32)
    parts = [np.zeros(int(LEAD_IN_S * RATE_HZ), dtype=np.float32)]
    starts: list[int] = []
    n_samples = len(parts[0])
    for recording in recordings:
        starts.append(n_samples)
        parts += [recording.sound, gap]
        n_samples += len(recording.sound) + len(gap)
    parts.append(np.zeros(int(_AFTERWARDS_S * RATE_HZ), dtype=np.float32))
    sound = np.concatenate(parts)
    quiet = sound == 0.0
    room = np.random.default_rng(1).normal(0.0, ROOM_LEVEL, len(sound)).astype(np.float32)
    return Track(np.where(quiet, room, sound), tuple(starts))


def write(track: Track, path: Path) -> None:
    """As a WAV file of 16 bits, which Chromium reads."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(pcm_from_float(track.sound).astype("<i2").tobytes())
