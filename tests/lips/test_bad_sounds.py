"""What microphones, files and their owners get wrong, on the trained ear and the real voice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from tests.speech import SENTENCES, spoken
from visavis.ear_weights import ear_weights
from visavis.events import Cue
from visavis.lips.lipsync import LipSync
from visavis.lips.phonemes import SIL
from visavis.models.lexicon import best_lexicon

pytestmark = pytest.mark.models

Sound = NDArray[np.float32]
TEXT = SENTENCES[-1]
OTHER = "Seven zebras quietly wash their giant shoes in the river."


@cache
def voice() -> tuple[Sound, int]:
    """With half a second of silence before and behind it."""
    said = spoken()[TEXT]
    return np.pad(said.sound, said.rate_hz // 2), said.rate_hz


def cues_of(sound: Sound, rate_hz: int, text: str = "") -> tuple[Cue, ...]:
    lips = LipSync(rate_hz, ear=ear_weights(), lexicon=best_lexicon())
    return (*lips.push(sound, text=text), *lips.finish())


def shapes(cues: tuple[Cue, ...], n_samples: int, rate_hz: int) -> NDArray[np.int64]:
    """The shape at the beginning of each 10 ms."""
    lengths = np.diff([*(cue.at_sample for cue in cues), n_samples])
    shown = np.repeat(np.array([cue.viseme for cue in cues], dtype=np.int64), lengths)
    return shown[:: rate_hz // 100]


def open_share(sound: Sound, rate_hz: int) -> float:
    shown = shapes(cues_of(sound, rate_hz), len(sound), rate_hz)
    return np.count_nonzero(shown != SIL) / len(shown)


@pytest.mark.parametrize("level", [0.0, 0.3, -1.0])
def test_nothing_and_a_constant_are_silence(level: float) -> None:
    assert open_share(np.full(48_000, level, dtype=np.float32), 16_000) == 0.0


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.05])
def test_noise_is_silence(scale: float) -> None:
    noise = np.random.default_rng(1).normal(scale=scale, size=96_000).astype(np.float32)
    assert open_share(noise, 16_000) < 0.05


def _clipped(sound: Sound) -> Sound:
    return np.clip(8.0 * sound, -1.0, 1.0)


def _shifted(sound: Sound) -> Sound:
    return np.clip(sound + 0.2, -1.0, 1.0).astype(np.float32)


def _faint(sound: Sound) -> Sound:
    return (sound * 0.03).astype(np.float32)


def _broken(sound: Sound) -> Sound:
    """Every tenth of a second a sample is no number."""
    out = sound.copy()
    out[:: len(out) // 40] = np.nan
    return out


@pytest.mark.parametrize("change", [_clipped, _shifted, _faint, _broken])
def test_spoilt_speech_is_still_understood(change: Callable[[Sound], Sound]) -> None:
    sound, rate_hz = voice()
    clean = shapes(cues_of(sound, rate_hz), len(sound), rate_hz)
    spoilt = shapes(cues_of(change(sound), rate_hz), len(sound), rate_hz)
    assert np.count_nonzero(clean == spoilt) / len(clean) > 0.6


def test_a_telephone_is_understood() -> None:
    sound, rate_hz = voice()
    narrow = soxr.resample(sound, rate_hz, 8_000).astype(np.float32)
    clean = shapes(cues_of(sound, rate_hz), len(sound), rate_hz)
    thin = shapes(cues_of(narrow, 8_000), len(narrow), 8_000)
    n = min(len(clean), len(thin))
    assert np.count_nonzero(clean[:n] == thin[:n]) / n > 0.6


@pytest.mark.parametrize("declared_hz", [8_000, 96_000])
def test_a_wrong_rate_does_no_harm(declared_hz: int) -> None:
    sound, _ = voice()
    cues = cues_of(sound, declared_hz, TEXT)
    assert cues[-1].viseme == SIL
    assert all(0 <= cue.at_sample <= len(sound) for cue in cues)


def test_a_text_that_nobody_says_leaves_the_mouth_calm() -> None:
    sound, rate_hz = voice()
    by_ear = cues_of(sound, rate_hz)
    misled = cues_of(sound, rate_hz, OTHER)
    assert len(misled) < 1.3 * len(by_ear)
    assert misled[-1].viseme == SIL
    pauses = shapes(misled, len(sound), rate_hz)[[5, 15, 25, -20, -10, -5]]
    assert np.count_nonzero(pauses != SIL) <= 1
