"""As much of protobuf as it takes to cut and splice ONNX files, without the large `onnx` package.

A message is a row of fields; each starts with a varint (field number << 3 | wire type); wire type 2
means a varint length and that many bytes. Of onnx.proto: ModelProto.graph = 7; GraphProto.node = 1,
.initializer = 5, .input = 11, .output = 12, .value_info = 13; NodeProto.input = 1, .output = 2,
.op_type = 4; TensorProto.name = 8; ValueInfoProto.name = 1, .type = 2; TypeProto.tensor_type = 1;
TypeProto.Tensor.elem_type = 1, whose value 1 is float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

GRAPH_IN_MODEL = 7

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message; it lies at [start, end) of it, its tag included."""

    number: int
    start: int
    value: memoryview
    """The payload of a length-delimited field, else empty."""
    end: int


def only_graph(model: memoryview) -> Field:
    """The graph of an ONNX model. Raises ValueError or IndexError if it is none."""
    graphs = [field for field in fields(model) if field.number == GRAPH_IN_MODEL]
    if len(graphs) != 1:
        raise ValueError(f"{len(graphs)} graphs instead of one")
    return graphs[0]


def with_graph(model: memoryview, old: Field, new: bytes) -> bytes:
    """The same model with another graph in place of its own."""
    return b"".join((model[: old.start], delimited(GRAPH_IN_MODEL, new), model[old.end :]))


def fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message in order. Raises ValueError or IndexError if it is none."""
    at = 0
    while at < len(message):
        start = at
        tag, at = _varint(message, at)
        wire_type = tag & 7
        value = message[0:0]
        if wire_type == _BYTES:
            length, at = _varint(message, at)
            value = message[at : at + length]
            at += length
        elif wire_type == _VARINT:
            _, at = _varint(message, at)
        elif wire_type in (_FIXED64, _FIXED32):
            at += 8 if wire_type == _FIXED64 else 4
        else:
            raise ValueError("not a protobuf file")
        if at > len(message):
            raise ValueError("the file is cut short")
        yield Field(tag >> 3, start, value, at)


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("not a protobuf file")


def _encode_varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def delimited(number: int, value: bytes) -> bytes:
    """A length-delimited field."""
    return _encode_varint(number << 3 | _BYTES) + _encode_varint(len(value)) + value
