"""A session between two sides in memory: what passes, what is added, how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.serve.sides import MemorySide
from tests.wire.test_dialect import audio, metadata
from tests.wire.test_relay import WEIGHTS, pcm
from visavis.errors import ProviderError
from visavis.serve.bridge import SEND_S, Bridge, Ending
from visavis.serve.closing import Close, SideClosedError, carried_over, fitting
from visavis.serve.gateway_lips import GatewayLips
from visavis.serve.lips_desk import LipsDesk, When
from visavis.serve.metrics import GatewayAccount, Metrics
from visavis.testing import LoopClock, run_virtual
from visavis.wire import elevenlabs


@dataclass
class Stage:
    """The two ends."""

    client: MemorySide = field(default_factory=MemorySide)
    provider: MemorySide = field(default_factory=MemorySide)
    ending: Ending | None = None

    def passed_down(self) -> list[str | bytes]:
        """What the client was told, less what was added."""
        return [frame for frame in self.client.told if not _is_ours(frame)]

    def added(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.client.told if _is_ours(frame)]


def _is_ours(frame: str | bytes) -> bool:
    return isinstance(frame, str) and frame.startswith('{"type":"visavis.')


def a_note() -> GatewayAccount:
    return GatewayAccount(Metrics().cue_margin)


Play = Callable[[Stage], Awaitable[None]]


def perform(play: Play, *, longest_s: float = 3_600.0, error: ProviderError | None = None) -> Stage:
    async def main() -> Stage:
        stage = Stage()
        clock = LoopClock()
        lips = GatewayLips(lambda: WEIGHTS)
        lips.load()
        desk = LipsDesk(clock, lips)
        bridge = Bridge(stage.client, elevenlabs.DIALECT, desk, a_note(), clock)

        async def opening() -> MemorySide:
            if error is not None:
                raise error
            return stage.provider

        working = asyncio.create_task(desk.run(), name="desk")
        running = asyncio.create_task(bridge.run(opening, longest_s), name="bridge")
        await play(stage)
        stage.ending = await asyncio.wait_for(running, 10_000.0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return stage

    return run_virtual(main())


any_frame = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=40),
    st.just(metadata()),
    st.builds(audio, st.binary(max_size=2_000), st.integers(0, 3)),
    st.just('{"type":"interruption","interruption_event":{"event_id":1}}'),
)


@settings(max_examples=40)
@given(st.lists(any_frame, max_size=12), st.lists(any_frame, max_size=12))
def test_every_frame_passes_as_it_came_in_order(up: list[Any], down: list[Any]) -> None:
    async def play(stage: Stage) -> None:
        stage.client.say(*up)
        stage.provider.say(*down)
        await asyncio.sleep(1.0)
        stage.provider.leave()

    stage = perform(play)
    assert stage.provider.told == up
    assert stage.passed_down() == [frame for frame in down if not _is_ours(frame)]


def test_sound_goes_first_and_its_visemes_follow() -> None:
    async def play(stage: Stage) -> None:
        stage.provider.say(metadata(), audio(pcm(16_000), 1))
        await asyncio.sleep(5.0)
        stage.client.leave()

    stage = perform(play)
    assert stage.client.told[:2] == [metadata(), audio(pcm(16_000), 1)]
    assert {one["type"] for one in stage.added()} == {"visavis.visemes"}
    assert stage.added()[-1]["cues"][-1]["viseme"] == 0, "shut when it is over"


def test_a_pause_ends_a_speech() -> None:
    async def play(stage: Stage) -> None:
        stage.provider.say(metadata())
        for event_id in range(3):
            stage.provider.say(audio(pcm(16_000), event_id))
            await asyncio.sleep(5.0)
        stage.client.leave()

    assert {one["speech_id"] for one in perform(play).added()} == {1, 2, 3}


def test_what_waits_when_it_is_interrupted_is_never_sent() -> None:
    clock = LoopClock()
    desk = LipsDesk(clock, GatewayLips())
    bridge = Bridge(MemorySide(), elevenlabs.DIALECT, desk, a_note(), clock)
    bridge.say(("stale",), When.IN_TURN)
    bridge.say(("stale, too",), When.IN_TURN)
    assert list(bridge._outbox) == ["stale", "stale, too"]  # pyright: ignore[reportPrivateUsage]
    bridge.say(("notice", "stop"), When.AT_ONCE)
    assert list(bridge._outbox) == ["notice", "stop"]  # pyright: ignore[reportPrivateUsage]


def test_an_interruption_is_followed_by_nothing_of_that_speech() -> None:
    gone = '{"type":"interruption","interruption_event":{"event_id":1}}'

    async def play(stage: Stage) -> None:
        stage.provider.say(metadata(), audio(pcm(160_000), 1), gone)
        await asyncio.sleep(2.0)
        stage.provider.leave()

    added = perform(play).added()
    assert added[-1] == {"type": "visavis.stop", "version": 1, "speech_id": 1}


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        (1000, "bye", Close(1000, "bye")),
        (1008, "no credit", Close(1008, "no credit")),
        (4321, "", Close(4321)),
        (1005, "", Close(1000)),
        (2999, "odd", Close(1001, "odd")),
    ],
)
def test_a_close_is_carried_over(code: int, reason: str, told: Close) -> None:
    async def client_leaves(stage: Stage) -> None:
        stage.client.leave(code, reason)

    async def provider_leaves(stage: Stage) -> None:
        stage.provider.leave(code, reason)

    stage = perform(client_leaves)
    assert (stage.ending, stage.provider.closed) == (Ending.CLIENT, told)
    stage = perform(provider_leaves)
    assert (stage.ending, stage.client.closed) == (Ending.PROVIDER, told)
    assert stage.client.told == []


def test_a_client_that_vanishes_frees_the_provider() -> None:
    async def play(stage: Stage) -> None:
        stage.client.leave(None)

    stage = perform(play)
    assert stage.provider.closed == Close(1001)


def error_told(stage: Stage) -> str:
    """The type of the error that the client was told in ElevenLabs' words."""
    frame = json.loads(stage.client.told[-1])
    assert frame["type"] == "error"
    assert stage.client.closed is not None
    assert frame["error_event"]["code"] == stage.client.closed.code
    assert frame["error_event"]["message"].startswith(stage.client.closed.reason)
    return frame["error_event"]["error_type"]


def test_a_provider_that_breaks_off_is_told_in_its_own_words() -> None:
    async def play(stage: Stage) -> None:
        stage.provider.say(metadata())
        stage.provider.leave(None)

    stage = perform(play)
    assert error_told(stage) == "http_exception"
    assert stage.ending is Ending.PROVIDER


def test_a_provider_that_is_not_there() -> None:
    async def play(stage: Stage) -> None:
        stage.client.say("hello")

    stage = perform(play, error=ProviderError("The provider can't be reached."))
    assert error_told(stage) == "http_exception"
    assert stage.ending is Ending.ERROR
    assert stage.provider.told == []


def test_a_session_ends_when_its_time_is_over() -> None:
    async def play(stage: Stage) -> None:
        stage.provider.say(metadata())
        await asyncio.sleep(59.0)
        assert stage.client.closed is None

    stage = perform(play, longest_s=60.0)
    assert error_told(stage) == "max_duration_exceeded"
    assert stage.ending is Ending.LIMIT
    assert stage.provider.closed is not None


def test_a_slow_reader_slows_the_provider_down_and_is_let_go_in_the_end() -> None:
    async def play(stage: Stage) -> None:
        stage.provider.say(metadata())
        await asyncio.sleep(1.0)
        stage.client.reads.clear()
        stage.provider.say(*[audio(pcm(1_600), 1)] * 50)
        await asyncio.sleep(SEND_S - 2.0)
        assert stage.provider.said.qsize() >= 48, "nothing was hoarded"
        assert stage.client.closed is None

    stage = perform(play)
    assert stage.ending is Ending.ERROR
    assert stage.client.closed == Close(1002, "You do not read what you are sent.")
    assert stage.provider.closed is not None


def test_a_slow_provider_slows_the_client_down() -> None:
    async def play(stage: Stage) -> None:
        stage.provider.reads.clear()
        stage.client.say(*[audio(pcm(1_600), 1)] * 50)
        await asyncio.sleep(SEND_S - 2.0)
        assert stage.client.said.qsize() == 49

    stage = perform(play)
    assert error_told(stage) == "http_exception"


def test_a_reader_that_pauses_finds_only_so_many_visemes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("visavis.serve.bridge.MAX_OUTBOX_FRAMES", 20)
    long = audio(pcm(30 * 16_000), 1)
    n_before: list[int] = []

    async def play(stage: Stage) -> None:
        stage.provider.say(metadata(), long, long, long, long)
        for _ in range(20):  # turns of the loop: all sound has passed, its lips are still at work
            await asyncio.sleep(0)
        assert stage.client.told.count(long) == 4
        stage.client.reads.clear()
        n_before.append(len(stage.added()))
        await asyncio.sleep(SEND_S / 2)
        stage.client.reads.set()
        await asyncio.sleep(1.0)
        stage.client.leave()

    stage = perform(play)
    n_while = len(stage.added()) - n_before[0]
    assert 20 <= n_while <= 21, "and the one that was being sent"
    assert stage.added()[-1]["cues"][-1]["at_sample"] > 118 * 16_000, "the newest are kept"


def test_only_an_initiation_is_amended_and_only_with_variables() -> None:
    sent = json.dumps(
        {"type": elevenlabs.INITIATION, "dynamic_variables": {"a": 1, "b": 2}, "user_id": "u"}
    )
    amended = elevenlabs.with_variables(sent, {"b": 3, "c": "x"})
    assert json.loads(amended) == {
        "type": elevenlabs.INITIATION,
        "dynamic_variables": {"a": 1, "b": 3, "c": "x"},
        "user_id": "u",
    }
    assert elevenlabs.with_variables(sent, {}) is sent
    for other in (b"x", "{", "[]", '{"type":"pong"}', '{"user_audio_chunk":"AA=="}'):
        assert elevenlabs.with_variables(other, {"a": 1}) is other


@example("é" * 200, 1000)
@example("x" * 200, None)
@given(st.text(max_size=300), st.one_of(st.none(), st.integers(0, 70_000)))
def test_every_close_can_be_sent(reason: str, code: int | None) -> None:
    close = carried_over(SideClosedError(code, reason), 1011)
    assert 1000 <= close.code < 5000
    assert close.code not in {1004, 1005, 1006, 1015}
    assert len(close.reason.encode()) <= 123
    assert fitting(close.reason) == close.reason
