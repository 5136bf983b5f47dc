"""What is prepared while the user still speaks is there when he stops, and else never heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.bench.in_memory import MemoryContender, recording
from tests.serve.scripted import Script
from visavis.bench.contender import run
from visavis.bench.turns import Turn
from visavis.serve.engines import Engines
from visavis.testing import run_virtual

WORD_MS = 300


class HearsOneWordAfterTheOther:
    """Hears as many words as there was time for."""

    def __init__(self, words: str) -> None:
        self._words = words.split()
        self.heard: list[str] = []

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        n_words = int(np.abs(sound).sum() / 0.3 / (WORD_MS * 16) + 0.5)
        text = " ".join(self._words[:n_words])
        self.heard.append(text)
        return text


def ask(script: Script, words: str, seats: int = 1) -> tuple[Turn, HearsOneWordAfterTheOther]:
    stt = HearsOneWordAfterTheOther(words)
    engines = replace(script.engines(), stt=stt, foresight=asyncio.Semaphore(seats))
    return _asked(engines, [recording(speech_ms=WORD_MS * len(words.split()))])[0], stt


def _asked(engines: Engines, recordings: Sequence[object]) -> list[Turn]:
    turns: list[Turn] = []
    contender = MemoryContender("visavis", engines)
    run_virtual(run([contender], recordings, 10, turns.append))  # type: ignore[arg-type]
    return turns


def test_the_answer_is_ready_before_the_turn_is_over() -> None:
    ahead, _ = ask(Script(), "tell me a story")
    behind, _ = ask(Script(), "tell me a story", seats=0)
    assert ahead.kind == behind.kind == "llm"
    assert ahead.text.startswith("Once there")
    assert ahead.voice_ms is not None
    assert behind.voice_ms is not None
    assert ahead.stages_ms["first_audio"] < behind.stages_ms["first_audio"] - 40.0
    assert ahead.voice_ms <= behind.voice_ms


class CountsQuestions:
    """How likely are these words? Whatever; but who asks?"""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def p_complete(self, words: str) -> float | None:
        self.asked.append(words)
        return 0.5


def test_words_are_judged_once_as_a_guess_and_for_each_conversation_anew() -> None:
    words = CountsQuestions()
    engines = replace(Script().engines(), words=words)
    heard = recording(speech_ms=1_000)
    _asked(engines, [heard])
    assert words.asked == ["what time is it"]
    _asked(engines, [heard])
    assert words.asked == ["what time is it"] * 2


def test_words_that_promise_more_are_not_answered() -> None:
    script = Script()
    _, stt = ask(script, "tell me a story")
    assert "tell me a" in stt.heard
    assert script.llm.n_open == 0


class ChangesItsMind:
    """Hears one question in the first second, and another one in the whole."""

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        return "what time is it" if len(sound) < 16_000 else "tell me a story"


def test_a_wrong_guess_is_never_heard() -> None:
    script = Script()
    engines = replace(script.engines(), stt=ChangesItsMind())
    (turn,) = _asked(engines, [recording(speech_ms=2_000)])
    assert "It is noon exactly." in script.tts.said, "guessed"
    assert turn.text.startswith("Once there"), "but what was heard is the answer to the whole"
    assert (turn.n_replies, turn.cutoffs_ms) == (1, [])
