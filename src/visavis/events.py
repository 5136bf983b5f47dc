"""The vocabulary of a conversation: what can happen to it, and what it can ask for.

Everything is a frozen value. What happens carries `at_ms` (the edge's monotonic clock, passed in)
and the ids of the turn, revision or reply it belongs to, so that whatever comes too late can be
recognised and dropped in one place. Sound positions are samples: of the microphone at 16 kHz for
the user, of the reply's own audio for the character.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from visavis.wire.messages import Emotion, Message, Source

# ------------------------------------------------------------------ values


class Speaker(Enum):
    """Who said something."""

    USER = "user"
    CHARACTER = "assistant"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One side's words, as the other heard them."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class SpokenPrompt:
    """The user's turn as sound: microphone samples [first_sample, last_sample)."""

    first_sample: int
    last_sample: int


@dataclass(frozen=True, slots=True)
class TypedPrompt:
    """The user's turn as text."""

    text: str


@dataclass(frozen=True, slots=True)
class ScriptedPrompt:
    """Words for the character to say as they are: a greeting, an apology."""

    text: str
    source: Source


Prompt = SpokenPrompt | TypedPrompt | ScriptedPrompt


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at answering a turn. Pure speculation until it is committed."""

    turn_id: int
    revision: int
    reply_id: int
    prompt: Prompt
    history: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """From `at_sample` on the mouth aims at `viseme` (index), opened by `weight` 0…1."""

    at_sample: int
    viseme: int
    weight: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the reply and the samples in which it is heard."""

    text: str
    start_sample: int
    end_sample: int


@dataclass(frozen=True, slots=True)
class Feeling:
    """From `at_sample` of the reply on it is said with this feeling."""

    at_sample: int
    emotion: Emotion


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of a reply, voiced: int16 little-endian `pcm` with its cues and words.

    All sample positions count from the first sample of the whole reply.
    """

    index: int
    text: str
    source: Source
    start_sample: int
    n_samples: int
    pcm: bytes = field(repr=False)
    cues: tuple[Cue, ...] = field(repr=False)
    words: tuple[Word, ...] = field(repr=False)
    feelings: tuple[Feeling, ...] = ()
    """What changes within it; told to nobody before the reply is revealed."""


# ------------------------------------------------------------------ what happens


@dataclass(frozen=True, slots=True)
class Began:
    """The peer said hello; the character may greet."""

    at_ms: float
    greeting: str


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks, since microphone sample `sample`."""

    at_ms: float
    sample: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """Soft end: it has become quiet. Work may begin; a closed mouth before a "t" looks the same.

    `sample` is the end of the last voiced frame, `silence_ms` how long ago that was.
    """

    at_ms: float
    sample: int
    silence_ms: float


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The pause is one: the detector agrees that nobody speaks. Fields as in `SpeechPaused`."""

    at_ms: float
    sample: int
    silence_ms: float


@dataclass(frozen=True, slots=True)
class TurnScored:
    """How likely it is, 0…1, that the user has finished."""

    at_ms: float
    reply_id: int
    p_end: float


@dataclass(frozen=True, slots=True)
class WordsScored:
    """How likely it is, 0…1, that the words so far are a whole turn."""

    at_ms: float
    reply_id: int
    p_complete: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """How like a question that the persona knows the words are, 0…1."""

    at_ms: float
    reply_id: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The user's words in this attempt; empty if there were none."""

    at_ms: float
    reply_id: int
    text: str


@dataclass(frozen=True, slots=True)
class OverlapHeard:
    """The words that were spoken over a reply; empty if there were none."""

    at_ms: float
    sound: SpokenPrompt
    text: str


@dataclass(frozen=True, slots=True)
class StageReached:
    """An attempt has come so far; `soft_end` is its start. For traces only."""

    at_ms: float
    reply_id: int
    stage: str


@dataclass(frozen=True, slots=True)
class PhraseVoiced:
    """The next phrase of a reply is ready to be heard."""

    at_ms: float
    reply_id: int
    rate_hz: int
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class ReplyVoiced:
    """The reply is complete."""

    at_ms: float
    reply_id: int


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An engine failed; `code` and `message` are fit for the peer to see."""

    at_ms: float
    reply_id: int
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TextTyped:
    """The user typed a question."""

    at_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class PlayheadMoved:
    """The listener hears `sample` of the reply now, or heard it last."""

    at_ms: float
    reply_id: int
    sample: int
    status: Literal["playing", "ended", "stopped"]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user pressed stop."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; sent when `Session.next_deadline_ms()` is due."""

    at_ms: float


Event = (
    Began
    | SpeechStarted
    | SpeechPaused
    | SpeechEnded
    | TurnScored
    | WordsScored
    | Recognised
    | Transcribed
    | OverlapHeard
    | StageReached
    | PhraseVoiced
    | ReplyVoiced
    | AttemptFailed
    | TextTyped
    | PlayheadMoved
    | Interrupted
    | Tick
)

# ------------------------------------------------------------------ what to do


@dataclass(frozen=True, slots=True)
class StartAttempt:
    """Begin answering; at most one attempt runs at a time."""

    attempt: Attempt


class Work(Enum):
    """What becomes of what a cancelled attempt has prepared."""

    KEEP = "keep"  # the turn goes on: it may end on the same words
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class CancelAttempt:
    """Stop working on it; whatever it still reports is dropped as stale."""

    reply_id: int
    work: Work


@dataclass(frozen=True, slots=True)
class HearOverlap:
    """Transcribe what was spoken over the reply, beside the attempt that voices it."""

    sound: SpokenPrompt


@dataclass(frozen=True, slots=True)
class Committed:
    """The turn of this reply is over: from now on its work may cost money and be logged."""

    reply_id: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send this message to the peer."""

    message: Message


@dataclass(frozen=True, slots=True)
class SendAudio:
    """Send this int16 little-endian sound of a reply to the peer."""

    reply_id: int
    first_sample: int
    pcm: bytes = field(repr=False)


Command = StartAttempt | CancelAttempt | Committed | HearOverlap | Send | SendAudio
