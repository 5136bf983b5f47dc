"""Listens to a session that passes, and says which mouth shapes belong to its sound. Pure.

    relay.hear_server(frame, now_ms)    # -> frames to add at once, behind the one that passed
    relay.hear_client(frame, now_ms)    # -> the same
    while relay.due_ms is not None:     # there is work, to be done before this moment
        relay.work(now_ms)              # one small step -> frames to add
    relay.deadline_ms                   # call `tick` then

Nothing is forwarded here, so nothing can be changed here: whoever holds the sockets forwards a
frame first, as it came, and then lets the relay listen to it. Work is cut into steps of STEP_MS of
sound, so that other sessions' frames never wait for long.

When is a sample heard? A client plays sound when it comes, or behind what it plays already. Nobody
tells the gateway more, and nobody hears sooner; so a cue that leaves before that moment, and
LEAST_PLAYOUT_MS behind it, is in time.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, assert_never

from visavis.errors import ProtocolError
from visavis.events import Cue
from visavis.lips.alignment import Alignment
from visavis.lips.characters import Times
from visavis.lips.lipsync import LipSync
from visavis.wire import dialect as heard
from visavis.wire.dialect import Dialect, Listener, Sound
from visavis.wire.injected import Injected, Notice, Stop, Visemes
from visavis.wire.messages import CueItem

STEP_MS: Final = 120.0
"""Sound in one step of work. In shorter ones the same sound takes longer, for some of a step's cost
is its own; in longer ones others' more urgent sound would wait for it."""

MESSAGE_MS: Final = 240.0
"""Cues of at most so much sound share a message."""

FORECAST_MS: Final = 1_500.0
"""A cue is certain when 0.5 s of sound behind it is known, a few only after 1.1 s (the natural pass
looks so far ahead). If what has come is heard within this time, certainty would come too late, or
just so; then what is likely is told as well, and corrected when more is known."""

LEAST_PLAYOUT_MS: Final = 20.0
"""From a frame's arrival to the listener's ear even on a fast machine: decoding it, and Web Audio's
base and output latency, which Chromium states as about 10 ms each with wired loudspeakers."""

QUIET_MS: Final = 200.0
"""No sound for so long, and so little left to play: the speech is taken to be over. Providers send
faster than real time, or in real time with gaps well below this."""

MAX_WAITING_MS: Final = 120_000.0
"""So much sound may wait for its lips; what comes on top is not listened to."""

NewLips = Callable[[int], LipSync]
"""Lips at a sample rate."""


@dataclass(slots=True)
class Tally:
    """What a relay has done; only ever goes up, until somebody who notes it clears it."""

    n_cues: int = 0
    n_late_cues: int = 0
    n_unreadable_frames: int = 0
    n_speeches: int = 0
    n_interruptions: int = 0
    margins_ms: deque[float] = field(default_factory=lambda: deque[float](maxlen=256))
    """How long before it is heard each of the latest cues left; below zero: late. Whoever counts
    them takes them out."""

    def add(self, other: Tally) -> None:
        """Count another's deeds as well."""
        self.n_cues += other.n_cues
        self.n_late_cues += other.n_late_cues
        self.n_unreadable_frames += other.n_unreadable_frames
        self.n_speeches += other.n_speeches
        self.n_interruptions += other.n_interruptions

    def clear(self) -> None:
        """All of it was noted elsewhere."""
        self.n_cues = self.n_late_cues = self.n_unreadable_frames = 0
        self.n_speeches = self.n_interruptions = 0
        self.margins_ms.clear()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sound that waits, [n] at the speech's rate, and what is known of its words."""

    sound: Sound
    alignment: Alignment | None


@dataclass(slots=True)
class _Timeline:
    """When samples of the session's sound are heard, if the client plays what comes at once."""

    rate_hz: int
    n_samples: int = 0
    dry_ms: float = 0.0
    """Then all that has come is played."""
    starts: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    """A sample, and when it is heard; behind it sound goes on without a gap."""

    def add(self, n_samples: int, now_ms: float) -> None:
        """Sound has come."""
        if not self.starts or now_ms > self.dry_ms:
            self.starts.append((self.n_samples, now_ms))
            self.dry_ms = now_ms
            del self.starts[:-64]
        self.n_samples += n_samples
        self.dry_ms += n_samples * 1_000.0 / self.rate_hz

    def cut(self) -> None:
        """What is not yet played never will be: what comes next is heard at once."""
        self.dry_ms = -math.inf

    def heard_ms(self, sample: int) -> float:
        """When this sample is heard."""
        at = max(0, bisect_right(self.starts, (sample, math.inf)) - 1)
        first, at_ms = self.starts[at]
        return at_ms + (sample - first) * 1_000.0 / self.rate_hz


@dataclass(slots=True)
class _Speech:
    """A run of sound without a longer gap; positions count its own samples unless they say not."""

    speech_id: int
    first_sample: int
    """Of the session."""
    first_event_id: int | None
    lips: LipSync
    source: Literal["alignment", "sound"]
    waiting: deque[_Piece] = field(default_factory=deque[_Piece])
    n_waiting: int = 0
    n_done: int = 0
    n_sent: int = 0
    """How much had been done when cues were told last."""
    cues: list[Cue] = field(default_factory=list[Cue])
    """Certain, and not told as such."""
    guessed: list[Cue] = field(default_factory=list[Cue])
    """Told, and not certain."""
    n_forecast: int = 0
    """How much had been done when likely cues were told last."""
    phase: Literal["spoken", "heard soon", "over"] = "spoken"
    """Heard soon: what is likely should be told. Over: nothing more comes, so all is certain."""
    heard_at_ms: float = 0.0
    """When its latest sound came."""


class Relay:
    """One session's listener. `new_lips` is called once for each speech, as its sound begins.

    `notice` is said once, when the session stands: the lips are not as good as they could be.
    """

    def __init__(
        self,
        dialect: Dialect,
        new_lips: NewLips,
        notice: Notice | None = None,
        tally: Tally | None = None,
    ) -> None:
        self._dialect = dialect
        self._listener = Listener(dialect)
        self._new_lips = new_lips
        self._notice = notice
        self._state: Literal["opening", "open"] = "opening" if dialect.opens_itself else "open"
        self._timeline = _Timeline(0)
        self._speeches: deque[_Speech] = deque()
        """The last one may still be spoken; those before it wait for their last cues."""
        self._stale_event_id: int | None = None
        self._n_speeches = 0
        self.tally = Tally() if tally is None else tally

    # -------------------------------------------------------------- what passes

    def hear_server(self, frame: str | bytes, now_ms: float) -> tuple[str, ...]:
        """The provider's frame has passed; returns what to add at once."""
        said = self._say_notice() if self._state == "open" else ()
        return said + self._take(self._listener.server(frame), now_ms)

    def hear_client(self, frame: str | bytes, now_ms: float) -> tuple[str, ...]:
        """The client's frame has passed; returns what to send the client at once."""
        return self._take(self._listener.client(frame), now_ms)

    def _take(self, events: tuple[heard.Heard, ...], now_ms: float) -> tuple[str, ...]:
        said: list[str] = []
        for event in events:
            match event:
                case heard.Opened():
                    self._state = "open"
                    said += self._say_notice()
                case heard.SoundHeard():
                    self._hear(event, now_ms)
                case heard.Interrupted(event_id):
                    said += self._stop(event_id)
                case heard.Ended():
                    self._end_speech()
                case heard.Unreadable():
                    self.tally.n_unreadable_frames += 1
                case _:
                    assert_never(event)
        return tuple(said)

    def _say_notice(self) -> tuple[str, ...]:
        notice, self._notice = self._notice, None
        return () if notice is None else (self._written(notice),)

    # -------------------------------------------------------------- work

    @property
    def due_ms(self) -> float | None:
        """When the sound that `work` would do next is heard; None if there is nothing to do."""
        if not self._speeches or self._state == "opening":
            return None
        speech = self._speeches[0]
        if not speech.waiting and speech.phase == "spoken":
            return None
        return self._timeline.heard_ms(speech.first_sample + speech.n_done)

    @property
    def deadline_ms(self) -> float | None:
        """When to call `tick`; None if time alone changes nothing."""
        if not self._speeches or self._speeches[-1].phase != "spoken":
            return None
        speech = self._speeches[-1]
        over_ms = self._over_ms(speech)
        if speech.n_forecast < speech.n_done + speech.n_waiting:
            return min(over_ms, self._timeline.dry_ms - FORECAST_MS)
        return over_ms

    def tick(self, now_ms: float) -> None:
        """Time has passed; there may be work now."""
        deadline_ms = self.deadline_ms
        if deadline_ms is None or now_ms < deadline_ms:
            return
        speech = self._speeches[-1]
        speech.phase = "over" if now_ms >= self._over_ms(speech) else "heard soon"

    def _over_ms(self, speech: _Speech) -> float:
        """When a speech is taken to be over, unless more of it comes."""
        return max(speech.heard_at_ms + QUIET_MS, self._timeline.dry_ms - QUIET_MS)

    def work(self, now_ms: float) -> tuple[str, ...]:
        """One step: at most STEP_MS of sound, or a speech's end. Call it while `due_ms` is set."""
        if self.due_ms is None:
            return ()
        speech = self._speeches[0]
        if not speech.waiting and speech.phase == "over":
            speech.cues += speech.lips.finish()
            self._speeches.popleft()
            return self._tell(speech, now_ms, [])
        if not speech.waiting:
            return self._tell(speech, now_ms, self._forecast(speech, now_ms))
        self._step(speech)
        told_ms = (speech.n_done - speech.n_sent) * 1_000.0 / self._timeline.rate_hz
        if speech.waiting and told_ms < MESSAGE_MS:
            return ()
        return self._tell(speech, now_ms, self._forecast(speech, now_ms))

    def _forecast(self, speech: _Speech, now_ms: float) -> list[Cue]:
        """What is likely behind what is certain; nothing if certainty comes in time."""
        reach_ms = self._timeline.heard_ms(speech.first_sample + speech.n_done)
        if speech.phase != "heard soon" and reach_ms > now_ms + FORECAST_MS:
            return []
        if speech.phase == "heard soon":
            speech.phase = "spoken"
        speech.n_forecast = speech.n_done
        return list(speech.lips.forecast())

    def _step(self, speech: _Speech) -> None:
        piece = speech.waiting[0]
        n_step = max(1, round(STEP_MS * self._timeline.rate_hz / 1_000.0))
        now, later = piece.sound[:n_step], piece.sound[n_step:]
        try:
            speech.cues += speech.lips.push(now, characters=piece.alignment)
            if piece.alignment is not None:
                speech.source = "alignment"
        except ProtocolError:  # malformed, or the speech began without: then sound leads it on
            if speech.lips.n_samples == speech.n_done:
                speech.cues += speech.lips.push(now)
        speech.n_done += len(now)
        speech.n_waiting -= len(now)
        if len(later):
            speech.waiting[0] = _Piece(later, None)
        else:
            speech.waiting.popleft()

    def _tell(self, speech: _Speech, now_ms: float, likely: list[Cue]) -> tuple[str, ...]:
        """Tell what the client does not know yet, or knows wrongly."""
        told, known = speech.guessed, speech.cues + likely
        speech.n_sent, speech.guessed, speech.cues = speech.n_done, likely, []
        n_right = next(
            (at for at, (old, new) in enumerate(zip(told, known, strict=False)) if old != new),
            min(len(told), len(known)),
        )
        wrong, new = told[n_right:], known[n_right:]
        if not wrong and not new:
            return ()
        self._count([cue for cue in new if cue not in wrong], speech, now_ms)
        message = Visemes(
            speech_id=speech.speech_id,
            rate_hz=self._timeline.rate_hz,
            first_sample=speech.first_sample,
            first_event_id=speech.first_event_id,
            source=speech.source,
            from_sample=min(cue.at_sample for cue in wrong[:1] + new[:1]),
            cues=[
                CueItem(at_sample=cue.at_sample, viseme=cue.viseme, weight=cue.weight)
                for cue in new
            ],
        )
        return (self._written(message),)

    def _count(self, cues: list[Cue], speech: _Speech, now_ms: float) -> None:
        for cue in cues:
            heard_ms = self._timeline.heard_ms(speech.first_sample + cue.at_sample)
            margin_ms = heard_ms + LEAST_PLAYOUT_MS - now_ms
            self.tally.margins_ms.append(margin_ms)
            self.tally.n_late_cues += margin_ms < 0.0
        self.tally.n_cues += len(cues)

    # -------------------------------------------------------------- speeches

    def _hear(self, event: heard.SoundHeard, now_ms: float) -> None:
        self._keep_rate(event.rate_hz)
        if not len(event.sound):
            return
        first_sample = self._timeline.n_samples
        self._timeline.add(len(event.sound), now_ms)
        if self._is_stale(event.event_id):
            return
        speech = self._speeches[-1] if self._speeches else None
        if speech is None or speech.phase == "over":
            speech = self._begin(event, first_sample)
        n_waiting = sum(speech.n_waiting for speech in self._speeches) + len(event.sound)
        if n_waiting > MAX_WAITING_MS * event.rate_hz / 1_000.0:
            self._end_speech()
            self.tally.n_unreadable_frames += 1
            return
        at = first_sample - speech.first_sample
        if at > speech.n_done + speech.n_waiting:  # stale sound lay between: it is played, too
            self._end_speech()
            speech, at = self._begin(event, first_sample), 0
        alignment = _anchored(event.alignment, at * 1_000.0 / event.rate_hz)
        speech.waiting.append(_Piece(event.sound, alignment))
        speech.n_waiting += len(event.sound)
        speech.heard_at_ms = now_ms

    def _begin(self, event: heard.SoundHeard, first_sample: int) -> _Speech:
        self._n_speeches += 1
        self.tally.n_speeches += 1
        speech = _Speech(
            self._n_speeches,
            first_sample,
            event.event_id,
            self._new_lips(event.rate_hz),
            "sound" if event.alignment is None else "alignment",
        )
        self._speeches.append(speech)
        return speech

    def _end_speech(self) -> None:
        if self._speeches:
            self._speeches[-1].phase = "over"

    def _stop(self, event_id: int | None) -> tuple[str, ...]:
        """Forget all that is not told: nobody will hear it."""
        self.tally.n_interruptions += 1
        self._speeches.clear()
        self._timeline.cut()
        if event_id is not None:
            self._stale_event_id = event_id
        if not self._n_speeches or self._state == "opening":
            return ()
        return (self._written(Stop(speech_id=self._n_speeches)),)

    def _is_stale(self, event_id: int | None) -> bool:
        stale = self._stale_event_id
        return stale is not None and event_id is not None and event_id <= stale

    def _keep_rate(self, rate_hz: int) -> None:
        """Sound at another rate begins a new count; no provider changes it within a session."""
        if rate_hz != self._timeline.rate_hz:
            self._timeline = _Timeline(rate_hz)
            self._speeches.clear()

    def _written(self, message: Injected) -> str:
        return self._dialect.wrapped(message.model_dump_json())


def _anchored(said: Alignment | None, at_ms: float) -> Alignment | None:
    """Times from the beginning of the speech: a chunk's characters lie in that chunk's sound."""
    if said is None or said.times is Times.STREAM:
        return said
    starts_ms = tuple(at_ms + start_ms for start_ms in said.starts_ms)
    return replace(said, starts_ms=starts_ms, times=Times.STREAM)
