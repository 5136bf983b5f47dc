"""Listens ahead: while the user still speaks, guesses the words and prepares the answer to them.

Four times in five the words that Moonshine makes of a question cut 100 ms before its end are
already the final ones. So the answer to them is begun then, as a draft; the attempt at the turn's
soft end finds it if the words were right (serve/draft.py). A guess is never sent, logged or
remembered, and only one conversation of a server guesses at a time: it is spare time that is spent.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from visavis.events import SpokenPrompt
from visavis.hear.audio import RATE_HZ
from visavis.hear.turn import Signs, p_finished
from visavis.serve.allowance import Ahead
from visavis.serve.draft import Drafts
from visavis.serve.engines import Engines
from visavis.serve.limits import SCORE_S, within
from visavis.serve.transcribe import Latest, Transcriber
from visavis.turns import Hearing

EVERY_SAMPLES = RATE_HZ * 128 // 1_000
"""New sound between two guesses; one takes 60-100 ms of a core."""

SHORTEST_SAMPLES = RATE_HZ * 500 // 1_000
"""Half a second with its lead-in is hardly a word."""

WORTH_A_DRAFT = 0.15
"""Of an end, by the words alone. Answering half-sentences would keep the language model busy when
the whole one comes; ninety-nine ends in a hundred look likelier than this."""

LONGEST_SAMPLES = RATE_HZ * 20
"""A question is shorter. What goes on for longer, music perhaps, is not worth a core; it is still
heard at its next pause."""


class Foresight:
    """One conversation's guesses; at most one under way."""

    def __init__(self, engines: Engines, drafts: Drafts, transcriber: Transcriber) -> None:
        self._engines = engines
        self._drafts = drafts
        self._transcriber = transcriber
        self._work = Latest()
        self._next_sample = 0

    def wants(self, hearing: Hearing, end_sample: int) -> bool:
        """Is it time for another guess, and is nobody else guessing?"""
        return (
            end_sample >= max(self._next_sample, hearing.first_sample + SHORTEST_SAMPLES)
            and end_sample <= hearing.first_sample + LONGEST_SAMPLES
            and not self._work.busy
            and not self._engines.foresight.locked()
            and self._engines.hearing_ahead is Ahead.FREELY
        )

    def guess(self, hearing: Hearing, sound: NDArray[np.float32], end_sample: int) -> None:
        """Begin to guess from `sound`, float32 [n] at 16 kHz, the turn so far."""
        self._next_sample = end_sample + EVERY_SAMPLES
        where = SpokenPrompt(hearing.first_sample, end_sample)
        self._work.begin(self._guess(hearing, where, sound), name="guess")

    def stop(self) -> None:
        """The turn has paused: whoever transcribes it now needs the processor more."""
        self._work.stop()

    async def aclose(self) -> None:
        """Stop, and wait for it."""
        await self._work.aclose()

    async def _guess(
        self, hearing: Hearing, where: SpokenPrompt, sound: NDArray[np.float32]
    ) -> None:
        """Never fails: the attempt meets whatever is wrong again, and says so."""
        with suppress(Exception):
            async with self._engines.foresight:
                words = await self._transcriber.words(where, sound)
            if words and p_finished(Signs(text=words)) >= WORTH_A_DRAFT:
                self._drafts.take(words, hearing.history)
                weighing = self._engines.words.p_complete(words)  # remembered, for the attempt
                await within(SCORE_S, weighing, "The end of turn")
