"""One sound file for a microphone: questions, and room for answers. Pure but for `write`."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavis.bench.browser.signals import Sound
from visavis.bench.corpus.room import room_after
from visavis.bench.recording import Recording
from visavis.hear.audio import RATE_HZ, pcm_from_float

LEAD_IN_S = 6.0
"""For the greeting to begin and to be stopped."""

ROOM_BEFORE_S = 0.6
"""So long before a question its own room is heard; as the listener made of code does."""

_AFTERWARDS_S = 60.0


@dataclass(frozen=True, slots=True)
class Track:
    """float32 [n] at 16 kHz; `starts` are the first samples of the questions, in order."""

    sound: Sound
    starts: tuple[int, ...]


def lay_out(recordings: Sequence[Recording], gap_s: float) -> Track:
    """Queue the questions, each in its own room, with `gap_s` of room between them."""
    before_s, parts, starts = LEAD_IN_S, list[Sound](), list[int]()
    for index, recording in enumerate(recordings):
        is_last = index == len(recordings) - 1
        after_s = _AFTERWARDS_S if is_last else gap_s - ROOM_BEFORE_S
        before, after = int(before_s * RATE_HZ), int(after_s * RATE_HZ)
        room = room_after(recording.sound, before + after, seed=0)
        starts.append(sum(map(len, parts)) + before)
        parts += [room[:before], recording.sound, room[before:]]
        before_s = ROOM_BEFORE_S
    return Track(np.concatenate(parts), tuple(starts))


def write(track: Track, path: Path) -> None:
    """As a WAV file of 16 bits, which Chromium reads."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(pcm_from_float(track.sound).astype("<i2").tobytes())
