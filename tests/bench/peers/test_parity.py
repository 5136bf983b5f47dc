"""The engines' ratios, and what is compared."""

from __future__ import annotations

import numpy as np
import pytest

from visavis.bench.peers.messages import LegTiming
from visavis.bench.peers.parity import LegName, Pair, choose_work, parity_figures
from visavis.bench.recording import Question, Recording, Speaker
from visavis.reply.persona import load_persona


def pair(leg: LegName, ours_ms: float, theirs_ms: float) -> Pair:
    return Pair(
        leg,
        LegTiming(first_ms=ours_ms / 2, all_ms=ours_ms),
        LegTiming(first_ms=theirs_ms, all_ms=theirs_ms),
    )


def recording(say: str, fact: str | None) -> Recording:
    question = Question(say=say, persona="pip" if fact else None, fact=fact)
    speaker = Speaker("ann", "kokoro", "neural", "test")
    return Recording("r", question, speaker, "quiet", np.zeros(160, np.float32), 160, ())


def test_a_ratio_is_the_median_of_the_pairs_ratios_and_not_of_the_medians() -> None:
    pairs = [pair("stt", 100.0, 110.0), pair("stt", 10.0, 12.0), pair("stt", 50.0, 50.0)]
    figures = parity_figures(pairs)
    assert figures["leg_stt_ratio"] == pytest.approx(1.1)
    assert figures["leg_stt_ours_p50_ms"] == 50.0
    assert figures["leg_stt_peer_p50_ms"] == 50.0


def test_the_first_token_is_compared_too() -> None:
    assert parity_figures([pair("llm", 100.0, 60.0)]) == {
        "leg_llm_ratio": pytest.approx(0.6),
        "leg_llm_ours_p50_ms": 100.0,
        "leg_llm_peer_p50_ms": 60.0,
        "leg_llm_first_token_ratio": pytest.approx(1.2),
    }


def test_nothing_timed_gives_no_figures() -> None:
    assert parity_figures([]) == {}


def test_work_is_recordings_open_questions_once_each_and_first_sentences() -> None:
    asked = [recording("Tell me | a story.", None), recording("Tell me a story.", None)]
    work = choose_work([*asked, recording("Who are you?", "who")] * 20, load_persona("pip"))
    assert len(work.sounds) == 20
    assert work.questions == ("Tell me a story.",)
    assert len(work.sentences) == 10
    assert not any(". " in sentence for sentence in work.sentences)
    assert work.n_items == 31
