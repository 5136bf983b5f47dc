"""Our own engine as an agent of ElevenLabs': its frames from our messages, and back. Pure.

    read_client(text)               # what an ElevenLabs client sent
    voice.take(message)             # one of our messages -> frames for the client
    voice.sound(pcm, at_sample)     # sound that is sent now -> frames: its visemes, then itself

Ids only grow: an interruption bears the last one that was used, so that everything sent before is
stale to a client, and nothing after.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from visavis.errors import TooLargeError
from visavis.events import Word
from visavis.reply.chat import words_heard
from visavis.wire import messages as wire
from visavis.wire.codec import MalformedError
from visavis.wire.elevenlabs import DIALECT, INITIATION, METADATA
from visavis.wire.injected import Stop, Visemes

RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""What the SDKs can play."""

MAX_FRAME_CHARS = 512 * 1024
"""Twelve seconds of sound in one frame."""

Json = dict[str, Any]


# ------------------------------------------------------------------ from the client


@dataclass(frozen=True, slots=True)
class Initiation:
    """How the client wants to talk."""

    variables: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    manner: Literal["spoken", "written"] = "spoken"
    echo: Literal["on", "unknown"] = "on"
    """Browsers take the loudspeaker out of the microphone; a Python program may not."""


@dataclass(frozen=True, slots=True)
class UserSound:
    """What the microphone heard: int16 [n] at 16 kHz."""

    pcm: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class UserText:
    """A typed question."""

    text: str


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""

    event_id: int


ClientFrame = Initiation | UserSound | UserText | Pong | None
"""None: something that needs no answer here, such as feedback."""


def read_client(text: str | bytes) -> ClientFrame:
    """Read a client's frame.

    Raises:
        TooLargeError: it is longer than MAX_FRAME_CHARS.
        MalformedError: it is no JSON object, or its sound or text can't be read.
    """
    if len(text) > MAX_FRAME_CHARS:
        raise TooLargeError(f"A frame of {len(text)} characters; at most {MAX_FRAME_CHARS} go.")
    if isinstance(text, bytes):
        raise MalformedError("Binary frames mean nothing here.")
    try:
        message: object = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError("A frame must be one JSON object.") from None
    if not isinstance(message, dict):
        raise MalformedError("A frame must be one JSON object.")
    fields = cast("dict[str, object]", message)
    if "user_audio_chunk" in fields:
        return UserSound(_pcm(fields["user_audio_chunk"]))
    match fields.get("type"):
        case kind if kind == INITIATION:
            return _initiation(fields)
        case "user_message" | "multimodal_message":
            return _text(fields.get("text"))
        case "pong":
            event_id = fields.get("event_id")
            return Pong(event_id) if isinstance(event_id, int) else None
        case _:
            return None


def _pcm(value: object) -> NDArray[np.int16]:
    try:
        data = base64.b64decode(value if isinstance(value, str) else "%", validate=True)
    except binascii.Error:
        raise MalformedError("user_audio_chunk is not Base64.") from None
    if len(data) % 2:
        raise MalformedError("user_audio_chunk ends in half a sample.")
    return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)


def _text(value: object) -> UserText | None:
    if isinstance(value, dict):  # of a multimodal message
        value = cast("dict[str, object]", value).get("text")
    if not isinstance(value, str) or not value.strip():
        return None
    return UserText(value.strip()[: wire.MAX_TYPED_CHARS])


def _initiation(fields: dict[str, object]) -> Initiation:
    override = _fields(fields.get("conversation_config_override"))
    conversation = _fields(override.get("conversation"))
    written = True in (override.get("text_only"), conversation.get("text_only"))
    source = _fields(fields.get("source_info")).get("source")
    return Initiation(
        _fields(fields.get("dynamic_variables")),
        "written" if written else "spoken",
        "unknown" if source == "python_sdk" else "on",
    )


def _fields(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


# ------------------------------------------------------------------ to the client


@dataclass(slots=True)
class _Reply:
    """What the client knows of one reply, and what it will."""

    reply_id: int
    rate_hz: int
    status: Literal["held", "revealed"] = "held"
    sound: Literal["coming", "complete"] = "coming"
    phrases: list[str] = field(default_factory=list[str])
    words: list[Word] = field(default_factory=list[Word])
    cues: list[wire.CueItem] = field(default_factory=list[wire.CueItem])
    """Not yet told, at the reply's own rate."""
    shown: list[wire.CueItem] = field(default_factory=list[wire.CueItem])
    """Told already; of use again if the reply is held and goes on."""
    speech_id: int = 0
    first_sample: int = -1
    """Of all sound sent; -1: nothing of the speech was sent yet."""
    first_event_id: int = 0
    base: int = 0
    """Where in the reply its current speech begins, in output samples."""
    answer: str = ""
    """The text that the client was told as a whole."""

    @property
    def text(self) -> str:
        return " ".join(self.phrases)


class AgentVoice:
    """One session's frames. `rate_hz` is that of the sound the client gets."""

    def __init__(self, rate_hz: int, manner: Literal["spoken", "written"]) -> None:
        self._rate_hz = rate_hz
        self._manner = manner
        self._event_id = 0
        self._n_speeches = 0
        self._n_samples = 0
        self._replies: dict[int, _Reply] = {}
        self._playing: _Reply | None = None

    def metadata(self, conversation_id: str) -> str:
        """The first frame of a session."""
        event = {
            "conversation_id": conversation_id,
            "agent_output_audio_format": f"pcm_{self._rate_hz}",
            "user_input_audio_format": f"pcm_{wire.INPUT_RATE_HZ}",
        }
        return json.dumps({"type": METADATA, f"{METADATA}_event": event})

    def ping(self, ping_ms: int | None) -> tuple[str, int]:
        """A ping, and the id that its answer bears."""
        event_id = self._next_id()
        event = {"event_id": event_id, "ping_ms": ping_ms}
        return json.dumps({"type": "ping", "ping_event": event}), event_id

    def take(self, message: wire.ServerMessage) -> list[str]:
        """What one of our messages tells the client."""
        match message:
            case wire.ReplyArmed():
                self._replies[message.reply_id] = _Reply(message.reply_id, message.rate_hz)
            case wire.ReplyPhrase():
                return self._phrase(message)
            case wire.ReplyCommit():
                return self._reveal(message.reply_id)
            case wire.ReplyEnd():
                return self._complete(message.reply_id)
            case wire.ReplyDiscard():
                self._replies.pop(message.reply_id, None)
            case wire.ReplyDuck():
                return self._shut(message.reply_id)
            case wire.ReplyResume():
                self._speak_on(message.reply_id)
            case wire.Transcript() | wire.Error():
                return self._remark(message)
            case _:
                pass
        return []

    def transcript(self, text: str) -> str:
        """What the user said, for good."""
        return self._transcript(text)

    def sound(self, pcm: NDArray[np.int16], at_sample: int | None) -> list[str]:
        """Sound that is sent now: int16 [n]. `at_sample` is where it lies in the reply that plays;
        None: it only fades out, and is said again.
        """
        if self._manner == "written":
            return []
        frames: list[str] = []
        reply = self._playing
        if reply is not None and at_sample is not None:
            frames += self._visemes(reply, at_sample)
        self._n_samples += len(pcm)
        data = base64.b64encode(pcm.astype("<i2").tobytes()).decode()
        event = {"audio_base_64": data, "event_id": self._next_id()}
        return [*frames, json.dumps({"type": "audio", "audio_event": event})]

    def interrupted(self) -> list[str]:
        """What was sent is to be thrown away."""
        frames = [] if self._playing is None else self._shut(self._playing.reply_id)
        event = {"event_id": self._next_id()}
        return [json.dumps({"type": "interruption", "interruption_event": event}), *frames]

    def heard(self, playhead: wire.Playhead) -> list[str]:
        """A reply was heard to its end, or to where it was stopped."""
        if playhead.status == "playing":
            return []
        reply = self._replies.pop(playhead.reply_id, None)
        if reply is None or reply.status == "held":
            return []
        if self._playing is reply:
            self._playing = None
        if playhead.status == "ended":
            return []
        said = words_heard(reply.words, playhead.sample)
        if not reply.answer:
            reply.answer = said
            return [self._response(said), self._part("stop")] if said else []
        event = {
            "original_agent_response": reply.answer,
            "corrected_agent_response": said,
            "event_id": self._next_id(),
        }
        message = {
            "type": "agent_response_correction",
            "agent_response_correction_event": event,
        }
        return [json.dumps(message)]

    # -------------------------------------------------------------- a reply

    def _phrase(self, message: wire.ReplyPhrase) -> list[str]:
        reply = self._replies.get(message.reply_id)
        if reply is None:
            return []
        reply.phrases.append(message.text)
        reply.cues += message.cues
        reply.words += [
            Word(word.text, word.start_sample, word.end_sample) for word in message.words
        ]
        return [] if reply.status == "held" else [self._part("delta", message.text)]

    def _reveal(self, reply_id: int) -> list[str]:
        reply = self._replies.get(reply_id)
        if reply is None:
            return []
        if self._playing is not None:
            self._replies.pop(self._playing.reply_id, None)
        reply.status = "revealed"
        self._playing = reply
        self._begin_speech(reply)
        parts = [self._part("start"), *(self._part("delta", text) for text in reply.phrases)]
        return parts + (self._whole(reply) if reply.sound == "complete" else [])

    def _complete(self, reply_id: int) -> list[str]:
        reply = self._replies.get(reply_id)
        if reply is None:
            return []
        reply.sound = "complete"
        return self._whole(reply) if reply.status == "revealed" else []

    def _whole(self, reply: _Reply) -> list[str]:
        reply.answer = reply.text
        return [self._part("stop"), self._response(reply.answer)]

    # -------------------------------------------------------------- its mouth

    def _begin_speech(self, reply: _Reply) -> None:
        self._n_speeches += 1
        reply.speech_id = self._n_speeches
        reply.first_sample = -1

    def _visemes(self, reply: _Reply, at_sample: int) -> list[str]:
        if reply.first_sample < 0:
            reply.first_sample, reply.base = self._n_samples, at_sample
            reply.first_event_id = self._event_id + 1
        cues = self._placed(reply)
        reply.shown += reply.cues
        reply.cues = []
        if not cues:
            return []
        message = Visemes(
            speech_id=reply.speech_id,
            rate_hz=self._rate_hz,
            first_sample=reply.first_sample,
            first_event_id=reply.first_event_id,
            source="phonemes",
            from_sample=cues[0].at_sample,
            cues=cues,
        )
        return [message.model_dump_json()]

    def _placed(self, reply: _Reply) -> list[wire.CueItem]:
        """Cues in samples of the speech; of those before it only the last, which still holds."""
        ats = [cue.at_sample * self._rate_hz // reply.rate_hz - reply.base for cue in reply.cues]
        n_before = max(0, sum(at <= 0 for at in ats) - 1)
        return [
            cue.model_copy(update={"at_sample": max(0, at)})
            for cue, at in list(zip(reply.cues, ats, strict=True))[n_before:]
        ]

    def _shut(self, reply_id: int) -> list[str]:
        reply = self._replies.get(reply_id)
        if reply is None or reply.first_sample < 0 or self._manner == "written":
            return []
        reply.first_sample = -1
        return [Stop(speech_id=reply.speech_id).model_dump_json()]

    def _speak_on(self, reply_id: int) -> None:
        """From where it was held: a new speech, of the shapes from there on."""
        reply = self._replies.get(reply_id)
        if reply is None or reply is not self._playing:
            return
        self._begin_speech(reply)
        reply.cues = reply.shown + reply.cues
        reply.shown = []

    # -------------------------------------------------------------- small frames

    def _remark(self, message: wire.Transcript | wire.Error) -> list[str]:
        """A final transcript comes with its own call, when the answer begins."""
        if isinstance(message, wire.Transcript):
            is_final = message.status == "final"
            return [] if is_final else [self._transcript(message.text, "tentative_")]
        frame = DIALECT.error_frame(message.code, f"{message.message} {message.hint}".strip())
        return [] if frame is None else [frame]

    def _next_id(self) -> int:
        self._event_id += 1
        return self._event_id

    def _response(self, text: str) -> str:
        event = {"agent_response": text, "event_id": self._next_id()}
        return json.dumps({"type": "agent_response", "agent_response_event": event})

    def _part(self, kind: Literal["start", "delta", "stop"], text: str = "") -> str:
        part = {"text": text, "type": kind, "event_id": self._next_id()}
        return json.dumps({"type": "agent_chat_response_part", "text_response_part": part})

    def _transcript(self, text: str, which: Literal["", "tentative_"] = "") -> str:
        event = {"user_transcript": text, "event_id": self._next_id()}
        kind = f"{which}user_transcript"
        return json.dumps({"type": kind, f"{which}user_transcription_event": event})
