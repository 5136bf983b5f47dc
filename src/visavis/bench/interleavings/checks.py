"""Watches what goes into the session and what comes out, and knows when a rule is broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, cast, get_args

from visavis import events as ev
from visavis.bench.interleavings.memory import Memory
from visavis.bench.interleavings.page import Page
from visavis.bench.interleavings.rules import BrokenRuleError, Rule
from visavis.overlap import SAME_TURN_MS, Overlap, seeks_words
from visavis.phases import Phase
from visavis.session import Session
from visavis.turns import Reply, Turn
from visavis.wire import messages as wire

MAX_COMMANDS = 16
"""Answers to one event. The most are those of a question that is typed over a reply."""

MAX_HELD_THINGS = 16
"""The longest list that a session may keep; its memory has twelve utterances."""

Pair = tuple[Phase, type]

_OF_SESSION = ("visavis.speaking", "visavis.memory", "visavis.reply.chat")

_REPORTS = frozenset(kind for kind in get_args(ev.Event) if hasattr(kind, "reply_id"))
"""The events that are about one attempt or its reply."""


class _Fate(Enum):
    OPEN = "open"
    CANCELLED = "cancelled"
    DISCARDED = "discarded"
    STOPPED = "stopped"
    HEARD = "heard"


_LIVE = (_Fate.OPEN, _Fate.CANCELLED)


class _Voice(Enum):
    """What the session was told of the user's voice."""

    SPEAKS = "speaks"
    PAUSES = "pauses"
    GONE = "gone"


@dataclass(slots=True)
class _Record:
    """What is known of one attempt and its reply."""

    attempt: ev.Attempt
    voice_ended_ms: float
    fate: _Fate = _Fate.OPEN
    works: bool = True
    armed: bool = False
    committed: bool = False
    revealed: bool = False
    ended: bool = False
    ducked: bool = False
    text: str = ""
    announced_samples: int = 0
    sent_samples: int = 0
    felt_sample: int = 0
    reported_sample: int = 0
    """The furthest that the session was told the listener had heard."""


class Checks:
    """Of one conversation. `seen` are the transitions that were exercised."""

    def __init__(self, session: Session, page: Page) -> None:
        self.seen: set[Pair] = set()
        self.memory = Memory(page)
        self._phase = session.phase
        self._session = session
        self._page = page
        self._records: dict[int, _Record] = {}
        self._last: _Record | None = None
        self._voice = _Voice.GONE
        self._voice_ended_ms = 0.0
        self._onset_ms = 0.0
        self._listened: ev.SpokenPrompt | None = None
        self._overheard = ""
        self._state = ""
        self._remembered: tuple[ev.Utterance, ...] = ()

    def step(self, phase: Phase, event: ev.Event, commands: list[ev.Command]) -> None:
        """The session was in `phase`, took `event` in and asks for `commands`.

        Raises:
            BrokenRuleError: it should not.
        """
        kind, self._phase = type(event), phase
        listen = self._BY_VOICE.get(kind)
        if listen is not None:
            listen(self, event)
        if kind not in _REPORTS or self._note_report(event, commands):
            self.seen.add((phase, kind))
        if len(commands) > MAX_COMMANDS:
            _break(Rule.BOUNDED, f"{len(commands)} commands at once")
        for command in commands:
            self._BY_COMMAND[type(command)](self, command)
        if commands or kind is ev.PlayheadMoved:
            remembered = self._session.history.utterances
            if remembered != self._remembered:
                self._remembered = remembered
                self.memory.check_contents(remembered)

    def _note_report(self, event: ev.Event, commands: list[ev.Command]) -> bool:
        """Whether it is about the reply at hand, and not too late."""
        record = self._records[getattr(event, "reply_id", 0)]
        is_fresh = record.fate is _Fate.OPEN
        if commands and not is_fresh:
            _break(Rule.STALE, f"{event} led to {commands}")
        note = self._BY_REPORT.get(type(event))
        if note is not None:
            note(self, record, event)
        return is_fresh

    def at_rest(self) -> None:
        """Nobody speaks, nothing is on its way, nothing works, or it hangs for ever.

        Raises:
            BrokenRuleError: something was left over.
        """
        if self._session.phase is not Phase.LISTENING:
            _break(Rule.RETURNS, f"it is still {self._session.phase.value}")
        if self._state not in {"", "listening"}:
            _break(Rule.RETURNS, f"the page was told last that it is {self._state}")
        if self._session.next_deadline_ms() is not None:
            _break(Rule.RETURNS, "it waits for a tick")
        if not self._page.is_silent():
            _break(Rule.RETURNS, "the page still has a reply to play")
        for record in self._records.values():
            if record.fate is _Fate.OPEN:
                _break(Rule.RETURNS, f"reply {record.attempt.reply_id} is neither heard nor gone")
            if record.fate is _Fate.CANCELLED and record.armed:
                _break(Rule.WIRE, f"the page holds reply {record.attempt.reply_id} for ever")
        self.memory.check_whole(self._session.history.utterances)
        self._check_left_over(self._session)

    def _check_left_over(self, owner: object) -> None:
        """The session and what belongs to it keep nothing of what is over, and no long lists."""
        for name, value in vars(owner).items():
            things = _things(value)
            if len(things) > MAX_HELD_THINGS:
                _break(Rule.BOUNDED, f"{name} holds {len(things)} things")
            for thing in things:
                if isinstance(thing, (Reply, Turn, Overlap)):
                    _break(Rule.BOUNDED, f"{name} is kept for nobody")
                if type(thing).__module__ in _OF_SESSION and hasattr(thing, "__dict__"):
                    self._check_left_over(thing)

    # -------------------------------------------------------------- what happens

    def _speaks(self, event: ev.SpeechStarted) -> None:
        if self._phase is not Phase.DUCKED:  # there it is the same stretch of speech
            self._onset_ms = event.at_ms
        self._listened, self._overheard = None, ""
        self._voice = _Voice.SPEAKS

    def _pauses(self, event: ev.SpeechPaused) -> None:
        self._voice = _Voice.PAUSES
        self._voice_ended_ms = event.at_ms - event.silence_ms

    def _gone(self, event: ev.SpeechEnded) -> None:
        self._voice = _Voice.GONE

    def _overhears(self, event: ev.OverlapHeard) -> None:
        if event.sound == self._listened:
            self._overheard = event.text

    def _played(self, record: _Record, event: ev.PlayheadMoved) -> None:
        record.reported_sample = max(record.reported_sample, event.sample)
        if event.status != "playing" and record.fate is _Fate.OPEN:
            record.fate = _Fate.HEARD

    def _transcribed(self, record: _Record, event: ev.Transcribed) -> None:
        record.text = event.text
        if not event.text:
            record.works = False

    def _finished(self, record: _Record, event: ev.ReplyVoiced | ev.AttemptFailed) -> None:
        record.works = False
        if not record.announced_samples and record.fate is _Fate.OPEN:
            record.fate = _Fate.CANCELLED  # nothing will ever be heard of it

    # -------------------------------------------------------------- what is asked for

    def _start(self, command: ev.StartAttempt) -> None:
        attempt = command.attempt
        last = self._last
        if last is not None and last.works:
            _break(Rule.ONE_ATTEMPT, f"{last.attempt.reply_id} and {attempt.reply_id}")
        if attempt.reply_id in self._records:
            _break(Rule.WIRE, f"two attempts are called {attempt.reply_id}")
        self._last = self._records[attempt.reply_id] = _Record(attempt, self._voice_ended_ms)
        if isinstance(attempt.prompt, ev.TypedPrompt):
            self._last.text = attempt.prompt.text
        elif last is not None and _is_retry(attempt, last.attempt):
            self._last.text = last.text

    def _listen(self, command: ev.HearOverlap) -> None:
        self._listened, self._overheard = command.sound, ""

    def _cancel(self, command: ev.CancelAttempt) -> None:
        record = self._records[command.reply_id]
        record.works = False
        if record.fate is _Fate.OPEN and not record.revealed:
            record.fate = _Fate.CANCELLED

    def _committed(self, command: ev.Committed) -> None:
        record = self._records[command.reply_id]
        if record is not self._last or record.fate is not _Fate.OPEN or record.committed:
            _break(Rule.PURE, f"attempt {command.reply_id}, which is {record.fate.value}")
        record.committed = True

    def _sound(self, command: ev.SendAudio) -> None:
        record = self._open_reply(command.reply_id, "sound")
        if command.first_sample != record.sent_samples:
            _break(Rule.WIRE, f"a gap in the sound of {command.reply_id}")
        record.sent_samples += len(command.pcm) // 2
        if record.sent_samples > record.announced_samples:
            _break(Rule.WIRE, f"sound of {command.reply_id} came before its cues")

    def _send(self, command: ev.Send) -> None:
        self._BY_MESSAGE[type(command.message)](self, command.message)

    def _show_state(self, message: wire.State) -> None:
        self._state = message.value
        if message.value == "hearing" and self.memory.has_turn(message.turn_id):
            self._take_back(message.turn_id)

    def _take_back(self, turn_id: int) -> None:
        """A turn that was answered too early goes on; the rule for that is the session's own."""
        reply_id = self.memory.reply_to(turn_id)
        if reply_id is not None:
            record = self._records[reply_id]
            if record.reported_sample > 0 and not self._is_early(record):
                _break(Rule.HISTORY, f"reply {reply_id} was heard for long, and is taken back")
        self.memory.take_back(turn_id)

    def _is_early(self, record: _Record) -> bool:
        return self._onset_ms - record.voice_ended_ms < SAME_TURN_MS

    def _transcript(self, message: wire.Transcript) -> None:
        last = self._last
        if message.status != "final":
            return
        if (
            last is None
            or last.fate is not _Fate.OPEN
            or (message.text, message.turn_id) != (last.text, last.attempt.turn_id)
        ):
            _break(Rule.UNSEEN, f"{message.text} of turn {message.turn_id}")
        elif isinstance(last.attempt.prompt, ev.SpokenPrompt) and self._voice is not _Voice.GONE:
            _break(Rule.POLITE, f"turn {message.turn_id}, while the voice {self._voice.value}")
        if self.memory.has_turn(message.turn_id):
            _break(Rule.ONE_REPLY, f"turn {message.turn_id} is committed again")
        self.memory.user_said(message.turn_id, message.text)

    def _arm(self, message: wire.ReplyArmed) -> None:
        record = self._records[message.reply_id]
        if record.armed or record is not self._last or record.fate is not _Fate.OPEN:
            _break(Rule.WIRE, f"reply {message.reply_id} is armed")
        record.armed = True

    def _phrase(self, message: wire.ReplyPhrase) -> None:
        record = self._open_reply(message.reply_id, "a phrase")
        if message.start_sample != record.announced_samples or record.ended:
            _break(Rule.WIRE, f"phrase {message.index} of {message.reply_id} is out of place")
        record.announced_samples += message.n_samples

    def _feel(self, message: wire.ReplyEmotion) -> None:
        record = self._open_reply(message.reply_id, "a feeling")
        if not record.revealed:
            _break(Rule.PURE, f"a feeling of {message.reply_id} is shown before it is revealed")
        if not record.felt_sample <= message.at_sample < record.announced_samples:
            _break(Rule.WIRE, f"a feeling of {message.reply_id} is out of place")
        record.felt_sample = message.at_sample

    def _end(self, message: wire.ReplyEnd) -> None:
        record = self._open_reply(message.reply_id, "the end")
        if record.ended or message.n_samples != record.sent_samples:
            _break(Rule.WIRE, f"a wrong or second end of {message.reply_id}")
        record.ended = True

    def _commit(self, message: wire.ReplyCommit) -> None:
        record = self._open_reply(message.reply_id, "the commit")
        if record.revealed:
            _break(Rule.WIRE, f"reply {message.reply_id} is revealed twice")
        if not record.committed:
            _break(Rule.PURE, f"reply {message.reply_id} is revealed, and not committed")
        if message.turn_id and self.memory.reply_to(message.turn_id) is not None:
            _break(Rule.ONE_REPLY, f"turn {message.turn_id}")
        record.revealed = True
        self.memory.reply_revealed(message.turn_id, message.reply_id)
        prompt = record.attempt.prompt
        if isinstance(prompt, ev.SpokenPrompt) and self._voice is _Voice.SPEAKS:
            _break(Rule.POLITE, f"reply {message.reply_id} is revealed while the user speaks")
        if not isinstance(prompt, ev.ScriptedPrompt) and not self.memory.has_turn(message.turn_id):
            _break(Rule.UNHEARD, f"reply {message.reply_id} is revealed to a turn without words")

    def _duck(self, message: wire.ReplyDuck) -> None:
        record = self._open_reply(message.reply_id, "a duck")
        if record.ducked or not record.revealed:
            _break(Rule.WIRE, f"reply {message.reply_id} is ducked")
        record.ducked = True

    def _resume(self, message: wire.ReplyResume) -> None:
        record = self._open_reply(message.reply_id, "a resume")
        if not record.ducked:
            _break(Rule.WIRE, f"reply {message.reply_id} is resumed")
        record.ducked = False
        if self._is_early(record) and seeks_words(self._overheard):  # it prolongs the pause
            record.voice_ended_ms = self._voice_ended_ms

    def _discard(self, message: wire.ReplyDiscard) -> None:
        record = self._live_reply(message.reply_id, "the discard")
        if record.revealed:
            _break(Rule.UNHEARD, f"reply {message.reply_id} is discarded, and may be playing")
        record.fate = _Fate.DISCARDED

    def _stop(self, message: wire.ReplyStop) -> None:
        record = self._live_reply(message.reply_id, "the stop")
        if not record.revealed:
            _break(Rule.WIRE, f"reply {message.reply_id} is stopped, and was never revealed")
        record.fate = _Fate.STOPPED

    def _pass(self, message: wire.Message) -> None:
        """Says nothing about what is heard."""

    def _open_reply(self, reply_id: int, what: str) -> _Record:
        record = self._records[reply_id]
        if record.fate is not _Fate.OPEN or not record.armed:
            _break(Rule.QUIET, f"{what} of reply {reply_id}, which is {record.fate.value}")
        return record

    def _live_reply(self, reply_id: int, what: str) -> _Record:
        """Open, or cancelled a moment ago: the work is called off before the sound."""
        record = self._records[reply_id]
        if record.fate not in _LIVE or not record.armed:
            _break(Rule.QUIET, f"{what} of reply {reply_id}, which is {record.fate.value}")
        return record

    _BY_VOICE: ClassVar[dict[type, Callable[[Checks, Any], None]]] = {
        ev.SpeechStarted: _speaks,
        ev.SpeechPaused: _pauses,
        ev.SpeechEnded: _gone,
        ev.OverlapHeard: _overhears,
    }
    _BY_REPORT: ClassVar[dict[type, Callable[[Checks, _Record, Any], None]]] = {
        ev.PlayheadMoved: _played,
        ev.Transcribed: _transcribed,
        ev.ReplyVoiced: _finished,
        ev.AttemptFailed: _finished,
    }
    _BY_COMMAND: ClassVar[dict[type, Callable[[Checks, Any], None]]] = {
        ev.StartAttempt: _start,
        ev.CancelAttempt: _cancel,
        ev.Send: _send,
        ev.SendAudio: _sound,
        ev.HearOverlap: _listen,
        ev.Committed: _committed,
    }
    _BY_MESSAGE: ClassVar[dict[type, Callable[[Checks, Any], None]]] = {
        wire.State: _show_state,
        wire.Transcript: _transcript,
        wire.ReplyArmed: _arm,
        wire.ReplyPhrase: _phrase,
        wire.ReplyEmotion: _feel,
        wire.ReplyEnd: _end,
        wire.ReplyCommit: _commit,
        wire.ReplyDuck: _duck,
        wire.ReplyResume: _resume,
        wire.ReplyDiscard: _discard,
        wire.ReplyStop: _stop,
        wire.Trace: _pass,
        wire.Error: _pass,
    }


def _things(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(cast("dict[object, object]", value).values())
    return list(cast("list[object]", value)) if isinstance(value, (list, tuple, set)) else (value,)


def _is_retry(attempt: ev.Attempt, failed: ev.Attempt) -> bool:
    """Whether it is about the same words, so that they need not be heard again."""
    same = attempt.prompt == failed.prompt or isinstance(attempt.prompt, ev.ScriptedPrompt)
    return same and attempt.turn_id == failed.turn_id


def _break(rule: Rule, detail: str) -> None:
    raise BrokenRuleError(rule, detail)
