"""The figures of `visavis bench latency`, from turns made by hand."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.bench.corpus import Question, Recording
from visavis.bench.latency import Footprint, Turn, _note_answer, _report, _spread
from visavis.bench.report import Report
from visavis.bench.talker import HeardReply
from visavis.reply.persona import load_persona

SILENCE = np.zeros(16, dtype=np.float32)


def recording(n_pauses: int = 0, fact: str | None = None) -> Recording:
    pauses = tuple((i, i + 1) for i in range(n_pauses))
    return Recording(Question(say="?", fact=fact), SILENCE, 16, pauses)


def figures(*turns: Turn, footprint: Footprint | None = None) -> dict[str, float]:
    return dict(_report(turns, [footprint] if footprint else [], len(turns), 1).figures)


def test_kinds_are_reported_apart() -> None:
    found = figures(
        Turn(recording(), kind="knowledge", voice_ms=100.0, n_replies=1),
        Turn(recording(), kind="knowledge", voice_ms=300.0, n_replies=1),
        Turn(recording(), kind="llm", voice_ms=400.0, n_replies=1),
        Turn(recording(), kind="other", voice_ms=9_000.0, n_replies=1),
    )
    assert found["n_turns"] == 4
    assert (found["knowledge_n"], found["llm_n"]) == (2, 1)
    assert found["knowledge_voice_p50_ms"] == 200.0
    assert found["knowledge_voice_p95_ms"] == 290.0
    assert found["knowledge_voice_max_ms"] == 300.0
    assert found["llm_voice_p50_ms"] == found["llm_voice_max_ms"] == 400.0
    assert found["missed_rate"] == 0.0


def test_a_kind_without_answers_has_no_latency() -> None:
    found = figures(Turn(recording(), kind="knowledge"), Turn(recording()))
    assert found["knowledge_n"] == found["llm_n"] == 0
    assert not any("voice" in name for name in found)
    assert found["missed_rate"] == 1.0


def test_cut_offs_count_per_turn_and_per_pause() -> None:
    found = figures(
        Turn(recording(n_pauses=2), voice_ms=1.0, n_cutoffs=2),
        Turn(recording(n_pauses=2), voice_ms=1.0),
        Turn(recording(), voice_ms=1.0),
        Turn(recording(), voice_ms=1.0, n_replies=2),
    )
    assert found["false_cutoff_rate"] == 0.25
    assert found["false_cutoff_per_pause_rate"] == 0.5
    assert found["doubled_rate"] == 0.25


def test_no_pauses_is_no_division() -> None:
    assert figures(Turn(recording()))["false_cutoff_per_pause_rate"] == 0.0


def test_another_facts_answer_is_wrong() -> None:
    facts = load_persona("pip").facts
    right, wrong = facts[0], next(f for f in facts if f.answer[:20] != facts[0].answer[:20])
    found = figures(
        Turn(recording(fact=right.id), voice_ms=1.0, text=right.answer),
        Turn(recording(fact=right.id), voice_ms=1.0, text=wrong.answer),
        Turn(recording(fact=right.id), voice_ms=1.0, text=""),
        Turn(recording(fact=right.id), text=""),  # missed, which is another figure
        Turn(recording(), voice_ms=1.0, text="anything an LLM says"),
    )
    assert found["wrong_rate"] == pytest.approx(2 / 5)


def test_stages_are_medians_after_t0() -> None:
    turns = [
        Turn(recording(), voice_ms=1.0, soft_end_ms=end, stages_ms={"stt": 50.0, "commit": 90.0})
        for end in (80.0, 100.0, 400.0)
    ]
    found = figures(*turns, Turn(recording(), stages_ms={"stt": 1.0}))
    assert found["stage_soft_end_p50_ms"] == 100.0
    assert found["stage_stt_p50_ms"] == 150.0
    assert found["stage_commit_p50_ms"] == 190.0
    assert "stage_first_token_p50_ms" not in found


def test_the_footprint_is_there_if_we_started_the_server() -> None:
    assert "server_memory_mb" not in figures(Turn(recording()))
    found = figures(Turn(recording()), footprint=Footprint(512.0, 3.5))
    assert (found["server_memory_mb"], found["idle_cpu_percent"]) == (512.0, 3.5)


times = st.lists(st.floats(0, 5_000), min_size=1, max_size=30)


@settings(max_examples=25)
@given(times)
def test_intervals_hold_their_percentile_between_minimum_and_maximum(times_ms: list[float]) -> None:
    found = _spread("x", times_ms)
    for percent in (50, 95):
        low, middle, high = (found[f"x_p{percent}{part}_ms"] for part in ("_low", "", "_high"))
        assert min(times_ms) - 1e-6 <= low <= high <= max(times_ms) + 1e-6
        assert low - 1e-6 <= middle <= high + 1e-6
    assert found["x_p50_ms"] <= found["x_p95_ms"] <= found["x_max_ms"]
    assert _spread("x", times_ms) == found, "the bootstrap is seeded"


def test_more_turns_make_a_narrower_interval() -> None:
    random = np.random.default_rng(1)
    few = _spread("x", random.normal(300.0, 50.0, 20).tolist())
    many = _spread("x", random.normal(300.0, 50.0, 2_000).tolist())

    def width(found: dict[str, float]) -> float:
        return found["x_p95_high_ms"] - found["x_p95_low_ms"]

    assert width(many) < 0.5 * width(few)


def test_the_report_is_json_with_plain_numbers() -> None:
    report = _report([Turn(recording(), kind="llm", voice_ms=1.23456)], [], 1, 7)
    read = json.loads(report.to_json())
    assert isinstance(report, Report)
    assert read["bench"] == "latency"
    assert read["figures"]["llm_voice_p50_ms"] == 1.235
    assert read["settings"]["seed"] == 7


def test_a_reply_that_is_held_or_silent_was_not_heard() -> None:
    reply = HeardReply(reply_id=2, turn_id=1, rate_hz=22_050, pcm=bytearray(b"\x00\x40" * 9))
    assert reply.voice_ms() is None
    silent = HeardReply(reply_id=3, turn_id=1, rate_hz=22_050, playing_since_ms=5.0)
    silent.pcm += bytes(4_410)
    assert silent.voice_ms() is None


def test_an_answers_times_are_counted_from_t0() -> None:
    reply = HeardReply(reply_id=2, turn_id=1, rate_hz=22_050)
    reply.playing_since_ms = 1_295.0
    reply.pcm += np.array([0] * 441 + [9_000], dtype="<i2").tobytes()
    reply.committed_ms = 1_290.0
    reply.stages_ms = {"stt": 40.0, "commit": 150.0, "reveal": 190.0}
    turn = Turn(recording())
    _note_answer(turn, reply, t0_ms=1_000.0)
    assert turn.voice_ms == pytest.approx(295.0 + 20.0)
    assert turn.soft_end_ms == 100.0
    assert turn.stages_ms["stt"] == 40.0
    assert turn.kind == "other", "a reply without a source is neither fact nor llm"
