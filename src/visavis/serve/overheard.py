"""What is said over a reply: transcribed beside the attempt that voices the reply."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.clock import Clock
from visavis.serve.transcribe import Latest, Transcriber
from visavis.serve.trouble import place_of


class Overheard:
    """One conversation's; the newest sound counts, what was begun before is dropped."""

    def __init__(
        self,
        transcriber: Transcriber,
        clock: Clock,
        emit: Callable[[ev.Event], None],
        note: Callable[[str], None],
    ) -> None:
        self._transcriber = transcriber
        self._clock = clock
        self._emit = emit
        self._note = note
        self._work = Latest()

    def listen(self, where: ev.SpokenPrompt, sound: NDArray[np.float32]) -> None:
        """Begin to transcribe `sound`, float32 [n] at 16 kHz; an `OverlapHeard` will tell."""
        self._work.begin(self._transcribe(where, sound), name="overheard")

    async def aclose(self) -> None:
        """Stop, and wait for it."""
        await self._work.aclose()

    async def _transcribe(self, where: ev.SpokenPrompt, sound: NDArray[np.float32]) -> None:
        """If speech to text fails, the session's deadline takes it for a noise."""
        try:
            text = await self._transcriber.words(where, sound)
        except Exception as error:  # noqa: BLE001 - a bug must not take the conversation with it
            self._note(f"what was said over a reply is not known: {place_of(error)}")
            return
        self._emit(ev.OverlapHeard(self._clock.now_ms(), where, text))
