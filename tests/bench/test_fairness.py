"""The slowest session's figures are that session's, and nobody's turns are lost."""

from __future__ import annotations

from tests.bench.turns_by_hand import fact_turn
from visavis.bench.fairness import Crowd, crowd_figures


def test_the_slowest_is_the_one_with_the_highest_median() -> None:
    quick = [fact_turn(voice) for voice in (100.0, 110.0, 2_000.0)]
    slow = [fact_turn(voice) for voice in (300.0, 310.0, 320.0)]
    figures = crowd_figures(Crowd([quick, slow], alone=[fact_turn(90.0)]))
    assert figures["slowest_voice_p50_ms"] == 310.0
    assert figures["fastest_voice_p50_ms"] == 110.0
    assert figures["crowd_voice_p50_ms"] == 305.0
    assert figures["alone_voice_p50_ms"] == 90.0
    assert figures["n_turns"] == 6


def test_a_session_that_nobody_answers_counts_as_missed() -> None:
    figures = crowd_figures(Crowd([[fact_turn()], [fact_turn(None)]]))
    assert figures["missed_rate"] == 0.5
    assert "alone_voice_p50_ms" not in figures


def test_interrupted_before_the_first_turn_there_is_nothing_to_say() -> None:
    assert crowd_figures(Crowd([[], []]))["n_turns"] == 0
