"""A contender without sockets, threads or models: the real harness, the real conversation, scripted
engines, virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from tests.serve.scripted import Script
from visavis.bench.recording import Question, Recording, Speaker
from visavis.bench.talk_contender import TalkConversation, skip_greeting
from visavis.bench.talker import Talker
from visavis.serve.conversation import Conversation, Peer, PeerGoneError
from visavis.serve.engines import Engines
from visavis.testing import LoopClock

SPEAKER = Speaker("tone", "test", "neural", "test")


def recording(*, speech_ms: int = 1_000, pauses_ms: tuple[tuple[int, int], ...] = ()) -> Recording:
    """A loud tone with silences at [start, end) ms, and 100 ms of quiet behind it."""
    sound = np.full((speech_ms + 100) * 16, 0.3, dtype=np.float32)
    sound[speech_ms * 16 :] = 0.0
    pauses = tuple((start * 16, end * 16) for start, end in pauses_ms)
    for start, end in pauses:
        sound[start:end] = 0.0
    return Recording("r", Question(say="?"), SPEAKER, "none", sound, speech_ms * 16, pauses)


class MemoryLine:
    """Both ends of a socket: a `Transport` for the server, a `Socket` for the talker."""

    def __init__(self) -> None:
        self._up: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._down: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.talker_end = _TalkerEnd(self._up, self._down)

    def hang_up(self) -> None:
        self._up.put_nowait(None)

    async def receive(self) -> str | bytes:
        frame = await self._up.get()
        if frame is None:
            raise PeerGoneError
        return frame

    async def send(self, data: str | bytes) -> None:
        self._down.put_nowait(data)

    async def close(self, code: int, reason: str) -> None:
        self._down.put_nowait(None)


class _TalkerEnd:
    def __init__(
        self, up: asyncio.Queue[str | bytes | None], down: asyncio.Queue[str | bytes | None]
    ) -> None:
        self._up = up
        self._down = down

    async def send(self, message: str | bytes, /) -> None:
        self._up.put_nowait(message)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (frame := await self._down.get()) is not None:
            yield frame


class MemoryContender:
    """A server in memory."""

    def __init__(self, name: str, engines: Engines) -> None:
        self.name = name
        self._engines = engines

    @asynccontextmanager
    async def conversation(self) -> AsyncGenerator[TalkConversation, None]:
        line = MemoryLine()
        server = Conversation(Peer("test", line, LoopClock()), self._engines)
        serving = asyncio.create_task(server.run(), name="server")
        talker = Talker(line.talker_end, LoopClock())
        listening = asyncio.create_task(talker.listen(), name="listener")
        try:
            await talker.say_hello()
            await skip_greeting(talker)
            yield TalkConversation(talker)
        finally:
            await talker.close()
            line.hang_up()
            await serving
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def script(question: str = "what time is it") -> Script:
    """Engines that hear this question."""
    made = Script()
    made.stt.text = question
    return made
