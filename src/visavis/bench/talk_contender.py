"""Visavis over its own socket, with a listener made of code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from visavis.bench.corpus.room import room_after
from visavis.bench.recording import Recording
from visavis.bench.talker import HeardReply, Talker, talk_to
from visavis.bench.turns import EARLY_MS, Kind, Turn
from visavis.hear.audio import RATE_HZ

ANSWER_TIMEOUT_S = 8.0
"""Whoever has not answered by then has missed the question."""

LISTEN_ON_MS = 700.0
"""How long an answer is listened to: long enough to notice a second one."""

GAP_S = 0.6
"""Silence before each question."""

_ROOM_SAMPLES = 4 * RATE_HZ
_GREETING_TIMEOUT_S = 30.0
_SETTLE_S = 0.3
_KINDS: dict[str | None, Kind] = {"fact": "knowledge", "llm": "llm"}


class VisavisContender:
    """A running server, talked to as spec/wire.md says. The listener has no output latency."""

    def __init__(self, url: str, name: str = "visavis") -> None:
        self.name = name
        self._url = url

    @asynccontextmanager
    async def conversation(self) -> AsyncGenerator[TalkConversation, None]:
        """Connect, and cut the greeting short."""
        async with talk_to(self._url) as talker:
            await skip_greeting(talker)
            yield TalkConversation(talker)


class TalkConversation:
    """One conversation of the listener made of code."""

    def __init__(self, talker: Talker) -> None:
        self._talker = talker

    async def ask(self, recording: Recording) -> Turn:
        """Speak in real time; hear the answer begin; press stop."""
        talker = self._talker
        turn = Turn(recording)
        room = room_after(recording.sound, _ROOM_SAMPLES, seed=0)
        await talker.be_silent(GAP_S, room)
        before = set(talker.replies)
        n_transcripts = len(talker.transcripts)
        start_ms = await talker.say(recording.sound)
        t0_ms = start_ms + recording.speech_end_ms
        silence = asyncio.create_task(
            talker.be_silent(ANSWER_TIMEOUT_S + 2.0, room), name="silence"
        )
        try:
            answer = await self._answer(before, t0_ms)
            await asyncio.sleep(LISTEN_ON_MS / 1_000.0)
        finally:
            silence.cancel()
            await asyncio.gather(silence, return_exceptions=True)
        heard = [r for r in talker.replies.values() if r.reply_id not in before]
        voices_ms = [voice for reply in heard if (voice := heard_ms(reply)) is not None]
        turn.cutoffs_ms = [voice - t0_ms for voice in voices_ms if voice < t0_ms]
        turn.n_replies = sum(voice >= t0_ms for voice in voices_ms)
        said = [t.text for t in talker.transcripts[n_transcripts:]]
        turn.transcript = said[-1] if said else ""
        if answer is not None:
            note_answer(turn, answer, t0_ms)
        turn.react_ms = self._react_ms(t0_ms)
        await talker.interrupt()
        await asyncio.sleep(_SETTLE_S)
        return turn

    async def _answer(self, before: set[int], t0_ms: float) -> HeardReply | None:
        """The first reply heard after t0, or one that came early and stays; with its trace."""

        def find() -> HeardReply | None:
            for reply in self._talker.replies.values():
                voice_ms = heard_ms(reply)
                if reply.reply_id in before or voice_ms is None or not reply.stages_ms:
                    continue
                if voice_ms >= t0_ms and self._talker.now_ms() >= voice_ms:
                    return reply
                if t0_ms - EARLY_MS <= voice_ms < t0_ms and self._stays(reply, t0_ms):
                    return reply
            return None

        return await self._talker.wait_until(find, ANSWER_TIMEOUT_S)

    def _stays(self, reply: HeardReply, t0_ms: float) -> bool:
        """Nobody stopped it, though the question went on for a moment."""
        if reply.stopped_ms is not None:
            return False
        return reply.ended_ms is not None or self._talker.now_ms() >= t0_ms + LISTEN_ON_MS

    def _react_ms(self, t0_ms: float) -> float | None:
        """When the page was told to look thoughtful, or to speak, after t0."""
        told = (at for at, value in self._talker.states if value in {"thinking", "speaking"})
        return next((at - t0_ms for at in told if at >= t0_ms), None)


async def skip_greeting(talker: Talker) -> None:
    """Wait until the character begins to greet, then stop it."""
    await talker.wait_until(lambda: _first_playing(talker), _GREETING_TIMEOUT_S)
    await talker.interrupt()
    await asyncio.sleep(_SETTLE_S)


def heard_ms(reply: HeardReply) -> float | None:
    """When its first audible sample was heard; None if it was stopped before, or never revealed."""
    voice_ms = reply.voice_ms()
    if voice_ms is None or (reply.ended_ms is not None and reply.ended_ms < voice_ms):
        return None
    return voice_ms


def note_answer(turn: Turn, answer: HeardReply, t0_ms: float) -> None:
    """Fill in what is known of the answer."""
    voice_ms = answer.voice_ms()
    after_ms = None if voice_ms is None else voice_ms - t0_ms
    if after_ms is not None and after_ms < 0.0:
        turn.early_ms = after_ms
    else:
        turn.voice_ms = after_ms
        turn.face_ms = _face_ms(answer, t0_ms)
    turn.text = answer.text
    turn.p_end = answer.p_end
    turn.kind = _KINDS.get(answer.source, "other")
    if answer.committed_ms is not None and "reveal" in answer.stages_ms:
        soft_end_ms = answer.committed_ms - answer.stages_ms["reveal"] - t0_ms
        turn.stages_ms = {"soft_end": soft_end_ms} | {
            stage: soft_end_ms + after_ms for stage, after_ms in answer.stages_ms.items()
        }


def _face_ms(answer: HeardReply, t0_ms: float) -> float | None:
    """When a page would draw the first opening mouth: its cue's sample, as it is heard."""
    if answer.playing_since_ms is None:
        return None
    cues = (cue for phrase in answer.phrases for cue in phrase.cues)
    first = next((cue for cue in cues if cue.viseme and cue.weight > 0.0), None)
    if first is None:
        return None
    return answer.playing_since_ms + first.at_sample * 1_000.0 / answer.rate_hz - t0_ms


def _first_playing(talker: Talker) -> HeardReply | None:
    return next((r for r in talker.replies.values() if r.playing_since_ms is not None), None)
