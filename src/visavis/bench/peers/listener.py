"""What an agent's sound and messages amount to: a simulated loudspeaker, and replies. Pure.

The agent paces its sound ahead of real time, as a network transport does. The loudspeaker plays
every chunk when it arrives or, if there is sound still to be played, behind it; so the first
audible sample is heard at the arrival of its reply's first chunk plus its place in the sound, just
as `bench.talker` plays ours. Output latency is taken as zero for both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.bench.peers.messages import (
    Answering,
    AnswerSource,
    Clear,
    FromAgent,
    Heard,
    Hello,
    LegTiming,
    Mark,
    MarkName,
    Phrase,
)
from visavis.bench.recording import AUDIBLE, Recording
from visavis.bench.turns import EARLY_MS, STAGES, Kind, Turn
from visavis.hear.audio import float_from_pcm

_KINDS: dict[AnswerSource, Kind] = {"fact": "knowledge", "llm": "llm", "decline": "other"}


@dataclass(slots=True)
class PeerReply:
    """One answer: everything between two commits."""

    committed_ms: float
    marks_ms: dict[MarkName, float]
    """When each stage was reached; of the stages before the commit, the last time."""
    p_end: float | None
    transcript: str
    source: AnswerSource | None = None
    phrases: list[str] = field(default_factory=list[str])
    voice_ms: float | None = None
    """When its first audible sample is heard."""
    cleared_ms: float | None = None
    """When somebody who spoke over it stopped it."""


class PeerListener:
    """Feed it frames as they arrive, with the time; times are monotonic milliseconds."""

    def __init__(self) -> None:
        self.rate_hz: int | None = None
        self.replies: list[PeerReply] = []
        self._played_until_ms = 0.0
        self._marks_ms: dict[MarkName, float] = {}
        self._p_end: float | None = None
        self._heard: list[str] = []

    def sound(self, pcm: NDArray[np.int16], now_ms: float) -> None:
        """Play a chunk."""
        if self.rate_hz is None or not len(pcm):
            return
        start_ms = max(now_ms, self._played_until_ms)
        self._played_until_ms = start_ms + len(pcm) * 1_000.0 / self.rate_hz
        reply = self.replies[-1] if self.replies else None
        if reply is None or reply.voice_ms is not None:
            return
        audible = np.flatnonzero(np.abs(float_from_pcm(pcm)) > AUDIBLE)
        if len(audible):
            reply.voice_ms = start_ms + int(audible[0]) * 1_000.0 / self.rate_hz

    def message(self, message: FromAgent, now_ms: float) -> None:
        """Take in a message."""
        match message:
            case Hello(rate_hz=rate_hz):
                self.rate_hz = rate_hz
            case Mark():
                self._mark(message)
            case Heard(text=text):
                self._heard.append(text)
            case Answering(source=source):
                if self.replies:
                    self.replies[-1].source = source
            case Phrase(text=text):
                if self.replies:
                    self.replies[-1].phrases.append(text)
            case Clear():
                self._clear(now_ms)
            case LegTiming():
                pass

    def _mark(self, mark: Mark) -> None:
        if mark.stage == "turn":
            self._p_end = mark.p_end
        if mark.stage in ("soft_end", "stt", "turn"):
            self._marks_ms[mark.stage] = mark.at_ms
        elif mark.stage == "commit":
            marks_ms: dict[MarkName, float] = {**self._marks_ms, "commit": mark.at_ms}
            self.replies.append(PeerReply(mark.at_ms, marks_ms, self._p_end, " ".join(self._heard)))
            self._marks_ms, self._p_end = {}, None
            self._heard.clear()
        elif self.replies:
            self.replies[-1].marks_ms.setdefault(mark.stage, mark.at_ms)

    def _clear(self, now_ms: float) -> None:
        """Nothing after this moment is heard."""
        self._played_until_ms = min(self._played_until_ms, now_ms)
        reply = self.replies[-1] if self.replies else None
        if reply is None:
            return
        reply.cleared_ms = now_ms
        if reply.voice_ms is not None and reply.voice_ms > now_ms:
            reply.voice_ms = None


def answer_after(replies: list[PeerReply], t0_ms: float) -> PeerReply | None:
    """The first reply whose sound begins after t0."""
    return next((r for r in replies if r.voice_ms is not None and r.voice_ms >= t0_ms), None)


def _early_answer(replies: list[PeerReply], t0_ms: float) -> PeerReply | None:
    """The last reply, if it came within the last word and nobody stopped it."""
    last = replies[-1] if replies else None
    if last is None or last.voice_ms is None or last.cleared_ms is not None:
        return None
    return last if t0_ms - EARLY_MS <= last.voice_ms < t0_ms else None


def turn_of(recording: Recording, replies: list[PeerReply], t0_ms: float) -> Turn:
    """What came of a question: `replies` are those committed since it began."""
    turn = Turn(recording)
    voices_ms = [reply.voice_ms for reply in replies if reply.voice_ms is not None]
    turn.cutoffs_ms = [voice_ms - t0_ms for voice_ms in voices_ms if voice_ms < t0_ms]
    turn.n_replies = len(voices_ms) - len(turn.cutoffs_ms)
    turn.transcript = " / ".join(reply.transcript for reply in replies)
    answer = answer_after(replies, t0_ms) or _early_answer(replies, t0_ms)
    if answer is None or answer.voice_ms is None:
        return turn
    if answer.voice_ms < t0_ms:
        turn.early_ms = answer.voice_ms - t0_ms
    else:
        turn.voice_ms = answer.voice_ms - t0_ms
        turn.react_ms = answer.committed_ms - t0_ms
    turn.kind = _KINDS[answer.source] if answer.source is not None else "other"
    turn.text = " ".join(answer.phrases)
    turn.transcript = answer.transcript
    turn.p_end = answer.p_end
    turn.stages_ms = {
        stage: at_ms - t0_ms
        for stage in STAGES
        if (at_ms := _reached_ms(answer, stage)) is not None
    }
    return turn


def _reached_ms(reply: PeerReply, stage: str) -> float | None:
    return next((at_ms for name, at_ms in reply.marks_ms.items() if name == stage), None)
