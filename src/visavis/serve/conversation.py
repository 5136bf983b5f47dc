"""One peer, one conversation: carries events between socket, ear, session and attempts."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from visavis import events as ev
from visavis.clock import Clock
from visavis.errors import (
    ClientError,
    ProtocolError,
    TooLargeError,
    TooSlowError,
    UnsupportedError,
    VisavisError,
)
from visavis.hear.words import RememberedWords
from visavis.serve.attempt import AttemptRun
from visavis.serve.draft import Drafts
from visavis.serve.ear import Ear
from visavis.serve.engines import Engines
from visavis.serve.foresight import Foresight
from visavis.serve.overheard import Overheard
from visavis.serve.together import until_one_ends
from visavis.serve.transcribe import Transcriber
from visavis.serve.trouble import place_of
from visavis.session import Session
from visavis.wire import messages as wire
from visavis.wire import outgoing
from visavis.wire.codec import (
    MalformedError,
    MicrophoneFrame,
    ReplyFrame,
    decode_binary,
    decode_client,
    encode,
    encode_reply,
)

HELLO_TIMEOUT_S = 10.0
MAX_MISTAKES_IN_A_ROW = 20
MAX_UNSENT_BYTES = 8 * 1024 * 1024
"""About three minutes of speech. A peer that is further behind does not read at all."""

SEND_TIMEOUT_S = 20.0
_AUDIO_FRAME_BYTES = 16 * 1024
_MAX_NOTES = 8

CLOSE_TOO_LARGE = 1009
CLOSE_INTERNAL = 1011
CLOSE_PROTOCOL = 4400
CLOSE_UNSUPPORTED = 4406
CLOSE_TOO_SLOW = 4408

_log = logging.getLogger(__name__)


class PeerGoneError(Exception):
    """The peer closed the connection, or it broke."""


class Transport(Protocol):
    """A WebSocket as a conversation sees it."""

    async def receive(self) -> str | bytes:
        """The next frame. Raises PeerGoneError when there will be none."""
        ...

    async def send(self, data: str | bytes) -> None:
        """Send a frame; waits while the peer does not read. Raises PeerGoneError."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close; harmless if the peer is gone."""
        ...


NoteTurn = Callable[[Mapping[str, float]], None]
"""Told of each reply that is revealed when its stages were reached, in ms after its soft end."""


def _note_nothing(_stages_ms: Mapping[str, float]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Peer:
    """What a conversation is told about its peer and by whom it is timed."""

    session_id: str
    transport: Transport
    clock: Clock
    note_turn: NoteTurn = _note_nothing


class Conversation:
    """Runs until the peer leaves or misbehaves; leaves nothing behind."""

    def __init__(self, peer: Peer, engines: Engines) -> None:
        self._peer = peer
        engines = replace(engines, words=RememberedWords(engines.words))
        self._engines = engines
        self._session = Session()
        self._trace = "off"
        self._ear = Ear(engines.new_detector())
        self._outbox: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._unsent_bytes = 0
        self._drafts = Drafts(engines, peer.clock)
        self._transcriber = Transcriber(engines)
        self._foresight = Foresight(engines, self._drafts, self._transcriber)
        self._notes: deque[str] = deque(maxlen=_MAX_NOTES)  # for the log, once a turn is committed
        self._overheard = Overheard(self._transcriber, peer.clock, self._happen, self._notes.append)
        self._attempt: tuple[AttemptRun, asyncio.Task[None]] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._overflowed = asyncio.Event()

    async def run(self) -> None:
        """Hold the conversation. Raises nothing that belongs to this peer only."""
        try:
            await self._run()
        except PeerGoneError:
            pass
        except ClientError as error:
            await self._part(error, _close_code(error))
        except VisavisError as error:
            await self._part(error, CLOSE_INTERNAL)
        except Exception as error:  # noqa: BLE001 - a bug in one conversation must not end the others
            _log.error(
                "session %s: conversation failed: %s", self._peer.session_id, place_of(error)
            )
            await self._part(VisavisError("Something went wrong on the server."), CLOSE_INTERNAL)
        finally:
            await self._stop_attempt()
            await self._foresight.aclose()
            await self._overheard.aclose()
            await self._transcriber.aclose()
            await self._drafts.aclose()
            if self._alarm is not None:
                self._alarm.cancel()

    async def _run(self) -> None:
        hello = await self._greeted()
        self._session = Session(trace="stages", rule=self._engines.rule)
        self._trace = hello.trace
        persona = self._engines.persona
        self._post(
            encode(
                wire.Ready(
                    protocol=wire.PROTOCOL_VERSION,
                    session_id=self._peer.session_id,
                    input_rate_hz=wire.INPUT_RATE_HZ,
                    output_rate_hz=self._engines.tts.rate_hz,
                    persona=wire.PersonaCard(
                        name=persona.name,
                        character=persona.character,
                        greeting=persona.greeting,
                        suggestions=list(persona.suggestions),
                    ),
                )
            )
        )
        self._happen(ev.Began(self._now_ms(), persona.greeting))
        await until_one_ends(
            {
                "reader": self._read(),
                "writer": self._write(),
                "overflow": self._watch_overflow(),
            }
        )

    async def _greeted(self) -> wire.Hello:
        """Wait for a hello that this server can speak with."""
        try:
            async with asyncio.timeout(HELLO_TIMEOUT_S):
                frame = await self._peer.transport.receive()
        except TimeoutError:
            raise TooSlowError("No hello within ten seconds.") from None
        if isinstance(frame, bytes):
            raise MalformedError("The first frame must be a hello, as text.")
        message = decode_client(frame)
        if not isinstance(message, wire.Hello):
            raise MalformedError("The first frame must be a hello.")
        if message.protocol != wire.PROTOCOL_VERSION:
            raise UnsupportedError(
                f"Protocol {message.protocol} is not spoken here.",
                hint=f"This server speaks protocol {wire.PROTOCOL_VERSION}.",
            )
        if message.input_rate_hz != wire.INPUT_RATE_HZ:
            raise UnsupportedError(
                f"A microphone rate of {message.input_rate_hz} Hz is not supported.",
                hint=f"Resample to {wire.INPUT_RATE_HZ} Hz before sending.",
            )
        return message

    # -------------------------------------------------------------- from the peer

    async def _read(self) -> None:
        mistakes = 0
        while True:
            frame = await self._peer.transport.receive()
            try:
                await self._take(frame)
                mistakes = 0
            except (MalformedError, TooLargeError):
                raise
            except ProtocolError as error:
                mistakes += 1
                if mistakes >= MAX_MISTAKES_IN_A_ROW:
                    raise
                self._post(encode(outgoing.error(error, "warning")))

    async def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            sound = decode_binary(frame)
            if not isinstance(sound, MicrophoneFrame):
                raise MalformedError("Only microphone frames come from a client.")
            await self._hear(lambda: self._ear.hear(sound, self._now_ms()))
            return
        now_ms = self._now_ms()
        match decode_client(frame):
            case wire.Hello():
                raise ProtocolError("hello was said already")
            case wire.Microphone(status=status) as microphone:
                self._ear.expect(microphone, now_ms)
                if status != "open":
                    await self._hear(lambda: self._ear.mute(self._now_ms()))
            case wire.Text(text=text):
                if not text.strip():
                    raise ProtocolError("text.text: only spaces")
                self._happen(ev.TextTyped(now_ms, text.strip()))
            case wire.Playhead(reply_id=reply_id, sample=sample, status=status):
                self._happen(ev.PlayheadMoved(now_ms, reply_id, sample, status))
            case wire.Interrupt():
                self._happen(ev.Interrupted(now_ms))
            case wire.Ping(nonce=nonce):
                self._post(encode(wire.Pong(nonce=nonce)))

    async def _hear(self, listen: Callable[[], list[ev.Event]]) -> None:
        loop = asyncio.get_running_loop()
        for event in await loop.run_in_executor(self._engines.threads.ears, listen):
            self._happen(event)
        self._look_ahead()

    def _look_ahead(self) -> None:
        hearing, end_sample = self._session.hearing, self._ear.sound.end_sample
        if hearing is not None and self._foresight.wants(hearing, end_sample):
            sound = self._ear.sound.slice(hearing.first_sample, end_sample)
            self._foresight.guess(hearing, sound, end_sample)

    # -------------------------------------------------------------- the session

    def _happen(self, event: ev.Event) -> None:
        self._ear.expect(event, self._now_ms())
        for command in self._session.receive(event):
            self._carry_out(command)
        self._set_alarm()

    def _carry_out(self, command: ev.Command) -> None:
        self._ear.expect(command, self._now_ms())
        match command:
            case ev.Send(message):
                self._tell(message)
            case ev.SendAudio(reply_id, first_sample, pcm):
                for at in range(0, len(pcm), _AUDIO_FRAME_BYTES):
                    part = np.frombuffer(pcm[at : at + _AUDIO_FRAME_BYTES], dtype="<i2")
                    self._post(encode_reply(ReplyFrame(reply_id, first_sample + at // 2, part)))
            case ev.StartAttempt(attempt):
                self._start(attempt)
            case ev.HearOverlap(sound):
                heard = self._ear.sound.slice(sound.first_sample, sound.last_sample)
                self._overheard.listen(sound, heard)
            case ev.CancelAttempt(reply_id, work):
                if self._attempt is not None and self._attempt[0].reply_id == reply_id:
                    self._attempt[1].cancel()
                if work is ev.Work.FORGET:
                    self._drafts.drop()
            case ev.Committed(reply_id):
                if self._attempt is not None and self._attempt[0].reply_id == reply_id:
                    self._attempt[0].commit()
                self._write_notes()

    def _tell(self, message: wire.Message) -> None:
        if isinstance(message, wire.Error):  # whoever reads it will look for the reason
            self._write_notes()
        if isinstance(message, wire.Trace):
            self._peer.note_turn(message.stages_ms)
            if self._trace == "off":
                return
        self._post(encode(message))

    def _start(self, attempt: ev.Attempt) -> None:
        self._foresight.stop()
        if self._attempt is not None:
            self._attempt[1].cancel()
        sound = np.zeros(0, dtype=np.float32)
        if isinstance(attempt.prompt, ev.SpokenPrompt):
            prompt = attempt.prompt
            sound = self._ear.sound.slice(prompt.first_sample, prompt.last_sample)
        run = AttemptRun(
            attempt,
            self._engines,
            self._transcriber,
            self._drafts,
            self._peer.clock,
            self._happen,
            self._notes.append,
        )
        task = asyncio.create_task(run.run(sound), name=f"attempt-{attempt.reply_id}")
        self._attempt = (run, task)

    def _write_notes(self) -> None:
        while self._notes:
            _log.error("session %s: %s", self._peer.session_id, self._notes.popleft())

    async def _stop_attempt(self) -> None:
        if self._attempt is not None:
            self._attempt[1].cancel()
            with suppress(asyncio.CancelledError):
                await self._attempt[1]

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        deadline_ms = self._session.next_deadline_ms()
        if deadline_ms is not None:
            delay_s = max(0.0, deadline_ms - self._now_ms()) / 1_000.0
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(delay_s, self._tick)

    def _tick(self) -> None:
        self._alarm = None
        self._happen(ev.Tick(self._now_ms()))

    # -------------------------------------------------------------- to the peer

    def _post(self, data: str | bytes) -> None:
        self._unsent_bytes += len(data)
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            self._overflowed.set()
            return
        self._outbox.put_nowait(data)

    async def _write(self) -> None:
        while True:
            data = await self._outbox.get()
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._peer.transport.send(data)
            except TimeoutError:
                raise TooSlowError("You do not read what you are sent.") from None
            self._unsent_bytes -= len(data)

    async def _watch_overflow(self) -> None:
        await self._overflowed.wait()
        raise TooSlowError("You do not read what you are sent.")

    async def _part(self, error: VisavisError, close_code: int) -> None:
        """Say why, then close; a peer that does not read gets only the close."""
        with suppress(PeerGoneError, TimeoutError):
            async with asyncio.timeout(1.0):
                if not isinstance(error, TooSlowError) or self._outbox.empty():
                    await self._peer.transport.send(encode(outgoing.error(error, "fatal")))
        with suppress(PeerGoneError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._peer.transport.close(close_code, str(error)[:100])

    def _now_ms(self) -> float:
        return self._peer.clock.now_ms()


def _close_code(error: ClientError) -> int:
    match error:
        case UnsupportedError():
            return CLOSE_UNSUPPORTED
        case TooSlowError():
            return CLOSE_TOO_SLOW
        case TooLargeError():
            return CLOSE_TOO_LARGE
        case _:
            return CLOSE_PROTOCOL
