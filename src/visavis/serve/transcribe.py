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

    async def words(self, where: SpokenPrompt, sound: NDArray[np.float32]) -> str:
        """What is said in `sound`, float32 [n] at 16 kHz, which lies there; "" if it is no speech.

        Raises:
            EngineError: speech to text failed, or took too long.
        """
        if self._last is not None and self._last[0] == where:
            return self._last[1]
        cancelled = threading.Event()
        stt = self._engines.stt
        work = think(self._engines, stt.transcribe, sound[-HEARD_SAMPLES:], cancelled.is_set)
        try:
            text = words_heard_in(await within(TRANSCRIBE_S, work, "Speech to text"))
        finally:
            cancelled.set()  # a thread that still transcribes stops at its next token
        self._last = where, text
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
