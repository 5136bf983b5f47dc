"""Do these words make a whole turn? The port, what remembers, and what knows nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Protocol

from visavis.errors import VisavisError

_MAX_REMEMBERED = 64


class WordsModel(Protocol):
    """Judges words alone; the melody is the end-of-turn model's."""

    async def p_complete(self, words: str) -> float | None:
        """Probability 0…1 that whoever said this has finished; None if it can't be told."""
        ...


class NoWords:
    """For language models that do not show their probabilities."""

    async def p_complete(self, words: str) -> float | None:
        """Nothing is known."""
        del words
        return None


class JudgedWords:
    """Asks a language model.

    A judge that fails is one that knows nothing: the answer itself will fail aloud.
    """

    def __init__(self, judge: Callable[[str], Awaitable[float]]) -> None:
        self._judge = judge

    async def p_complete(self, words: str) -> float | None:
        """See `WordsModel.p_complete`."""
        try:
            return await self._judge(words)
        except VisavisError:
            return None


class RememberedWords:
    """Asks once for the same words: they are judged first as a guess, then as the question.

    One for each conversation: what a user said is forgotten with it.
    """

    def __init__(self, judge: WordsModel) -> None:
        self._judge = judge
        self._known: OrderedDict[str, float] = OrderedDict()

    async def p_complete(self, words: str) -> float | None:
        """See `WordsModel.p_complete`."""
        key = words.rstrip(" .,;:!?…").strip()
        if key not in self._known:
            p_complete = await self._judge.p_complete(key)
            if p_complete is None:
                return None
            self._known[key] = p_complete
            if len(self._known) > _MAX_REMEMBERED:
                self._known.popitem(last=False)
        return self._known.get(key)
