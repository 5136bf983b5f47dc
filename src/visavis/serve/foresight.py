"""Listens ahead: while the user still speaks, guesses the words and prepares the answer to them.

Four times in five the words that Moonshine makes of a question cut 100 ms before its end are
already the final ones. So the answer to them is begun then, as a draft; the attempt at the turn's
soft end finds it if the words were right (serve/draft.py). A guess is never sent, logged or
remembered, and only one conversation of a server guesses at a time: it is spare time that is spent.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ
from visavis.hear.turn import Signs, p_finished
from visavis.plain import words_heard_in
from visavis.serve.answering import think
from visavis.serve.draft import Drafts
from visavis.serve.engines import Engines
from visavis.serve.limits import SCORE_S, TRANSCRIBE_S, within
from visavis.session import Hearing

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

    def __init__(self, engines: Engines, drafts: Drafts) -> None:
        self._engines = engines
        self._drafts = drafts
        self._task: asyncio.Task[None] | None = None
        self._cancelled = threading.Event()
        self._next_sample = 0

    def wants(self, hearing: Hearing, end_sample: int) -> bool:
        """Is it time for another guess, and is nobody else guessing?"""
        return (
            end_sample >= max(self._next_sample, hearing.first_sample + SHORTEST_SAMPLES)
            and end_sample <= hearing.first_sample + LONGEST_SAMPLES
            and (self._task is None or self._task.done())
            and not self._engines.foresight.locked()
        )

    def guess(self, hearing: Hearing, sound: NDArray[np.float32], end_sample: int) -> None:
        """Begin to guess from `sound`, float32 [n] at 16 kHz, the turn so far."""
        self._next_sample = end_sample + EVERY_SAMPLES
        self._cancelled = threading.Event()
        self._task = asyncio.create_task(self._guess(hearing, sound, self._cancelled), name="guess")

    def stop(self) -> None:
        """The turn has paused: whoever transcribes it now needs the processor more."""
        self._cancelled.set()
        if self._task is not None:
            self._task.cancel()

    async def aclose(self) -> None:
        """Stop, and wait for it."""
        self.stop()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task

    async def _guess(
        self, hearing: Hearing, sound: NDArray[np.float32], cancelled: threading.Event
    ) -> None:
        """Never fails: the attempt meets whatever is wrong again, and says so."""
        with suppress(Exception):
            async with self._engines.foresight:
                work = think(self._engines, self._engines.stt.transcribe, sound, cancelled.is_set)
                try:
                    words = words_heard_in(await within(TRANSCRIBE_S, work, "Speech to text"))
                finally:
                    stop = cancelled.is_set()
                    cancelled.set()  # a thread that still transcribes stops at its next token
            if words and not stop and p_finished(Signs(text=words)) >= WORTH_A_DRAFT:
                self._drafts.take(words, hearing.history)
                weighing = self._engines.words.p_complete(words)  # remembered, for the attempt
                await within(SCORE_S, weighing, "The end of turn")
