"""The page's half of a conversation, where a client is no page of ours and the server plays it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.clock import Clock
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame, ReplyFrame, encode, encode_microphone
from visavis.wire.loudspeaker import Loudspeaker

_INBOX_FRAMES = 64
"""More than a second of sound that nobody has listened to yet: the client has to wait."""

_MICROPHONE_SAMPLES = wire.INPUT_RATE_HZ * 40 // 1_000


class PlayedPage:
    """A microphone and a loudspeaker for `Conversation`, of which it notices no difference.

    Whoever derives from it sends what `loudspeaker` has due, and completes the `Transport`.
    """

    def __init__(self, clock: Clock, loudspeaker: Loudspeaker, *first: wire.Message) -> None:
        """`first`: what the page would say at once."""
        self._clock = clock
        self._loudspeaker = loudspeaker
        self._n_heard_samples = 0
        self._changed = asyncio.Event()
        self._inbox: asyncio.Queue[str | bytes | Exception] = asyncio.Queue(_INBOX_FRAMES)
        for message in first:
            self._inbox.put_nowait(encode(message))

    async def receive(self) -> str | bytes:
        """See `Transport.receive`; raises what went wrong in work that is carried beside it."""
        frame = await self._inbox.get()
        if isinstance(frame, Exception):
            raise frame
        return frame

    async def carry(self, work: Coroutine[Any, Any, None]) -> None:
        """Run some work beside the conversation; `receive` raises what ends it."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - not lost: the conversation gets it
            await self._inbox.put(error)

    async def _say(self, message: wire.Message) -> None:
        await self._inbox.put(encode(message))

    async def _hear(self, pcm: NDArray[np.int16]) -> None:
        """The microphone's sound, int16 [n] at 16 kHz, in frames of 40 ms or less."""
        for at in range(0, len(pcm), _MICROPHONE_SAMPLES):
            part = pcm[at : at + _MICROPHONE_SAMPLES]
            sound = MicrophoneFrame(self._n_heard_samples, part)
            self._n_heard_samples += len(part)
            await self._inbox.put(encode_microphone(sound))

    def _play(self, message: wire.ServerMessage | ReplyFrame) -> None:
        self._loudspeaker.take(message, self._clock.now_ms())
        self._changed.set()

    async def _wait(self) -> None:
        """Until the next item is due, or something has come that may change that."""
        now_ms = self._clock.now_ms()
        due_ms = self._loudspeaker.next_due_ms(now_ms)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if due_ms is None else (due_ms - now_ms) / 1_000.0):
                await self._changed.wait()
