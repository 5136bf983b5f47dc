"""The same words are judged once, and forgotten with the conversation."""

from __future__ import annotations

from visavis.errors import EngineError
from visavis.hear.words import JudgedWords, NoWords, RememberedWords
from visavis.testing import run_virtual


class Judge:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False

    async def __call__(self, words: str) -> float:
        self.asked.append(words)
        if self.broken:
            raise EngineError("no")
        return 0.25


def test_once_for_the_same_words_however_they_end() -> None:
    judge = Judge()

    async def main() -> None:
        words = RememberedWords(JudgedWords(judge))
        assert await words.p_complete("what time is it") == 0.25
        assert await words.p_complete("what time is it?") == 0.25
        assert judge.asked == ["what time is it"]

    run_virtual(main())


def test_a_judge_that_fails_knows_nothing_and_is_asked_again() -> None:
    judge = Judge()
    judge.broken = True

    async def main() -> None:
        words = RememberedWords(JudgedWords(judge))
        assert await words.p_complete("well") is None
        judge.broken = False
        assert await words.p_complete("well") == 0.25
        assert await RememberedWords(NoWords()).p_complete("well") is None

    run_virtual(main())


def test_what_is_remembered_is_bounded() -> None:
    judge = Judge()

    async def main() -> None:
        words = RememberedWords(JudgedWords(judge))
        for n in range(100):
            await words.p_complete(f"number {n}")
        await words.p_complete("number 99")
        assert len(judge.asked) == 100
        await words.p_complete("number 0")
        assert len(judge.asked) == 101

    run_virtual(main())
