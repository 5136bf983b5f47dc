"""Whisper's features against their definition, computed the slow way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.hear.smart_turn import log_mel

RATE_HZ = 16_000
WINDOW = 8 * RATE_HZ
N_FFT, HOP = 400, 160


def noise(n_samples: int, seed: int = 0, level: float = 0.1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0.0, level, n_samples).astype(np.float32)


def slow_power(window: NDArray[np.float64], frame: int) -> list[float]:
    """|DFT|² of one centred, Hann-weighted frame, by the definition; edges reflected."""
    middle = frame * HOP
    samples: list[float] = []
    for i in range(N_FFT):
        at = abs(middle - N_FFT // 2 + i)
        at = at if at < len(window) else 2 * (len(window) - 1) - at
        samples.append(float(window[at]) * (0.5 - 0.5 * math.cos(2.0 * math.pi * i / N_FFT)))
    signal, power = np.array(samples), list[float]()
    for k in range(N_FFT // 2 + 1):
        angle = -2.0 * np.pi * k * np.arange(N_FFT) / N_FFT
        power.append(float((signal @ np.cos(angle)) ** 2 + (signal @ np.sin(angle)) ** 2))
    return power


def slow_mel(power: list[float], mel: int) -> float:
    """One of librosa's 80 Slaney triangles: linear below 1 kHz, logarithmic above, equal area."""

    def hz(m: float) -> float:
        return m * 200.0 / 3.0 if m < 15.0 else 1_000.0 * 6.4 ** ((m - 15.0) / 27.0)

    top = 15.0 + 27.0 * math.log(8.0) / math.log(6.4)
    low, middle, high = (hz(top * (mel + i) / 81.0) for i in range(3))
    total = 0.0
    for k, value in enumerate(power):
        f = k * RATE_HZ / N_FFT
        total += value * max(0.0, min((f - low) / (middle - low), (high - f) / (high - middle)))
    return total * 2.0 / (high - low)


@pytest.mark.parametrize("n_samples", [WINDOW, 3 * RATE_HZ, WINDOW + 4_321])
def test_a_few_frames_equal_the_definition(n_samples: int) -> None:
    sound = noise(n_samples)
    window = np.zeros(WINDOW)
    tail = sound[-WINDOW:]
    window[WINDOW - len(tail) :] = tail
    window = (window - window.mean()) / math.sqrt(window.var() + 1e-7)
    features = log_mel(sound)
    loudest = float(features.max()) * 4.0 - 4.0
    for frame in (0, 1, 500, 640, 798, 799):
        power = slow_power(window, frame)
        for mel in (0, 7, 40, 79):
            log = max(math.log10(max(slow_mel(power, mel), 1e-10)), loudest - 8.0)
            assert features[mel, frame] == pytest.approx((log + 4.0) / 4.0, abs=1e-3)


@settings(max_examples=15)
@given(st.integers(0, 10 * RATE_HZ))
def test_any_length_makes_finite_features_of_one_shape(n_samples: int) -> None:
    features = log_mel(noise(n_samples))
    assert features.shape == (80, 800)
    assert features.dtype == np.float32
    assert np.all(np.isfinite(features))
    assert features.max() - features.min() <= 2.0 + 1e-6, "eight decades, divided by four"


def test_silence_and_a_constant_make_flat_features() -> None:
    for level in (0.0, 0.5):
        features = log_mel(np.full(WINDOW, level, dtype=np.float32))
        assert np.ptp(features) == 0.0


def test_short_sound_is_padded_at_the_front() -> None:
    features = log_mel(noise(RATE_HZ))
    before, during = features[:, : 7 * 100 - 3], features[:, 7 * 100 + 3 :]
    assert float(np.ptp(before[40])) < 0.1
    assert float(during[40].mean()) > float(before[40].mean()) + 0.5


def test_only_the_last_eight_seconds_count() -> None:
    sound = noise(10 * RATE_HZ)
    np.testing.assert_array_equal(log_mel(sound), log_mel(sound[-WINDOW:]))


def test_loudness_does_not_matter() -> None:
    sound = noise(WINDOW)
    np.testing.assert_allclose(log_mel(sound), log_mel(sound * np.float32(0.25)), atol=2e-3)
