"""What is said over a reply: transcribed beside the attempt that voices the reply."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.clock import Clock
from visavis.plain import words_heard_in
from visavis.serve.answering import think
from visavis.serve.engines import Engines
from visavis.serve.limits import HEARD_SAMPLES, TRANSCRIBE_S, within
from visavis.serve.trouble import place_of


class Overheard:
    """One conversation's; the newest sound counts, what was begun before is dropped."""

    def __init__(
        self,
        engines: Engines,
        clock: Clock,
        emit: Callable[[ev.Event], None],
        note: Callable[[str], None],
    ) -> None:
        self._engines = engines
        self._clock = clock
        self._emit = emit
        self._note = note
        self._task: asyncio.Task[None] | None = None
        self._cancelled = threading.Event()

    def listen(self, where: ev.SpokenPrompt, sound: NDArray[np.float32]) -> None:
        """Begin to transcribe `sound`, float32 [n] at 16 kHz; an `OverlapHeard` will tell."""
        self.stop()
        self._cancelled = threading.Event()
        self._task = asyncio.create_task(
            self._transcribe(where, sound, self._cancelled), name="overheard"
        )

    def stop(self) -> None:
        """The words don't matter any more."""
        self._cancelled.set()
        if self._task is not None:
            self._task.cancel()

    async def aclose(self) -> None:
        """Stop, and wait for it."""
        self.stop()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task

    async def _transcribe(
        self, where: ev.SpokenPrompt, sound: NDArray[np.float32], cancelled: threading.Event
    ) -> None:
        """If speech to text fails, the session's deadline takes it for a noise."""
        stt = self._engines.stt
        work = think(self._engines, stt.transcribe, sound[-HEARD_SAMPLES:], cancelled.is_set)
        try:
            text = words_heard_in(await within(TRANSCRIBE_S, work, "Speech to text"))
        except Exception as error:  # noqa: BLE001 - a bug must not take the conversation with it
            self._note(f"what was said over a reply is not known: {place_of(error)}")
            return
        finally:
            cancelled.set()  # a thread that still transcribes stops at its next token
        self._emit(ev.OverlapHeard(self._clock.now_ms(), where, text))
