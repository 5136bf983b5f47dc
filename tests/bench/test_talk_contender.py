"""What the listener made of code notes of a conversation, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import pytest

from tests.bench.in_memory import MemoryContender, recording, script
from tests.serve.scripted import ScriptedTts
from visavis.bench.contender import run
from visavis.bench.recording import Recording
from visavis.bench.tradeoff import timer
from visavis.bench.turns import Turn
from visavis.serve.engines import Engines
from visavis.testing import run_virtual
from visavis.voice.tts import Voiced, VoiceStyle

DELAY_MS = 180.0
FRAME_MS = 52.0
"""A soft end is noticed at the end of a detector frame of 32 ms, itself cut from wire frames of
20 ms."""


def at_once(question: str = "what time is it", delay_ms: float = DELAY_MS) -> Engines:
    """Engines that answer after so much silence, and do not guess ahead."""
    engines = script(question).engines()
    return replace(engines, rule=timer(delay_ms), foresight=asyncio.Semaphore(0))


def ask(engines: Engines, *recordings: Recording, per_conversation: int = 10) -> list[Turn]:
    turns: list[Turn] = []
    contender = MemoryContender("visavis", engines)
    run_virtual(run([contender], recordings, per_conversation, turns.append))
    return turns


def test_a_fact_is_heard_when_the_rule_says_so() -> None:
    (turn,) = ask(at_once(), recording())
    assert turn.voice_ms == pytest.approx(DELAY_MS, abs=FRAME_MS)
    assert turn.kind == "knowledge"
    assert turn.text == "It is noon exactly."
    assert turn.transcript == "what time is it"
    assert turn.p_end == 1.0
    assert (turn.cutoffs_ms, turn.n_replies) == ([], 1)
    assert turn.react_ms is not None
    assert turn.voice_ms is not None
    assert turn.face_ms is not None
    assert turn.react_ms <= turn.voice_ms <= turn.face_ms + 1.0


def test_stages_come_in_order_and_end_with_the_voice() -> None:
    (turn,) = ask(at_once("tell me a story"), recording())
    stages = turn.stages_ms
    assert turn.kind == "llm"
    order = ("soft_end", "stt", "look_up", "first_token", "first_phrase", "first_audio", "reveal")
    assert [stages[stage] for stage in order] == sorted(stages[stage] for stage in order)
    assert turn.voice_ms == pytest.approx(stages["reveal"], abs=1.0)


def test_the_first_question_of_a_conversation_is_cold() -> None:
    turns = ask(at_once(), *[recording()] * 5, per_conversation=2)
    assert [turn.warmth for turn in turns] == ["cold", "warm", "cold", "warm", "cold"]
    assert all(turn.n_replies == 1 for turn in turns)


def test_an_answer_into_a_pause_is_a_cut_off() -> None:
    asked = recording(speech_ms=2_000, pauses_ms=((800, 1_400),))
    (turn,) = ask(at_once(), asked)
    (cutoff_ms,) = turn.cutoffs_ms
    assert cutoff_ms == pytest.approx(-1_200.0 + DELAY_MS, abs=FRAME_MS)
    assert turn.voice_ms is not None and turn.voice_ms > 0.0


def test_a_patient_rule_cuts_nobody_off() -> None:
    asked = recording(speech_ms=2_000, pauses_ms=((800, 1_400),))
    (turn,) = ask(at_once(delay_ms=1_500.0), asked)
    assert turn.cutoffs_ms == []
    assert turn.voice_ms == pytest.approx(1_500.0, abs=FRAME_MS)


class LongAndSoft(ScriptedTts):
    """Begins a hundredth of a second after its first sample, and takes ten for a phrase."""

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        sound = np.full(160_000, 0.3, dtype=np.float32)
        sound[:160] = 0.0
        async with aclosing(super().speak(text, style)) as pieces:
            async for voiced in pieces:
                yield replace(voiced, sound=sound)


def test_an_answer_that_had_come_whole_before_it_is_heard_is_not_missed() -> None:
    engines = at_once()
    (turn,) = ask(replace(engines, tts=LongAndSoft()), recording())
    assert turn.voice_ms == pytest.approx(DELAY_MS + 10.0, abs=FRAME_MS)


def test_an_answer_within_the_last_word_is_a_cut_off_and_not_missed() -> None:
    asked = recording()
    asked.sound[700 * 16 :] = 0.0  # of the last word nothing is loud enough to be noticed
    (turn,) = ask(at_once(), asked)
    (cutoff_ms,) = turn.cutoffs_ms
    assert cutoff_ms == pytest.approx(-300.0 + DELAY_MS, abs=FRAME_MS)
    assert (turn.early_ms, turn.voice_ms, turn.n_replies) == (cutoff_ms, None, 0)
    assert not turn.missed
    assert turn.text == "It is noon exactly."


def test_an_answer_long_before_the_last_word_answers_nothing() -> None:
    asked = recording()
    asked.sound[400 * 16 :] = 0.0
    (turn,) = ask(at_once(), asked)
    assert len(turn.cutoffs_ms) == 1
    assert turn.missed


def test_no_words_no_answer() -> None:
    (turn,) = ask(at_once(""), recording())
    assert turn.missed
    assert (turn.kind, turn.n_replies, turn.stages_ms) == ("other", 0, {})


def test_contenders_take_turns_and_the_order_rotates() -> None:
    contenders = [MemoryContender(name, at_once()) for name in ("a", "b", "c")]
    turns: list[Turn] = []
    run_virtual(run(contenders, [recording()] * 3, 1, turns.append))
    assert [turn.contender for turn in turns] == list("abcbcacab")
