"""Carries commands out as serve/conversation.py does, with engines whose every delay is random.

An attempt's reports come in any order that serve/attempt.py can produce; it may fail or stall at
any point, and after a cancellation some of its reports may still come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from visavis import events as ev

if TYPE_CHECKING:
    from visavis.bench.interleavings.world import World

RATE_HZ = 8_000
"""The lowest that the wire allows: nobody listens, and short sound is fast to make."""

_MAX_WORD_SAMPLES = 2_400
_MIN_WORD_SAMPLES = 200
_SOUND = bytes(2 * 3 * _MAX_WORD_SAMPLES)
_PACES_MS = (0.0, 30.0, 120.0, 700.0)
"""The longest time between two reports of an attempt; 0: its draft was ready."""

_WORDLESS_SHARE = 0.1
_SPEECHLESS_SHARE = 0.04
_FAILURE_SHARE = 0.1
_STALL_SHARE = 0.04
_LEAKY_SHARE = 0.3
_METERED_SHARE = 0.15
"""Attempts that ask a provider who counts tokens, so not before the turn is committed."""

_OVERHEARD = ("", "uh", "mm-hm", "yeah", "stop it", "what about tomorrow")
_ENDINGS = ("", " and", " is that so", " one two three four five six seven")

Report = tuple[Callable[..., ev.Event], tuple[Any, ...]]


@dataclass(slots=True)
class Job:
    """One attempt at work."""

    reply_id: int
    stalls: bool = False
    cancelled: bool = False
    failed: bool = False
    leaks: bool = False
    waiting: list[Report] | None = None
    """What it will report once it is committed."""
    pace_ms: float = 0.0


class Edge:
    """One conversation's engines."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        self._job: Job | None = None
        self._overheard: ev.SpokenPrompt | None = None
        self._mail: list[ev.Send | ev.SendAudio] = []

    @property
    def stalled(self) -> bool:
        """The last attempt hangs, and nobody has cancelled it."""
        return self._job is not None and self._job.stalls and not self._job.cancelled

    def carry_out(self, commands: list[ev.Command]) -> None:
        """Do what the session asks for; a command that is not known here is an error."""
        self._mail = []
        for command in commands:
            self._BY_COMMAND[type(command)](self, command)
        if self._mail:
            self._world.down.send(self._world.page.receive, self._mail)

    def _post(self, command: ev.Send | ev.SendAudio) -> None:
        self._mail.append(command)

    def _cancel(self, command: ev.CancelAttempt) -> None:
        if self._job is not None and self._job.reply_id == command.reply_id:
            self._job.cancelled = True

    def _commit(self, command: ev.Committed) -> None:
        job = self._job
        if job is not None and job.reply_id == command.reply_id and job.waiting is not None:
            self._plan(job, job.waiting)
            job.waiting = None

    def _hear_overlap(self, command: ev.HearOverlap) -> None:
        """The newest sound counts; an engine that fails tells nothing."""
        self._overheard = command.sound
        if self._random() < 1.0 - _FAILURE_SHARE:
            self._world.after(self._pace() * self._random(), self._tell_overlap, command.sound)

    def _tell_overlap(self, sound: ev.SpokenPrompt) -> None:
        if sound is self._overheard or self._random() < _LEAKY_SHARE:
            text = _OVERHEARD[int(len(_OVERHEARD) * self._random())]
            self._world.happen(ev.OverlapHeard(self._world.now_ms, sound, text))

    # -------------------------------------------------------------- an attempt

    def _start(self, command: ev.StartAttempt) -> None:
        attempt = command.attempt
        if self._job is not None:
            self._job.cancelled = True
        leaks = self._random() < _LEAKY_SHARE
        job = self._job = Job(attempt.reply_id, leaks=leaks, pace_ms=self._pace())
        reports: list[Report] = []
        if isinstance(attempt.prompt, ev.SpokenPrompt):
            wordless = self._random() < _WORDLESS_SHARE
            text = "" if wordless else f"question{attempt.reply_id}" + self._ending()
            reports.append((ev.Transcribed, (text,)))
            if not wordless:
                reports += self._answer(attempt.reply_id)
        else:
            reports += self._answer(attempt.reply_id)
        reports = self._spoilt(job, reports)
        if self._random() < _METERED_SHARE:
            n_free = int(bool(reports) and reports[0][0] is ev.Transcribed)
            job.waiting = reports[n_free:]
            del reports[n_free:]
        self._plan(job, reports)

    def _pace(self) -> float:
        return _PACES_MS[int(len(_PACES_MS) * self._random())]

    def _ending(self) -> str:
        return _ENDINGS[int(len(_ENDINGS) * self._random())]

    def _answer(self, reply_id: int) -> list[Report]:
        n_phrases = 0 if self._random() < _SPEECHLESS_SHARE else 1 + int(2.5 * self._random())
        reports: list[Report] = []
        start_sample = n_words = 0
        for index in range(n_phrases):
            phrase = self._phrase(reply_id, index, start_sample, n_words)
            reports.append((ev.PhraseVoiced, (RATE_HZ, phrase)))
            start_sample += phrase.n_samples
            n_words += len(phrase.words)
        reports.append((ev.ReplyVoiced, ()))
        return reports

    def _phrase(self, reply_id: int, index: int, start_sample: int, n_before: int) -> ev.Phrase:
        """One to three words that occur in no other reply."""
        words: list[ev.Word] = []
        end_sample = start_sample
        for number in range(n_before, n_before + 1 + int(3 * self._random())):
            span = _MAX_WORD_SAMPLES - _MIN_WORD_SAMPLES
            next_sample = end_sample + _MIN_WORD_SAMPLES + int(span * self._random())
            words.append(ev.Word(f"word{number}of{reply_id}", end_sample, next_sample))
            end_sample = next_sample
        n_samples = end_sample - start_sample
        return ev.Phrase(
            index=index,
            text=" ".join([word.text for word in words]),
            source="fact",
            start_sample=start_sample,
            n_samples=n_samples,
            pcm=_SOUND[: 2 * n_samples],
            cues=(ev.Cue(start_sample, 10, 1.0), ev.Cue(end_sample, 0, 0.0)),
            words=tuple(words),
            feelings=(ev.Feeling(start_sample, "sad" if index % 2 else "happy"),),
        )

    def _spoilt(self, job: Job, reports: list[Report]) -> list[Report]:
        """The same, or cut at a random place by a failure or by an engine that hangs."""
        chance = self._random()
        if chance < _FAILURE_SHARE:
            n_left = int((len(reports) + 1) * self._random())
            return [*reports[:n_left], (ev.AttemptFailed, ("engine", "It broke."))]
        if chance < _FAILURE_SHARE + _STALL_SHARE:
            job.stalls = True
            return reports[: int(len(reports) * self._random())]
        return reports

    def _plan(self, job: Job, reports: list[Report]) -> None:
        world, delay_ms, pace_ms = self._world, 0.0, job.pace_ms
        for report in reports:
            delay_ms += pace_ms * self._random()
            world.after(delay_ms, self._report, (job, report))
            if report[0] is ev.Transcribed and report[1][0]:
                self._plan_scores(job, delay_ms, pace_ms)

    def _plan_scores(self, job: Job, delay_ms: float, pace_ms: float) -> None:
        """Melody and words are judged beside the answer, in any order with it."""
        for kind in (ev.TurnScored, ev.WordsScored, ev.Recognised):
            chance = self._random()
            if chance < 0.8:
                at_ms = delay_ms + 4.0 * pace_ms * self._random()
                self._world.after(at_ms, self._report, (job, (kind, (chance / 0.8,))))
        if self._random() < 0.3:
            self._world.after(delay_ms, self._report, (job, (ev.StageReached, ("stt",))))
        elif self._random() < 0.3:
            late_ms = delay_ms + 2_500.0 * self._random()
            self._world.after(late_ms, self._report, (job, (ev.StageReached, ("look_up",))))

    def _report(self, what: tuple[Job, Report]) -> None:
        job, (kind, arguments) = what
        if job.failed or (job.cancelled and not (job.leaks and self._random() < 0.7)):
            return
        job.failed = kind is ev.AttemptFailed
        self._world.happen(kind(self._world.now_ms, job.reply_id, *arguments))

    _BY_COMMAND: ClassVar[dict[type, Callable[[Edge, Any], None]]] = {
        ev.Send: _post,
        ev.SendAudio: _post,
        ev.StartAttempt: _start,
        ev.CancelAttempt: _cancel,
        ev.HearOverlap: _hear_overlap,
        ev.Committed: _commit,
    }
