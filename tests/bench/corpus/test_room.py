"""Rooms are as loud as the table says, and the truth of the speech is not touched."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.bench.corpus.plan import Noise
from visavis.bench.corpus.room import COMPANY, add_room, pink, room_after, speech_rms
from visavis.hear.audio import RATE_HZ


def speech(seed: int, n: int = 2 * RATE_HZ) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0.0, 0.1, n).astype(np.float32)


def level_db(sound: NDArray[np.float32]) -> float:
    return 10.0 * float(np.log10(np.mean(sound.astype(np.float64) ** 2)))


@pytest.mark.parametrize("noise", ["office", "stand"])
def test_company_is_as_far_below_the_speech_as_promised(noise: Noise) -> None:
    said = speech(0)
    others = [speech(seed) for seed in range(1, 1 + COMPANY[noise].n_people)]
    behind = add_room(said, noise, others, seed=3) - said
    assert level_db(said) - level_db(behind) == pytest.approx(COMPANY[noise].below_speech_db, abs=1)


def test_a_quiet_room_is_quiet_whatever_is_said() -> None:
    said = speech(0)
    assert level_db(add_room(said, "quiet", [], seed=3) - said) == pytest.approx(-70.0, abs=0.1)


def test_the_same_seed_is_the_same_room() -> None:
    said = speech(0)
    assert np.array_equal(add_room(said, "quiet", [], 1), add_room(said, "quiet", [], 1))
    assert not np.array_equal(add_room(said, "quiet", [], 1), add_room(said, "quiet", [], 2))


def test_pink_noise_falls_three_decibels_an_octave() -> None:
    power = np.abs(np.fft.rfft(pink(20 * RATE_HZ, np.random.default_rng(0)))) ** 2
    hz = np.fft.rfftfreq(20 * RATE_HZ, 1.0 / RATE_HZ)

    def density(low: float) -> float:
        return float(np.mean(power[(hz >= low) & (hz < 2 * low)]))

    assert density(250.0) / density(2_000.0) == pytest.approx(8.0, rel=0.1)
    assert float(np.max(power[hz < 49.0])) < 1e-6


def test_the_room_goes_on_as_loud_as_it_was() -> None:
    said = np.concatenate([speech(0), np.zeros(RATE_HZ // 5, dtype=np.float32)])
    sound = add_room(said, "stand", [speech(seed) for seed in range(1, 7)], seed=3)
    tail = sound[-RATE_HZ // 10 :]
    assert level_db(room_after(sound, RATE_HZ, 1)) == pytest.approx(level_db(tail), abs=1.5)


def test_pauses_do_not_make_the_speech_softer() -> None:
    said = speech(0)
    with_pause = np.concatenate([said, np.zeros(RATE_HZ, dtype=np.float32), said])
    assert speech_rms(with_pause) == pytest.approx(speech_rms(said), rel=0.01)
    assert speech_rms(np.zeros(RATE_HZ, dtype=np.float32)) == 0.0
