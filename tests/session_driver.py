"""Feeds a session by hand, in virtual time, and sorts what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from visavis import events as ev
from visavis.hear.turn import Signs, is_dangling
from visavis.session import Session
from visavis.wire import messages as wire

RATE_HZ = 22_050


def phrase(
    index: int = 0, text: str = "Hello there.", start: int = 0, n: int = 22_050
) -> ev.Phrase:
    words = text.split()
    step = n // len(words)
    return ev.Phrase(
        index=index,
        text=text,
        source="fact",
        start_sample=start,
        n_samples=n,
        pcm=b"\0\0" * n,
        cues=(ev.Cue(start, 0, 0.0), ev.Cue(start + 10, 10, 1.0)),
        words=tuple(
            ev.Word(word, start + i * step, start + (i + 1) * step) for i, word in enumerate(words)
        ),
    )


SURE_MS, LONGEST_DELAY_MS = 180.0, 1_500.0


def melody_rule(signs: Signs) -> float:
    """A rule whose numbers can be read off: the session must work with any."""
    p_audio = 0.5 if signs.p_audio is None else signs.p_audio
    unsure = 1.0 if is_dangling(signs.text) else 1.0 - p_audio
    return SURE_MS + (LONGEST_DELAY_MS - SURE_MS) * unsure**2


@dataclass
class Driver:
    """Feeds a session and sorts what it asks for."""

    session: Session = field(default_factory=lambda: Session(rule=melody_rule))
    now_ms: float = 0.0
    sample: int = 0
    sent: list[wire.Message] = field(default_factory=list[wire.Message])
    commands: list[ev.Command] = field(default_factory=list[ev.Command])

    def feed(self, event: ev.Event) -> list[ev.Command]:
        commands = self.session.receive(event)
        self.commands += commands
        self.sent += [c.message for c in commands if isinstance(c, ev.Send)]
        return commands

    def wait(self, by_ms: float) -> None:
        """Let time pass, ticking at deadlines as the edge would."""
        end_ms = self.now_ms + by_ms
        while (due_ms := self.session.next_deadline_ms()) is not None and due_ms <= end_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.feed(ev.Tick(self.now_ms))
        self.now_ms = end_ms
        self.sample += int(by_ms * 16)

    def speak(self, ms: float) -> None:
        self.feed(ev.SpeechStarted(self.now_ms, self.sample))
        self.wait(ms)

    def pause(self, silence_ms: float = 96.0) -> ev.Attempt:
        """Silence that is certain at once; `dip` for one that is not."""
        attempt = self.dip(silence_ms)
        self.feed(ev.SpeechEnded(self.now_ms, self.sample, silence_ms))
        return attempt

    def dip(self, silence_ms: float = 32.0) -> ev.Attempt:
        self.feed(ev.SpeechPaused(self.now_ms, self.sample, silence_ms))
        return self.attempt

    def overhear(self, text: str) -> None:
        """Speech to text says what was spoken over the reply."""
        asked = [c.sound for c in self.commands if isinstance(c, ev.HearOverlap)][-1]
        self.feed(ev.OverlapHeard(self.now_ms, asked, text))

    @property
    def attempt(self) -> ev.Attempt:
        return next(c.attempt for c in reversed(self.commands) if isinstance(c, ev.StartAttempt))

    def transcribe(self, text: str = "what is this?", p_end: float | None = 1.0) -> None:
        self.feed(ev.StageReached(self.now_ms, self.attempt.reply_id, "stt"))
        self.feed(ev.Transcribed(self.now_ms, self.attempt.reply_id, text))
        if p_end is not None:
            self.feed(ev.TurnScored(self.now_ms, self.attempt.reply_id, p_end))

    def voice(self, *phrases: ev.Phrase, done: bool = True) -> None:
        reply_id = self.attempt.reply_id
        for spoken in phrases or (phrase(),):
            self.feed(ev.PhraseVoiced(self.now_ms, reply_id, RATE_HZ, spoken))
        if done:
            self.feed(ev.ReplyVoiced(self.now_ms, reply_id))

    def hear(self, sample: int, status: str = "playing", reply_id: int | None = None) -> None:
        rid = reply_id or self.attempt.reply_id
        self.feed(ev.PlayheadMoved(self.now_ms, rid, sample, status))  # type: ignore[arg-type]

    def types(self) -> list[str]:
        return [m.type for m in self.sent if not isinstance(m, wire.State)]  # type: ignore[attr-defined]

    def answered(self) -> Driver:
        """A first question, answered and half heard."""
        self.speak(500)
        self.pause()
        self.transcribe()
        self.voice()
        self.wait(1_500)
        self.hear(8_000)  # in the first of two words
        return self
