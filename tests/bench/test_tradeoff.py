"""Rules played through on silences made by hand, and heard by the real ears."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.turns_by_hand import fact_turn, llm_turn, recording
from visavis.bench.tradeoff import (
    SCALES,
    Case,
    Heard,
    Played,
    Readiness,
    Silence,
    measured_point,
    outcome,
    play,
    prepare,
    readiness,
    scaled,
    timer,
    trade_off,
)
from visavis.bench.turns import Turn
from visavis.hear.turn import Signs, commit_rule

QUICK = Readiness(decided_ms=50.0, ready_ms=80.0, audible_ms=10.0)


def silence(
    start_ms: float, length_ms: float = math.inf, p_end: float = 0.9, text: str = "well"
) -> Silence:
    """A gap whose end the detector notices 64 ms late."""
    signs = Signs(p_audio=p_end, text=text)
    soft_end_ms = start_ms + 96.0
    return Silence(start_ms, soft_end_ms, start_ms + length_ms + 64.0, soft_end_ms, signs)


def case(*silences: Silence, ready: Readiness = QUICK) -> Case:
    return Case(Heard(recording(), silences), ready)


# ------------------------------------------------------------------ one turn


def test_an_answer_waits_for_the_rule_if_the_work_is_quicker() -> None:
    assert play(case(silence(0.0)), timer(300.0)) == Played((), 310.0)


def test_an_answer_waits_for_the_work_if_the_rule_is_quicker() -> None:
    assert play(case(silence(0.0)), timer(100.0)).voice_ms == 96.0 + 80.0 + 10.0
    slow_words = Readiness(decided_ms=120.0, ready_ms=80.0, audible_ms=0.0)
    assert play(case(silence(0.0), ready=slow_words), timer(100.0)).voice_ms == 96.0 + 120.0


def test_work_after_the_commit_is_added_to_the_silence() -> None:
    assert play(case(silence(0.0)), timer(300.0), "after_commit").voice_ms == 300.0 + 80.0 + 10.0
    assert play(case(silence(0.0)), timer(20.0), "after_commit").voice_ms == 96.0 + 80.0 + 10.0


def test_a_pause_longer_than_the_rule_is_cut_off() -> None:
    paused = case(silence(-1_000.0, 400.0), silence(0.0))
    assert play(paused, timer(300.0)) == Played((-690.0,), 310.0)
    assert play(paused, timer(500.0)) == Played((), 510.0)


def test_a_silence_without_words_is_not_answered() -> None:
    assert play(case(silence(-900.0, text=""), silence(0.0)), timer(300.0)).voice_ms == 310.0
    assert play(case(silence(0.0, text="")), timer(300.0)) == Played((), None)


def test_the_words_reach_the_rule() -> None:
    dangling = case(silence(0.0, p_end=0.95, text="I would like the"))
    finished = case(silence(0.0, p_end=0.95, text="What would I like about the red one?"))
    late, soon = play(dangling, commit_rule).voice_ms, play(finished, commit_rule).voice_ms
    assert late is not None
    assert soon is not None
    assert late > soon + 300.0


# ------------------------------------------------------------------ properties

probabilities = st.floats(0.0, 1.0)
readinesses = st.builds(
    Readiness,
    decided_ms=st.floats(0.0, 300.0),
    ready_ms=st.floats(0.0, 900.0),
    audible_ms=st.floats(0.0, 100.0),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A turn with up to three pauses whose ends are noticed before t0."""
    silences: list[Silence] = []
    at_ms = -5_000.0
    for length_ms in draw(st.lists(st.floats(96.0, 1_200.0), max_size=3)):
        silences.append(silence(at_ms, length_ms, draw(probabilities)))
        at_ms += length_ms + 200.0
    last = silence(draw(st.floats(-60.0, 60.0)), p_end=draw(probabilities))
    return case(*silences, last, ready=draw(readinesses))


@given(st.lists(cases(), min_size=1, max_size=8))
def test_a_longer_delay_is_never_ruder_and_never_faster(turns: list[Case]) -> None:
    points = [outcome(turns, scaled(commit_rule, factor), "") for factor in SCALES]
    for shorter, longer in pairwise(points):
        assert longer.false_cutoff.value <= shorter.false_cutoff.value
        assert longer.p50_ms >= shorter.p50_ms - 1e-6
        assert longer.p95_ms >= shorter.p95_ms - 1e-6


@given(st.lists(cases(), min_size=1, max_size=8))
def test_a_timer_longer_than_all_pauses_never_cuts_off(turns: list[Case]) -> None:
    longest_ms = max(
        (s.resumed_ms - s.voice_end_ms for t in turns for s in t.heard.silences[:-1]), default=0.0
    )
    assert outcome(turns, timer(longest_ms), "").false_cutoff.value == 0.0


@given(cases(), st.floats(0.0, 1_500.0))
def test_work_that_begins_late_is_never_earlier(turn: Case, delay_ms: float) -> None:
    early = play(turn, timer(delay_ms)).voice_ms
    late = play(turn, timer(delay_ms), "after_commit").voice_ms
    assert early is not None
    assert late is not None
    decided_late_ms = max(0.0, turn.readiness.decided_ms - turn.readiness.ready_ms)
    assert late >= early - decided_late_ms - 1e-6


# ------------------------------------------------------------------ many turns


def test_a_point_counts_turns_and_not_pauses() -> None:
    twice = case(silence(-3_000.0, 900.0), silence(-1_500.0, 900.0), silence(0.0))
    found = outcome(
        [twice, case(silence(0.0)), case(silence(40.0)), case(silence(80.0))], timer(300.0), "x"
    )
    assert found.false_cutoff.value == 0.25
    assert found.p50_ms == pytest.approx(330.0)
    assert (found.n, found.label) == (4, "x")


def test_nobody_answered_is_no_point() -> None:
    with pytest.raises(ValueError, match="nobody was answered"):
        outcome([case(silence(0.0, text=""))], timer(300.0), "x")


def test_scaling_has_a_floor_and_an_offset() -> None:
    assert scaled(timer(200.0), 0.5, 30.0)(Signs()) == 130.0
    assert scaled(timer(200.0), 0.5, -500.0)(Signs()) == 0.0


STAGES = {"soft_end": 100.0, "stt": 150.0, "turn": 130.0, "first_audio": 210.0}


def test_readiness_is_counted_from_the_soft_end() -> None:
    turn = fact_turn(275.0, stages_ms={**STAGES, "commit": 240.0, "reveal": 240.0})
    assert readiness(turn) == Readiness(50.0, 110.0, 35.0)
    scored_late = {**STAGES, "turn": 600.0, "commit": 240.0, "reveal": 240.0}
    assert readiness(fact_turn(275.0, stages_ms=scored_late)) == Readiness(50.0, 110.0, 35.0)
    assert readiness(fact_turn(275.0, stages_ms=STAGES)) is None


def test_recordings_get_their_own_times_or_the_usual_ones() -> None:
    turns = [
        fact_turn(
            first_audio + 35.0,
            stages_ms={**STAGES, "first_audio": first_audio, "reveal": first_audio},
        )
        for first_audio in (200.0, 220.0, 240.0)
    ]
    cold = fact_turn(9_000.0, warmth="cold", stages_ms={**STAGES, "reveal": 8_965.0})
    own = Heard(recording(), ())
    other = Heard(recording(recording_id="r2"), ())
    elsewhere = Turn(other.recording, kind="llm", voice_ms=435.0)
    elsewhere.stages_ms = {**STAGES, "first_audio": 400.0, "reveal": 400.0}
    unmeasured = Heard(recording(recording_id="r3"), ())
    found = prepare([own, other, unmeasured], [*turns, cold, elsewhere])
    assert [one.readiness.ready_ms for one in found] == [120.0, 300.0, 130.0]
    assert prepare([own], [cold])[0].readiness.audible_ms == 35.0, "better cold than nothing"
    with pytest.raises(ValueError, match="stages"):
        prepare([own], [fact_turn()])


def test_the_trade_off_has_its_curves_and_the_measured_points() -> None:
    turns = [case(silence(-1_500.0, 600.0, p_end=0.4), silence(0.0, p_end=0.97)) for _ in range(4)]
    measured = {
        "visavis": [fact_turn(200.0), llm_turn(300.0, cutoffs_ms=[-40.0])],
        "mute": [Turn(recording())],
    }
    found = trade_off(turns, measured)
    ours, prepared, classical = found.curves
    assert ours.points[len(SCALES) // 2].label == "1 x"
    assert ours.points[len(SCALES) // 2].p50_ms == pytest.approx(
        play(turns[0], commit_rule).voice_ms
    )
    assert all(a.p50_ms < b.p50_ms for a, b in zip(prepared.points, classical.points, strict=True))
    (point,) = found.measured
    assert (point.label, point.p50_ms, point.false_cutoff.value) == ("visavis", 250.0, 0.5)


def test_silences_without_words_give_no_curve() -> None:
    found = trade_off([case(silence(0.0, text=""))], {})
    assert [curve.points for curve in found.curves] == [(), (), ()]
    assert found.measured == ()


def test_what_is_measured_is_warm_and_neural() -> None:
    classic = Turn(recording(voices="classic"), kind="llm", voice_ms=900.0)
    cold = llm_turn(900.0, warmth="cold")
    assert measured_point([llm_turn(300.0), classic, cold], "x").p95_ms == 300.0
