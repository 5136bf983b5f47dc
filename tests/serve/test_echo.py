"""A page by a loudspeaker talks to the whole edge, in virtual time: who ducks the reply?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.chatter import chatter
from tests.serve.scripted import Script, ScriptedTts
from visavis.bench.echo.path import SpeakerPath
from visavis.serve.conversation import Conversation, Peer
from visavis.testing import LoopClock, MemoryTransport, run_virtual
from visavis.voice.tts import Voiced, VoiceStyle
from visavis.wire import messages as wire
from visavis.wire.codec import (
    MicrophoneFrame,
    ReplyFrame,
    decode_binary,
    decode_server,
    encode,
    encode_microphone,
)

RATE_HZ = 16_000
FRAME = 320
Cancellation = Literal["on", "off", "unknown"]


@dataclass
class ChatteringTts(ScriptedTts):
    """Three seconds of a synthetic voice for each phrase."""

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        async for _ in super().speak(text, style):
            sound = chatter(3.0, self.rate_hz, seed=len(self.said))
            phones = (("h", 8_000), ("ə", 20_000), ("m", 20_000))
            yield Voiced(sound, self.rate_hz, phones, text)


@dataclass
class Loudspeaker:
    """The page's half: plays what is committed, and its microphone hears that and a person."""

    path: SpeakerPath | None
    cancellation: Cancellation = "unknown"
    transport: MemoryTransport = field(default_factory=MemoryTransport)

    def messages(self) -> list[wire.ServerMessage]:
        return [decode_server(frame) for frame in self.transport.sent if isinstance(frame, str)]

    def replies_overlapped(self) -> list[int]:
        return [
            m.reply_id for m in self.messages() if isinstance(m, wire.ReplyDuck | wire.ReplyStop)
        ]

    def _sound_of(self, reply_id: int) -> NDArray[np.float32]:
        frames = [decode_binary(f) for f in self.transport.sent if isinstance(f, bytes)]
        parts = [f.pcm for f in frames if isinstance(f, ReplyFrame) and f.reply_id == reply_id]
        sound = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)
        return (sound / 32_768.0).astype(np.float32)

    async def live(self, seconds: float, remarks: dict[float, NDArray[np.float32]]) -> None:
        """Play, listen and report for so long; at each key, in seconds, a person speaks."""
        n_samples = round(seconds * RATE_HZ)
        room = np.random.default_rng(1).normal(0.0, 3e-4, n_samples + RATE_HZ)
        air = room.astype(np.float32)
        for at_s, voice in remarks.items():
            start = round(at_s * RATE_HZ)
            air[start : start + len(voice)] += voice
        opened = {"status": "open", "echo_cancellation": self.cancellation}
        self.transport.arrive(encode(wire.Microphone.model_validate(opened)))
        begun: dict[int, int] = {}
        for first in range(0, n_samples, FRAME):
            for reply_id in self._committed() - begun.keys():
                begun[reply_id] = first
                if self.path is not None:
                    echo = 0.3 * self.path(self._sound_of(reply_id))[: len(air) - first]
                    air[first : first + len(echo)] += echo
            await asyncio.sleep(FRAME / RATE_HZ)
            if first // FRAME % 5 == 0:
                self._report(begun, first + FRAME)
            pcm = np.round(32_767.0 * np.clip(air[first : first + FRAME], -1.0, 1.0))
            frame = MicrophoneFrame(first, pcm.astype(np.int16))
            self.transport.arrive(encode_microphone(frame))

    def _committed(self) -> set[int]:
        done = {m.reply_id for m in self.messages() if isinstance(m, wire.ReplyEnd)}
        return {m.reply_id for m in self.messages() if isinstance(m, wire.ReplyCommit)} & done

    def _report(self, begun: dict[int, int], now_sample: int) -> None:
        for reply_id, start in begun.items():
            n_samples, heard = len(self._sound_of(reply_id)), now_sample - start
            if heard < n_samples + 5 * FRAME:
                status = "playing" if heard < n_samples else "ended"
                playhead = {"reply_id": reply_id, "sample": min(heard, n_samples), "status": status}
                self.transport.arrive(encode(wire.Playhead.model_validate(playhead)))


def perform(
    page: Loudspeaker, seconds: float, remarks: dict[float, NDArray[np.float32]]
) -> Loudspeaker:
    async def main() -> Loudspeaker:
        script = Script(tts=ChatteringTts())
        peer = Peer("test", page.transport, LoopClock())
        running = asyncio.create_task(Conversation(peer, script.engines()).run())
        page.transport.arrive(encode(wire.Hello(protocol=1)))
        await page.live(seconds, remarks)
        page.transport.leave()
        await asyncio.wait_for(running, 60)
        return page

    return run_virtual(main())


@pytest.mark.parametrize("delay_ms", [20.0, 150.0, 300.0])
def test_the_greeting_by_a_loudspeaker_is_said_to_its_end(delay_ms: float) -> None:
    page = perform(Loudspeaker(SpeakerPath(delay_ms, 0.4, 0.0, seed=1)), 5.0, {})
    assert any(isinstance(m, wire.ReplyCommit) for m in page.messages())
    assert page.replies_overlapped() == []
    states = [m.value for m in page.messages() if isinstance(m, wire.State)]
    assert states[-1] == "listening"
    assert "hearing" not in states, "the tail in the room is no turn"


@pytest.mark.parametrize("path", [None, SpeakerPath(150.0, 0.4, 0.0, seed=1)], ids=str)
def test_a_person_interrupts_it(path: SpeakerPath | None) -> None:
    remark = 1.5 * chatter(1.2, RATE_HZ, 50)
    page = perform(Loudspeaker(path), 4.0, {2.2: remark})
    assert 1 in page.replies_overlapped()


def test_the_page_says_whether_its_browser_cancels() -> None:
    """With a canceller a person is believed in the first words; if there is none, they wait."""
    remark = 1.5 * chatter(0.5, RATE_HZ, 51)
    overlapped: dict[Cancellation, list[int]] = {}
    for cancellation in ("on", "off"):
        page = perform(Loudspeaker(None, cancellation), 1.2, {0.4: remark})
        overlapped[cancellation] = page.replies_overlapped()
    assert 1 in overlapped["on"]
    assert overlapped["off"] == []
