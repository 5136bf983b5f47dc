"""From what the witness saw and heard to the times of one turn. Pure.

Microphone and output lie side by side in the audio context, sample by sample. A sample's time is
when the sound device took it, in the page's clock, in which drawing and wire are told too; what is
at the ear has the output latency added.

So t0 is when the last sample of speech entered the page's sound, where a page can first act on it.
Chromium takes 17 ms to get it there (its own capture stamps, read through MediaStreamTrackProcessor
in Chromium 156 with the fake device, against our clock), and a real microphone adds more; neither
is in any figure. The output latency is what the browser states. Without a sound card it plays into
a null device and states 30 ms, always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import soxr

from visavis.bench.browser.evidence import Evidence, Frames
from visavis.bench.browser.mouth import first_open
from visavis.bench.browser.signals import Alignment, Sound, align, first_audible
from visavis.bench.recording import Recording
from visavis.bench.turns import EARLY_MS, Kind, Turn
from visavis.hear.audio import RATE_HZ
from visavis.wire import messages as wire

_SEARCH_MS = 1_500.0
"""A question lies this near to where the file's own clock puts it."""

_SENT_SAMPLES = 8 * RATE_HZ
"""So much may have been sent since a question's end: the gap behind it, and some."""

_REACTIONS = ("thinking", "speaking")
"""Moods of the drawn pose that say: I noticed that you have finished."""

_KINDS: dict[str | None, Kind] = {"fact": "knowledge", "llm": "llm"}


@dataclass(slots=True)
class Reply:
    """What the wire and the output tell of one revealed reply."""

    reply_id: int
    committed_ms: float
    rate_hz: int = 0
    phrases: list[wire.ReplyPhrase] = field(default_factory=list[wire.ReplyPhrase])
    trace: wire.Trace | None = None
    voice_frame: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Where a question was found: frames of the audio context, t0 in the page's clock too."""

    alignment: Alignment
    sent: Alignment | None
    start_frame: float
    t0_frame: float
    t0_ms: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One turn, and how sure it is."""

    turn: Turn
    question: Question
    react_mood: str


def find_question(evidence: Evidence, recording: Recording, expected_ms: float) -> Question:
    """Find a recording that should have begun at `expected_ms` of the page's clock."""
    clock = evidence.clock
    length_ms = len(recording.sound) * 1_000.0 / RATE_HZ
    first = max(0, int(clock.position(expected_ms - _SEARCH_MS)))
    last = int(clock.position(expected_ms + length_ms + _SEARCH_MS))
    heard = _at_16k(evidence.microphone(first, last), clock.rate_hz)
    found = align(heard, recording.sound, recording.speech_end_sample)
    per_sample = clock.rate_hz / RATE_HZ
    t0_frame = first + (found.end_lag_samples + recording.speech_end_sample) * per_sample
    return Question(
        alignment=found,
        sent=_align_sent(evidence.sent, recording),
        start_frame=first + found.lag_samples * per_sample,
        t0_frame=t0_frame,
        t0_ms=clock.ms(t0_frame),
    )


def read_turn(evidence: Evidence, recording: Recording, expected_ms: float) -> Reading:
    """Take down the turn that began around `expected_ms`, from all evidence up to now."""
    question = find_question(evidence, recording, expected_ms)
    clock = evidence.clock
    start_ms = clock.ms(question.start_frame)
    replies = revealed(evidence, start_ms)
    turn = Turn(recording)
    after: list[tuple[Reply, float]] = []
    early: list[tuple[Reply, float]] = []
    for reply in replies:
        voice_ms = _voice_ms(evidence, reply, question)
        if voice_ms is not None and voice_ms < 0.0:
            turn.cutoffs_ms.append(voice_ms)
            if voice_ms >= -EARLY_MS and _stays(evidence, reply, question.t0_ms):
                early.append((reply, voice_ms))
        elif voice_ms is not None:
            after.append((reply, voice_ms))
    turn.n_replies = len(after)
    turn.transcript = _transcript(evidence, start_ms)
    turn.react_ms, mood = _reaction(evidence.frames, question.t0_ms)
    if after:
        answer, turn.voice_ms = after[0]
        _note_answer(turn, answer, question.t0_ms)
        face_ms = first_open(evidence.frames.at_ms, evidence.frames.opening, answer.committed_ms)
        turn.face_ms = None if face_ms is None else face_ms - question.t0_ms
    elif early:
        answer, turn.early_ms = early[-1]
        _note_answer(turn, answer, question.t0_ms)
    return Reading(turn, question, mood)


def revealed(evidence: Evidence, since_ms: float) -> list[Reply]:
    """The replies that the page was told to play since then, and where each is first heard."""
    clock = evidence.clock
    commits = [
        (at_ms, message)
        for at_ms, message in evidence.messages
        if isinstance(message, wire.ReplyCommit) and at_ms >= since_ms
    ]
    replies: list[Reply] = []
    for index, (at_ms, commit) in enumerate(commits):
        reply = Reply(commit.reply_id, at_ms)
        for _, message in evidence.messages:
            if isinstance(message, wire.ReplyPhrase) and message.reply_id == commit.reply_id:
                reply.phrases.append(message)
            elif isinstance(message, wire.ReplyArmed) and message.reply_id == commit.reply_id:
                reply.rate_hz = message.rate_hz
            elif isinstance(message, wire.Trace) and message.reply_id == commit.reply_id:
                reply.trace = message
        first = int(clock.position(at_ms))
        following = commits[index + 1 :]
        last = int(clock.position(following[0][0])) if following else evidence.end_frame
        voice = first_audible(evidence.output(first, last))
        reply.voice_frame = None if voice is None else float(first + voice)
        replies.append(reply)
    return replies


def frame_interval_ms(frames: Frames, from_ms: float, to_ms: float) -> float:
    """The median time between two drawn frames."""
    times_ms = frames.at_ms[(frames.at_ms >= from_ms) & (frames.at_ms < to_ms)]
    return float(np.median(np.diff(times_ms))) if len(times_ms) > 1 else 0.0


def _voice_ms(evidence: Evidence, reply: Reply, question: Question) -> float | None:
    """When a reply is first heard at the ear, after t0."""
    if reply.voice_frame is None:
        return None
    at_ear_ms = evidence.clock.ms(reply.voice_frame) + evidence.output_latency_ms
    return at_ear_ms - question.t0_ms


def _stays(evidence: Evidence, reply: Reply, t0_ms: float) -> bool:
    """Whether nobody stopped it within a moment after t0; later the harness does."""
    return not any(
        isinstance(message, wire.ReplyStop)
        and message.reply_id == reply.reply_id
        and at_ms < t0_ms + EARLY_MS
        for at_ms, message in evidence.messages
    )


def _note_answer(turn: Turn, answer: Reply, t0_ms: float) -> None:
    turn.text = " ".join(phrase.text for phrase in answer.phrases)
    turn.kind = _KINDS.get(answer.phrases[0].source if answer.phrases else None, "other")
    trace = answer.trace
    if trace is None or "reveal" not in trace.stages_ms:
        return
    turn.p_end = trace.p_end
    soft_end_ms = answer.committed_ms - trace.stages_ms["reveal"] - t0_ms
    reached = {stage: soft_end_ms + after_ms for stage, after_ms in trace.stages_ms.items()}
    turn.stages_ms = {"soft_end": soft_end_ms} | reached


def _reaction(frames: Frames, t0_ms: float) -> tuple[float | None, str]:
    for at_ms, mood in zip(frames.at_ms, frames.mood, strict=True):
        if at_ms >= t0_ms and mood in _REACTIONS:
            return float(at_ms) - t0_ms, mood
    return None, ""


def _transcript(evidence: Evidence, since_ms: float) -> str:
    said: Sequence[str] = [
        message.text
        for at_ms, message in evidence.messages
        if isinstance(message, wire.Transcript) and at_ms >= since_ms
    ]
    return said[-1] if said else ""


def _align_sent(sent: Sound, recording: Recording) -> Alignment | None:
    """Find the question in what the server has just been sent; None if that is too little."""
    recent = sent[-(len(recording.sound) + _SENT_SAMPLES) :]
    if len(recent) < recording.speech_end_sample:
        return None
    return align(recent, recording.sound, recording.speech_end_sample)


def _at_16k(sound: Sound, rate_hz: float) -> Sound:
    return soxr.resample(sound, rate_hz, RATE_HZ).astype(np.float32)
