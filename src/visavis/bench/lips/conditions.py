"""The same labelled speech under harder conditions: people talking behind it, a child's pitch, or
nothing but noise. Seeded by the recording's name, so every contender and every run hears the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from visavis.bench.corpus.room import babble, pink, speech_rms
from visavis.bench.lips.contender import Sound
from visavis.bench.lips.manifest import Item, Recording, load
from visavis.bench.lips.track import Track
from visavis.errors import SetupError, VisavisError
from visavis.hear.audio import RATE_HZ
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span
from visavis.sounds import resampled

N_BEHIND = 6
"""So many people talk behind: enough that nobody of them is understood."""

_VOCODER_HOP_S = 0.008
"""A quarter of a window of 32 ms, which is as far as an onset is smeared."""

LEVEL_RMS = 0.05
"""-26 dBFS: noise alone is as loud as speech would be."""


class NoiseAlone(StrEnum):
    """What is heard in place of the speech; the mouth should stay shut."""

    PINK = "pink"  # a fan, a street, a room full of machines
    WHITE = "white"  # rain, a hiss
    HUM = "hum"  # the mains, 50 Hz with its overtones
    TAPS = "taps"  # keys, cups: ten bursts in three seconds


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is done to every recording; nothing by default."""

    babble_db: float | None = None
    """So far above people talking behind the speech is, RMS while it is audible."""
    higher_semitones: float = 0.0
    """Pitch and formants, tempo kept."""
    noise_alone: NoiseAlone | None = None


class Stage:
    """Loads recordings under conditions."""

    def __init__(self, conditions: Conditions, items: Sequence[Item]) -> None:
        """`items` of the run: those of other speakers talk behind."""
        self._conditions = conditions
        self._items = items

    def load(self, item: Item) -> Recording:
        """As `manifest.load`, and what it raises; SetupError if nobody is there to talk behind."""
        recording = load(item)
        random = np.random.default_rng(zlib.crc32(item.name.encode()))
        conditions = self._conditions
        if conditions.noise_alone is not None:
            return _noise_alone(recording, conditions.noise_alone, random)
        sound, rate_hz = recording.sound, recording.rate_hz
        if conditions.higher_semitones:
            sound = higher(sound, rate_hz, conditions.higher_semitones)
        if conditions.babble_db is not None:
            others = self._others(item, rate_hz)
            behind = babble(len(sound), others, random)
            below = 10.0 ** (-conditions.babble_db / 20.0)
            sound = sound + np.float32(speech_rms(sound) * below) * behind
        return replace(recording, sound=np.clip(sound, -1.0, 1.0))

    def _others(self, item: Item, rate_hz: int) -> list[Sound]:
        """Recordings of other speakers; of the same one if there are no more."""
        ordered = sorted(self._items, key=lambda other: (other.speaker == item.speaker, other.name))
        found: list[Sound] = []
        for other in ordered:
            if other == item or len(found) == N_BEHIND:
                continue
            try:
                recording = load(other)
            except VisavisError:  # the trial tells of it when it comes to it
                continue
            found.append(resampled(recording.sound, recording.rate_hz, rate_hz))
        if not found:
            raise SetupError("There is nobody to talk behind.", hint="Measure more recordings.")
        return found


def higher(sound: Sound, rate_hz: int, semitones: float) -> Sound:
    """Slower by a phase vocoder (Flanagan and Golden 1966, Bell System Technical Journal 45), then
    as fast as before by resampling; float32 of the same length.
    """
    ratio = 2.0 ** (semitones / 12.0)
    raised = resampled(_slower(sound, ratio, rate_hz), round(rate_hz * ratio), rate_hz)
    return np.pad(raised, (0, max(0, len(sound) - len(raised))))[: len(sound)]


def _slower(sound: Sound, ratio: float, rate_hz: int) -> Sound:
    """`ratio` times as long, at the same pitch."""
    hop = round(rate_hz * _VOCODER_HOP_S)
    size = 4 * hop
    window = np.hanning(size + 1)[:-1]
    padded = np.pad(sound.astype(np.float64), (size // 2, 2 * size))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)
    out = np.zeros(round(len(sound) * ratio) + 3 * size)
    weight = np.full(len(out), 1e-9)
    turn = 2.0 * np.pi * hop * np.arange(size // 2 + 1) / size
    phase = np.zeros(size // 2 + 1)
    for at in range(0, len(out) - size, hop):
        source = min(round(at / ratio), len(frames) - hop - 1)
        now, then = (np.fft.rfft(frames[source + shift] * window) for shift in (0, hop))
        spoken = np.fft.irfft(np.abs(now) * np.exp(1j * phase), size)
        out[at : at + size] += spoken * window
        weight[at : at + size] += window**2
        drift = np.angle(then) - np.angle(now) - turn
        phase += turn + drift - 2.0 * np.pi * np.round(drift / (2.0 * np.pi))
    first = size // 2
    spread = (out / np.maximum(weight, 0.1))[first : first + round(len(sound) * ratio)]
    return spread.astype(np.float32)


def _noise_alone(recording: Recording, kind: NoiseAlone, random: np.random.Generator) -> Recording:
    n_samples, rate_hz = len(recording.sound), recording.rate_hz
    noise = _noise(kind, n_samples, rate_hz, random)
    level = LEVEL_RMS / max(1e-9, float(np.sqrt(np.mean(noise**2))))
    shut = Track((Span(SIL, 0, n_samples, 0.0),), rate_hz)
    item = replace(recording.item, text=None)
    sound = np.clip(noise * level, -1.0, 1.0).astype(np.float32)
    return replace(recording, item=item, sound=sound, reference=shut, unknown=())


def _noise(kind: NoiseAlone, n_samples: int, rate_hz: int, random: np.random.Generator) -> Sound:
    t_s = np.arange(n_samples) / rate_hz
    match kind:
        case NoiseAlone.PINK:
            at_16 = pink(round(n_samples * RATE_HZ / rate_hz) + RATE_HZ, random)
            return resampled(at_16, RATE_HZ, rate_hz)[:n_samples]
        case NoiseAlone.WHITE:
            return random.standard_normal(n_samples).astype(np.float32)
        case NoiseAlone.HUM:
            overtones = [np.sin(2.0 * np.pi * 50.0 * k * t_s) / k for k in (1, 2, 3, 5)]
            return np.sum(overtones, axis=0).astype(np.float32)
        case NoiseAlone.TAPS:
            bursts = random.standard_normal(n_samples)
            since_s = np.full(n_samples, np.inf)
            for at_s in random.uniform(0.0, t_s[-1], max(1, round(t_s[-1] * 10.0 / 3.0))):
                since_s = np.where(t_s >= at_s, np.minimum(since_s, t_s - at_s), since_s)
            return (bursts * np.exp(-since_s / 0.012)).astype(np.float32)
