"""Each sound is transcribed once, and only the latest work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.serve.scripted import Script, ScriptedStt
from visavis.errors import EngineError
from visavis.events import SpokenPrompt
from visavis.serve.transcribe import Latest, Transcriber
from visavis.testing import run_virtual

SOUND = np.zeros(1_600, dtype=np.float32)
HERE, THERE = SpokenPrompt(0, 1_600), SpokenPrompt(0, 4_800)


class Counting(ScriptedStt):
    """Says how often it was asked; fails the first `n_failures` times."""

    def __init__(self, n_failures: int = 0) -> None:
        super().__init__()
        self.n_asked = 0
        self._n_failures = n_failures

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        self.n_asked += 1
        if self.n_asked <= self._n_failures:
            raise EngineError("Deaf.")
        return f"take {self.n_asked}"


def test_the_same_sound_is_transcribed_once_and_another_one_anew() -> None:
    stt = Counting()

    async def main() -> None:
        transcriber = Transcriber(Script(stt=stt).engines())
        assert await transcriber.words(HERE, SOUND) == "take 1"
        assert await transcriber.words(HERE, SOUND) == "take 1"
        assert await transcriber.words(THERE, SOUND) == "take 2"
        assert await transcriber.words(HERE, SOUND) == "take 3", "only the last is remembered"

    run_virtual(main())


class Noting(ScriptedStt):
    """Notes what was expected."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[str] = []

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        self.expected.append(expected)
        return self.text


def test_silence_behind_it_makes_no_other_words() -> None:
    stt = Counting()

    async def main() -> None:
        transcriber = Transcriber(Script(stt=stt).engines())
        guess = asyncio.create_task(transcriber.words(SpokenPrompt(0, 16_000), SOUND))
        await asyncio.sleep(0)
        guess.cancel()  # the turn has paused, and wants the same words
        assert await transcriber.words(SpokenPrompt(0, 16_400), SOUND) == "take 1"
        assert await transcriber.words(SpokenPrompt(0, 15_000), SOUND) == "take 1"
        assert await transcriber.words(SpokenPrompt(0, 16_600), SOUND) == "take 2", "more was said"

    run_virtual(main())


def test_who_waits_for_words_that_nobody_finds_any_more_is_told() -> None:
    async def main() -> None:
        transcriber = Transcriber(Script().engines())
        first = asyncio.create_task(transcriber.words(HERE, SOUND))
        await asyncio.sleep(0)
        await transcriber.words(THERE, SOUND)
        with pytest.raises(EngineError, match="another sound"):
            await first
        await transcriber.aclose()

    run_virtual(main())


def test_the_words_of_the_same_turn_so_far_are_expected_again() -> None:
    stt = Noting()

    async def main() -> None:
        transcriber = Transcriber(Script(stt=stt).engines())
        await transcriber.words(HERE, SOUND)
        await transcriber.words(THERE, SOUND)
        await transcriber.words(SpokenPrompt(1_600, 3_200), SOUND)
        assert stt.expected == ["", stt.text, ""], "another turn has other words"

    run_virtual(main())


def test_a_failure_is_not_remembered() -> None:
    async def main() -> None:
        transcriber = Transcriber(Script(stt=Counting(n_failures=1)).engines())
        with pytest.raises(EngineError):
            await transcriber.words(HERE, SOUND)
        assert await transcriber.words(HERE, SOUND) == "take 2"

    run_virtual(main())


def test_only_the_latest_work_goes_on() -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        await asyncio.sleep(1.0)
        done.append(name)

    async def main() -> None:
        latest = Latest()
        latest.begin(work("first"), "first")
        await asyncio.sleep(0.5)
        latest.begin(work("second"), "second")
        assert latest.busy
        await asyncio.sleep(2.0)
        assert not latest.busy
        latest.begin(work("third"), "third")
        await latest.aclose()
        assert done == ["second"]

    run_virtual(main())
