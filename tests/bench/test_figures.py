"""The figures of the latency bench, from turns made by hand."""

from __future__ import annotations

import json

import pytest

from tests.bench.turns_by_hand import fact_turn, llm_turn, recording
from visavis.bench.figures import (
    AFTER_PAUSE_MS,
    by_contender,
    is_wrong,
    pauses_cut,
    times_ms,
    turn_figures,
)
from visavis.bench.report import Report
from visavis.bench.turns import Turn
from visavis.reply.persona import load_persona


def test_kinds_are_reported_apart() -> None:
    found = turn_figures(
        [fact_turn(100.0), fact_turn(300.0), llm_turn(400.0), Turn(recording(), voice_ms=9_000.0)]
    )
    assert found["n_turns"] == 4
    assert (found["knowledge_n"], found["llm_n"], found["other_n"]) == (2, 1, 1)
    assert found["knowledge_voice_p50_ms"] == 200.0
    assert found["knowledge_voice_p90_ms"] == pytest.approx(280.0)
    assert found["knowledge_voice_p95_ms"] == pytest.approx(290.0)
    assert found["knowledge_voice_max_ms"] == 300.0
    assert found["llm_voice_p50_ms"] == found["llm_voice_max_ms"] == 400.0
    assert found["missed_rate"] == 0.0


def test_a_kind_without_answers_has_no_latency() -> None:
    found = turn_figures([Turn(recording(), kind="knowledge"), Turn(recording())])
    assert found["knowledge_n"] == found["llm_n"] == found["other_n"] == 0
    assert not any("voice" in name for name in found)
    assert found["missed_rate"] == 1.0


def test_no_turns_are_no_crash() -> None:
    assert turn_figures([])["n_turns"] == 0


def test_cold_turns_count_in_shares_and_not_in_times() -> None:
    found = turn_figures([llm_turn(300.0), llm_turn(900.0, warmth="cold", cutoffs_ms=[-9.0])])
    assert (found["llm_n"], found["cold_n"]) == (1, 1)
    assert found["llm_voice_max_ms"] == 300.0
    assert found["cold_voice_p50_ms"] == 900.0
    assert found["false_cutoff_rate"] == 0.5


def test_classic_voices_are_counted_only_apart() -> None:
    classic = recording(voices="classic")
    found = turn_figures(
        [fact_turn(100.0), Turn(classic, kind="llm", voice_ms=800.0, cutoffs_ms=[-50.0])]
    )
    assert (found["n_turns"], found["llm_n"], found["false_cutoff_rate"]) == (1, 0, 0.0)
    assert found["classic_n"] == 1
    assert found["classic_voice_p50_ms"] == 800.0
    assert found["classic_false_cutoff_rate"] == 1.0
    assert "classic_n" not in turn_figures([fact_turn()])


def test_face_and_react_are_of_the_turns_that_have_them() -> None:
    found = turn_figures(
        [fact_turn(200.0, face_ms=190.0, react_ms=90.0), fact_turn(200.0, face_ms=230.0)]
    )
    assert found["knowledge_face_p50_ms"] == 210.0
    assert found["knowledge_react_p50_ms"] == 90.0
    assert found["face_minus_voice_p50_ms"] == 10.0
    assert found["face_minus_voice_p95_abs_ms"] == pytest.approx(29.0)
    with pytest.raises(ValueError, match="smell"):
        times_ms([fact_turn()], "smell")


def test_held_and_late_say_who_waited_for_whom() -> None:
    held = fact_turn(stages_ms={"first_audio": 150.0, "commit": 190.0})
    late = fact_turn(stages_ms={"first_audio": 260.0, "commit": 190.0})
    assert turn_figures([held])["held_p50_ms"] == 40.0
    assert turn_figures([held])["late_p50_ms"] == 0.0
    assert turn_figures([late])["held_p50_ms"] == 0.0
    assert turn_figures([late])["late_p50_ms"] == 70.0


def test_stages_are_medians_after_t0() -> None:
    turns = [fact_turn(stages_ms={"stt": at, "commit": at + 90.0}) for at in (50.0, 70.0, 400.0)]
    found = turn_figures([*turns, fact_turn()])
    assert found["stage_stt_p50_ms"] == 70.0
    assert found["stage_commit_p50_ms"] == 160.0
    assert "stage_first_token_p50_ms" not in found


# ------------------------------------------------------------------ cut-offs

PAUSED = recording(pauses_ms=[(500.0, 900.0), (1_000.0, 1_300.0)], end_ms=2_000.0)


@pytest.mark.parametrize(
    ("at_ms", "pause"),
    [
        (499.0, set[int]()),
        (500.0, {0}),
        (950.0, {0}),  # revealed in the pause, heard just after it
        (1_000.0, {1}),  # both would claim it: the later one has it
        (1_299.0 + AFTER_PAUSE_MS, {1}),
        (1_301.0 + AFTER_PAUSE_MS, set[int]()),
    ],
)
def test_a_cut_off_belongs_to_the_pause_before_it(at_ms: float, pause: set[int]) -> None:
    assert pauses_cut(Turn(PAUSED, cutoffs_ms=[at_ms - 2_000.0])) == pause


def test_cut_offs_count_per_turn_and_per_pause() -> None:
    found = turn_figures(
        [
            Turn(PAUSED, voice_ms=1.0, cutoffs_ms=[-1_400.0, -1_350.0, -900.0]),
            Turn(PAUSED, voice_ms=1.0),
            Turn(recording(), voice_ms=1.0, cutoffs_ms=[-10.0]),
            Turn(recording(), voice_ms=1.0, n_replies=2),
        ]
    )
    assert found["false_cutoff_rate"] == 0.5
    assert (found["n_paused"], found["paused_false_cutoff_rate"]) == (2, 0.5)
    assert found["n_pauses"] == 4
    assert found["false_cutoff_per_pause_rate"] == 0.5, "two answers in one pause cut it off once"
    assert found["doubled_rate"] == 0.25
    assert found["false_cutoff_low_rate"] < 0.5 < found["false_cutoff_high_rate"]


def test_no_pauses_is_no_division() -> None:
    found = turn_figures([fact_turn()])
    assert found["false_cutoff_per_pause_rate"] == 0.0
    assert found["false_cutoff_per_pause_high_rate"] == 1.0, "nothing is known"


# ------------------------------------------------------------------ wrong answers


def test_another_facts_answer_is_wrong() -> None:
    persona = load_persona("pip")
    right = persona.facts[0]
    wrong = next(f for f in persona.facts if f.answer[:20] != right.answer[:20])
    asked = recording(fact=right.id)
    found = turn_figures(
        [
            Turn(asked, voice_ms=1.0, text=right.answer),
            Turn(asked, voice_ms=1.0, text=f"{right.answer} {persona.caveats[0]}"),
            Turn(asked, voice_ms=1.0, text=right.answer[:12]),
            Turn(asked, voice_ms=1.0, text=wrong.answer),
            Turn(asked, voice_ms=1.0, text=""),
            Turn(asked, text=""),  # missed, which is another figure
            Turn(recording(), voice_ms=1.0, text="anything an LLM says"),
        ]
    )
    assert found["wrong_rate"] == pytest.approx(2 / 5)


def test_a_caveat_alone_answers_nothing() -> None:
    persona = load_persona("pip")
    asked = recording(fact=persona.facts[0].id)
    assert is_wrong(Turn(asked, voice_ms=1.0, text=persona.caveats[0]))


# ------------------------------------------------------------------ the whole


def test_contenders_are_kept_apart_in_order_of_appearance() -> None:
    turns = [fact_turn(contender="b"), fact_turn(contender="a"), llm_turn(contender="b")]
    found = by_contender(turns)
    assert list(found) == ["b", "a"]
    assert found["b"] == [turns[0], turns[2]]


def test_every_figure_is_a_plain_number_and_named_with_its_unit() -> None:
    figures = turn_figures(
        [
            fact_turn(
                face_ms=220.0, react_ms=90.0, stages_ms={"commit": 90.0, "first_audio": 80.0}
            ),
            llm_turn(warmth="cold"),
            Turn(recording(voices="classic"), kind="llm", voice_ms=800.0),
        ]
    )
    read = json.loads(Report("latency", figures).to_json())["figures"]
    assert read == figures
    for name in figures:
        assert name.endswith(("_ms", "_rate", "_n")) or name.startswith("n_"), name


def test_the_table_names_every_figure() -> None:
    import visavis.bench.figures as module

    table = (module.__doc__ or "").replace("…", "face_minus_voice")
    for name in turn_figures([fact_turn(), llm_turn(warmth="cold"), llm_turn()]):
        stem = name.replace("_low_", "_").replace("_high_", "_")
        for kind in ("knowledge", "llm"):
            stem = stem.replace(f"{kind}_", "KIND_")
        stem = stem.replace("KIND_voice", "KIND_SIGN")
        for percent in ("p90", "p95", "max"):
            stem = stem.replace(f"SIGN_{percent}", "SIGN_p50")
        assert f"`{stem}`" in table, stem
