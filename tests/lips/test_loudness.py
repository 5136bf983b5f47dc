"""What is said, what is silence: against the speaker, against the room, however it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.lips.loudness import Loudness

RATE_HZ = 16_000
MS = RATE_HZ // 1_000
Sound = NDArray[np.float32]


def noise(ms: float, level_db: float, seed: int = 0) -> Sound:
    random = np.random.default_rng(seed)
    return random.normal(0.0, 10.0 ** (level_db / 20.0), round(ms * MS)).astype(np.float32)


def heard(*sounds: Sound) -> Loudness:
    meter = Loudness(RATE_HZ)
    meter.push(np.concatenate(sounds))
    return meter


@pytest.mark.parametrize("voice_db", [-10.0, -25.0, -35.0])
@pytest.mark.parametrize("room_below_db", [14.0, 30.0, 90.0])
def test_a_pause_is_silent_and_a_word_is_not(voice_db: float, room_below_db: float) -> None:
    room_db = voice_db - room_below_db
    meter = heard(
        noise(500, room_db),
        noise(600, voice_db, 1),
        noise(400, room_db, 2),
        noise(300, voice_db, 3),
    )
    assert meter.is_silent(1_120 * MS, 1_480 * MS)
    assert not meter.is_silent(520 * MS, 1_080 * MS)
    assert not meter.is_silent(900 * MS, 1_300 * MS), "half of it is a word"
    assert meter.silence_from(900 * MS, 1_490 * MS) == pytest.approx(1_100 * MS, abs=10 * MS)


def test_what_falls_silent_never_has_its_end() -> None:
    meter = heard(noise(1_000, -20.0))
    assert meter.silence_from(200 * MS, 900 * MS) == 900 * MS


def test_a_click_in_a_pause_is_no_speech() -> None:
    meter = heard(noise(500, -20.0), noise(100, -80.0), noise(6, -20.0), noise(194, -80.0))
    assert meter.is_silent(520 * MS, 800 * MS)


def test_a_loud_vowel_opens_wider_than_a_soft_one() -> None:
    meter = heard(noise(300, -14.0), noise(300, -30.0, 1))
    assert meter.opening(0, 300 * MS) > 0.95
    assert 0.4 < meter.opening(320 * MS, 600 * MS) < 0.7


def test_nothing_is_forgotten_for_eight_seconds_and_all_of_it_after_that() -> None:
    meter = heard(noise(1_000, -20.0), noise(6_000, -80.0))
    assert not meter.is_silent(0, 1_000 * MS)
    meter.push(noise(9_000, -80.0))
    assert meter.is_silent(0, 1_000 * MS), "what is forgotten is silence"


BROKEN = {
    "nothing": np.zeros(4_000, dtype=np.float32),
    "no numbers": np.full(4_000, np.nan, dtype=np.float32),
    "infinite": np.full(4_000, np.inf, dtype=np.float32),
    "an offset": np.full(4_000, 0.7, dtype=np.float32),
    "empty": np.zeros(0, dtype=np.float32),
}


@pytest.mark.parametrize("sound", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_speech_is_silence(sound: Sound) -> None:
    meter = heard(sound)
    assert meter.is_silent(0, 4_000)
    assert 0.0 <= meter.opening(0, 4_000) <= 1.0


def test_clipped_speech_is_speech() -> None:
    assert not heard(np.sign(noise(500, -20.0))).is_silent(0, 500 * MS)


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="sample rate"):
        Loudness(16)


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=12), st.integers(0, 9))
def test_however_it_is_cut_it_is_the_same(cuts: list[int], seed: int) -> None:
    sound = np.concatenate([noise(300, -20.0, seed), noise(300, -70.0), noise(300, -25.0, seed)])
    whole, parts = heard(sound), Loudness(RATE_HZ)
    at = 0
    for n_samples in [*cuts, len(sound)]:
        parts.push(sound[at : at + n_samples])
        at += n_samples
    for meter in (whole, parts):
        meter.finish()
    assert parts.end_sample == whole.end_sample
    for start in range(0, len(sound), 700):
        assert parts.is_silent(start, start + 1_400) == whole.is_silent(start, start + 1_400)
        assert parts.opening(start, start + 1_400) == whole.opening(start, start + 1_400)
