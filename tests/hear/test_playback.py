"""What is playing when: commits, playheads that are late, stops, and other replies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.hear.bands import SILENT_DB
from visavis.hear.playback import HELD_AFTER_MS, Playback

RATE_HZ = 16_000
SECOND = np.random.default_rng(1).normal(0.0, 3_000.0, RATE_HZ).astype(np.int16)
"""Noise: as loud in the whole second, silent around it."""


def playing(revealed_ms: float = 1_000.0) -> Playback:
    playback = Playback()
    playback.arm(1, RATE_HZ)
    playback.add(1, 0, SECOND[:7_000])
    playback.add(1, 7_000, SECOND[7_000:])
    playback.end(1, RATE_HZ)
    playback.reveal(1, revealed_ms)
    return playback


def plays(playback: Playback, at_ms: float) -> bool:
    return float(np.max(playback.measure(at_ms))) > SILENT_DB + 20.0


def test_nothing_plays_before_the_commit_and_nothing_after_the_end() -> None:
    playback = Playback()
    playback.arm(1, RATE_HZ)
    playback.add(1, 0, SECOND)
    assert playback.is_over(0.0)
    assert not plays(playback, 500.0)
    playback = playing()
    assert not playback.is_located
    assert [plays(playback, at_ms) for at_ms in (999.0, 1_016.0, 1_500.0, 2_000.0)] == [
        False,
        True,
        True,
        True,
    ]
    assert not plays(playback, 2_000.0 + 32.0)
    assert not playback.is_over(1_999.0)
    assert playback.is_over(2_000.0)


@given(st.lists(st.floats(0.0, 80.0), min_size=1, max_size=4), st.integers(0, 3))
def test_the_quickest_playhead_tells_where_it_is(late_ms: list[float], quickest: int) -> None:
    late_ms[quickest % len(late_ms)] = 0.0
    playback = playing()
    for index, late in enumerate(late_ms):
        heard_ms = 100.0 * (index + 1)
        playback.heard(1, int(heard_ms * 16.0), "playing", 1_250.0 + heard_ms + late)
    assert playback.is_located
    assert not plays(playback, 1_249.0)
    assert plays(playback, 1_250.0 + 16.0)
    assert plays(playback, 2_250.0)
    assert playback.is_over(2_250.5)


def test_the_next_reply_is_expected_as_late_as_the_last_one() -> None:
    playback = playing()
    playback.heard(1, 1_600, "playing", 1_000.0 + 300.0)
    playback.heard(1, RATE_HZ, "ended", 2_200.0)
    playback.arm(2, RATE_HZ)
    playback.add(2, 0, SECOND)
    playback.reveal(2, 5_000.0)
    assert not plays(playback, 5_000.0 + 199.0)
    assert plays(playback, 5_000.0 + 216.0)


def test_a_stopped_reply_ends_where_it_was_heard_last() -> None:
    playback = playing()
    playback.heard(1, 1_600, "playing", 1_100.0)
    playback.heard(1, 8_000, "stopped", 1_520.0)
    assert plays(playback, 1_500.0)
    assert not plays(playback, 1_600.0)
    assert playback.is_over(1_501.0)


def test_a_reply_that_is_spoken_over_is_silent_once_the_page_can_know() -> None:
    playback = playing()
    playback.heard(1, 1_600, "playing", 1_100.0)
    loud = playback.measure(1_700.0)
    playback.hold(1_200.0)
    assert playback.measure(1_200.0 + HELD_AFTER_MS - 1.0).max() == pytest.approx(
        loud.max(), abs=6.0
    )
    assert not plays(playback, 1_700.0)
    playback.resume(1_750.0)
    playback.heard(1, 11_200, "playing", 1_751.0)
    assert playback.measure(1_790.0).max() == pytest.approx(loud.max(), abs=6.0)


def test_after_a_hold_it_goes_on_from_the_sample_heard_last() -> None:
    playback = playing()
    playback.heard(1, 8_000, "playing", 1_500.0)
    playback.hold(1_500.0)
    playback.resume(4_000.0)
    assert plays(playback, 4_100.0)
    assert not playback.is_over(4_499.0)
    assert playback.is_over(4_500.5)


def test_discarded_and_unknown_replies_are_nothing() -> None:
    playback = Playback()
    playback.arm(1, RATE_HZ)
    playback.add(1, 0, SECOND)
    playback.forget(1)
    playback.reveal(1, 0.0)
    playback.add(7, 0, SECOND)
    playback.heard(7, 100, "playing", 10.0)
    assert playback.is_over(100.0)
    assert not plays(playback, 100.0)


def test_a_playing_reply_can_not_be_forgotten_by_a_late_discard() -> None:
    playback = playing()
    playback.forget(1)
    assert plays(playback, 1_500.0)
