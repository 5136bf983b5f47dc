"""Coughs are loud at once, as long as the literature says, and no two seeds sound the same."""

from __future__ import annotations

import numpy as np
import pytest

from visavis.bench.bargein.noises import NOISES, Noise, make_noise
from visavis.hear.audio import RATE_HZ

SEEDS = range(20)
PEAK_DBFS = -6.0


@pytest.mark.parametrize("kind", NOISES)
def test_length_and_level_are_as_promised(kind: Noise) -> None:
    for seed in SEEDS:
        sound = make_noise(kind, seed, PEAK_DBFS)
        assert sound.dtype == np.float32
        assert 0.2 <= len(sound) / RATE_HZ <= 1.1, f"seed {seed}"
        assert float(np.abs(sound).max()) == pytest.approx(10 ** (PEAK_DBFS / 20), rel=1e-4)


@pytest.mark.parametrize("kind", NOISES)
def test_a_seed_is_a_sound(kind: Noise) -> None:
    made = [make_noise(kind, seed, PEAK_DBFS) for seed in SEEDS]
    assert np.array_equal(made[3], make_noise(kind, 3, PEAK_DBFS))
    assert len({sound.tobytes() for sound in made}) == len(made)


def test_a_cough_begins_with_its_burst() -> None:
    n_burst = 60 * RATE_HZ // 1_000
    for seed in SEEDS:
        sound = make_noise("cough", seed, PEAK_DBFS)
        burst, behind = sound[:n_burst], sound[n_burst : 4 * n_burst]
        assert np.sqrt(np.mean(burst**2)) > 1.2 * np.sqrt(np.mean(behind**2)), f"seed {seed}"


def test_a_laugh_has_a_note_every_210_ms() -> None:
    sound = make_noise("laugh", 1, PEAK_DBFS)
    step = 210 * RATE_HZ // 1_000
    loud = [float(np.abs(sound[at : at + step // 3]).max()) for at in range(0, len(sound), step)]
    soft = [
        float(np.abs(sound[at + step // 2 : at + step]).max())
        for at in range(0, len(sound) - step, step)
    ]
    assert len(loud) >= 2
    assert min(loud) > 0.1
    assert max(soft) < 1e-6
