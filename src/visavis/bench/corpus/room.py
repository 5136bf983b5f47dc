"""The room in which it is said: pink noise, people talking behind, and how loud. Pure.

| room | what is heard behind the speaker |
|---|---|
| quiet | pink noise at -70 dBFS: a study, a headset |
| office | pink noise and four people talking, 30 dB below the speech |
| stand | the same, six people, 18 dB below: a fair, a shop |

Noise is the sum of both, each with half of the power; the level of speech is its RMS while audible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.bench.corpus.plan import Noise
from visavis.bench.recording import AUDIBLE
from visavis.hear.audio import RATE_HZ

QUIET_DBFS = -70.0
LEAD_SAMPLES = RATE_HZ * 20 // 1_000
TAIL_SAMPLES = RATE_HZ * 100 // 1_000
_LOWEST_HZ = 50.0  # a room rumbles below, a microphone does not hear it
_FRAME_SAMPLES = RATE_HZ * 20 // 1_000

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Company:
    """Who else is there."""

    n_people: int
    below_speech_db: float


COMPANY: dict[Noise, Company] = {"office": Company(4, 30.0), "stand": Company(6, 18.0)}


def speech_rms(sound: Floats) -> float:
    """RMS of the 20 ms frames that are audible; 0 if none is."""
    n_frames = len(sound) // _FRAME_SAMPLES
    frames = sound[: n_frames * _FRAME_SAMPLES].reshape(n_frames, _FRAME_SAMPLES)
    loud = frames[np.max(np.abs(frames), axis=1, initial=0.0) > AUDIBLE]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0


def pink(n_samples: int, random: np.random.Generator) -> Floats:
    """Noise whose power falls by 3 dB an octave, RMS 1."""
    spectrum = np.fft.rfft(random.standard_normal(n_samples))
    hz = np.fft.rfftfreq(n_samples, 1.0 / RATE_HZ)
    spectrum *= np.where(hz < _LOWEST_HZ, 0.0, 1.0 / np.sqrt(np.maximum(hz, _LOWEST_HZ)))
    return _levelled(np.fft.irfft(spectrum, n_samples))


def babble(n_samples: int, voices: Sequence[Floats], random: np.random.Generator) -> Floats:
    """All `voices` at once, each begun somewhere and repeated, RMS 1."""
    mixed = np.zeros(n_samples)
    for voice in voices:
        start = int(random.integers(len(voice)))
        again = np.resize(np.roll(voice, -start), n_samples)
        mixed += again / max(speech_rms(voice), 1e-6)
    return _levelled(mixed)


def add_room(speech: Floats, noise: Noise, others: Sequence[Floats], seed: int) -> Floats:
    """Return `speech` in its room: float32 of the same length.

    `others` are the clean voices behind it, as many as `COMPANY` says; none in a quiet room.
    """
    random = np.random.default_rng(seed)
    hiss = pink(len(speech), random)
    if noise == "quiet":
        return (speech + hiss * 10.0 ** (QUIET_DBFS / 20.0)).astype(np.float32)
    level = speech_rms(speech) * 10.0 ** (-COMPANY[noise].below_speech_db / 20.0)
    behind = (hiss + babble(len(speech), others, random)) / np.sqrt(2.0)
    return (speech + level * behind).astype(np.float32)


def room_after(sound: Floats, n_samples: int, seed: int) -> Floats:
    """Room noise as loud as the last 80 ms of `sound`: the room does not fall silent at its end."""
    level = float(np.sqrt(np.mean(sound[-TAIL_SAMPLES * 8 // 10 :] ** 2)))
    return pink(n_samples, np.random.default_rng(seed)) * np.float32(level)


def _levelled(sound: NDArray[np.float64]) -> Floats:
    rms = float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0
    return (sound / max(rms, 1e-12)).astype(np.float32)
