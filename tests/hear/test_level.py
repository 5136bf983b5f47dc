"""Quiet against the voice and against the room."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.hear.level import LEVEL_FRAME_SAMPLES, LevelMeter


def frame(level_db: float, random: np.random.Generator) -> NDArray[np.float32]:
    noise = random.normal(0.0, 10.0 ** (level_db / 20.0), LEVEL_FRAME_SAMPLES)
    return noise.astype(np.float32)


def quiet_after(*stretches: tuple[float, int, bool]) -> list[int]:
    """(level, frames, speaking) one after the other; quiet frames in a row at each frame's end."""
    meter, random = LevelMeter(), np.random.default_rng(0)
    found: list[int] = []
    for level_db, n_frames, speaking in stretches:
        for _ in range(n_frames):
            meter.push(frame(level_db, random), speaking=speaking)
            found.append(meter.quiet_frames)
    return found


@given(st.floats(-34, -10), st.sampled_from([-70.0, -65.0, -60.0]))
def test_a_voice_that_stops_is_quiet_at_once(voice_db: float, room_db: float) -> None:
    found = quiet_after((room_db, 40, False), (voice_db, 40, True), (room_db, 4, True))
    assert found[40:80] == [0] * 40
    assert found[80:] == [1, 2, 3, 4]


def test_a_fair_is_quieter_than_the_voice_in_it() -> None:
    found = quiet_after((-38.0, 100, False), (-20.0, 40, True), (-38.0, 6, True))
    assert max(found[100:140]) == 0
    assert found[-1] >= 2, "18 dB below the voice, though no 24"


def test_a_soft_syllable_is_no_silence() -> None:
    found = quiet_after((-70.0, 40, False), (-20.0, 20, True), (-38.0, 10, True))
    assert max(found[40:]) == 0


def test_the_loudest_syllable_is_forgotten_slowly() -> None:
    found = quiet_after((-70.0, 40, False), (-10.0, 5, True), (-36.0, 100, True))
    assert found[50] > 0, "26 dB below a shout"
    assert found[-1] == 0, "a second and a half later it is the voice"
