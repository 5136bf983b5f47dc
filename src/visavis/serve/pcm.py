"""The plain PCM socket's edge: one conversation of the same engines, with a page played by us.

    harness  --PCM-->  PcmPeer  --microphone frames, playheads-->  Conversation
             <--PCM--           <--replies, held and revealed----

`Conversation` notices no difference, so what holds for the page (interruptions, coughs, memory cut
to the words that were heard) holds here too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from visavis.clock import Clock
from visavis.errors import TooSlowError
from visavis.serve.conversation import SEND_TIMEOUT_S, Conversation, Peer, Transport
from visavis.serve.engines import Engines
from visavis.wire import messages as wire
from visavis.wire.codec import (
    MicrophoneFrame,
    ReplyFrame,
    decode_binary,
    decode_server,
    encode,
    encode_microphone,
)
from visavis.wire.loudspeaker import Item, Loudspeaker
from visavis.wire.pcm import PcmOptions, Resampler, check_text, decode_pcm, encode_pcm

_INBOX_FRAMES = 64
"""More than a second of sound that nobody has listened to yet: the peer has to wait."""

_MICROPHONE_SAMPLES = wire.INPUT_RATE_HZ * 40 // 1_000


async def converse(peer: Peer, engines: Engines, options: PcmOptions) -> None:
    """Hold one conversation with a peer that speaks plain PCM; as `Conversation.run`."""
    if options.greeting == "none":
        engines = replace(engines, persona=engines.persona.model_copy(update={"greeting": ""}))
    page = PcmPeer(peer.transport, options, peer.clock)
    tasks = [
        asyncio.create_task(page.carry(page.listen()), name="pcm-listen"),
        asyncio.create_task(page.carry(page.speak()), name="pcm-speak"),
    ]
    try:
        await Conversation(Peer(peer.session_id, page, peer.clock), engines).run()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class PcmPeer:
    """A `Transport` that plays the page: `listen` and `speak` must run beside the conversation."""

    def __init__(self, transport: Transport, options: PcmOptions, clock: Clock) -> None:
        self._transport = transport
        self._options = options
        self._clock = clock
        self._microphone = Resampler(options.input_rate_hz, wire.INPUT_RATE_HZ, "LQ")
        self._n_heard_samples = 0
        self._loudspeaker = Loudspeaker(options.output_rate_hz)
        self._changed = asyncio.Event()
        self._inbox: asyncio.Queue[str | bytes | Exception] = asyncio.Queue(_INBOX_FRAMES)
        self._inbox.put_nowait(encode(wire.Hello(protocol=wire.PROTOCOL_VERSION, client="pcm")))
        # Harnesses have no loudspeaker, and telephone bridges cancel its echo themselves.
        quiet = wire.Microphone(status="open", echo_cancellation="on")
        self._inbox.put_nowait(encode(quiet))

    # -------------------------------------------------------------- as the conversation's transport

    async def receive(self) -> str | bytes:
        """See `Transport.receive`; raises what went wrong in `listen` or `speak`."""
        frame = await self._inbox.get()
        if isinstance(frame, Exception):
            raise frame
        return frame

    async def send(self, data: str | bytes) -> None:
        """See `Transport.send`."""
        message = decode_server(data) if isinstance(data, str) else decode_binary(data)
        match message:
            case wire.Error():
                await self._transport.send(data)
            case MicrophoneFrame():
                raise AssertionError("a server sends no microphone frames")
            case _:
                self._take(message)

    async def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        await self._transport.close(code, reason)

    def _take(self, message: wire.ServerMessage | ReplyFrame) -> None:
        self._loudspeaker.take(message, self._clock.now_ms())
        self._changed.set()

    # -------------------------------------------------------------- beside the conversation

    async def carry(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `listen` or `speak`; `receive` raises what ends it."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - not lost: the conversation gets it
            await self._inbox.put(error)

    async def listen(self) -> None:
        """Take the peer's sound to the conversation, samples counted at 16 kHz."""
        while True:
            frame = await self._transport.receive()
            if isinstance(frame, str):
                check_text(frame, self._options)
                continue
            pcm = self._microphone.push(decode_pcm(frame))
            for part in np.split(pcm, range(_MICROPHONE_SAMPLES, len(pcm), _MICROPHONE_SAMPLES)):
                if len(part):
                    sound = MicrophoneFrame(self._n_heard_samples, part)
                    self._n_heard_samples += len(part)
                    await self._inbox.put(encode_microphone(sound))

    async def speak(self) -> None:
        """Take replies to the peer as fast as they are heard, and the playhead to the session."""
        while True:
            self._changed.clear()
            while (item := self._loudspeaker.next_due(self._clock.now_ms())) is not None:
                await self._deliver(item)
            await self._wait()

    async def _deliver(self, item: Item) -> None:
        if isinstance(item, wire.Playhead):
            await self._inbox.put(encode(item))
            return
        data = encode_pcm(item) if isinstance(item, np.ndarray) else item.model_dump_json()
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._transport.send(data)
        except TimeoutError:
            raise TooSlowError("You do not read what you are sent.") from None

    async def _wait(self) -> None:
        """Until the next item is due, or something has come that may change that."""
        now_ms = self._clock.now_ms()
        due_ms = self._loudspeaker.next_due_ms(now_ms)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if due_ms is None else (due_ms - now_ms) / 1_000.0):
                await self._changed.wait()
