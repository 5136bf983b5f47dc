"""The plain PCM socket with scripted engines, in virtual time; its route on a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from tests.serve.scripted import Script
from tests.serve.test_app import serving
from visavis.overlap import LONG_MS
from visavis.serve.conversation import Peer, PeerGoneError
from visavis.serve.pcm import converse
from visavis.testing import LoopClock, MemoryTransport, run_virtual
from visavis.wire.loudspeaker import FRAME_MS
from visavis.wire.pcm import PcmOptions

LONG_ANSWER = "One. Two. Three. Four. Five. Six. Seven. Eight."


class Harness(MemoryTransport):
    """Notes when each frame came."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_ms: list[float] = []

    async def send(self, data: str | bytes) -> None:
        await super().send(data)
        self.sent_ms.append(LoopClock().now_ms())


@dataclass
class Stage:
    """A harness that speaks and listens."""

    options: PcmOptions
    transport: Harness = field(default_factory=Harness)

    async def speak(self, ms: int, level: float = 0.5) -> None:
        """Send 20 ms a frame in real (virtual) time."""
        n_samples = self.options.input_rate_hz // 50
        for _ in range(ms // 20):
            self.transport.arrive(np.full(n_samples, int(level * 32_767), dtype="<i2").tobytes())
            await asyncio.sleep(0.02)

    async def silence(self, ms: int) -> None:
        await self.speak(ms, 0.0)

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.transport.sent if isinstance(frame, str)]

    def sound(self, since_ms: float = 0.0) -> np.ndarray:
        """Everything heard after `since_ms`."""
        pairs = zip(self.transport.sent, self.transport.sent_ms, strict=True)
        frames = [f for f, at in pairs if isinstance(f, bytes) and at > since_ms]
        return np.frombuffer(b"".join(frames), dtype="<i2")

    def first_sound_ms(self) -> float:
        pairs = zip(self.transport.sent, self.transport.sent_ms, strict=True)
        return next(at for frame, at in pairs if isinstance(frame, bytes))


Play = Callable[[Stage], Awaitable[None]]


def perform(play: Play, script: Script | None = None, options: PcmOptions | None = None) -> Stage:
    """Run a conversation in which `play` is the harness; it leaves at the end."""

    async def main() -> Stage:
        stage = Stage(options or PcmOptions())
        peer = Peer("test", stage.transport, LoopClock())
        running = asyncio.create_task(
            converse(peer, (script or Script()).engines(), stage.options), name="converse"
        )
        await play(stage)
        stage.transport.leave()
        await asyncio.wait_for(running, 60)
        return stage

    return run_virtual(main())


def story() -> Script:
    """Answers everything with four seconds of sound."""
    script = Script()
    facts = [f.model_copy(update={"answer": LONG_ANSWER}) for f in script.persona.facts]
    script.persona = script.persona.model_copy(update={"facts": facts})
    return script


def seconds_of(script: Script) -> float:
    """How long the scripted voice spoke: half a second a phrase."""
    return 0.5 * len(script.tts.said)


def test_a_question_is_answered_in_real_time_with_its_transcript() -> None:
    async def play(stage: Stage) -> None:
        await stage.silence(500)
        await stage.speak(800)
        await stage.silence(3_000)

    script = Script()
    stage = perform(play, script)
    assert stage.messages() == [
        {"type": "transcript", "role": "user", "text": "what time is it", "final": True}
    ]
    assert len(stage.sound()) == seconds_of(script) * 16_000
    last_ms = stage.transport.sent_ms[-1]
    assert stage.first_sound_ms() > 1_300, "not before the question is over"
    assert last_ms - stage.first_sound_ms() == pytest.approx(
        seconds_of(script) * 1_000 - 80, abs=5
    ), "60 ms ahead, in frames of 20 ms"


def test_there_is_silence_first_unless_a_greeting_is_asked_for() -> None:
    async def play(stage: Stage) -> None:
        await stage.silence(1_500)

    assert not perform(play).transport.sent
    greeted = perform(play, options=PcmOptions(greeting="spoken"))
    assert len(greeted.sound()) == 8_000


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000])
def test_other_rates_say_the_same(rate_hz: int) -> None:
    async def play(stage: Stage) -> None:
        await stage.speak(800)
        await stage.silence(3_000)

    script = Script()
    stage = perform(play, script, PcmOptions(rate_hz, rate_hz))
    assert [m["text"] for m in stage.messages()] == ["what time is it"]
    assert len(stage.sound()) == pytest.approx(seconds_of(script) * rate_hz, abs=2)


def test_speaking_over_the_answer_stops_it_for_good() -> None:
    async def play(stage: Stage) -> None:
        await stage.speak(800)
        await stage.silence(2_500)
        assert {m["type"] for m in stage.messages()} == {"transcript"}
        before_ms = LoopClock().now_ms()
        await stage.speak(1_100)
        cleared = [
            at
            for frame, at in zip(stage.transport.sent, stage.transport.sent_ms, strict=True)
            if isinstance(frame, str) and json.loads(frame) == {"type": "clear"}
        ]
        assert len(cleared) == 1
        assert cleared[0] - before_ms < LONG_MS + 150
        assert not len(stage.sound(since_ms=cleared[0]))

    perform(play, story())


def test_a_cough_holds_the_answer_but_does_not_end_it() -> None:
    script = story()

    async def play(stage: Stage) -> None:
        await stage.speak(800)
        await stage.silence(2_500)
        script.stt.text = ""
        await stage.speak(160)
        await stage.silence(4_000)

    stage = perform(play, script)
    assert [m["type"] for m in stage.messages()] == ["transcript"]
    heard = np.abs(stage.sound()).astype(int)
    n_fade = 16_000 * FRAME_MS // 1_000
    assert len(heard) == seconds_of(script) * 16_000 + n_fade, "what faded is said again"
    assert heard.min() == 0
    assert heard[-1] == heard.max()


def test_what_was_said_early_is_held_back_when_the_speaker_goes_on() -> None:
    script = Script()
    script.stt.text = "tell me about the"  # a question that is known would be answered at once

    async def play(stage: Stage) -> None:
        await stage.speak(600)
        await stage.silence(140)
        await stage.speak(600)
        assert not stage.transport.sent
        await stage.silence(2_000)
        assert len(stage.messages()) == 1

    perform(play, script)


def test_an_engine_failure_is_told() -> None:
    script = Script()

    def broken(*_: object) -> str:
        raise ZeroDivisionError("secret detail")

    script.stt.transcribe = broken  # type: ignore[method-assign]

    async def play(stage: Stage) -> None:
        await stage.speak(500)
        await stage.silence(1_500)

    errors = [m for m in perform(play, script).messages() if m["type"] == "error"]
    assert [(e["code"], e["severity"]) for e in errors] == [("internal", "warning")]


@pytest.mark.parametrize(
    ("frame", "close_code"),
    [
        (b"\0\0\0", 4400),
        (bytes(70_000), 1009),
        ("x" * 20_000, 1009),
        ('{"type":"start","sample_rate":8000}', 4406),
    ],
)
def test_a_broken_frame_closes_with_a_reason(frame: str | bytes, close_code: int) -> None:
    async def play(stage: Stage) -> None:
        await stage.silence(100)
        stage.transport.arrive(frame)
        await stage.silence(500)

    stage = perform(play)
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == close_code
    assert stage.transport.closed[1]
    assert stage.messages()[-1]["severity"] == "fatal"


def test_text_and_empty_frames_change_nothing() -> None:
    async def play(stage: Stage) -> None:
        stage.transport.arrive('{"type":"start","sample_rate":16000}', b"", "hello")
        await stage.speak(800)
        await stage.silence(2_000)

    assert len(perform(play).messages()) == 1


def test_a_harness_that_stops_reading_is_let_go() -> None:
    async def play(stage: Stage) -> None:
        await stage.speak(800)
        stage.transport.stop_reading()
        await stage.silence(40_000)

    stage = perform(play)
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == 4408


def test_a_bug_on_the_way_out_is_logged_and_closes(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Harness):
        async def send(self, data: str | bytes) -> None:
            if isinstance(data, bytes):
                raise ZeroDivisionError("no such thing")
            await super().send(data)

    async def main() -> Stage:
        stage = Stage(PcmOptions(greeting="spoken"), Broken())
        peer = Peer("test", stage.transport, LoopClock())
        await asyncio.wait_for(converse(peer, Script().engines(), stage.options), 60)
        return stage

    stage = run_virtual(main())
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == 1011
    assert "ZeroDivisionError" in caplog.text


def test_a_harness_that_leaves_in_the_middle_leaves_nothing_behind() -> None:
    class Gone(Harness):
        async def send(self, data: str | bytes) -> None:
            raise PeerGoneError

    async def main() -> None:
        stage = Stage(PcmOptions(greeting="spoken"), Gone())
        peer = Peer("test", stage.transport, LoopClock())
        await asyncio.wait_for(converse(peer, Script().engines(), stage.options), 60)

    run_virtual(main())


# ------------------------------------------------------------------ the route


def test_route_talks_plain_pcm() -> None:
    async def visit(address: str) -> None:
        async with connect(f"ws://{address}/v1/pcm?greeting=1&output_rate_hz=8000") as peer:
            frames = [await peer.recv() for _ in range(3)]
            assert [len(frame) for frame in frames] == [320] * 3
            async with httpx.AsyncClient(base_url=f"http://{address}") as client:
                assert "visavis_sessions 1.0" in (await client.get("/metrics")).text

    serving(visit)


@pytest.mark.parametrize("query", ["input_rate_hz=11025", "rate=16000", "greeting=loud"])
def test_route_refuses_what_it_does_not_offer(query: str) -> None:
    async def visit(address: str) -> None:
        async with connect(f"ws://{address}/v1/pcm?{query}") as peer:
            error = json.loads(await peer.recv())
            assert (error["code"], error["severity"]) == ("unsupported", "fatal")
            with pytest.raises(ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4406
            assert closed.value.rcvd.reason == error["message"]

    serving(visit)


def test_route_has_the_same_door_and_seats() -> None:
    async def visit(address: str) -> None:
        url = f"ws://{address}/v1/pcm"
        with pytest.raises(InvalidStatus):
            await connect(url, origin=Origin("https://evil.example"))
        async with connect(url), connect(url) as second:
            assert json.loads(await second.recv())["code"] == "busy"

    serving(visit, max_sessions=1)
