"""Our agent behind an ElevenLabs client, with scripted engines, in virtual time."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from tests.serve.scripted import Script
from tests.serve.sides import MemorySide
from tests.serve.test_pcm import story
from tests.wire.test_relay import cues_of
from visavis.serve.agent import INITIATION_S, LEAD_MS, PING_S, Session, hold_as_agent
from visavis.serve.conversation import SEND_TIMEOUT_S
from visavis.testing import LoopClock, run_virtual

INITIATION = {"type": "conversation_initiation_client_data"}


class Client(MemorySide):
    """Notes when each frame came."""

    def __init__(self) -> None:
        super().__init__()
        self.told_ms: list[float] = []

    async def send(self, frame: str | bytes) -> None:
        await super().send(frame)
        self.told_ms.append(LoopClock().now_ms())


@dataclass
class Stage:
    """A client that speaks and listens."""

    client: Client = field(default_factory=Client)
    turns: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    def say(self, message: Any) -> None:
        self.client.say(json.dumps(message))

    async def speak(self, ms: int, level: float = 0.5) -> None:
        """A tenth of a second in each frame, in real (virtual) time."""
        pcm = np.full(1_600, int(level * 32_767), dtype="<i2").tobytes()
        for _ in range(ms // 100):
            self.say({"user_audio_chunk": base64.b64encode(pcm).decode()})
            await asyncio.sleep(0.1)

    async def silence(self, ms: int) -> None:
        await self.speak(ms, 0.0)

    def messages(self, kind: str = "") -> list[dict[str, Any]]:
        found = [json.loads(frame) for frame in self.client.told]
        return [one for one in found if kind in ("", one["type"])]

    def sound(self) -> np.ndarray:
        data = [one["audio_event"]["audio_base_64"] for one in self.messages("audio")]
        return np.frombuffer(b"".join(base64.b64decode(one) for one in data), dtype="<i2")

    def ms_of(self, kind: str) -> list[float]:
        pairs = zip(self.messages(), self.client.told_ms, strict=True)
        return [at for one, at in pairs if one["type"] == kind]


Play = Callable[[Stage], Awaitable[None]]


def perform(
    play: Play,
    script: Script | None = None,
    *,
    initiation: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    rate_hz: int = 16_000,
) -> Stage:
    async def main() -> Stage:
        stage = Stage()
        session = Session("s1", LoopClock(), variables or {}, rate_hz)
        holding = hold_as_agent(
            stage.client,
            (script or Script()).engines(),
            session,
            lambda stages_ms: stage.turns.append(dict(stages_ms)),
        )
        running = asyncio.create_task(holding, name="agent")
        if initiation is None:
            stage.say(INITIATION)
        elif initiation:
            stage.say(initiation)
        await play(stage)
        stage.client.leave()
        await asyncio.wait_for(running, 60)
        return stage

    return run_virtual(main())


async def wait(_: Stage) -> None:
    await asyncio.sleep(3.0)


def test_metadata_first_then_a_greeting_by_voice() -> None:
    stage = perform(wait, rate_hz=24_000)
    first = stage.messages()[0]["conversation_initiation_metadata_event"]
    assert first["agent_output_audio_format"] == "pcm_24000"
    assert first["user_input_audio_format"] == "pcm_16000"
    (said,) = stage.messages("agent_response")
    assert said["agent_response_event"]["agent_response"] == "Hello!"
    assert len(stage.sound()) == pytest.approx(12_000, abs=2)
    kinds = [one["type"] for one in stage.messages()]
    assert kinds.index("visavis.visemes") < kinds.index("audio")


def test_a_spoken_question_is_answered() -> None:
    async def play(stage: Stage) -> None:
        await stage.silence(2_000)
        await stage.speak(800)
        await stage.silence(3_000)

    script = Script()
    stage = perform(play, script)
    (heard,) = stage.messages("user_transcript")
    assert heard["user_transcription_event"]["user_transcript"] == "what time is it"
    said = [
        one["agent_response_event"]["agent_response"] for one in stage.messages("agent_response")
    ]
    assert said == ["Hello!", "It is noon exactly."]
    assert len(stage.sound()) == 8_000 * len(script.tts.said)
    cues = cues_of(stage.messages())
    assert cues[-1][1] == 0
    assert len(stage.turns) == 2, "both replies were revealed"
    assert "commit" in stage.turns[1]


def test_sound_is_sent_little_ahead_of_being_heard() -> None:
    stage = perform(wait)
    at_ms = stage.ms_of("audio")
    burst = [one for one in at_ms if one == at_ms[0]]
    assert len(burst) * 20.0 == pytest.approx(LEAD_MS + 20.0)
    assert at_ms[-1] - at_ms[0] == pytest.approx(500.0 - LEAD_MS - 20.0, abs=5)


def test_who_speaks_over_it_interrupts_it() -> None:
    async def play(stage: Stage) -> None:
        await stage.silence(1_500)
        await stage.speak(800)
        await stage.silence(2_000)
        await stage.speak(1_500)
        await stage.silence(500)

    stage = perform(play, story())
    (gone,) = stage.messages("interruption")
    gone_id = gone["interruption_event"]["event_id"]
    at = stage.messages().index(gone)
    before = [m["audio_event"]["event_id"] for m in stage.messages()[:at] if m["type"] == "audio"]
    after = [m["audio_event"]["event_id"] for m in stage.messages()[at:] if m["type"] == "audio"]
    assert max(before) < gone_id
    assert all(one > gone_id for one in after)
    assert stage.messages("visavis.stop")
    (corrected,) = stage.messages("agent_response_correction")
    event = corrected["agent_response_correction_event"]
    original = event["original_agent_response"]
    assert original.startswith(event["corrected_agent_response"])
    assert len(event["corrected_agent_response"]) < len(original)


def test_a_cough_holds_it_and_it_goes_on() -> None:
    script = story()

    async def play(stage: Stage) -> None:
        await stage.silence(1_500)
        await stage.speak(800)
        await stage.silence(2_000)
        script.stt.text = ""
        await stage.speak(200)
        await stage.silence(5_000)

    stage = perform(play, script)
    assert not stage.messages("interruption")
    assert len(stage.messages("visavis.stop")) == 1
    speeches = {one["speech_id"] for one in stage.messages("visavis.visemes")}
    assert speeches == {1, 2, 3}, "greeting, answer, and the answer again from where it was held"
    last = stage.messages("visavis.visemes")[-1]
    assert last["first_sample"] + last["cues"][-1]["at_sample"] <= len(stage.sound())


def test_a_typed_question_and_text_only() -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(2.0)
        stage.say({"type": "user_message", "text": "what time is it"})
        await asyncio.sleep(3.0)

    override = {"conversation_config_override": {"conversation": {"text_only": True}}}
    stage = perform(play, initiation=INITIATION | override)
    assert not stage.messages("audio")
    assert not stage.messages("visavis.visemes")
    said = [
        one["agent_response_event"]["agent_response"] for one in stage.messages("agent_response")
    ]
    assert said == ["Hello!", "It is noon exactly."]


def test_variables_of_the_server_win() -> None:
    script = Script()
    script.persona = script.persona.model_copy(update={"greeting": "Hello, {{name}} of {{town}}!"})
    initiation = INITIATION | {"dynamic_variables": {"name": "Eve", "town": "Rome"}}
    stage = perform(wait, script, initiation=initiation, variables={"name": "Ada"})
    (said,) = stage.messages("agent_response")
    assert said["agent_response_event"]["agent_response"] == "Hello, Ada of Rome!"


def test_a_missing_variable_is_named() -> None:
    script = Script()
    script.persona = script.persona.model_copy(update={"greeting": "Hello, {{name}}!"})
    stage = perform(wait, script)
    assert stage.client.closed is not None
    assert stage.client.closed.code == 1008
    assert "name" in stage.client.closed.reason
    assert stage.client.told == []


def test_who_begins_with_sound_is_heard_too() -> None:
    async def play(stage: Stage) -> None:
        await stage.silence(2_000)
        await stage.speak(800)
        await stage.silence(2_000)

    stage = perform(play, initiation={})
    assert len(stage.messages("user_transcript")) == 1


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"user_audio_chunk":"%%%"}', 1008),
        ('{"user_audio_chunk":"AAAA"}', 1008),
        ('{"type":', 1008),
        (b"\0\1", 1008),
        ("x" * 600_000, 1008),
    ],
)
def test_bad_frames_are_told_in_the_providers_words(frame: str | bytes, code: int) -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(1.0)
        stage.client.say(frame)
        await asyncio.sleep(1.0)

    stage = perform(play)
    (error,) = stage.messages("error")
    assert error["error_event"]["error_type"] == "invalid_message"
    assert stage.client.closed is not None
    assert stage.client.closed.code == code

    async def at_once(stage: Stage) -> None:
        stage.client.say(frame)
        await asyncio.sleep(1.0)

    stage = perform(at_once, initiation={})
    assert stage.client.closed is not None
    assert stage.client.closed.code == code


def test_silence_from_the_beginning() -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(INITIATION_S + 1.0)

    stage = perform(play, initiation={})
    assert stage.client.closed is not None
    assert stage.client.closed.code == 1002


@pytest.mark.parametrize("after_s", [0.0, 0.2])
def test_a_client_that_does_not_read(after_s: float) -> None:
    async def play(stage: Stage) -> None:
        if after_s:
            await asyncio.sleep(after_s)
        stage.client.reads.clear()
        await asyncio.sleep(SEND_TIMEOUT_S + 5.0)

    stage = perform(play)
    assert stage.client.closed is not None
    assert stage.client.closed.code == 1002


def test_pings_measure_the_way() -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(PING_S + 0.5)
        (ping,) = stage.messages("ping")
        stage.say({"type": "pong", "event_id": ping["ping_event"]["event_id"]})
        await asyncio.sleep(PING_S)

    pings = perform(play).messages("ping")
    assert [one["ping_event"]["ping_ms"] for one in pings] == [None, 500]


def test_an_engine_that_fails_is_told_and_the_session_goes_on() -> None:
    script = Script()

    def broken(*_: object) -> str:
        raise ZeroDivisionError("secret detail")

    async def play(stage: Stage) -> None:
        await asyncio.sleep(2.0)
        script.stt.transcribe = broken  # type: ignore[method-assign]
        await stage.speak(800)
        await stage.silence(2_500)
        stage.say({"type": "user_message", "text": "what time is it"})
        await asyncio.sleep(3.0)

    stage = perform(play, script)
    assert stage.messages("error")
    assert "secret detail" not in str(stage.client.told)
    said = [
        one["agent_response_event"]["agent_response"] for one in stage.messages("agent_response")
    ]
    assert said[-1] == "It is noon exactly."
