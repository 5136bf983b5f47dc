"""Speaking over a real conversation with scripted engines, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.bargein.by_hand import ONSET_MS, scene
from tests.bench.in_memory import MemoryLine
from tests.serve.scripted import Script, ScriptedLlm, ScriptedStt
from visavis.bench.bargein.listener import judge, perform
from visavis.bench.bargein.trial import Kind, Scene, Trial, Verdict
from visavis.bench.talk_contender import skip_greeting
from visavis.bench.talker import HeardReply, Talker
from visavis.hear.audio import RATE_HZ
from visavis.serve.conversation import Conversation, Peer
from visavis.testing import LoopClock, run_virtual

SENTENCES = tuple(f"This is sentence {word}. " for word in "one two three four five six".split())


@dataclass
class Listening(ScriptedStt):
    """Hears the question in what is as long as one, "stop" in less, and nothing in a cough."""

    question: str = "tell me a story"

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        loud_s = float(np.sum(np.abs(sound) > 0.1)) / RATE_HZ
        if loud_s > 0.8:
            return self.question
        return "stop it please" if loud_s > 0.3 else ""


def script(question: str = "tell me a story", pieces: tuple[str, ...] = SENTENCES) -> Script:
    return Script(stt=Listening(question=question), llm=ScriptedLlm(pieces=pieces))


def play(engines: Script, *scenes: Scene) -> list[Trial]:
    async def main() -> list[Trial]:
        line = MemoryLine()
        server = Conversation(Peer("test", line, LoopClock()), engines.engines())
        serving = asyncio.create_task(server.run(), name="server")
        talker = Talker(line.talker_end, LoopClock())
        listening = asyncio.create_task(talker.listen(), name="listener")
        try:
            await talker.say_hello()
            await skip_greeting(talker)
            return [await perform(talker, each) for each in scenes]
        finally:
            await talker.close()
            line.hang_up()
            await serving
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    return run_virtual(main())


def test_an_interruption_silences_him_at_once_and_then_stops_him() -> None:
    (trial,) = play(script(), scene(Kind.INTERRUPTION, ms=900))
    assert trial.verdict is Verdict.STOPPED
    assert trial.silence_ms is not None and trial.stop_ms is not None
    assert 16.0 <= trial.silence_ms <= 100.0
    assert trial.silence_ms < trial.stop_ms <= 900.0
    assert (trial.resume_ms, trial.n_resumed, trial.mouth_ms) == (None, 0, None)


def test_after_a_cough_he_goes_on() -> None:
    (trial,) = play(script(), scene(Kind.COUGH, ms=160))
    assert trial.verdict is Verdict.RECOVERED
    assert trial.silence_ms is not None and trial.resume_ms is not None
    assert trial.silence_ms <= 150.0
    assert trial.resume_ms > 160.0 - ONSET_MS
    assert (trial.stop_ms, trial.n_resumed) == (None, 1)


def test_what_nobody_hears_changes_nothing() -> None:
    (trial,) = play(script(), scene(Kind.COUGH, ms=600, level=0.05))
    assert trial.verdict is Verdict.UNNOTICED
    assert trial.silence_ms is None


def test_without_an_answer_there_is_nothing_to_speak_over() -> None:
    (trial,) = play(script(question=""), scene(Kind.INTERRUPTION))
    assert (trial.verdict, trial.why_void) == (Verdict.VOID, "nobody answered")


def test_an_answer_that_is_over_too_soon_says_nothing() -> None:
    (trial,) = play(script(pieces=("The end.",)), scene(Kind.INTERRUPTION, after_ms=2_500.0))
    assert (trial.verdict, trial.why_void) == (Verdict.VOID, "the answer was over")


def test_one_trial_leaves_the_next_one_alone() -> None:
    kinds = (Kind.INTERRUPTION, Kind.COUGH, Kind.INTERRUPTION)
    trials = play(script(), *(scene(kind, 160 if kind is Kind.COUGH else 900) for kind in kinds))
    assert [trial.verdict for trial in trials] == [
        Verdict.STOPPED,
        Verdict.RECOVERED,
        Verdict.STOPPED,
    ]


def playing() -> HeardReply:
    """Heard since 0 ms, two seconds of it there."""
    reply = HeardReply(1, 1, RATE_HZ)
    reply.pcm += bytes(2 * 2 * RATE_HZ)
    reply.playing_since_ms = 0.0
    reply.playback.start(0.0)
    return reply


def test_held_to_the_end_is_stuck() -> None:
    reply = playing()
    reply.playback.hold(600.0, reply.n_received)
    trial = judge(scene(Kind.COUGH), reply, 500.0, 2_000.0)
    assert (trial.verdict, trial.silence_ms, trial.resume_ms) == (Verdict.STUCK, 100.0, None)


def test_told_to_go_on_but_without_a_sound_is_stuck_too() -> None:
    reply = playing()
    del reply.pcm[2 * RATE_HZ * 6 // 10 :]
    reply.playback.hold(600.0, reply.n_received)
    reply.playback.resume(900.0)
    assert judge(scene(Kind.COUGH), reply, 500.0, 2_000.0).verdict is Verdict.STUCK


def test_a_hold_before_the_onset_is_not_the_intrusions() -> None:
    reply = playing()
    reply.playback.hold(100.0, reply.n_received)
    reply.playback.resume(200.0)
    assert judge(scene(Kind.COUGH), reply, 500.0, 900.0).verdict is Verdict.UNNOTICED


def test_he_may_waver_before_he_stops() -> None:
    reply = playing()
    for hold_ms, resume_ms in ((600.0, 700.0), (800.0, None)):
        reply.playback.hold(hold_ms, reply.n_received)
        if resume_ms is not None:
            reply.playback.resume(resume_ms)
    reply.stopped_ms = reply.ended_ms = 950.0
    trial = judge(scene(Kind.INTERRUPTION), reply, 500.0, 1_000.0)
    assert trial.verdict is Verdict.STOPPED
    assert (trial.silence_ms, trial.stop_ms, trial.n_resumed) == (100.0, 450.0, 1)
    assert trial.resume_ms == pytest.approx(200.0)
