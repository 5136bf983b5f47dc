"""A Pipecat agent as a contender: real-time sound out, its sound and stage times in.

`conversation()` opens a WebSocket, and with it a pipeline, for one block of questions. A question
is played exactly as `bench.talk_contender` plays it to us: 20 ms frames in real time, its room
before and after. When the answer has been heard for as long as it takes to notice a second one,
the agent is asked to stop (an interruption, as Pipecat's own barge-in makes it), so that the next
question begins in quiet; every figure is taken before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import connect

from visavis.bench.corpus.room import room_after
from visavis.bench.peers.listener import PeerListener, answer_after, turn_of
from visavis.bench.peers.messages import Stop, decode_from_agent
from visavis.bench.recording import Recording
from visavis.bench.talk_contender import ANSWER_TIMEOUT_S, GAP_S, LISTEN_ON_MS
from visavis.bench.talker import Socket
from visavis.bench.turns import Turn
from visavis.clock import Clock, MonotonicClock
from visavis.errors import EngineError
from visavis.hear.audio import RATE_HZ, pcm_from_float

_FRAME_SAMPLES = RATE_HZ * 20 // 1_000
_ROOM_SAMPLES = 4 * RATE_HZ
_READY_TIMEOUT_S = 30.0
_SETTLE_S = 0.3


class PipecatContender:
    """One setting of the running agent at `url` (`ws://127.0.0.1:PORT`)."""

    def __init__(self, url: str, setting: str) -> None:
        self.name = f"pipecat_{setting}"
        self._url = f"{url}/talk/{setting}"

    @asynccontextmanager
    async def conversation(self) -> AsyncGenerator[PeerConversation, None]:
        """Connect and wait until its pipeline listens."""
        async with connect(self._url, max_size=None, compression=None) as socket:
            conversation = PeerConversation(socket, MonotonicClock())
            listening = asyncio.create_task(conversation.listen(), name="peer-listener")
            try:
                await conversation.wait_until_ready()
                yield conversation
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)


class PeerConversation:
    """One conversation over an open socket."""

    def __init__(self, socket: Socket, clock: Clock) -> None:
        self._socket = socket
        self._clock = clock
        self._listener = PeerListener()
        self._changed = asyncio.Condition()

    async def listen(self) -> None:
        """Take in frames until the socket closes."""
        async for frame in self._socket:
            at_ms = self._clock.now_ms()
            if isinstance(frame, bytes):
                self._listener.sound(np.frombuffer(frame, dtype="<i2"), at_ms)
            else:
                self._listener.message(decode_from_agent(frame), at_ms)
            async with self._changed:
                self._changed.notify_all()

    async def wait_until_ready(self) -> None:
        """Wait for its hello.

        Raises:
            EngineError: it does not come.
        """
        if not await self._wait_for(lambda: self._listener.rate_hz is not None, _READY_TIMEOUT_S):
            raise EngineError("The peer does not answer.", hint="Look at what it wrote.")
        await self._be_silent(_SETTLE_S, np.zeros(_FRAME_SAMPLES, dtype=np.float32))

    async def ask(self, recording: Recording) -> Turn:
        """Speak in real time; hear the answer begin; ask it to stop."""
        room = room_after(recording.sound, _ROOM_SAMPLES, seed=0)
        await self._be_silent(GAP_S, room)
        n_before = len(self._listener.replies)
        start_ms = await self._say(recording.sound)
        t0_ms = start_ms + recording.speech_end_ms
        silence = asyncio.create_task(self._be_silent(ANSWER_TIMEOUT_S + 2.0, room), name="room")
        try:
            await self._wait_for(lambda: self._is_heard(n_before, t0_ms), ANSWER_TIMEOUT_S)
            await asyncio.sleep(LISTEN_ON_MS / 1_000.0)
        finally:
            silence.cancel()
            await asyncio.gather(silence, return_exceptions=True)
        turn = turn_of(recording, self._listener.replies[n_before:], t0_ms)
        await self._socket.send(Stop().model_dump_json())
        await self._be_silent(_SETTLE_S, room)
        return turn

    def _is_heard(self, n_before: int, t0_ms: float) -> bool:
        return answer_after(self._listener.replies[n_before:], t0_ms) is not None

    async def _wait_for(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            return False
        return True

    async def _say(self, sound: NDArray[np.float32]) -> float:
        """Speak float32 [n] at 16 kHz in real time; returns the moment of its first sample."""
        start_ms = self._clock.now_ms()
        for at in range(0, len(sound), _FRAME_SAMPLES):
            part = sound[at : at + _FRAME_SAMPLES]
            due_ms = start_ms + (at + len(part)) * 1_000.0 / RATE_HZ
            await asyncio.sleep(max(0.0, due_ms - self._clock.now_ms()) / 1_000.0)
            await self._socket.send(pcm_from_float(part).tobytes())
        return start_ms

    async def _be_silent(self, seconds: float, room: NDArray[np.float32]) -> None:
        """Say nothing for a while; `room`, float32 [n] at 16 kHz, is heard again and again."""
        await self._say(np.resize(room, int(seconds * RATE_HZ)))
