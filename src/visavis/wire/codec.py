"""Bytes and text to frames and back. Pure; both directions are tested against spec/vectors."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from visavis.errors import ProtocolError, TooLargeError
from visavis.wire.messages import (
    MAX_BINARY_FRAME_BYTES,
    MAX_TEXT_FRAME_BYTES,
    ClientMessage,
    Message,
    ServerMessage,
)

KIND_MICROPHONE = 1
KIND_REPLY = 2
_MICROPHONE_HEADER = struct.Struct("<BBHI")
_REPLY_HEADER = struct.Struct("<BBHII")

_client: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
_server: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)


class MalformedError(ProtocolError):
    """The frame can't be read at all; the connection is not worth keeping."""


@dataclass(frozen=True, slots=True)
class MicrophoneFrame:
    """Captured sound: int16 `pcm` of shape [n] at 16 kHz, its first sample's session offset."""

    first_sample: int
    pcm: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class ReplyFrame:
    """Sound of a reply: int16 `pcm` of shape [n] at the reply's rate."""

    reply_id: int
    first_sample: int
    pcm: NDArray[np.int16]


def encode_microphone(frame: MicrophoneFrame) -> bytes:
    """A binary frame of kind 1."""
    header = _MICROPHONE_HEADER.pack(KIND_MICROPHONE, 0, 0, frame.first_sample)
    return header + frame.pcm.astype("<i2").tobytes()


def encode_reply(frame: ReplyFrame) -> bytes:
    """A binary frame of kind 2."""
    header = _REPLY_HEADER.pack(KIND_REPLY, 0, 0, frame.reply_id, frame.first_sample)
    return header + frame.pcm.astype("<i2").tobytes()


def decode_binary(data: bytes) -> MicrophoneFrame | ReplyFrame:
    """Read a binary frame.

    Raises:
        TooLargeError: it exceeds 64 KiB.
        MalformedError: unknown kind, non-zero reserved bytes, a cut header or half a sample.
    """
    if len(data) > MAX_BINARY_FRAME_BYTES:
        raise TooLargeError(
            f"binary frame of {len(data)} bytes; the limit is {MAX_BINARY_FRAME_BYTES}"
        )
    if not data:
        raise MalformedError("empty binary frame")
    header = {KIND_MICROPHONE: _MICROPHONE_HEADER, KIND_REPLY: _REPLY_HEADER}.get(data[0])
    if header is None:
        raise MalformedError(f"unknown binary frame kind {data[0]}")
    if len(data) < header.size or (len(data) - header.size) % 2:
        raise MalformedError(f"binary frame of kind {data[0]} is cut short at {len(data)} bytes")
    fields = header.unpack_from(data)
    if fields[1] or fields[2]:
        raise MalformedError("reserved header bytes are not zero")
    pcm = np.frombuffer(data, dtype="<i2", offset=header.size).astype(np.int16, copy=False)
    if data[0] == KIND_MICROPHONE:
        return MicrophoneFrame(first_sample=fields[3], pcm=pcm)
    if fields[3] == 0:
        raise MalformedError("reply_id 0 does not exist")
    return ReplyFrame(reply_id=fields[3], first_sample=fields[4], pcm=pcm)


def decode_client(text: str) -> ClientMessage:
    """Read a client's text frame.

    Raises:
        TooLargeError: it exceeds 16 KiB of UTF-8.
        MalformedError: it is not a JSON object.
        ProtocolError: unknown type or wrong fields; names the field, never echoes its value.
    """
    return _decode(text, _client)


def decode_server(text: str) -> ServerMessage:
    """Read a server's text frame, of any size; raises as `decode_client` does."""
    return _validate(text, _server)


def encode(message: Message) -> str:
    """A message's JSON text, without spaces."""
    return message.model_dump_json()


def _decode(text: str, adapter: TypeAdapter[Any]) -> Any:
    size_bytes = len(text.encode("utf-8", errors="replace"))
    if size_bytes > MAX_TEXT_FRAME_BYTES:
        raise TooLargeError(
            f"text frame of {size_bytes} bytes; the limit is {MAX_TEXT_FRAME_BYTES}"
        )
    return _validate(text, adapter)


def _validate(text: str, adapter: TypeAdapter[Any]) -> Any:
    try:
        return adapter.validate_json(text, strict=True)  # "5" and true are no numbers
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] in {"json_invalid", "model_attributes_type"} or (
            not first["loc"] and first["type"] not in {"union_tag_invalid", "union_tag_not_found"}
        ):
            raise MalformedError("a text frame must be one JSON object") from None
        if first["type"].startswith("union_tag"):
            raise ProtocolError("unknown or missing message type") from None
        where = ".".join(str(part) for part in first["loc"])
        raise ProtocolError(f"{where}: {first['msg']}") from None
