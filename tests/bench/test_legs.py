"""Legs: own durations, and whom an inserted delay is blamed on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.turns_by_hand import fact_turn, llm_turn
from visavis.bench.legs import LEGS, leg_durations, leg_spans, waterfall
from visavis.bench.turns import Turn

OWN_MS = {
    "soft_end": 110.0,
    "stt": 60.0,
    "turn": 30.0,
    "words": 15.0,
    "look_up": 8.0,
    "first_token": 40.0,
    "first_phrase": 70.0,
    "first_audio": 55.0,
    "commit": 20.0,
    "reveal": 1.0,
    "voice": 25.0,
}


def turn_of(own_ms: dict[str, float], contender: str = "visavis") -> Turn:
    """A language model's turn whose legs take so long."""
    soft_end = own_ms["soft_end"]
    stt, turn = soft_end + own_ms["stt"], soft_end + own_ms["turn"]
    words = stt + own_ms["words"]
    commit = max(stt, turn, words) + own_ms["commit"]
    look_up = (stt if contender == "visavis" else max(stt, commit)) + own_ms["look_up"]
    first_token = look_up + own_ms["first_token"]
    first_phrase = first_token + own_ms["first_phrase"]
    first_audio = first_phrase + own_ms["first_audio"]
    reveal = max(first_audio, commit) + own_ms["reveal"]
    stages = {
        "soft_end": soft_end,
        "stt": stt,
        "turn": turn,
        "words": words,
        "look_up": look_up,
        "first_token": first_token,
        "first_phrase": first_phrase,
        "first_audio": first_audio,
        "commit": commit,
        "reveal": reveal,
    }
    return llm_turn(reveal + own_ms["voice"], stages_ms=stages, contender=contender)


@pytest.mark.parametrize("contender", ["visavis", "pipecat_default"])
@given(own_ms=st.fixed_dictionaries({leg: st.floats(0.0, 900.0) for leg in LEGS}))
def test_legs_are_what_they_were_made_of(contender: str, own_ms: dict[str, float]) -> None:
    assert leg_durations(turn_of(own_ms, contender)) == pytest.approx(own_ms, abs=1e-6)


@pytest.mark.parametrize("slow", LEGS)
def test_a_delay_is_blamed_on_the_leg_that_has_it(slow: str) -> None:
    before = leg_durations(turn_of(OWN_MS))
    after = leg_durations(turn_of({**OWN_MS, slow: OWN_MS[slow] + 30.0}))
    grown = {leg: after[leg] - before[leg] for leg in LEGS}
    assert grown.pop(slow) == pytest.approx(30.0)
    assert grown == pytest.approx(dict.fromkeys(grown, 0.0), abs=1e-6)


@given(own_ms=st.fixed_dictionaries({leg: st.floats(0.0, 900.0) for leg in LEGS}))
def test_legs_back_to_back_lead_from_t0_to_the_voice(own_ms: dict[str, float]) -> None:
    spans = leg_spans(turn_of(own_ms))
    ends = {end for _, end in spans.values()} | {0.0}
    assert all(start in ends for start, _ in spans.values()), "every leg begins where another ends"


def test_a_fact_needs_no_token() -> None:
    turn = fact_turn(240.0, stages_ms={"soft_end": 100.0, "look_up": 170.0, "first_phrase": 172.0})
    assert leg_spans(turn)["first_phrase"] == (170.0, 172.0)


def test_missing_stages_fall_back_on_what_they_wait_for() -> None:
    turn = fact_turn(240.0, stages_ms={"soft_end": 100.0, "first_audio": 200.0})
    assert leg_spans(turn)["first_audio"] == (100.0, 200.0)
    assert leg_spans(turn)["voice"] == (200.0, 240.0)
    assert leg_durations(fact_turn(240.0)) == {"voice": 240.0}
    assert leg_durations(Turn(turn.recording)) == {}


def test_nobody_waits_for_what_comes_later() -> None:
    stages = {"soft_end": 100.0, "stt": 160.0, "commit": 180.0, "turn": 400.0}
    assert leg_spans(fact_turn(stages_ms=stages))["commit"] == (160.0, 180.0)
    early = {"soft_end": 100.0, "commit": 120.0, "stt": 160.0, "turn": 400.0}
    assert leg_spans(fact_turn(stages_ms=early))["commit"] == (100.0, 120.0)


def test_what_was_prepared_ahead_costs_nothing() -> None:
    stages = {"soft_end": 30.0, "stt": 90.0, "look_up": -80.0, "first_audio": -60.0}
    stages |= {"commit": 150.0, "reveal": 150.0}
    own_ms = leg_durations(llm_turn(160.0, stages_ms=stages))
    assert own_ms["look_up"] == own_ms["first_audio"] == 0.0
    assert own_ms["stt"] == 60.0
    assert own_ms["commit"] == 60.0
    assert own_ms["reveal"] == 0.0


def test_a_quiet_last_sound_makes_the_soft_end_negative() -> None:
    assert leg_durations(fact_turn(stages_ms={"soft_end": -12.0}))["soft_end"] == -12.0


def test_the_waterfall_has_medians_of_warm_turns_by_kind() -> None:
    slow = {**OWN_MS, "stt": 80.0}
    legs = waterfall(
        [turn_of(OWN_MS), turn_of(OWN_MS), turn_of(slow), llm_turn(9_000.0, warmth="cold")]
    )
    assert [leg.stage for leg in legs] == list(LEGS)
    by_stage = {leg.stage: leg for leg in legs}
    assert (by_stage["stt"].kind, by_stage["stt"].n) == ("llm", 3)
    assert by_stage["stt"].start_p50_ms == 110.0
    assert by_stage["stt"].end_p50_ms == 170.0
    assert by_stage["stt"].own_p50_ms == 60.0
    assert by_stage["stt"].own_p95_ms == pytest.approx(78.0)


def test_kinds_have_waterfalls_of_their_own() -> None:
    legs = waterfall([llm_turn(300.0), fact_turn(200.0), Turn(fact_turn().recording, kind="llm")])
    assert [(leg.kind, leg.stage, leg.n) for leg in legs] == [
        ("knowledge", "voice", 1),
        ("llm", "voice", 1),
    ]
