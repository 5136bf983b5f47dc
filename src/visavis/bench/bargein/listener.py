"""One intrusion by the listener made of code: ask, listen, speak over the answer, see what becomes.

Its loudspeaker has no output latency, and is silent from the order to hold or to stop on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import numpy as np
from numpy.typing import NDArray

from visavis.bench.bargein.trial import Scene, Trial, Verdict
from visavis.bench.corpus.room import room_after
from visavis.bench.talk_contender import ANSWER_TIMEOUT_S, GAP_S, heard_ms
from visavis.bench.talker import HeardReply, Talker
from visavis.hear.audio import RATE_HZ

VERDICT_S = 1.5
"""So long after the intrusion's end what has not happened will not."""

_ROOM_SAMPLES = 4 * RATE_HZ
_SETTLE_S = 0.3


async def perform(talker: Talker, scene: Scene) -> Trial:
    """Play one scene in real time; the answer is stopped at its end."""
    room = room_after(scene.question.sound, _ROOM_SAMPLES, seed=0)
    await talker.be_silent(GAP_S, room)
    before = set(talker.replies)
    start_ms = await talker.say(scene.question.sound)
    t0_ms = start_ms + scene.question.speech_end_ms
    async with _silence(talker, room):
        answer = await _answer(talker, before, t0_ms)
        if answer is not None:
            voice_ms = heard_ms(answer) or t0_ms
            await asyncio.sleep((voice_ms + scene.after_ms - talker.now_ms()) / 1_000.0)
    if answer is None:
        return await _over(talker, Trial(scene, Verdict.VOID, why_void="nobody answered"))
    if answer.ended_ms is not None or answer.playback.is_held:
        why = "the answer was over" if answer.ended_ms is not None else "the answer was held"
        return await _over(talker, Trial(scene, Verdict.VOID, why_void=why))
    sound = in_room(scene.intrusion.sound, room)
    begin_ms = await talker.say(sound)
    async with _silence(talker, room):
        await talker.wait_until(lambda: answer.stopped_ms, VERDICT_S)
    onset_ms = begin_ms + scene.intrusion.onset_ms
    return await _over(talker, judge(scene, answer, onset_ms, talker.now_ms()))


def judge(scene: Scene, answer: HeardReply, onset_ms: float, now_ms: float) -> Trial:
    """What became of an answer over which somebody began to speak at `onset_ms`. Pure."""
    holds = [hold for hold in answer.playback.holds if hold.at_ms >= onset_ms]
    stopped_ms = answer.stopped_ms
    orders_ms = [hold.at_ms for hold in holds] + ([] if stopped_ms is None else [stopped_ms])
    resumed_ms = [hold.resumed_ms for hold in holds if hold.resumed_ms is not None]
    if stopped_ms is not None:
        verdict = Verdict.STOPPED
    elif not holds:
        # Whether it would have been noticed nobody knows, if the answer was over meanwhile.
        verdict = Verdict.UNNOTICED if answer.ended_ms is None else Verdict.VOID
    elif answer.playback.advance(now_ms, answer.n_received) > holds[-1].sample:
        verdict = Verdict.RECOVERED
    else:
        verdict = Verdict.STUCK
    return Trial(
        scene,
        verdict,
        silence_ms=min(orders_ms) - onset_ms if orders_ms else None,
        stop_ms=None if stopped_ms is None else stopped_ms - onset_ms,
        resume_ms=resumed_ms[0] - onset_ms if resumed_ms else None,
        n_resumed=len(resumed_ms),
    )


def in_room(sound: NDArray[np.float32], room: NDArray[np.float32]) -> NDArray[np.float32]:
    """`sound` with as much of the room around it, float32 of the same length."""
    return sound + np.resize(room, len(sound))


async def _answer(talker: Talker, before: set[int], t0_ms: float) -> HeardReply | None:
    """The first reply that is heard after t0; None if nobody answers."""

    def find() -> HeardReply | None:
        for reply in talker.replies.values():
            voice_ms = heard_ms(reply)
            if reply.reply_id not in before and voice_ms is not None and voice_ms >= t0_ms:
                return reply
        return None

    return await talker.wait_until(find, ANSWER_TIMEOUT_S)


async def _over(talker: Talker, trial: Trial) -> Trial:
    await talker.interrupt()
    await asyncio.sleep(_SETTLE_S)
    return trial


@asynccontextmanager
async def _silence(talker: Talker, room: NDArray[np.float32]) -> AsyncGenerator[None, None]:
    """The microphone goes on: the room is heard as long as this lasts."""
    streaming = asyncio.create_task(talker.be_silent(ANSWER_TIMEOUT_S + 4.0, room), name="silence")
    try:
        yield
    finally:
        streaming.cancel()
        await asyncio.gather(streaming, return_exceptions=True)
