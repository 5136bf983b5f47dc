"""Silence put into sound is found again, where and as long as it was put."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.bench.corpus.pauses import audible_span, set_pauses, silences
from visavis.hear.audio import RATE_HZ

MS = RATE_HZ // 1_000


def tone(ms: int) -> NDArray[np.float32]:
    at = np.arange(ms * MS)
    return (0.5 * np.sin(2.0 * np.pi * 200.0 * at / RATE_HZ)).astype(np.float32)


def hush(ms: int) -> NDArray[np.float32]:
    return np.zeros(ms * MS, dtype=np.float32)


def lengths_ms(sound: NDArray[np.float32]) -> list[float]:
    return [(end - start) / MS for start, end in silences(sound)]


@given(
    own_ms=st.integers(40, 600),
    wanted_ms=st.integers(205, 900),
    beside_ms=st.integers(-120, 120),
)
def test_a_voices_own_gap_gets_the_wanted_length(
    own_ms: int, wanted_ms: int, beside_ms: int
) -> None:
    sound = np.concatenate([tone(500), hush(own_ms), tone(500)])
    made = set_pauses(sound, [(500 + beside_ms) * MS], [wanted_ms])
    (length,) = lengths_ms(made)
    assert abs(length - wanted_ms) <= 1
    assert np.count_nonzero(np.abs(made) > 0.01) == np.count_nonzero(np.abs(sound) > 0.01)


@given(wanted_ms=st.integers(205, 900))
def test_sound_without_a_gap_is_parted_at_its_softest_place(wanted_ms: int) -> None:
    sound = np.concatenate([tone(500), 0.1 * tone(40), tone(500)])
    made = set_pauses(sound, [480 * MS], [wanted_ms])
    ((start, end),) = silences(made)
    assert 495 * MS <= start <= 545 * MS
    assert wanted_ms <= (end - start) / MS <= wanted_ms + 25
    step = float(np.max(np.abs(np.diff(made))))
    assert step <= float(np.max(np.abs(np.diff(sound)))) * 1.05  # no click


def test_two_pauses_do_not_disturb_each_other() -> None:
    sound = np.concatenate([tone(400), hush(60), tone(400), hush(60), tone(400)])
    made = set_pauses(sound, [410 * MS, 870 * MS], [300, 700])
    assert [round(ms) for ms in lengths_ms(made)] == [300, 700]


def test_what_is_shorter_than_a_pause_or_outside_of_speech_is_none() -> None:
    sound = np.concatenate([hush(400), tone(200), hush(190), tone(200), hush(400)])
    assert silences(sound) == ()
    start, end = audible_span(sound)
    assert abs(start - 400 * MS) <= 2
    assert abs(end - 990 * MS) <= 2
    assert audible_span(hush(10)) == (0, 0)
