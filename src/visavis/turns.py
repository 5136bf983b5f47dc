"""The session's own records: the user's turn and the reply to it. Pure, mutable, private to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from visavis.events import Attempt, Feeling, Phrase, Utterance, Word
from visavis.reply.chat import words_heard

SOFT_END_TAIL_SAMPLES = 16_000 * 32 // 1_000
"""Of the silence behind the voice: so much is heard with the turn, for a last soft consonant."""


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
    """What the user is saying: microphone samples from `first_sample` on."""

    turn_id: int
    first_sample: int
    revision: int = 0
    voice_ended_ms: float = 0.0
    silence: Silence = Silence.PERHAPS
    said: str | None = None
    """Its words, once they are remembered."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """A turn that is not over: microphone samples from `first_sample` on, after this history."""

    first_sample: int
    history: tuple[Utterance, ...]


@dataclass(slots=True)
class Reply:
    """What the character is about to say, or is saying."""

    attempt: Attempt
    tries: int = 1
    """How often an answer to this prompt was attempted, this time included."""
    transcript: str | None = None
    p_end: float | None = None
    p_complete: float | None = None
    likeness: float | None = None
    delivery: Delivery = Delivery.PENDING
    production: Production = Production.VOICING
    committed_ms: float | None = None
    voiced_ms: float = 0.0
    """When its latest phrase was ready."""
    heard_sample: int = 0
    n_samples: int = 0
    texts: list[str] = field(default_factory=list[str])
    words: list[Word] = field(default_factory=list[Word])
    feelings: list[Feeling] = field(default_factory=list[Feeling])
    """Not told yet."""
    stages_ms: dict[str, float] = field(default_factory=dict[str, float])
    """When each stage was first reached, on the clock of `at_ms`."""

    @property
    def reply_id(self) -> int:
        """The id that every event about this reply carries."""
        return self.attempt.reply_id

    @property
    def started_ms(self) -> float:
        """When its attempt began."""
        return self.stages_ms["soft_end"]

    @property
    def asks(self) -> bool:
        """Whether its last words so far are a question."""
        return bool(self.texts) and self.texts[-1].rstrip().endswith("?")

    def hear_up_to(self, sample: int) -> None:
        """The listener says so; a playhead never goes back, nor beyond the end."""
        self.heard_sample = max(self.heard_sample, min(sample, self.n_samples))

    def add(self, phrase: Phrase) -> None:
        """Take in the next phrase."""
        self.texts.append(phrase.text)
        self.words.extend(phrase.words)
        self.feelings.extend(phrase.feelings)
        self.n_samples = phrase.start_sample + phrase.n_samples

    def text_heard(self, *, whole: bool) -> str:
        """The words the listener heard: all of them, or those before the playhead."""
        return " ".join(self.texts) if whole else words_heard(self.words, self.heard_sample)
