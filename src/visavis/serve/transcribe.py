"""The words of a conversation's microphone: within a limit, and once for each sound."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.events import SpokenPrompt
from visavis.plain import words_heard_in
from visavis.serve.answering import think
from visavis.serve.engines import Engines
from visavis.serve.limits import HEARD_SAMPLES, TRANSCRIBE_S, within


class Transcriber:
    """One conversation's. Remembers the words of the last sound: what interrupts a reply is heard
    to judge it, and then again as a turn; an attempt that failed behind its words is tried again.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._last: tuple[SpokenPrompt, str] | None = None
        self._since_sample = -1
        self._so_far = ""  # what the turn that begins there sounded like, as it was written

    async def words(self, where: SpokenPrompt, sound: NDArray[np.float32]) -> str:
        """What is said in `sound`, float32 [n] at 16 kHz, which lies there; "" if it is no speech.

        Raises:
            EngineError: speech to text failed, or took too long.
        """
        if self._last is not None and self._last[0] == where:
            return self._last[1]
        expected = self._so_far if where.first_sample == self._since_sample else ""
        cancelled = threading.Event()
        stt = self._engines.stt
        recent = sound[-HEARD_SAMPLES:]
        work = think(self._engines, stt.transcribe, recent, cancelled.is_set, expected)
        try:
            heard = await within(TRANSCRIBE_S, work, "Speech to text")
        finally:
            cancelled.set()  # a thread that still transcribes stops at its next token
        text = words_heard_in(heard)
        self._last = where, text
        self._since_sample, self._so_far = where.first_sample, heard
        return text


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
