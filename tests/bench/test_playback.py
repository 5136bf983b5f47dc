"""The loudspeaker made of code: real time by the sample, and nothing lost in a hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visavis.bench.playback import Playback

RATE_HZ = 16_000
PLENTY = 10**9


def test_it_plays_at_its_rate_from_its_start() -> None:
    playback = Playback(RATE_HZ)
    assert playback.advance(5_000.0, PLENTY) == 0
    playback.start(6_000.0)
    assert playback.advance(6_500.0, PLENTY) == 8_000


def test_it_waits_for_what_has_not_come() -> None:
    playback = Playback(RATE_HZ)
    playback.start(0.0)
    assert playback.advance(1_000.0, 8_000) == 8_000
    assert playback.advance(1_250.0, PLENTY) == 12_000


def test_held_before_it_starts_it_is_silent_until_resumed() -> None:
    playback = Playback(RATE_HZ)
    playback.hold(0.0, 0)
    playback.start(100.0)
    assert playback.advance(400.0, PLENTY) == 0
    playback.resume(500.0)
    assert playback.advance(600.0, PLENTY) == 1_600


def test_a_second_hold_or_resume_changes_nothing() -> None:
    playback = Playback(RATE_HZ)
    playback.start(0.0)
    playback.hold(100.0, PLENTY)
    playback.hold(200.0, PLENTY)
    playback.resume(300.0)
    playback.resume(400.0)
    assert [(hold.at_ms, hold.sample, hold.resumed_ms) for hold in playback.holds] == [
        (100.0, 1_600, 300.0)
    ]
    assert playback.advance(500.0, PLENTY) == 4_800


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=10))
def test_all_but_the_holds_is_heard(runs_and_holds_ms: list[tuple[int, int]]) -> None:
    playback = Playback(RATE_HZ)
    playback.start(0.0)
    now_ms = 0
    for run_ms, hold_ms in runs_and_holds_ms:
        now_ms += run_ms
        playback.hold(now_ms, PLENTY)
        now_ms += hold_ms
        playback.resume(now_ms)
        assert playback.advance(now_ms, PLENTY) == playback.holds[-1].sample
    run_ms = sum(run for run, _ in runs_and_holds_ms)
    assert playback.sample == run_ms * RATE_HZ // 1_000
    assert sum(hold.lasted_ms for hold in playback.holds) == now_ms - run_ms
