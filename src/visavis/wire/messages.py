"""The native protocol's JSON messages, one class each. Prose: spec/wire.md.

`spec/events.schema.json` is generated from here (`make spec`), a test keeps the two equal, and
the browser's TypeScript types are generated from that schema. So a message is defined once.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PROTOCOL_VERSION = 1
"""Goes up only when an old peer could no longer understand a new one."""

SUBPROTOCOL = "visavis.v1"
"""The WebSocket subprotocol that the client asks for and the server echoes."""

INPUT_RATE_HZ = 16_000
"""The one microphone rate on the wire: what the VAD, turn and speech models hear."""

MAX_TEXT_FRAME_BYTES = 16 * 1024
MAX_BINARY_FRAME_BYTES = 64 * 1024
MAX_TYPED_CHARS = 2_000

VisemeIndex = Annotated[int, Field(ge=0, le=14, description="index into spec/visemes.json order")]
Id = Annotated[int, Field(ge=1, le=0xFFFF_FFFF)]
Sample = Annotated[int, Field(ge=0, le=0xFFFF_FFFF)]

Source = Literal["fact", "llm", "decline", "greeting", "apology"]
"""Where the words of a reply come from; `apology` is said when an engine failed."""

Emotion = Literal["neutral", "happy", "sad", "surprised", "thinking"]
"""What a face tells beside its words, in the order of a character's control `emotion`."""


class Message(BaseModel):
    """Base of all messages: immutable; unknown fields are ignored, so that v1 can grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# ------------------------------------------------------------------ client to server


class Hello(Message):
    """Must be the first frame, within ten seconds of connecting."""

    type: Literal["hello"] = "hello"
    protocol: int
    client: Annotated[str, Field(max_length=100)] = "unknown"
    input_rate_hz: int = INPUT_RATE_HZ
    trace: Literal["off", "stages"] = "off"


class Microphone(Message):
    """The user opened, muted or closed the microphone."""

    type: Literal["microphone"] = "microphone"
    status: Literal["open", "muted", "closed"]
    echo_cancellation: Annotated[
        Literal["on", "off", "unknown"],
        Field(description="whether the browser takes the loudspeaker out of it"),
    ] = "unknown"


class Text(Message):
    """A typed question; it interrupts whatever is being said."""

    type: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=MAX_TYPED_CHARS)]


class Playhead(Message):
    """The reply sample that the listener hears now. The truth about what was said."""

    type: Literal["playhead"] = "playhead"
    reply_id: Id
    sample: Sample
    status: Literal["playing", "ended", "stopped"] = "playing"


class Interrupt(Message):
    """The user pressed stop."""

    type: Literal["interrupt"] = "interrupt"


class Ping(Message):
    """Answered by `pong` with the same nonce."""

    type: Literal["ping"] = "ping"
    nonce: Annotated[str, Field(max_length=64)] = ""


# ------------------------------------------------------------------ server to client


class PersonaCard(Message):
    """What the page shows of the persona."""

    name: str
    character: str
    greeting: str
    suggestions: list[str]


class Ready(Message):
    """The answer to `hello`: every model is warm, speak."""

    type: Literal["ready"] = "ready"
    protocol: int
    session_id: str
    input_rate_hz: int
    output_rate_hz: int
    persona: PersonaCard


class State(Message):
    """What the character is doing, for its pose and for status labels."""

    type: Literal["state"] = "state"
    value: Literal["listening", "hearing", "thinking", "speaking"]
    turn_id: Annotated[int, Field(ge=0)]


class Transcript(Message):
    """What the user said. `tentative` may change with the next revision; `final` does not."""

    type: Literal["transcript"] = "transcript"
    turn_id: Id
    revision: Annotated[int, Field(ge=0)]
    text: str
    status: Literal["tentative", "final"]


class ReplyArmed(Message):
    """A reply begins to arrive, held: play nothing before its `reply.commit`."""

    type: Literal["reply.armed"] = "reply.armed"
    reply_id: Id
    turn_id: Annotated[int, Field(ge=0)]
    revision: Annotated[int, Field(ge=0)]
    rate_hz: Annotated[int, Field(ge=8_000, le=48_000)]


class CueItem(Message):
    """From `at_sample` of the reply's audio on, the mouth aims at this viseme."""

    at_sample: Sample
    viseme: VisemeIndex
    weight: Annotated[float, Field(ge=0, le=1, description="opening, scaled by loudness")]


class WordItem(Message):
    """A word and the samples of the reply in which it is heard; for captions and history."""

    text: str
    start_sample: Sample
    end_sample: Sample


class ReplyPhrase(Message):
    """A phrase's cues and words. Always sent before the first sample of its audio."""

    type: Literal["reply.phrase"] = "reply.phrase"
    reply_id: Id
    index: Annotated[int, Field(ge=0)]
    text: str
    source: Source
    start_sample: Sample
    n_samples: Sample
    cues: list[CueItem]
    words: list[WordItem]


class ReplyEmotion(Message):
    """From `at_sample` of the reply on it is said with this feeling. Never before its commit."""

    type: Literal["reply.emotion"] = "reply.emotion"
    reply_id: Id
    at_sample: Sample
    emotion: Emotion


class ReplyEnd(Message):
    """All audio of the reply has been sent; it is `n_samples` long."""

    type: Literal["reply.end"] = "reply.end"
    reply_id: Id
    n_samples: Sample


class ReplyCommit(Message):
    """The user has finished: play the reply at once."""

    type: Literal["reply.commit"] = "reply.commit"
    reply_id: Id
    turn_id: Annotated[int, Field(ge=0)]


class ReplyDiscard(Message):
    """The user went on speaking: forget the reply, nothing of it was heard."""

    type: Literal["reply.discard"] = "reply.discard"
    reply_id: Id


class ReplyDuck(Message):
    """Somebody speaks over the reply: hold it, silent, mouth shut, until resume or stop."""

    type: Literal["reply.duck"] = "reply.duck"
    reply_id: Id


class ReplyResume(Message):
    """It was a cough: go on from the sample at which it was held."""

    type: Literal["reply.resume"] = "reply.resume"
    reply_id: Id


class ReplyStop(Message):
    """It was an interruption: stop at once, mouth shut; answer with a `stopped` playhead."""

    type: Literal["reply.stop"] = "reply.stop"
    reply_id: Id


class Trace(Message):
    """Stage times of one reply, in ms after its soft end, as it is revealed; if hello asked."""

    type: Literal["trace"] = "trace"
    reply_id: Id
    turn_id: Annotated[int, Field(ge=0)]
    stages_ms: dict[str, float]
    p_end: Annotated[float, Field(ge=0, le=1)] | None = None


class Error(Message):
    """What went wrong, whose fault it is and what to do. After `fatal` the socket closes."""

    type: Literal["error"] = "error"
    code: str
    fault: Literal["client", "server", "operator", "provider"]
    severity: Literal["warning", "fatal"]
    message: str
    hint: str = ""


class Pong(Message):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"
    nonce: str = ""


ClientMessage = Annotated[
    Hello | Microphone | Text | Playhead | Interrupt | Ping, Field(discriminator="type")
]
ServerMessage = Annotated[
    Ready
    | State
    | Transcript
    | ReplyArmed
    | ReplyPhrase
    | ReplyEmotion
    | ReplyEnd
    | ReplyCommit
    | ReplyDiscard
    | ReplyDuck
    | ReplyResume
    | ReplyStop
    | Trace
    | Error
    | Pong,
    Field(discriminator="type"),
]
