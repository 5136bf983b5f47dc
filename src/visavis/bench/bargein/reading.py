"""One intrusion from what the witness in the page saw and heard. Pure.

`browser/timing.py` tells how sound, pictures and wire come to one clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import soxr

from visavis.bench.bargein.trial import Scene, Trial, Verdict
from visavis.bench.browser.evidence import Evidence, Frames
from visavis.bench.browser.mouth import OPENED
from visavis.bench.browser.notes import CLEAR
from visavis.bench.browser.signals import Sound, align
from visavis.bench.browser.timing import Reply, find_question, revealed
from visavis.bench.corpus.room import TAIL_SAMPLES, room_after
from visavis.bench.recording import AUDIBLE, Recording
from visavis.hear.audio import RATE_HZ
from visavis.wire import messages as wire

ANSWER_AFTER_MS = 1_000.0
"""The microphone's file can't wait for the answer: it is assumed to be heard so long after t0. Most
are earlier; a later one, as on a machine that is busy otherwise, makes the trial void."""

SILENT_MS = 80.0
"""Behind an order to be silent, so long a silence is the one that was ordered."""

_LOOK_BACK_MS = 100.0
_STRETCH_MS = 300.0
"""Of the answer, before and behind a hold, to find its place in what came over the wire."""
_CLEAR_OF_FADES_MS = 30.0
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class Script:
    """A scene as one recording for the microphone, and where in it the intrusion is first heard."""

    scene: Scene
    recording: Recording
    onset_sample: int


@dataclass(frozen=True, slots=True)
class _Orders:
    """When the page was told what, in its own clock; None if it was not."""

    hold_ms: float | None
    resume_ms: float | None
    stop_ms: float | None
    n_resumed: int

    @property
    def silence_ms(self) -> float | None:
        """The first order to be silent."""
        known = [at_ms for at_ms in (self.hold_ms, self.stop_ms) if at_ms is not None]
        return min(known, default=None)


def write_script(scene: Scene) -> Script:
    """Question and intrusion in the question's room, the answer's beginning guessed."""
    question, intrusion = scene.question, scene.intrusion.sound
    after_ms = ANSWER_AFTER_MS + scene.after_ms
    begin = question.speech_end_sample + round(after_ms * RATE_HZ / 1_000.0)
    sound = np.zeros(begin + len(intrusion) + TAIL_SAMPLES, dtype=np.float32)
    n_asked = len(question.sound)
    sound[:n_asked] = question.sound
    sound[n_asked:] = room_after(question.sound, len(sound) - n_asked, seed=0)
    sound[begin : begin + len(intrusion)] += intrusion
    end = begin + int(np.flatnonzero(np.abs(intrusion) > AUDIBLE)[-1]) + 1
    recording = replace(question, sound=sound, speech_end_sample=end)
    return Script(scene, recording, begin + scene.intrusion.onset_sample)


def read_trial(evidence: Evidence, script: Script, expected_ms: float, until_ms: float) -> Trial:
    """Read one trial whose script should have begun at `expected_ms` of the page's clock.

    What comes after `until_ms` is the harness's own doing.
    """
    scene, recording = script.scene, script.recording
    found = find_question(evidence, recording, expected_ms)
    before_end_ms = (recording.speech_end_sample - script.onset_sample) * 1_000.0 / RATE_HZ
    onset_ms = found.t0_ms - before_end_ms
    answer = _answer(evidence, expected_ms, onset_ms)
    if found.alignment.clearness < CLEAR:
        return Trial(scene, Verdict.VOID, why_void="the microphone's sound was not found")
    if answer is None:
        return Trial(scene, Verdict.VOID, why_void="no answer was heard just then")
    orders = _orders(evidence, answer.reply_id, onset_ms, until_ms)
    told_ms = orders.silence_ms
    if told_ms is None:
        if _end_ms(evidence, answer) < found.t0_ms:
            return Trial(scene, Verdict.VOID, why_void="the answer ended meanwhile")
        return Trial(scene, Verdict.UNNOTICED)
    quiet_until_ms = until_ms if orders.resume_ms is None else orders.resume_ms
    silence_ms = silent_from_ms(evidence, told_ms, quiet_until_ms)
    mouth_ms = shut_from_ms(evidence.frames, answer.committed_ms, told_ms, quiet_until_ms)
    return Trial(
        scene,
        _verdict(orders),
        silence_ms=None if silence_ms is None else silence_ms - onset_ms,
        mouth_ms=None if mouth_ms is None else mouth_ms - onset_ms,
        stop_ms=None if orders.stop_ms is None else orders.stop_ms - onset_ms,
        resume_ms=None if orders.resume_ms is None else orders.resume_ms - onset_ms,
        n_resumed=orders.n_resumed,
        resume_error_ms=_resume_error_ms(evidence, answer, orders, until_ms),
    )


def silent_from_ms(evidence: Evidence, told_ms: float, until_ms: float) -> float | None:
    """From when on nothing is heard at the ear, once that was ordered; None if it never is."""
    clock = evidence.clock
    first = int(clock.position(told_ms - _LOOK_BACK_MS))
    told = clock.position(told_ms) - first
    last = int(clock.position(until_ms))
    audible = np.flatnonzero(np.abs(evidence.output(first, last)) > AUDIBLE)
    before, behind = audible[audible < told], audible[audible >= told]
    gap = SILENT_MS * clock.rate_hz / 1_000.0
    ends = np.append(before[-1] if len(before) else -1, behind)
    following = np.append(behind, last - first)
    silences = np.flatnonzero(following - np.maximum(ends, told) >= gap)
    if not len(silences):
        return None
    end_ms = clock.ms(float(first + ends[silences[0]] + 1)) + evidence.output_latency_ms
    return max(told_ms, end_ms)


def shut_from_ms(
    frames: Frames, committed_ms: float, told_ms: float, until_ms: float
) -> float | None:
    """The first drawn frame from which on the mouth is shut until `until_ms`, at most for a while.

    A shut line is as high as in the second before the answer, breath allowed. None if it never
    shuts, or nothing was drawn.
    """
    drawn = frames.opening >= 0.0
    idle = drawn & (frames.at_ms < committed_ms) & (frames.at_ms >= committed_ms - 1_000.0)
    shut = float(np.median(frames.opening[idle])) if idle.any() else 0.0
    watched = drawn & (frames.at_ms >= told_ms) & (frames.at_ms < min(until_ms, told_ms + 500.0))
    at_ms, is_open = frames.at_ms[watched], frames.opening[watched] > shut + OPENED
    if not len(at_ms) or is_open[-1]:
        return None
    opened = np.flatnonzero(is_open)
    return float(at_ms[opened[-1] + 1] if len(opened) else at_ms[0])


def _answer(evidence: Evidence, since_ms: float, onset_ms: float) -> Reply | None:
    """What is being said when somebody speaks up: the last one revealed before."""
    begun = [reply for reply in revealed(evidence, since_ms) if reply.committed_ms < onset_ms]
    if not begun or begun[-1].voice_frame is None:
        return None
    answer = begun[-1]
    is_over = _end_ms(evidence, answer) < onset_ms
    is_stopped = any(
        isinstance(message, wire.ReplyStop)
        and message.reply_id == answer.reply_id
        and at_ms < onset_ms
        for at_ms, message in evidence.messages
    )
    is_heard = evidence.clock.ms(answer.voice_frame or 0.0) < onset_ms
    return answer if is_heard and not is_over and not is_stopped else None


def _end_ms(evidence: Evidence, reply: Reply) -> float:
    """When it would end if nobody held it; infinite while that is not known."""
    for _, message in evidence.messages:
        if isinstance(message, wire.ReplyEnd) and message.reply_id == reply.reply_id:
            return reply.committed_ms + message.n_samples * 1_000.0 / reply.rate_hz
    return np.inf


def _orders(evidence: Evidence, reply_id: int, onset_ms: float, until_ms: float) -> _Orders:
    told = [
        (at_ms, message)
        for at_ms, message in evidence.messages
        if isinstance(message, wire.ReplyDuck | wire.ReplyResume | wire.ReplyStop)
        and message.reply_id == reply_id
        and onset_ms <= at_ms < until_ms
    ]
    holds_ms = [at_ms for at_ms, message in told if isinstance(message, wire.ReplyDuck)]
    resumes_ms = [at_ms for at_ms, message in told if isinstance(message, wire.ReplyResume)]
    stops_ms = [at_ms for at_ms, message in told if isinstance(message, wire.ReplyStop)]
    is_held = len(holds_ms) > len(resumes_ms)
    n_resumed = len(holds_ms) - 1 if is_held else len(resumes_ms)
    return _Orders(
        hold_ms=min(holds_ms, default=None),
        resume_ms=min(resumes_ms, default=None),
        stop_ms=min(stops_ms, default=None),
        n_resumed=max(0, n_resumed),
    )


def _verdict(orders: _Orders) -> Verdict:
    if orders.stop_ms is not None:
        return Verdict.STOPPED
    return Verdict.STUCK if orders.resume_ms is None else Verdict.RECOVERED


def _resume_error_ms(
    evidence: Evidence, answer: Reply, orders: _Orders, until_ms: float
) -> float | None:
    """How much of the voice a hold swallowed; negative: was repeated, as the fade is by design.

    None if there was no hold, or the voice can't be found in what came over the wire.
    """
    if orders.hold_ms is None or orders.resume_ms is None:
        return None
    clock = evidence.clock
    from_ms, to_ms = orders.hold_ms - _STRETCH_MS, orders.resume_ms + _STRETCH_MS
    first, last = int(clock.position(from_ms)), int(clock.position(min(to_ms + 200.0, until_ms)))
    played = _at_16k(evidence.output(first, last), clock.rate_hz)
    voice = _at_16k(evidence.voice(answer.reply_id), answer.rate_hz)
    middle = round((orders.hold_ms + orders.resume_ms) / 2.0 - from_ms) * RATE_HZ // 1_000
    audible = np.flatnonzero(np.abs(played) > AUDIBLE)
    before, behind = audible[audible < middle], audible[audible >= middle]
    if not len(before) or not len(behind):
        return None
    clear = round(_CLEAR_OF_FADES_MS * RATE_HZ / 1_000.0)
    said = _place(voice, played, 0, int(before[-1]) - clear)
    again = _place(voice, played, int(behind[0]) + clear, len(played))
    if said is None or again is None:
        return None
    held_at, resumed_at = int(before[-1]) + said, int(behind[0]) + again
    if resumed_at <= held_at:
        return (resumed_at - held_at) * 1_000.0 / RATE_HZ
    swallowed = np.abs(voice[held_at + 1 : resumed_at]) > AUDIBLE
    return float(np.sum(swallowed)) * 1_000.0 / RATE_HZ


def _place(voice: Sound, played: Sound, first: int, last: int) -> int | None:
    """What has to be added to a sample in played[first:last] to find it in the voice."""
    stretch = played[first:last]
    if len(stretch) < RATE_HZ // 10 or len(stretch) > len(voice):
        return None
    found = align(voice, stretch, len(stretch))
    return found.lag_samples - first if found.strength >= _SURE else None


def _at_16k(sound: Sound, rate_hz: float) -> Sound:
    return soxr.resample(sound, rate_hz, RATE_HZ).astype(np.float32)
