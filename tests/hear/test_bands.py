"""Levels of bands: of a tone, of noise, at any rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.hear.bands import N_BANDS, SILENT_DB, BandMeter

RATES_HZ = (16_000, 22_050, 24_000, 48_000)


def tone(hz: float, rate_hz: int, n_samples: int) -> NDArray[np.float64]:
    return 0.5 * np.sin(2.0 * np.pi * hz * np.arange(n_samples) / rate_hz)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("hz", [440.0, 1_000.0, 3_000.0, 6_000.0])
def test_a_tone_is_in_one_band_and_as_loud_at_every_rate(rate_hz: int, hz: float) -> None:
    meter = BandMeter(rate_hz)
    levels = meter.measure(tone(hz, rate_hz, meter.window_samples))
    reference = BandMeter(16_000)
    expected = reference.measure(tone(hz, 16_000, reference.window_samples))
    assert int(np.argmax(levels)) == int(np.argmax(expected))
    total_db = 10.0 * np.log10(np.sum(10.0 ** (levels / 10.0)))
    assert total_db == pytest.approx(20.0 * np.log10(0.5 / np.sqrt(2.0)), abs=1.0)


def test_silence_and_what_no_small_loudspeaker_plays_are_silent() -> None:
    meter = BandMeter(16_000)
    assert meter.measure(np.zeros(meter.window_samples)) == pytest.approx([SILENT_DB] * N_BANDS)
    assert float(np.max(meter.measure(tone(50.0, 16_000, meter.window_samples)))) < -40.0


@given(st.floats(-40.0, 0.0), st.integers(0, 2**31))
def test_softer_by_so_much_is_so_much_in_every_band(gain_db: float, seed: int) -> None:
    meter = BandMeter(16_000)
    noise = np.random.default_rng(seed).normal(0.0, 0.1, meter.window_samples)
    louder, softer = meter.measure(noise), meter.measure(noise * 10.0 ** (gain_db / 20.0))
    floor = 10.0 ** (SILENT_DB / 10.0)
    powers, softer_powers = 10.0 ** (louder / 10.0) - floor, 10.0 ** (softer / 10.0) - floor
    np.testing.assert_allclose(
        softer_powers, powers * 10.0 ** (gain_db / 10.0), rtol=1e-3, atol=1e-12
    )


def test_many_windows_at_once_are_the_same_as_one_by_one() -> None:
    meter = BandMeter(16_000)
    windows = np.random.default_rng(1).normal(0.0, 0.1, (5, meter.window_samples))
    one_by_one = [meter.measure(window) for window in windows]
    np.testing.assert_allclose(meter.measure(windows), one_by_one, atol=1e-3)
