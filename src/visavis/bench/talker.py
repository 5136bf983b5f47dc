"""A person made of code: speaks a recording in real time, listens to the answer, keeps notes.

It is a full client of spec/wire.md with a simulated loudspeaker: a reply plays from its commit on
at its own rate, the playhead is reported ten times a second, duck holds it, stop and discard end
it. Times are monotonic milliseconds of this process; the listener's output latency is taken as zero
and every report says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from visavis.bench.playback import Playback
from visavis.bench.recording import AUDIBLE
from visavis.clock import Clock, MonotonicClock
from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.wire import messages as wire
from visavis.wire.codec import (
    MicrophoneFrame,
    ReplyFrame,
    decode_binary,
    decode_server,
    encode,
    encode_microphone,
)

Found = TypeVar("Found")

_FRAME_SAMPLES = RATE_HZ * 20 // 1_000


@dataclass(slots=True)
class HeardReply:
    """What this listener knows of one reply."""

    reply_id: int
    turn_id: int
    rate_hz: int
    phrases: list[wire.ReplyPhrase] = field(default_factory=list[wire.ReplyPhrase])
    pcm: bytearray = field(default_factory=bytearray)
    armed_ms: float = 0.0
    first_sound_ms: float | None = None
    committed_ms: float | None = None
    playing_since_ms: float | None = None
    n_samples: int | None = None
    ended_ms: float | None = None
    """Heard to its end, or stopped."""
    stopped_ms: float | None = None
    playback: Playback = field(init=False)
    stages_ms: dict[str, float] = field(default_factory=dict[str, float])
    p_end: float | None = None

    def __post_init__(self) -> None:
        self.playback = Playback(self.rate_hz)

    @property
    def n_received(self) -> int:
        """Samples that have come so far."""
        return len(self.pcm) // 2

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(phrase.text for phrase in self.phrases)

    @property
    def source(self) -> wire.Source | None:
        """Where its first phrase comes from."""
        return self.phrases[0].source if self.phrases else None

    def voice_ms(self, from_sample: int = 0) -> float | None:
        """When its first audible sample, from the given one on, is heard.

        None if it was never revealed, or nothing audible of it has come. A later sample is heard as
        much later as it lies behind, though it may not have come when the listener presses stop.
        """
        if self.playing_since_ms is None:
            return None
        sound = np.frombuffer(bytes(self.pcm[2 * from_sample :]), dtype="<i2")
        audible = np.flatnonzero(np.abs(sound.astype(np.float32) / 32_768.0) > AUDIBLE)
        if not len(audible) and from_sample == 0:
            return None
        n_samples = from_sample + (int(audible[0]) if len(audible) else 0)
        held_ms = sum(h.lasted_ms for h in self.playback.holds if h.sample <= n_samples)
        return self.playing_since_ms + n_samples * 1_000.0 / self.rate_hz + held_ms


class Socket(Protocol):
    """A WebSocket as a talker sees it."""

    async def send(self, message: str | bytes, /) -> None:
        """Send one frame."""
        ...

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The frames that come, until it closes."""
        ...


class Talker:
    """One conversation with a server. Use `talk_to`."""

    def __init__(self, socket: Socket, clock: Clock) -> None:
        self._socket = socket
        self._clock = clock
        self._sent_samples = 0
        self._players: dict[int, asyncio.Task[None]] = {}
        self._changed = asyncio.Condition()
        self.ready: wire.Ready | None = None
        self.replies: dict[int, HeardReply] = {}
        self.transcripts: list[wire.Transcript] = []
        self.errors: list[wire.Error] = []
        self.states: list[tuple[float, str]] = []

    def now_ms(self) -> float:
        """The clock of every time noted here."""
        return self._clock.now_ms()

    async def say_hello(self) -> None:
        """Must come first; asks for stage times."""
        hello = wire.Hello(protocol=wire.PROTOCOL_VERSION, client="visavis-bench", trace="stages")
        await self._socket.send(encode(hello))
        # It has no loudspeaker: nothing of the reply comes back into its microphone.
        await self._socket.send(encode(wire.Microphone(status="open", echo_cancellation="on")))

    async def say(self, sound: NDArray[np.float32]) -> float:
        """Speak float32 [n] at 16 kHz in real time; returns the moment of its first sample."""
        start_ms = self.now_ms()
        for at in range(0, len(sound), _FRAME_SAMPLES):
            part = sound[at : at + _FRAME_SAMPLES]
            due_ms = start_ms + (at + len(part)) * 1_000.0 / RATE_HZ
            await asyncio.sleep(max(0.0, due_ms - self.now_ms()) / 1_000.0)
            await self._send_sound(part)
        return start_ms

    async def be_silent(self, seconds: float, room: NDArray[np.float32]) -> None:
        """Say nothing for a while; `room`, float32 [n] at 16 kHz, is heard again and again."""
        await self.say(np.resize(room, int(seconds * RATE_HZ)))

    async def type(self, text: str) -> None:
        """Ask by keyboard."""
        await self._socket.send(encode(wire.Text(text=text)))

    async def interrupt(self) -> None:
        """Press stop."""
        await self._socket.send(encode(wire.Interrupt()))

    async def wait_until(self, find: Callable[[], Found | None], timeout_s: float) -> Found | None:
        """What `find` returns as soon as it is not None; None if that takes too long."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: find() is not None)
        except TimeoutError:
            return None
        return find()

    async def wait_for_reply(self, turn_id_after: int, timeout_s: float) -> HeardReply | None:
        """The first reply to a turn later than `turn_id_after` once it has been heard whole."""

        def find() -> HeardReply | None:
            later = [r for r in self.replies.values() if r.turn_id > turn_id_after]
            return next((r for r in later if r.ended_ms is not None), None)

        return await self.wait_until(find, timeout_s)

    async def wait_for_greeting(self, timeout_s: float = 30.0) -> HeardReply | None:
        """The greeting, once it has been heard."""
        return await self.wait_for_reply(-1, timeout_s)

    async def listen(self) -> None:
        """Take in frames until the socket closes."""
        async for frame in self._socket:
            if isinstance(frame, bytes):
                self._take_sound(frame)
            else:
                self._take_message(decode_server(frame))
            await self._tell()

    async def _tell(self) -> None:
        """Whoever waits for something may look again."""
        async with self._changed:
            self._changed.notify_all()

    async def _send_sound(self, part: NDArray[np.float32]) -> None:
        frame = MicrophoneFrame(self._sent_samples, pcm_from_float(part))
        self._sent_samples += len(part)
        await self._socket.send(encode_microphone(frame))

    def _take_sound(self, data: bytes) -> None:
        frame = decode_binary(data)
        if isinstance(frame, ReplyFrame) and (reply := self.replies.get(frame.reply_id)):
            if reply.first_sound_ms is None:
                reply.first_sound_ms = self.now_ms()
            reply.playback.advance(self.now_ms(), reply.n_received)
            reply.pcm += frame.pcm.tobytes()
            self._play_if_revealed(reply)

    def _take_message(self, message: wire.ServerMessage) -> None:
        match message:
            case wire.Ready():
                self.ready = message
            case wire.State(value=value):
                self.states.append((self.now_ms(), value))
            case wire.Transcript():
                self.transcripts.append(message)
            case wire.Error():
                self.errors.append(message)
            case wire.ReplyArmed():
                reply = HeardReply(message.reply_id, message.turn_id, message.rate_hz)
                reply.armed_ms = self.now_ms()
                self.replies[message.reply_id] = reply
            case wire.ReplyPhrase():
                self.replies[message.reply_id].phrases.append(message)
            case wire.ReplyEnd():
                self.replies[message.reply_id].n_samples = message.n_samples
            case wire.ReplyCommit():
                reply = self.replies[message.reply_id]
                reply.committed_ms = self.now_ms()
                self._play_if_revealed(reply)
            case wire.ReplyDiscard():
                del self.replies[message.reply_id]
            case wire.Trace():
                self.replies[message.reply_id].stages_ms = message.stages_ms
                self.replies[message.reply_id].p_end = message.p_end
            case wire.ReplyDuck() | wire.ReplyResume() | wire.ReplyStop():
                self._obey(message)
            case wire.Pong() | wire.ReplyEmotion():
                pass

    def _obey(self, order: wire.ReplyDuck | wire.ReplyResume | wire.ReplyStop) -> None:
        """What somebody's speaking over a reply does to it."""
        reply = self.replies[order.reply_id]
        if isinstance(order, wire.ReplyDuck):
            reply.playback.hold(self.now_ms(), reply.n_received)
        elif isinstance(order, wire.ReplyResume):
            reply.playback.resume(self.now_ms())
        else:
            self._stop(reply)

    def _play_if_revealed(self, reply: HeardReply) -> None:
        revealed = reply.committed_ms is not None and reply.first_sound_ms is not None
        if revealed and reply.playing_since_ms is None:
            reply.playing_since_ms = self.now_ms()
            reply.playback.start(reply.playing_since_ms)
            task = asyncio.create_task(self._play(reply), name=f"play-{reply.reply_id}")
            self._players[reply.reply_id] = task

    async def _play(self, reply: HeardReply) -> None:
        """The loudspeaker: tells ten times a second where it is."""
        played = 0
        while reply.n_samples is None or played < reply.n_samples:
            await asyncio.sleep(0.1)
            played = reply.playback.advance(self.now_ms(), reply.n_received)
            await self._report(reply, played, "playing")
            await self._tell()  # that time has passed: no frame may come while a reply is heard
        reply.ended_ms = self.now_ms()
        await self._report(reply, played, "ended")
        await self._tell()

    def _stop(self, reply: HeardReply) -> None:
        player = self._players.pop(reply.reply_id, None)
        if player is not None:
            player.cancel()
        reply.ended_ms = reply.stopped_ms = self.now_ms()
        heard = reply.playback.advance(self.now_ms(), reply.n_received)
        task = asyncio.create_task(self._report(reply, heard, "stopped"), name="stopped")
        self._players[-reply.reply_id] = task

    async def _report(self, reply: HeardReply, sample: int, status: str) -> None:
        message = wire.Playhead.model_validate(
            {"reply_id": reply.reply_id, "sample": sample, "status": status}
        )
        await self._socket.send(encode(message))

    async def close(self) -> None:
        """End all loudspeakers."""
        for player in self._players.values():
            player.cancel()
        await asyncio.gather(*self._players.values(), return_exceptions=True)


@asynccontextmanager
async def talk_to(url: str) -> AsyncGenerator[Talker, None]:
    """Connect to `ws://…/v1/talk`, say hello and wait until the server is ready."""
    async with connect(
        url,
        subprotocols=[Subprotocol(wire.SUBPROTOCOL)],
        max_size=None,
        compression=None,
    ) as socket:
        talker = Talker(socket, MonotonicClock())
        await talker.say_hello()
        listener = asyncio.create_task(talker.listen(), name="listener")
        try:
            yield talker
        finally:
            await talker.close()
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
