"""The messages of `POST /v1/visemes` and `POST /v1/visemes-audio`. Pure; see docs/lips.md.

Both speak of a shape as an index 0…14 in the order of spec/visemes.json, and of times as whole
milliseconds from the first sample.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from visavis.errors import ProtocolError
from visavis.events import Cue, Phrase

MAX_AUDIO_BYTES = 40_000_000
"""Decoded: seven minutes of 48 kHz."""

MAX_TEXT_CHARS = 5_000
"""About five minutes of speech."""

RateHz = Annotated[int, Field(ge=4_000, le=384_000)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class VisemesRequest(_Message):
    """Sound, and what is known of its words: nothing, a text, or characters with times."""

    audio: Annotated[str, Field(description="Base64: a 16-bit WAV file, or raw 16-bit mono PCM.")]
    sample_rate: Annotated[RateHz, Field(description="Of raw PCM.")] = 16_000
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] = ""
    alignment: Annotated[
        dict[str, Any] | None, Field(description="ElevenLabs' `alignment`, instead of a text.")
    ] = None

    def audio_bytes(self) -> bytes:
        """The decoded sound.

        Raises:
            ProtocolError: it is not Base64.
        """
        try:
            return base64.b64decode(self.audio, validate=True)
        except binascii.Error as error:
            raise ProtocolError(
                "`audio` is not Base64.", hint="Encode the file's bytes."
            ) from error


class Viseme(_Message):
    """A shape, and when it begins."""

    viseme_id: Annotated[int, Field(alias="visemeId", ge=0, le=14)]
    offset: Annotated[int, Field(ge=0, description="Milliseconds from the first sample.")]
    weight: Annotated[float, Field(ge=0.0, le=1.0, description="How far the mouth opens.")] = 1.0


class VisemesResponse(_Message):
    """The shapes of a whole sound."""

    visemes: tuple[Viseme, ...]
    duration_ms: int
    sample_rate: int
    made_from: str


class VoicedRequest(_Message):
    """A text to be said by this server's voice."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    pitch_semitones: Annotated[float, Field(ge=-12.0, le=12.0)] = 0.0


class VisemesEvent(_Message):
    """The shapes of the sound that comes next."""

    type: Literal["visemes"] = "visemes"
    visemes: tuple[Viseme, ...]
    chunk_duration_ms: int
    chunk_progress: Annotated[
        float, Field(ge=0.0, le=1.0, description="How much of the text is said behind it.")
    ]


class AudioEvent(_Message):
    """Raw 16-bit mono PCM, in Base64."""

    type: Literal["audio"] = "audio"
    data: str
    sample_rate: int
    sequence: int
    chunk_duration_ms: int


class DoneEvent(_Message):
    """All of it was said."""

    type: Literal["done"] = "done"
    duration_ms: int


class FailedEvent(_Message):
    """The voice failed; what was said until now stands."""

    type: Literal["error"] = "error"
    code: str
    message: str
    hint: str = ""


StreamEvent = VisemesEvent | AudioEvent | DoneEvent | FailedEvent


def visemes_of(cues: Sequence[Cue], rate_hz: int) -> tuple[Viseme, ...]:
    """Cues as the wire has them."""
    return tuple(
        Viseme(viseme_id=cue.viseme, offset=_ms(cue.at_sample, rate_hz), weight=cue.weight)
        for cue in cues
    )


def events_of(phrase: Phrase, rate_hz: int, progress: float) -> tuple[VisemesEvent, AudioEvent]:
    """What is sent of one phrase: its shapes, then its sound."""
    lasts_ms = _ms(phrase.n_samples, rate_hz)
    visemes = VisemesEvent(
        visemes=visemes_of(phrase.cues, rate_hz),
        chunk_duration_ms=lasts_ms,
        chunk_progress=round(progress, 4),
    )
    audio = AudioEvent(
        data=base64.b64encode(phrase.pcm).decode(),
        sample_rate=rate_hz,
        sequence=phrase.index,
        chunk_duration_ms=lasts_ms,
    )
    return visemes, audio


def server_sent(event: StreamEvent) -> bytes:
    """As a server-sent event (HTML standard, "text/event-stream"): its type, and one line."""
    return f"event: {event.type}\ndata: {event.model_dump_json(by_alias=True)}\n\n".encode()


def _ms(n_samples: int, rate_hz: int) -> int:
    return round(n_samples * 1_000.0 / rate_hz)
