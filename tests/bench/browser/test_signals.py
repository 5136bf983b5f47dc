from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.browser.speech import babble, recording
from visavis.bench.browser.signals import align, first_audible
from visavis.hear.audio import RATE_HZ


@settings(max_examples=25)
@given(
    lag=st.integers(0, 20_000),
    gain=st.floats(0.05, 2.0),
    noise=st.floats(0.0, 0.05),
    seed=st.integers(0, 100),
)
def test_a_question_is_found_to_the_sample(lag: int, gain: float, noise: float, seed: int) -> None:
    asked = recording(seed=seed)
    random = np.random.default_rng(seed)
    heard = np.zeros(40_000 + len(asked.sound), dtype=np.float32)
    heard[lag : lag + len(asked.sound)] = asked.sound
    heard += random.normal(0.0, noise, len(heard)).astype(np.float32)
    found = align(gain * heard, asked.sound, asked.speech_end_sample)
    assert found.lag_samples == lag
    assert abs(found.slip_samples) <= 1, "the last second alone may be off by a sample in noise"
    assert found.strength > 0.75


@settings(max_examples=10)
@given(lag=st.integers(0, 8_000), rate_hz=st.sampled_from([44_100, 48_000]))
def test_resampling_moves_nothing(lag: int, rate_hz: int) -> None:
    asked = recording()
    heard = np.concatenate([np.zeros(lag, dtype=np.float32), asked.sound, babble(0.5, 7) / 50])
    back = soxr.resample(soxr.resample(heard, 16_000, rate_hz), rate_hz, 16_000)
    found = align(back.astype(np.float32), asked.sound, asked.speech_end_sample)
    assert abs(found.end_lag_samples - lag) <= 1
    assert found.strength > 0.9


@pytest.mark.parametrize("lost", [160, 480])
def test_lost_samples_do_not_move_the_end(lost: int) -> None:
    asked = recording(seconds=3.0)
    at = 10_000
    torn = np.concatenate([asked.sound[:at], asked.sound[at + lost :]])
    heard = np.concatenate([np.zeros(5_000, dtype=np.float32), torn, np.zeros(9_000, np.float32)])
    found = align(heard, asked.sound, asked.speech_end_sample)
    assert found.end_lag_samples == 5_000 - lost


def test_another_question_is_not_found() -> None:
    asked = recording(seed=1)
    assert align(babble(5.0, seed=2), asked.sound, asked.speech_end_sample).strength < 0.3


def test_too_short_a_stretch_is_refused() -> None:
    asked = recording()
    with pytest.raises(ValueError, match="can't hold"):
        align(asked.sound[:100], asked.sound, asked.speech_end_sample)


@given(at=st.integers(0, 999), start=st.integers(-5, 999))
def test_the_first_audible_sample(at: int, start: int) -> None:
    sound = np.full(1_000, 0.009, dtype=np.float32)
    sound[at:] = -0.02
    assert first_audible(sound, start) == max(at, start, 0)
    assert first_audible(np.full(10, 0.009, dtype=np.float32)) is None


def test_a_place_is_clear_in_noise_and_unclear_in_nothing_but_noise() -> None:
    random = np.random.default_rng(5)
    question = random.normal(0.0, 0.1, RATE_HZ).astype(np.float32)
    noise = random.normal(0.0, 0.2, 4 * RATE_HZ).astype(np.float32)
    heard = noise.copy()
    heard[20_000 : 20_000 + RATE_HZ] += question
    found = align(heard, question, RATE_HZ)
    assert found.lag_samples == 20_000
    assert found.strength < 0.6
    assert found.clearness > 3.0
    assert align(noise, question, RATE_HZ).clearness < 1.5
