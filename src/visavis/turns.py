"""The session's own records: the user's turn and the reply to it. Pure, mutable, private to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from visavis.events import Attempt, Phrase, Word
from visavis.reply.chat import words_heard


class Delivery(Enum):
    """What the listener's side has of a reply."""

    PENDING = "pending"  # nothing
    ARMED = "armed"  # sound, held
    REVEALED = "revealed"  # it may be playing


class Silence(Enum):
    """What is known of the pause that may have ended the user's turn."""

    PERHAPS = "perhaps"  # it has become quiet
    CERTAIN = "certain"  # the detector agrees


class Production(Enum):
    """Whether the reply's attempt is still at work."""

    VOICING = "voicing"
    VOICED = "voiced"


@dataclass(slots=True)
class Turn:
    """What the user is saying: microphone samples [first_sample, last_sample)."""

    turn_id: int
    first_sample: int
    last_sample: int = 0
    revision: int = 0
    voice_ended_ms: float = 0.0
    silence: Silence = Silence.PERHAPS


@dataclass(slots=True)
class Reply:
    """What the character is about to say, or is saying."""

    attempt: Attempt
    transcript: str | None = None
    p_end: float | None = None
    p_complete: float | None = None
    delivery: Delivery = Delivery.PENDING
    production: Production = Production.VOICING
    committed_ms: float | None = None
    heard_sample: int = 0
    n_samples: int = 0
    texts: list[str] = field(default_factory=list[str])
    words: list[Word] = field(default_factory=list[Word])
    stages_ms: dict[str, float] = field(default_factory=dict[str, float])
    """When each stage was first reached, on the clock of `at_ms`."""

    @property
    def reply_id(self) -> int:
        """The id that every event about this reply carries."""
        return self.attempt.reply_id

    def add(self, phrase: Phrase) -> None:
        """Take in the next phrase."""
        self.texts.append(phrase.text)
        self.words.extend(phrase.words)
        self.n_samples = phrase.start_sample + phrase.n_samples

    def text_heard(self, *, whole: bool) -> str:
        """The words the listener heard: all of them, or those before the playhead."""
        return " ".join(self.texts) if whole else words_heard(self.words, self.heard_sample)
