"""The listener's side: holds, plays, holds its breath, stops, and says what was heard.

It does what web/src/talk.ts and playout.ts do, on the clock of the world. What is heard here is
the truth that the session's memory is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from visavis import events as ev
from visavis.bench.interleavings.rules import BrokenRuleError, Rule
from visavis.wire import messages as wire

if TYPE_CHECKING:
    from visavis.bench.interleavings.world import World

PLAYHEAD_INTERVAL_MS = 100.0
"""As web/src/talk.ts; a busy page is up to PLAYHEAD_JITTER_MS later."""

PLAYHEAD_JITTER_MS = 150.0


class Play(Enum):
    """What the page does with a reply."""

    ARMED = "armed"
    PLAYING = "playing"
    HELD = "held"  # somebody speaks over it
    STOPPED = "stopped"
    ENDED = "ended"
    DISCARDED = "discarded"


_SOUNDING = (Play.PLAYING, Play.HELD)


@dataclass(slots=True)
class Sound:
    """One reply on the page."""

    reply_id: int
    samples_per_ms: float
    play: Play = Play.ARMED
    received_samples: int = 0
    whole_samples: int | None = None
    heard_samples: float = 0.0
    at_ms: float = 0.0
    plan: int = 0
    ticking: bool = False
    words: list[wire.WordItem] = field(default_factory=list[wire.WordItem])


class Page:
    """Plays one reply at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sounds: dict[int, Sound] = {}

    def receive(self, mail: list[ev.Send | ev.SendAudio]) -> None:
        """Take in what was sent in one go; a message that is not known here is an error."""
        for command in mail:
            if isinstance(command, ev.SendAudio):
                sound = self._sounds[command.reply_id]
                self._play_on(sound)
                sound.received_samples += len(command.pcm) // 2
                self._plan_end(sound)
                self._follow(sound)
            else:
                take = self._BY_MESSAGE[type(command.message)]
                if take is not None:
                    take(self, command.message)

    def interrupt(self) -> None:
        """The user presses stop: silence now, whatever the server will say."""
        for sound in self._sounds.values():
            if sound.play in _SOUNDING:
                self._silence(sound)
        self._world.up.send(self._world.arrive, (ev.Interrupted, ()))

    def words_heard(self, reply_id: int) -> str:
        """The words that have begun to be heard by now."""
        sound = self._sounds.get(reply_id)
        if sound is None:
            return ""
        self._play_on(sound)
        heard = int(sound.heard_samples)
        return " ".join([word.text for word in sound.words if word.start_sample < heard])

    def is_silent(self) -> bool:
        """Whether nothing is playing or would go on by itself."""
        return all(sound.play not in _SOUNDING for sound in self._sounds.values())

    # -------------------------------------------------------------- messages

    def _arm(self, message: wire.ReplyArmed) -> None:
        self._sounds[message.reply_id] = Sound(message.reply_id, message.rate_hz / 1_000.0)

    def _phrase(self, message: wire.ReplyPhrase) -> None:
        self._sounds[message.reply_id].words += message.words

    def _end(self, message: wire.ReplyEnd) -> None:
        sound = self._sounds[message.reply_id]
        self._play_on(sound)
        sound.whole_samples = message.n_samples
        self._plan_end(sound)

    def _commit(self, message: wire.ReplyCommit) -> None:
        sound = self._sounds[message.reply_id]
        for other in self._sounds.values():
            if other.play in _SOUNDING:
                self._silence(other)
        sound.play = Play.PLAYING
        sound.at_ms = self._world.now_ms
        self._plan_end(sound)
        self._follow(sound)
        self._world.person.hears_reply()

    def _duck(self, message: wire.ReplyDuck) -> None:
        sound = self._sounds[message.reply_id]
        if sound.play is Play.PLAYING:
            self._play_on(sound)
            sound.play = Play.HELD
            sound.plan += 1

    def _resume(self, message: wire.ReplyResume) -> None:
        sound = self._sounds[message.reply_id]
        if sound.play is Play.HELD:
            sound.play = Play.PLAYING
            sound.at_ms = self._world.now_ms
            self._plan_end(sound)
            self._follow(sound)

    def _discard(self, message: wire.ReplyDiscard) -> None:
        sound = self._sounds[message.reply_id]
        if sound.play is not Play.ARMED:
            raise BrokenRuleError(Rule.UNHEARD, f"reply {message.reply_id} had begun to play")
        sound.play = Play.DISCARDED

    def _stop(self, message: wire.ReplyStop) -> None:
        sound = self._sounds[message.reply_id]
        self._silence(sound)
        self._report(sound, "stopped")

    # -------------------------------------------------------------- sound

    def _silence(self, sound: Sound) -> None:
        self._play_on(sound)
        sound.plan += 1
        if sound.play is not Play.ENDED:
            sound.play = Play.STOPPED

    def _play_on(self, sound: Sound) -> None:
        """Up to now; at the end of what has come it waits for more."""
        if sound.play is Play.PLAYING:
            now_ms = self._world.now_ms
            played = sound.heard_samples + (now_ms - sound.at_ms) * sound.samples_per_ms
            sound.heard_samples = min(float(sound.received_samples), played)
            sound.at_ms = now_ms

    def _plan_end(self, sound: Sound) -> None:
        if sound.play is Play.PLAYING and sound.whole_samples is not None:
            sound.plan += 1
            left_ms = (sound.whole_samples - sound.heard_samples) / sound.samples_per_ms
            self._world.after(left_ms, self._ended, (sound, sound.plan))

    def _ended(self, what: tuple[Sound, int]) -> None:
        sound, plan = what
        if plan == sound.plan and sound.whole_samples is not None:
            sound.heard_samples = float(sound.whole_samples)
            sound.play = Play.ENDED
            self._report(sound, "ended")

    def _follow(self, sound: Sound) -> None:
        """Report the playhead from time to time while it moves."""
        if sound.play is Play.PLAYING and not sound.ticking:
            sound.ticking = True
            self._world.after(PLAYHEAD_INTERVAL_MS * self._world.random(), self._tick, sound)

    def _tick(self, sound: Sound) -> None:
        sound.ticking = False
        if sound.play is not Play.PLAYING:
            return
        self._play_on(sound)
        self._report(sound, "playing")
        if sound.heard_samples < sound.received_samples:
            sound.ticking = True
            jitter_ms = PLAYHEAD_JITTER_MS * self._world.random()
            self._world.after(PLAYHEAD_INTERVAL_MS + jitter_ms, self._tick, sound)

    def _report(self, sound: Sound, status: str) -> None:
        arguments = (sound.reply_id, int(sound.heard_samples), status)
        self._world.up.send(self._world.arrive, (ev.PlayheadMoved, arguments))

    _BY_MESSAGE: ClassVar[dict[type, Callable[[Page, Any], None] | None]] = {
        wire.State: None,
        wire.Transcript: None,
        wire.Trace: None,
        wire.Error: None,
        wire.ReplyArmed: _arm,
        wire.ReplyPhrase: _phrase,
        wire.ReplyEmotion: None,
        wire.ReplyEnd: _end,
        wire.ReplyCommit: _commit,
        wire.ReplyDuck: _duck,
        wire.ReplyResume: _resume,
        wire.ReplyDiscard: _discard,
        wire.ReplyStop: _stop,
    }
