"""What a peer's agent and the harness say to each other beside the sound, as JSON text frames.

Sound is plain little-endian int16 PCM in binary frames: 16 kHz towards the agent, the voice's own
rate (`Hello.rate_hz`) back. All times are `time.monotonic()` milliseconds: agent and harness run on
one machine and share that clock.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from visavis.errors import ProtocolError

MarkName = Literal[
    "soft_end",
    "stt",
    "turn",
    "look_up",
    "first_token",
    "first_phrase",
    "first_audio",
    "commit",
    "reveal",
]
"""The stages of `bench.turns`. `soft_end`: the VAD says quiet; `commit`: the turn is declared
finished; `reveal`: the agent says that it speaks."""

AnswerSource = Literal["fact", "llm", "decline"]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hello(_Message):
    """The agent is ready to listen."""

    type: Literal["hello"] = "hello"
    rate_hz: int


class Mark(_Message):
    """A stage was reached at `at_ms`."""

    type: Literal["mark"] = "mark"
    stage: MarkName
    at_ms: float
    p_end: float | None = None
    """With `turn`: the end-of-turn probability."""


class Heard(_Message):
    """A transcript of the user."""

    type: Literal["heard"] = "heard"
    text: str


class Answering(_Message):
    """Where the answer comes from."""

    type: Literal["answering"] = "answering"
    source: AnswerSource


class Phrase(_Message):
    """A sentence goes to the voice."""

    type: Literal["phrase"] = "phrase"
    text: str


class Clear(_Message):
    """The answer was interrupted: drop what is not played yet."""

    type: Literal["clear"] = "clear"


class Stop(_Message):
    """To the agent: stop speaking."""

    type: Literal["stop"] = "stop"


class LegRequest(_Message):
    """To the agent's /legs: time one engine. For `stt`, the sound follows as a binary frame."""

    type: Literal["leg"] = "leg"
    leg: Literal["stt", "llm", "tts"]
    text: str = ""


class LegTiming(_Message):
    """From /legs: how long it took; for `llm`, `first_ms` is the first token, else the same."""

    type: Literal["timing"] = "timing"
    first_ms: float
    all_ms: float


FromAgent = Annotated[
    Hello | Mark | Heard | Answering | Phrase | Clear | LegTiming, Field(discriminator="type")
]
_FROM_AGENT: TypeAdapter[FromAgent] = TypeAdapter(FromAgent)

ToAgent = Annotated[Stop | LegRequest, Field(discriminator="type")]
_TO_AGENT: TypeAdapter[ToAgent] = TypeAdapter(ToAgent)


def decode_from_agent(text: str) -> FromAgent:
    """Parse a message of the agent's.

    Raises:
        ProtocolError: it is none.
    """
    try:
        return _FROM_AGENT.validate_json(text)
    except ValidationError as error:
        raise ProtocolError(f"the peer sent what is no message: {text[:80]}") from error


def decode_to_agent(text: str) -> ToAgent:
    """Parse a message of the harness's.

    Raises:
        ProtocolError: it is none.
    """
    try:
        return _TO_AGENT.validate_json(text)
    except ValidationError as error:
        raise ProtocolError(f"the harness sent what is no message: {text[:80]}") from error
