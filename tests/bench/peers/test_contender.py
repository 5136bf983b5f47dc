"""A whole conversation with a scripted agent, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from visavis.bench.peers.contender import PeerConversation
from visavis.bench.peers.messages import (
    Answering,
    Clear,
    Hello,
    Mark,
    Stop,
    decode_to_agent,
)
from visavis.bench.recording import Question, Recording, Speaker
from visavis.bench.turns import Turn
from visavis.testing import LoopClock, run_virtual

RATE_HZ = 20_000
FRAME_BYTES = 640
RECORDING = Recording(
    recording_id="r",
    question=Question(say="Tell me a story."),
    speaker=Speaker("ann", "kokoro", "neural", "test"),
    noise="quiet",
    sound=np.concatenate([np.full(32_000, 0.5), np.zeros(1_600)]).astype(np.float32),
    speech_end_sample=32_000,
    pauses=(),
)


class ScriptedAgent:
    """Answers `after_ms` after the last loud frame; stays silent if that is None."""

    def __init__(self, after_ms: float | None) -> None:
        self._after_ms = after_ms
        self._out: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._answer: asyncio.TimerHandle | None = None
        self.sizes: set[int] = set()
        self.n_stops = 0
        self._out.put_nowait(Hello(rate_hz=RATE_HZ).model_dump_json())

    async def send(self, message: str | bytes, /) -> None:
        if isinstance(message, str):
            assert decode_to_agent(message) == Stop()
            self.n_stops += 1
            self._out.put_nowait(Clear().model_dump_json())
            return
        self.sizes.add(len(message))
        if self._after_ms is not None and np.abs(np.frombuffer(message, dtype="<i2")).max() > 9_999:
            if self._answer is not None:
                self._answer.cancel()
            loop = asyncio.get_running_loop()
            self._answer = loop.call_later(self._after_ms / 1_000.0, self._speak)

    def _speak(self) -> None:
        now_ms = LoopClock().now_ms()
        for message in (
            Mark(stage="commit", at_ms=now_ms - 50.0),
            Answering(source="llm"),
        ):
            self._out.put_nowait(message.model_dump_json())
        self._out.put_nowait(np.full(RATE_HZ, 5_000, dtype="<i2").tobytes())

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while True:
            yield await self._out.get()


async def ask(agent: ScriptedAgent, n_times: int) -> list[Turn]:
    conversation = PeerConversation(agent, LoopClock())
    listening = asyncio.create_task(conversation.listen(), name="listening")
    try:
        await conversation.wait_until_ready()
        return [await conversation.ask(RECORDING) for _ in range(n_times)]
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def test_each_answer_is_timed_from_the_last_audible_sample_and_then_stopped() -> None:
    agent = ScriptedAgent(after_ms=400.0)
    turns = run_virtual(ask(agent, 2))
    for turn in turns:
        assert turn.voice_ms == pytest.approx(400.0, abs=1.0)
        assert turn.react_ms == pytest.approx(350.0, abs=1.0)
        assert (turn.kind, turn.n_replies, turn.cutoffs_ms) == ("llm", 1, [])
    assert agent.n_stops == 2


def test_a_silent_agent_has_missed_the_question() -> None:
    (turn,) = run_virtual(ask(ScriptedAgent(after_ms=None), 1))
    assert turn.missed


def test_sound_goes_out_in_frames_of_20_ms() -> None:
    agent = ScriptedAgent(after_ms=400.0)
    run_virtual(ask(agent, 1))
    assert agent.sizes == {FRAME_BYTES}
