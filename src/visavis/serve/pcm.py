"""The plain PCM socket's edge: one conversation of the same engines, with a page played by us.

    harness  --PCM-->  PcmPeer  --microphone frames, playheads-->  Conversation
             <--PCM--           <--replies, held and revealed----

`Conversation` notices no difference, so what holds for the page (interruptions, coughs, memory cut
to the words that were heard) holds here too.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np

from visavis.clock import Clock
from visavis.errors import TooSlowError
from visavis.serve.conversation import SEND_TIMEOUT_S, Conversation, Peer, Transport
from visavis.serve.engines import Engines
from visavis.serve.played_page import PlayedPage
from visavis.serve.together import beside
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame, decode_binary, decode_server
from visavis.wire.loudspeaker import Item, Loudspeaker
from visavis.wire.pcm import PcmOptions, Resampler, check_text, decode_pcm, encode_pcm


async def converse(peer: Peer, engines: Engines, options: PcmOptions) -> None:
    """Hold one conversation with a peer that speaks plain PCM; as `Conversation.run`."""
    if options.greeting == "none":
        engines = replace(engines, persona=engines.persona.model_copy(update={"greeting": ""}))
    page = PcmPeer(peer.transport, options, peer.clock)
    works = {"pcm-listen": page.carry(page.listen()), "pcm-speak": page.carry(page.speak())}
    async with beside(works):
        await Conversation(replace(peer, transport=page), engines).run()


class PcmPeer(PlayedPage):
    """A `Transport` that plays the page: `listen` and `speak` must run beside the conversation."""

    def __init__(self, transport: Transport, options: PcmOptions, clock: Clock) -> None:
        # Harnesses have no loudspeaker, and telephone bridges cancel its echo themselves.
        quiet = wire.Microphone(status="open", echo_cancellation="on")
        hello = wire.Hello(protocol=wire.PROTOCOL_VERSION, client="pcm")
        super().__init__(clock, Loudspeaker(options.output_rate_hz), hello, quiet)
        self._transport = transport
        self._options = options
        self._microphone = Resampler(options.input_rate_hz, wire.INPUT_RATE_HZ, "LQ")

    # -------------------------------------------------------------- as the conversation's transport

    async def send(self, data: str | bytes) -> None:
        """See `Transport.send`."""
        message = decode_server(data) if isinstance(data, str) else decode_binary(data)
        match message:
            case wire.Error():
                await self._transport.send(data)
            case MicrophoneFrame():
                raise AssertionError("a server sends no microphone frames")
            case _:
                self._play(message)

    async def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        await self._transport.close(code, reason)

    # -------------------------------------------------------------- beside the conversation

    async def listen(self) -> None:
        """Take the peer's sound to the conversation, samples counted at 16 kHz."""
        while True:
            frame = await self._transport.receive()
            if isinstance(frame, str):
                check_text(frame, self._options)
                continue
            await self._hear(self._microphone.push(decode_pcm(frame)))

    async def speak(self) -> None:
        """Take replies to the peer as fast as they are heard, and the playhead to the session."""
        while True:
            self._changed.clear()
            while (item := self._loudspeaker.next_due(self._clock.now_ms())) is not None:
                await self._deliver(item)
            await self._wait()

    async def _deliver(self, item: Item) -> None:
        if isinstance(item, wire.Playhead):
            await self._say(item)
            return
        data = encode_pcm(item) if isinstance(item, np.ndarray) else item.model_dump_json()
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._transport.send(data)
        except TimeoutError:
            raise TooSlowError("You do not read what you are sent.") from None
