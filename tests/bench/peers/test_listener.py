"""When an agent's answer is heard, and which of its stages belong to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.bench.peers.listener import PeerListener, turn_of
from visavis.bench.peers.messages import (
    Answering,
    Clear,
    Heard,
    Hello,
    Mark,
    MarkName,
    Phrase,
)
from visavis.bench.recording import Question, Recording, Speaker

RATE_HZ = 20_000
T0_MS = 1_000.0
RECORDING = Recording(
    recording_id="r",
    question=Question(say="What does it cost?", persona="pip", fact="price"),
    speaker=Speaker("ann", "kokoro", "neural", "test"),
    noise="quiet",
    sound=np.zeros(16_000, dtype=np.float32),
    speech_end_sample=16_000,
    pauses=(),
)


def silence(ms: float) -> NDArray[np.int16]:
    return np.zeros(int(ms * RATE_HZ / 1_000), dtype=np.int16)


def tone(ms: float) -> NDArray[np.int16]:
    return silence(ms) + np.int16(5_000)


def listener(*stages: tuple[MarkName, float]) -> PeerListener:
    heard = PeerListener()
    heard.message(Hello(rate_hz=RATE_HZ), 0.0)
    mark(heard, *stages)
    return heard


def mark(heard: PeerListener, *stages: tuple[MarkName, float]) -> None:
    for stage, at_ms in stages:
        heard.message(Mark(stage=stage, at_ms=at_ms), at_ms)


def test_the_first_audible_sample_counts_from_the_arrival_of_its_chunk() -> None:
    heard = listener(("commit", 1_100.0))
    heard.sound(np.concatenate([silence(30), tone(10)]), 1_200.0)
    assert heard.replies[0].voice_ms == 1_230.0


def test_sound_that_comes_early_is_heard_behind_what_still_plays() -> None:
    heard = listener(("commit", 1_100.0))
    heard.sound(silence(40), 1_200.0)
    heard.sound(tone(40), 1_205.0)
    assert heard.replies[0].voice_ms == 1_240.0


def test_sound_that_comes_late_is_heard_when_it_comes() -> None:
    heard = listener(("commit", 1_100.0))
    heard.sound(silence(40), 1_200.0)
    heard.sound(tone(40), 1_300.0)
    assert heard.replies[0].voice_ms == 1_300.0


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_however_an_early_answer_is_cut_into_chunks_it_is_heard_at_the_same_time(
    cuts_ms: list[int],
) -> None:
    answer = np.concatenate([silence(50), tone(200)])
    heard = listener(("commit", 1_100.0))
    at = 0
    for cut_ms in cuts_ms:
        heard.sound(answer[at : at + len(silence(cut_ms))], 1_200.0)
        at += len(silence(cut_ms))
    heard.sound(answer[at:], 1_200.0)
    assert heard.replies[0].voice_ms == pytest.approx(1_250.0)


def test_what_is_cleared_before_its_turn_is_never_heard() -> None:
    heard = listener(("commit", 1_100.0))
    heard.sound(np.concatenate([silence(30), tone(10)]), 1_200.0)
    heard.message(Clear(), 1_220.0)
    assert heard.replies[0].voice_ms is None


def test_what_was_heard_before_the_clearing_stays_heard() -> None:
    heard = listener(("commit", 1_100.0))
    heard.sound(tone(100), 1_200.0)
    heard.message(Clear(), 1_220.0)
    assert heard.replies[0].voice_ms == 1_200.0
    mark(heard, ("commit", 1_230.0))
    heard.sound(tone(100), 1_240.0)
    assert heard.replies[1].voice_ms == 1_240.0, "the cleared sound no longer plays"


def test_sound_without_a_turn_is_nobodys_answer() -> None:
    heard = listener()
    heard.sound(tone(100), 1_200.0)
    assert heard.replies == []


def test_a_turn_has_its_stages_after_t0_in_the_order_of_the_waterfall() -> None:
    heard = listener(("soft_end", 1_200.0), ("stt", 1_260.0))
    heard.message(Heard(text="What does it cost?"), 1_260.0)
    heard.message(Mark(stage="turn", at_ms=1_280.0, p_end=0.93), 1_280.0)
    mark(heard, ("commit", 1_281.0), ("look_up", 1_300.0))
    heard.message(Answering(source="fact"), 1_300.0)
    mark(heard, ("first_phrase", 1_301.0))
    heard.message(Phrase(text="Nothing at all."), 1_301.0)
    mark(heard, ("first_audio", 1_400.0), ("reveal", 1_402.0))
    heard.sound(tone(40), 1_410.0)
    turn = turn_of(RECORDING, heard.replies, T0_MS)
    assert list(turn.stages_ms.items()) == [
        ("soft_end", 200.0),
        ("stt", 260.0),
        ("turn", 280.0),
        ("look_up", 300.0),
        ("first_phrase", 301.0),
        ("first_audio", 400.0),
        ("commit", 281.0),
        ("reveal", 402.0),
    ]
    assert (turn.voice_ms, turn.react_ms, turn.kind) == (410.0, 281.0, "knowledge")
    assert (turn.p_end, turn.text) == (0.93, "Nothing at all.")
    assert turn.transcript == "What does it cost?"
    assert (turn.cutoffs_ms, turn.n_replies) == ([], 1)


def test_a_pause_that_the_agent_waited_out_leaves_only_its_last_quiet() -> None:
    heard = listener(("soft_end", 500.0), ("stt", 550.0), ("turn", 560.0))
    heard.message(Heard(text="I'd like"), 550.0)
    mark(heard, ("soft_end", 1_200.0), ("turn", 1_280.0))
    heard.message(Heard(text="two tickets"), 1_285.0)
    mark(heard, ("stt", 1_285.0), ("commit", 1_286.0))
    heard.sound(tone(40), 1_500.0)
    turn = turn_of(RECORDING, heard.replies, T0_MS)
    assert turn.stages_ms["soft_end"] == 200.0
    assert turn.stages_ms["stt"] == 285.0
    assert turn.transcript == "I'd like two tickets"


def test_an_answer_before_t0_is_a_cut_off_and_does_not_lend_its_stages() -> None:
    heard = listener(("soft_end", 500.0), ("commit", 560.0), ("first_audio", 690.0))
    heard.sound(tone(40), 700.0)
    heard.message(Clear(), 800.0)
    mark(heard, ("commit", 1_286.0))
    heard.sound(tone(40), 1_500.0)
    turn = turn_of(RECORDING, heard.replies, T0_MS)
    assert turn.cutoffs_ms == [-300.0]
    assert (turn.voice_ms, turn.n_replies) == (500.0, 1)
    assert turn.stages_ms == {"commit": 286.0}


def test_two_answers_after_t0_are_counted() -> None:
    heard = listener(("commit", 1_200.0))
    heard.sound(tone(40), 1_300.0)
    mark(heard, ("commit", 1_600.0))
    heard.sound(tone(40), 1_700.0)
    turn = turn_of(RECORDING, heard.replies, T0_MS)
    assert (turn.voice_ms, turn.n_replies) == (300.0, 2)


def test_a_reply_that_is_never_heard_is_a_missed_turn() -> None:
    heard = listener(("commit", 1_200.0), ("first_audio", 1_300.0))
    heard.sound(silence(100), 1_310.0)
    turn = turn_of(RECORDING, heard.replies, T0_MS)
    assert turn.missed
    assert turn.n_replies == 0


def test_an_answer_within_the_last_word_is_a_cut_off_and_not_missed() -> None:
    heard = listener(("commit", T0_MS - 210.0))
    heard.sound(tone(400), T0_MS - 200.0)
    turn = turn_of(RECORDING, heard.replies, T0_MS)
    assert (turn.cutoffs_ms, turn.early_ms, turn.voice_ms) == ([-200.0], -200.0, None)
    assert not turn.missed
    heard.message(Clear(), T0_MS)
    assert turn_of(RECORDING, heard.replies, T0_MS).missed, "somebody stopped it"
