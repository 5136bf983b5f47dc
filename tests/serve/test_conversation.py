"""The edge: what goes in as frames comes out as frames; bad peers get reasons, nothing leaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from tests.serve.scripted import LONG_STORY, Script
from visavis.errors import EngineError
from visavis.reply.answer import Unsure
from visavis.serve.conversation import Conversation, Peer
from visavis.testing import LoopClock, MemoryTransport, run_virtual
from visavis.wire import messages as wire
from visavis.wire.codec import (
    MicrophoneFrame,
    ReplyFrame,
    decode_binary,
    decode_server,
    encode,
    encode_microphone,
)

HELLO = encode(wire.Hello(protocol=1, trace="stages"))


class Stage:
    """One conversation with scripted engines, in virtual time."""

    def __init__(self, script: Script) -> None:
        self.transport = MemoryTransport()
        self.n_sent_samples = 0
        peer = Peer("test", self.transport, LoopClock())
        self.conversation = Conversation(peer, script.engines())

    def messages(self) -> list[wire.ServerMessage]:
        return [decode_server(frame) for frame in self.transport.sent if isinstance(frame, str)]

    def types(self) -> list[str]:
        return [m.type for m in self.messages() if m.type not in {"state", "ready"}]

    def last_error(self) -> wire.Error:
        return [m for m in self.messages() if isinstance(m, wire.Error)][-1]

    def sound(self) -> list[ReplyFrame]:
        frames = [decode_binary(f) for f in self.transport.sent if isinstance(f, bytes)]
        return [frame for frame in frames if isinstance(frame, ReplyFrame)]

    async def speak(self, ms: int, level: float = 0.5) -> None:
        """Send sound in real (virtual) time, 20 ms a frame."""
        for _ in range(ms // 20):
            pcm = np.full(320, int(level * 32_767), dtype=np.int16)
            self.transport.arrive(encode_microphone(MicrophoneFrame(self.n_sent_samples, pcm)))
            self.n_sent_samples += 320
            await asyncio.sleep(0.02)

    async def silence(self, ms: int) -> None:
        await self.speak(ms, 0.0)

    def play(self, reply_id: int, sample: int, status: str) -> None:
        message = wire.Playhead.model_validate(
            {"reply_id": reply_id, "sample": sample, "status": status}
        )
        self.transport.arrive(encode(message))


Play = Callable[[Stage], Awaitable[None]]


def perform(play: Play, script: Script | None = None, hello: str | bytes | None = HELLO) -> Stage:
    """Run a conversation in which `play` is the peer; the peer leaves at the end."""

    async def main() -> Stage:
        stage = Stage(script or Script())
        running = asyncio.create_task(stage.conversation.run())
        if hello is not None:
            stage.transport.arrive(hello)
        await play(stage)
        stage.transport.leave()
        await asyncio.wait_for(running, 60)
        await asyncio.sleep(1)
        return stage

    return run_virtual(main())


async def past_greeting(stage: Stage) -> None:
    await asyncio.sleep(1)
    stage.play(1, 8_000, "ended")
    await asyncio.sleep(0.1)


def test_spoken_question_is_answered_with_cues_before_sound() -> None:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(800)
        await stage.silence(1_500)

    stage = perform(play)
    answer = [m for m in stage.messages() if getattr(m, "reply_id", 0) == 2]
    assert [m.type for m in answer] == [
        "reply.armed",
        "reply.phrase",
        "reply.end",
        "reply.commit",
        "trace",
    ]
    first = next(m for m in answer if isinstance(m, wire.ReplyPhrase))
    assert (first.text, first.source, first.start_sample) == ("It is noon exactly.", "fact", 0)
    frames = stage.transport.sent
    cue_at = next(
        i
        for i, f in enumerate(frames)
        if isinstance(f, str) and '"reply_id":2' in f and "cues" in f
    )
    sound_at = next(
        i
        for i, f in enumerate(frames)
        if isinstance(f, bytes)
        and isinstance(d := decode_binary(f), ReplyFrame)
        and d.reply_id == 2
    )
    assert cue_at < sound_at


def test_sound_of_a_reply_has_no_gaps() -> None:
    async def play(stage: Stage) -> None:
        stage.transport.arrive(encode(wire.Text(text="what time is it")))
        await asyncio.sleep(3)

    stage = perform(play)
    position: dict[int, int] = {}
    for frame in stage.sound():
        assert frame.first_sample == position.get(frame.reply_id, 0)
        position[frame.reply_id] = frame.first_sample + len(frame.pcm)
    ends = {m.reply_id: m.n_samples for m in stage.messages() if isinstance(m, wire.ReplyEnd)}
    assert ends
    for reply_id, n_samples in ends.items():
        assert position[reply_id] == n_samples


def test_model_stream_is_closed_when_the_user_interrupts() -> None:
    script = Script()
    script.llm.pieces = LONG_STORY

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(encode(wire.Text(text="tell me a story")))
        await asyncio.sleep(1)
        assert script.llm.n_open == 1
        stage.transport.arrive(encode(wire.Interrupt()))
        await asyncio.sleep(0.1)
        assert script.llm.n_open == 0

    perform(play, script)


def test_a_trusted_endpoint_answers_what_no_fact_does() -> None:
    script = Script(unsure=Unsure.TRUSTED_MODEL)
    script.llm.pieces = ("Paris is the capital. ",)

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(encode(wire.Text(text="which city governs France")))
        await asyncio.sleep(1)

    phrases = [m for m in perform(play, script).messages() if isinstance(m, wire.ReplyPhrase)]
    assert (phrases[-1].text, phrases[-1].source) == ("Paris is the capital.", "llm")


def test_tags_of_the_model_are_felt_and_neither_spoken_shown_nor_remembered() -> None:
    """Split across tokens; the second one lies within the second phrase."""
    script = Script(unsure=Unsure.TRUSTED_MODEL)
    script.llm.pieces = ("[hap", "py] Paris is", " lovely. And I", " think [s", "ad] far away.")

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(encode(wire.Text(text="which city governs France")))
        await asyncio.sleep(1)
        reply_id = max(m.reply_id for m in stage.messages() if isinstance(m, wire.ReplyArmed))
        ended = wire.Playhead(reply_id=reply_id, sample=16_000, status="ended")
        stage.transport.arrive(encode(ended))
        stage.transport.arrive(encode(wire.Text(text="and which governs Spain")))
        await asyncio.sleep(1)

    stage = perform(play, script)
    messages = stage.messages()
    first = next(m.reply_id for m in messages if isinstance(m, wire.ReplyCommit) and m.turn_id == 1)
    phrases = [m for m in messages if isinstance(m, wire.ReplyPhrase) and m.reply_id == first]
    assert [m.text for m in phrases] == ["Paris is lovely.", "And I think far away."]
    felt = [m for m in messages if isinstance(m, wire.ReplyEmotion) and m.reply_id == first]
    assert [m.emotion for m in felt] == ["happy", "sad"]
    second = phrases[1]
    assert felt[0].at_sample == 0
    assert second.start_sample < felt[1].at_sample < second.start_sample + second.n_samples
    commit = next(i for i, m in enumerate(messages) if m.type == "reply.commit" and m.turn_id == 1)
    assert messages.index(felt[0]) > commit
    assert not any("[" in text or "]" in text for text in script.tts.said)
    asked = " ".join(message.content for message in script.llm.asked[-1])
    assert "Paris is lovely. And I think far away." in asked
    assert "happy" not in asked


def test_engine_failure_is_told_and_survived() -> None:
    script = Script()

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        script.tts.error = EngineError("The voice broke.", hint="Wait.")
        stage.transport.arrive(encode(wire.Text(text="what time is it")))
        await asyncio.sleep(1)
        assert stage.last_error().code == "engine"
        script.tts.error = None
        stage.transport.arrive(encode(wire.Text(text="what time is it")))
        await asyncio.sleep(1)
        assert stage.types()[-1] in {"reply.end", "reply.commit", "trace"}

    perform(play, script)


def test_bug_in_an_engine_is_an_internal_error_without_details(
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = Script()

    def broken(*_: object) -> str:
        raise ZeroDivisionError("secret detail")

    script.stt.transcribe = broken  # type: ignore[method-assign]

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(500)
        await stage.silence(3_000)

    stage = perform(play, script)
    assert stage.last_error().code == "internal"
    assert not any(isinstance(f, str) and "secret" in f for f in stage.transport.sent)
    assert "ZeroDivisionError" in caplog.text


# ------------------------------------------------------------------ bad peers


@pytest.mark.parametrize(
    ("hello", "code", "close_code"),
    [
        (encode(wire.Hello(protocol=2)), "unsupported", 4406),
        (encode(wire.Hello(protocol=1, input_rate_hz=44_100)), "unsupported", 4406),
        (encode(wire.Ping()), "protocol", 4400),
        ("hello?", "protocol", 4400),
        (b"\x01\0\0\0\0\0\0\0", "protocol", 4400),
        ("x" * 20_000, "too_large", 1009),
        ('{"type":"hello"}', "protocol", 4400),
    ],
)
def test_bad_hello_gets_a_reason(hello: str | bytes, code: str, close_code: int) -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(1)

    stage = perform(play, hello=hello)
    assert stage.last_error().code == code
    assert stage.last_error().severity == "fatal"
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == close_code


def test_client_that_says_nothing_is_let_go() -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(9.9)
        assert stage.transport.closed is None
        await asyncio.sleep(0.2)

    stage = perform(play, hello=None)
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == 4408


def test_client_that_never_reads_is_let_go() -> None:
    async def play(stage: Stage) -> None:
        stage.transport.stop_reading()
        await asyncio.sleep(40)

    stage = perform(play)
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == 4408


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"nope"}',
        '{"type":"text","text":""}',
        '{"type":"text","text":"   "}',
        '{"type":"playhead","reply_id":0,"sample":1}',
        HELLO,
    ],
)
def test_mistake_is_told_and_the_conversation_goes_on(frame: str) -> None:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(frame)
        await asyncio.sleep(0.1)
        assert stage.last_error().severity == "warning"
        stage.transport.arrive(encode(wire.Ping(nonce="n1")))
        await asyncio.sleep(0.1)
        assert stage.messages()[-1] == wire.Pong(nonce="n1")

    assert perform(play).transport.closed is None


def test_twenty_mistakes_in_a_row_are_enough() -> None:
    async def play(stage: Stage) -> None:
        stage.transport.arrive(*(['{"type":"nope"}'] * 20))
        await asyncio.sleep(1)

    stage = perform(play)
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == 4400


@pytest.mark.parametrize(
    ("frame", "close_code"),
    [
        (b"\x01\x00\x00", 4400),
        (b"\x09" * 20, 4400),
        (b"\x02\0\0\0\x01\0\0\0\0\0\0\0\0\0", 4400),
        (b"\x01" * 70_000, 1009),
        ("[1,2]", 4400),
    ],
)
def test_broken_frame_closes(frame: str | bytes, close_code: int) -> None:
    async def play(stage: Stage) -> None:
        stage.transport.arrive(frame)
        await asyncio.sleep(1)

    stage = perform(play)
    assert stage.transport.closed is not None
    assert stage.transport.closed[0] == close_code


def test_microphone_that_goes_back_or_floods_is_a_mistake() -> None:
    async def play(stage: Stage) -> None:
        pcm = np.zeros(320, dtype=np.int16)
        stage.transport.arrive(encode_microphone(MicrophoneFrame(0, pcm)))
        stage.transport.arrive(encode_microphone(MicrophoneFrame(0, pcm)))
        await asyncio.sleep(0.1)
        assert "go back" in stage.last_error().message
        stage.transport.arrive(encode_microphone(MicrophoneFrame(320 + 16_000 * 20, pcm)))
        await asyncio.sleep(0.1)
        assert "faster" in stage.last_error().message

    perform(play)


def test_muting_ends_the_turn() -> None:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(600)
        stage.transport.arrive(encode(wire.Microphone(status="muted")))
        await asyncio.sleep(2)
        assert "transcript" in stage.types()

    perform(play)


def test_two_conversations_do_not_disturb_each_other() -> None:
    async def main() -> tuple[Stage, Stage]:
        good, bad = Stage(Script()), Stage(Script())
        tasks = [asyncio.create_task(s.conversation.run()) for s in (good, bad)]
        for stage in (good, bad):
            stage.transport.arrive(HELLO)
        await past_greeting(good)
        bad.transport.arrive(b"\xff")
        await good.speak(600)
        await good.silence(1_500)
        good.transport.leave()
        await asyncio.gather(*tasks)
        return good, bad

    good, bad = run_virtual(main())
    assert bad.transport.closed is not None
    assert "reply.commit" in good.types()
    assert good.types().count("transcript") == 2


def test_peer_that_leaves_in_the_middle_leaves_nothing_behind() -> None:
    script = Script()
    script.llm.pieces = LONG_STORY

    async def play(stage: Stage) -> None:
        stage.transport.arrive(encode(wire.Text(text="tell me a story")))
        await asyncio.sleep(0.5)
        assert script.llm.n_open == 1

    perform(play, script)
    assert script.llm.n_open == 0
