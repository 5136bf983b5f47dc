"""A synthetic voice: syllables of a gliding pitch through two moving formants. No model needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SYLLABLE_S = 0.19
_LOUDEST = 0.4


def chatter(seconds: float, rate_hz: int, seed: int) -> NDArray[np.float32]:
    """float32 [n] at `rate_hz`: vowels, hisses and pauses; the same seed is the same sentence."""
    random = np.random.default_rng(seed)
    pitch_hz = random.uniform(90.0, 220.0)
    parts: list[NDArray[np.float64]] = []
    n_wanted, n_made = round(seconds * rate_hz), 0
    while n_made < n_wanted:
        part = _syllable(rate_hz, pitch_hz * random.uniform(0.85, 1.2), random)
        parts.append(part)
        n_made += len(part)
    sound = np.concatenate(parts)[:n_wanted]
    return (_LOUDEST * sound / np.max(np.abs(sound))).astype(np.float32)


def _syllable(rate_hz: int, pitch_hz: float, random: np.random.Generator) -> NDArray[np.float64]:
    n_samples = round(_SYLLABLE_S * random.uniform(0.7, 1.5) * rate_hz)
    time_s = np.arange(n_samples) / rate_hz
    vowel = np.zeros(n_samples)
    formants_hz = random.uniform(300.0, 800.0), random.uniform(900.0, 2_400.0)
    for harmonic in range(1, int(3_800.0 / pitch_hz)):
        hz = harmonic * pitch_hz
        gain = sum(1.0 / (1.0 + ((hz - formant) / 120.0) ** 2) for formant in formants_hz) + 0.01
        vowel += gain * np.sin(2.0 * np.pi * hz * time_s + random.uniform(0.0, 6.28))
    vowel *= np.hanning(n_samples) ** 0.5 * random.uniform(0.4, 1.0)
    hiss = np.diff(random.standard_normal(round(0.06 * rate_hz) + 1))
    hiss *= np.hanning(len(hiss)) * random.uniform(0.05, 0.4) * np.max(np.abs(vowel)) / 3.0
    pause_s = random.choice([0.0, 0.03, 0.35], p=[0.6, 0.28, 0.12])
    return np.concatenate([hiss, vowel, np.zeros(round(pause_s * rate_hz))])
