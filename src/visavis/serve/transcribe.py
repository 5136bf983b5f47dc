"""The words of a conversation's microphone: within a limit, and once for each sound."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.errors import EngineError
from visavis.events import SpokenPrompt
from visavis.hear.audio import RATE_HZ
from visavis.plain import words_heard_in
from visavis.serve.answering import think
from visavis.serve.engines import Engines
from visavis.serve.limits import HEARD_SAMPLES, TRANSCRIBE_S, within

SAME_BEFORE_SAMPLES, SAME_BEHIND_SAMPLES = RATE_HZ * 32 // 1_000, RATE_HZ * 100 // 1_000
"""Silence that makes no other words: sound that ends as much before, or behind, is the same."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """Somebody's words, known or under way."""

    where: SpokenPrompt
    cancelled: threading.Event
    work: asyncio.Task[str]

    @property
    def failed(self) -> bool:
        return self.work.done() and (self.work.cancelled() or self.work.exception() is not None)

    def covers(self, where: SpokenPrompt) -> bool:
        """Whether these are the words of that sound too, which ends in silence."""
        behind = self.where.last_sample - where.last_sample
        starts = self.where.first_sample == where.first_sample
        return starts and -SAME_BEFORE_SAMPLES <= behind <= SAME_BEHIND_SAMPLES


class Transcriber:
    """One conversation's. Whoever asks for words that are known, or just being found, gets them:
    a guess may be the words of the whole turn, and what interrupts a reply is heard to judge it,
    and then again as a turn.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._latest: _Heard | None = None
        self._since_sample = -1
        self._so_far = ""  # what the turn that begins there sounded like, as it was written

    async def words(self, where: SpokenPrompt, sound: NDArray[np.float32]) -> str:
        """What is said in `sound`, float32 [n] at 16 kHz, which lies there; "" if it is no speech.

        A new sound takes the place of the one before.

        Raises:
            EngineError: speech to text failed, took too long, or has another sound to hear.
        """
        latest = self._latest
        if latest is None or latest.failed or not latest.covers(where):
            latest = self._begin(where, sound)
        try:
            return await asyncio.shield(latest.work)
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise
            raise EngineError("Speech to text went on to another sound.") from None

    async def aclose(self) -> None:
        """Stop, and wait for it."""
        self._drop()
        if self._latest is not None:
            await asyncio.gather(self._latest.work, return_exceptions=True)

    def _begin(self, where: SpokenPrompt, sound: NDArray[np.float32]) -> _Heard:
        self._drop()
        cancelled = threading.Event()
        work = asyncio.create_task(self._transcribe(where, sound, cancelled), name="transcribe")
        work.add_done_callback(_see)
        self._latest = _Heard(where, cancelled, work)
        return self._latest

    def _drop(self) -> None:
        if self._latest is not None:
            self._latest.cancelled.set()  # a thread that still transcribes stops at its next token
            self._latest.work.cancel()

    async def _transcribe(
        self, where: SpokenPrompt, sound: NDArray[np.float32], cancelled: threading.Event
    ) -> str:
        expected = self._so_far if where.first_sample == self._since_sample else ""
        recent = sound[-HEARD_SAMPLES:]
        stt = self._engines.stt
        work = think(self._engines, stt.transcribe, recent, cancelled.is_set, expected)
        try:
            heard = await within(TRANSCRIBE_S, work, "Speech to text")
        finally:
            cancelled.set()
        self._since_sample, self._so_far = where.first_sample, heard
        return words_heard_in(heard)


def _see(work: asyncio.Task[str]) -> None:
    """A guess that failed need not interest anybody."""
    if not work.cancelled():
        work.exception()


class Latest:
    """At most one piece of work beside everything else: the one begun last."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether it is under way."""
        return self._task is not None and not self._task.done()

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do this, and nothing else any more."""
        self.stop()
        self._task = asyncio.create_task(work, name=name)

    def stop(self) -> None:
        """It doesn't matter any more."""
        if self._task is not None:
            self._task.cancel()

    async def aclose(self) -> None:
        """Stop, and wait for it."""
        self.stop()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
