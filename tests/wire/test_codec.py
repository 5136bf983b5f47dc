"""The codec in both directions: shared vectors, random frames, and everything that is no frame."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import ProtocolError, TooLargeError, VisavisError
from visavis.wire import codec
from visavis.wire import messages as wire
from visavis.wire.codec import MalformedError, MicrophoneFrame, ReplyFrame

VECTORS = json.loads(
    (Path(__file__).parents[2] / "spec" / "vectors" / "binary.json").read_text("utf-8")
)

u32 = st.integers(0, 0xFFFF_FFFF)
pcm = st.lists(st.integers(-32_768, 32_767), max_size=64).map(
    lambda values: np.array(values, dtype=np.int16)
)
microphone_frames = st.builds(MicrophoneFrame, u32, pcm)
reply_frames = st.builds(ReplyFrame, st.integers(1, 0xFFFF_FFFF), u32, pcm)
frames = microphone_frames | reply_frames


def plain(frame: MicrophoneFrame | ReplyFrame) -> dict[str, Any]:
    values: dict[str, Any] = {"first_sample": frame.first_sample, "pcm": frame.pcm.tolist()}
    match frame:
        case MicrophoneFrame():
            return {"kind": "microphone", **values}
        case ReplyFrame():
            return {"kind": "reply", "reply_id": frame.reply_id, **values}


def encoded(frame: MicrophoneFrame | ReplyFrame) -> bytes:
    match frame:
        case MicrophoneFrame():
            return codec.encode_microphone(frame)
        case ReplyFrame():
            return codec.encode_reply(frame)


# ------------------------------------------------------------------ binary frames


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: v["name"])
def test_valid_vectors_decode_and_encode(vector: dict[str, Any]) -> None:
    frame = codec.decode_binary(bytes.fromhex(vector["hex"]))
    assert plain(frame) == vector["frame"]
    assert encoded(frame).hex() == vector["hex"]


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda v: v["name"])
def test_invalid_vectors_are_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        codec.decode_binary(bytes.fromhex(vector["hex"]))


@given(frames)
def test_binary_frames_come_back_as_they_were(frame: MicrophoneFrame | ReplyFrame) -> None:
    decoded = codec.decode_binary(encoded(frame))
    assert type(decoded) is type(frame)
    assert plain(decoded) == plain(frame)
    assert decoded.pcm.dtype == np.int16


@given(frames)
def test_a_cut_frame_is_malformed_or_a_shorter_frame(frame: MicrophoneFrame | ReplyFrame) -> None:
    data = encoded(frame)
    header_bytes = len(data) - 2 * len(frame.pcm)
    for n_bytes in range(len(data)):
        body_bytes = n_bytes - header_bytes
        if body_bytes < 0 or body_bytes % 2:
            with pytest.raises(MalformedError):
                codec.decode_binary(data[:n_bytes])
        else:
            shorter = plain(codec.decode_binary(data[:n_bytes]))
            assert shorter == {**plain(frame), "pcm": frame.pcm[: body_bytes // 2].tolist()}


@given(st.binary(max_size=64))
def test_whatever_decodes_encodes_to_the_same_bytes(data: bytes) -> None:
    """So there is one encoding of each frame, and nothing in it that the codec does not read."""
    try:
        frame = codec.decode_binary(data)
    except MalformedError:
        return
    assert encoded(frame) == data


def test_a_frame_decoded_from_a_buffer_does_not_change_with_it() -> None:
    data = bytearray(codec.encode_microphone(MicrophoneFrame(0, np.array([7], dtype=np.int16))))
    frame = codec.decode_binary(bytes(data))
    data[-2] = 0
    assert frame.pcm.tolist() == [7]


def test_binary_frames_may_be_64_kib_and_no_more() -> None:
    header = codec.encode_microphone(MicrophoneFrame(0, np.zeros(0, dtype=np.int16)))
    largest = header + bytes(64 * 1024 - len(header))
    assert len(codec.decode_binary(largest).pcm) == (64 * 1024 - len(header)) // 2
    with pytest.raises(TooLargeError):
        codec.decode_binary(largest + bytes(2))


# ------------------------------------------------------------------ text frames


@pytest.mark.parametrize("character", ["x", "é", "語", "🙂"])
def test_the_limit_of_a_text_frame_counts_bytes(character: str) -> None:
    frame = '{"type":"ping","nonce":"","padding":"%s"}'
    room = 16 * 1024 - len(frame % "")
    n_chars = room // len(character.encode())
    padding = character * n_chars + "x" * (room - n_chars * len(character.encode()))
    assert codec.decode_client(frame % padding) == wire.Ping()
    with pytest.raises(TooLargeError):
        codec.decode_client(frame % (padding + "x"))


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "nonsense", "[]", "null", "1", '"hello"', '{"type":"ping"} more', "\x00"],
)
@pytest.mark.parametrize("decode", [codec.decode_client, codec.decode_server])
def test_what_is_no_json_object_is_malformed(decode: Callable[[str], object], text: str) -> None:
    with pytest.raises(MalformedError):
        decode(text)


def test_deep_nesting_is_malformed_and_not_a_crash() -> None:
    with pytest.raises(MalformedError):
        codec.decode_client("[" * 8_000 + "]" * 8_000)


@pytest.mark.parametrize("text", ["{}", '{"type":"dance"}', '{"type":7}', '{"type":null}'])
def test_unknown_types_are_protocol_errors_that_a_conversation_survives(text: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        codec.decode_client(text)
    assert not isinstance(caught.value, MalformedError)


def test_directions_are_not_mixed_up() -> None:
    for decode, text in (
        (codec.decode_client, '{"type":"pong"}'),
        (codec.decode_server, '{"type":"ping"}'),
    ):
        with pytest.raises(ProtocolError):
            decode(text)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"type": "hello"}, "protocol"),
        ({"type": "hello", "protocol": "1"}, "protocol"),
        ({"type": "hello", "protocol": 1, "client": "s3cret" * 20}, "client"),
        ({"type": "text", "text": ""}, "text"),
        ({"type": "text", "text": "s3cret" * 400}, "text"),
        ({"type": "microphone", "status": "s3cret"}, "status"),
        ({"type": "playhead", "reply_id": 0, "sample": 1}, "reply_id"),
        ({"type": "playhead", "reply_id": 1, "sample": -1}, "sample"),
        ({"type": "playhead", "reply_id": 1, "sample": 1.5}, "sample"),
        ({"type": "playhead", "reply_id": 1, "sample": True}, "sample"),
        ({"type": "playhead", "reply_id": 1, "sample": "12"}, "sample"),
        ({"type": "playhead", "reply_id": 2**32, "sample": 1}, "reply_id"),
        ({"type": "ping", "nonce": ["s3cret"]}, "nonce"),
    ],
)
def test_wrong_fields_are_named_and_never_echoed(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        codec.decode_client(json.dumps(fields))
    assert not isinstance(caught.value, MalformedError)
    assert named in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None, "pydantic's own error quotes the input"


texts = st.text('ab1 "\\{}\x00é語🙂', max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
TYPES = ["hello", "microphone", "text", "playhead", "interrupt", "ping"]


@given(
    st.dictionaries(
        st.sampled_from(["protocol", "status", "text", "reply_id", "sample", "nonce", "trace"]),
        json_values,
    ),
    st.sampled_from(TYPES),
)
def test_any_object_is_a_message_or_a_typed_error(fields: dict[str, Any], kind: str) -> None:
    try:
        message = codec.decode_client(json.dumps({**fields, "type": kind}))
    except VisavisError as error:
        assert error.fault == "client"
    else:
        assert message.type == kind
        assert codec.decode_client(codec.encode(message)) == message


def test_unknown_fields_are_ignored_so_that_version_1_can_grow() -> None:
    assert codec.decode_client('{"type":"interrupt","mood":"cross"}') == wire.Interrupt()
