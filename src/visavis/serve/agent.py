"""Our engine behind an ElevenLabs client: one conversation, with a page played by us.

    client  --user_audio_chunk-->  AgentPeer  --microphone frames, playheads-->  Conversation
            <--audio, visemes----             <--replies, held and revealed----

As in pcm.py, `Conversation` notices no difference. An unmodified client needs no key and no cloud.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from visavis.clock import Clock
from visavis.errors import ClientError, TooSlowError, VisavisError
from visavis.reply.variables import with_variables
from visavis.serve.bridge import Side
from visavis.serve.closing import Close, SideClosedError, fitting
from visavis.serve.conversation import (
    CLOSE_TOO_SLOW,
    SEND_TIMEOUT_S,
    Conversation,
    NoteTurn,
    Peer,
    PeerGoneError,
)
from visavis.serve.engines import Engines
from visavis.serve.played_page import PlayedPage
from visavis.serve.together import beside
from visavis.wire import messages as wire
from visavis.wire.agent import (
    AgentVoice,
    ClientFrame,
    Initiation,
    Pong,
    UserSound,
    UserText,
    read_client,
)
from visavis.wire.codec import MicrophoneFrame, ReplyFrame, decode_binary, decode_server
from visavis.wire.elevenlabs import DIALECT
from visavis.wire.loudspeaker import Item, Loudspeaker
from visavis.wire.pcm import PcmClear, PcmTranscript

LEAD_MS = 200.0
"""Sent this far ahead of being heard: browsers decode on the thread that also draws the page."""

PING_S = 10.0
INITIATION_S = 10.0


@dataclass(frozen=True, slots=True)
class Session:
    """What is known of a session before its client has said a word."""

    session_id: str
    clock: Clock
    variables: Mapping[str, object]
    rate_hz: int
    """Of the sound that the client gets."""


async def hold_as_agent(
    client: Side,
    engines: Engines,
    session: Session,
    note_turn: NoteTurn = lambda stages_ms: None,
) -> None:
    """Hold one conversation with an ElevenLabs client. Raises nothing that is this client's own."""
    try:
        first = await _first(client)
    except SideClosedError:
        return
    except ClientError as error:
        await _part(client, error)
        return
    opening = first if isinstance(first, Initiation) else Initiation()
    variables = {**opening.variables, **session.variables}  # the server that asked is believed
    try:
        persona = with_variables(engines.persona, variables)
    except ClientError as error:
        await _part(client, error)
        return
    page = AgentPeer(client, opening, session)
    try:
        await page.begin()
    except PeerGoneError:
        return
    except TooSlowError as error:
        await _part(client, error)
        return
    works = {
        "agent-listen": page.carry(page.listen(first)),
        "agent-speak": page.carry(page.speak()),
        "agent-ping": page.carry(page.ping()),
    }
    async with beside(works):
        peer = Peer(session.session_id, page, session.clock, note_turn)
        await Conversation(peer, replace(engines, persona=persona)).run()


class AgentPeer(PlayedPage):
    """A `Transport` that plays the page: its three tasks must run beside the conversation."""

    def __init__(self, client: Side, opening: Initiation, session: Session) -> None:
        hello = wire.Hello(protocol=wire.PROTOCOL_VERSION, client="elevenlabs client")
        microphone = wire.Microphone(status="open", echo_cancellation=opening.echo)
        super().__init__(session.clock, Loudspeaker(session.rate_hz, LEAD_MS), hello, microphone)
        self._client = client
        self._session_id = session.session_id
        self._voice = AgentVoice(session.rate_hz, opening.manner)
        self._ping: tuple[int, float] | None = None
        self._round_trip_ms: int | None = None
        self._failure: wire.Error | None = None

    async def begin(self) -> None:
        """The session stands; nothing goes before this. Raises PeerGoneError, TooSlowError."""
        await self._tell([self._voice.metadata(f"visavis_{self._session_id}")])

    # -------------------------------------------------------------- as the conversation's transport

    async def receive(self) -> str | bytes:
        """See `Transport.receive`; raises what went wrong in a task beside it."""
        try:
            return await super().receive()
        except SideClosedError:
            raise PeerGoneError from None

    async def send(self, data: str | bytes) -> None:
        """See `Transport.send`."""
        message = decode_server(data) if isinstance(data, str) else decode_binary(data)
        match message:
            case MicrophoneFrame():
                raise AssertionError("a server sends no microphone frames")
            case ReplyFrame():
                self._play(message)
            case _:
                if isinstance(message, wire.Error) and message.severity == "fatal":
                    self._failure = message
                self._play(message)
                await self._tell(self._voice.take(message))

    async def close(self, code: int, reason: str) -> None:
        """See `Transport.close`: with the code that ElevenLabs would close with."""
        failure = "" if self._failure is None else self._failure.code
        name = DIALECT.error_name("too_slow" if code == CLOSE_TOO_SLOW else failure)
        with suppress(SideClosedError):
            await self._client.close(Close(name.close_code, fitting(reason)))

    # -------------------------------------------------------------- beside the conversation

    async def listen(self, first: ClientFrame) -> None:
        """Take what the client sends to the conversation, samples counted at 16 kHz; `first` is
        what came before the conversation.
        """
        await self._take(first)
        while True:
            await self._take(read_client(await self._client.receive()))

    async def speak(self) -> None:
        """Take replies to the client as fast as they are heard, and the playhead to the session."""
        while True:
            self._changed.clear()
            while True:
                n_before = self._loudspeaker.n_sent_samples
                item = self._loudspeaker.next_due(self._clock.now_ms())
                if item is None:
                    break
                await self._deliver(item, n_before)
            await self._wait()

    async def ping(self) -> None:
        """Keep proxies awake, and tell the client how far away it is."""
        while True:
            await asyncio.sleep(PING_S)
            frame, event_id = self._voice.ping(self._round_trip_ms)
            self._ping = (event_id, self._clock.now_ms())
            await self._tell([frame])

    async def _take(self, frame: ClientFrame) -> None:
        match frame:
            case UserSound(pcm):
                await self._hear(pcm)
            case UserText(text):
                await self._say(wire.Text(text=text))
            case Pong(event_id):
                if self._ping is not None and self._ping[0] == event_id:
                    self._round_trip_ms = round(self._clock.now_ms() - self._ping[1])
            case Initiation() | None:
                pass

    async def _deliver(self, item: Item, n_before: int) -> None:
        match item:
            case wire.Playhead():
                await self._say(item)
                await self._tell(self._voice.heard(item))
            case PcmClear():
                await self._tell(self._voice.interrupted())
            case PcmTranscript():
                await self._tell([self._voice.transcript(item.text)])
            case _:
                fades = self._loudspeaker.n_sent_samples == n_before
                await self._tell(self._voice.sound(item, None if fades else n_before))

    async def _tell(self, frames: list[str]) -> None:
        for frame in frames:
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._client.send(frame)
            except TimeoutError:
                raise TooSlowError("You do not read what you are sent.") from None
            except SideClosedError as error:
                raise PeerGoneError from error


async def _first(client: Side) -> ClientFrame:
    """The client's first frame, which as a rule says how it wants to talk."""
    try:
        async with asyncio.timeout(INITIATION_S):
            return read_client(await client.receive())
    except TimeoutError:
        raise TooSlowError("Nothing was said within ten seconds.") from None


async def _part(client: Side, error: VisavisError) -> None:
    """The session never stood: only the close can tell."""
    with suppress(SideClosedError, TimeoutError):
        async with asyncio.timeout(1.0):
            code = DIALECT.error_name(error.code).close_code
            await client.close(Close(code, fitting(f"{error} {error.hint}")))
