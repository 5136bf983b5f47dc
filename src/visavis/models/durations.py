"""Makes a Piper voice tell how long it speaks each phoneme.

A Piper (VITS) model computes the number of frames per phoneme id in its single `Ceil` node and
then throws it away. Naming that tensor among the graph's outputs is all that exact lip-sync
takes. An ONNX file is a protobuf message, so this is a splice of some twenty bytes: no `onnx`
package (large) and no piper code (GPL) is needed, and the result is the same on every machine.

Protobuf in three lines: a message is a row of fields; each starts with a varint
(field number << 3 | wire type); wire type 2 means a varint length and that many bytes.
Of onnx.proto: ModelProto.graph = 7; GraphProto.node = 1, .output = 12; NodeProto.output = 2,
.op_type = 4; ValueInfoProto.name = 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from visavis.errors import SetupError

_GRAPH_IN_MODEL = 7
_NODE_IN_GRAPH = 1
_OUTPUT_IN_GRAPH = 12
_OUTPUT_IN_NODE = 2
_OP_TYPE_IN_NODE = 4
_NAME_IN_VALUE_INFO = 1

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    start: int  # of its tag
    value: memoryview  # payload of a length-delimited field, else empty
    end: int


def with_durations(model: bytes) -> bytes:
    """Return the ONNX model with the output of its single Ceil node as one more graph output.

    Raises SetupError if `model` is no ONNX model, or has not exactly one such tensor, or shows
    it already.
    """
    view = memoryview(model)
    try:
        graph = _only_graph(view)
        tensor = _ceil_tensor(graph.value)
    except (IndexError, ValueError) as error:
        raise SetupError(
            f"the voice has no duration tensor to show: {error}",
            hint="use a Piper voice in ONNX form",
        ) from error
    return _with_output(view, graph, tensor)


def with_output(model: bytes, tensor: str) -> bytes:
    """Return the ONNX model with the inner tensor called `tensor` as one more graph output.

    That there is such a tensor is for the runtime to find out. Raises SetupError if `model` is no
    ONNX model.
    """
    view = memoryview(model)
    try:
        graph = _only_graph(view)
    except (IndexError, ValueError) as error:
        raise SetupError(f"not an ONNX model: {error}", hint="pull it again") from error
    return _with_output(view, graph, tensor.encode())


def _with_output(model: memoryview, graph: _Field, tensor: bytes) -> bytes:
    value_info = _delimited(_NAME_IN_VALUE_INFO, tensor)
    widened = bytes(graph.value) + _delimited(_OUTPUT_IN_GRAPH, value_info)
    return b"".join(
        (model[: graph.start], _delimited(_GRAPH_IN_MODEL, widened), model[graph.end :])
    )


def _only_graph(model: memoryview) -> _Field:
    graphs = [field for field in _fields(model) if field.number == _GRAPH_IN_MODEL]
    if len(graphs) != 1:
        raise ValueError(f"{len(graphs)} graphs instead of one")
    return graphs[0]


def _ceil_tensor(graph: memoryview) -> bytes:
    fields = list(_fields(graph))
    tensors = {
        bytes(part.value)
        for field in fields
        if field.number == _NODE_IN_GRAPH and _op_type(field.value) == b"Ceil"
        for part in _fields(field.value)
        if part.number == _OUTPUT_IN_NODE
    }
    if len(tensors) != 1:
        raise ValueError(f"{len(tensors)} Ceil outputs instead of one")
    tensor = tensors.pop()
    for field in fields:
        if field.number == _OUTPUT_IN_GRAPH and tensor == _name(field.value):
            raise ValueError("it is an output already")
    return tensor


def _op_type(node: memoryview) -> bytes:
    for field in _fields(node):
        if field.number == _OP_TYPE_IN_NODE:
            return bytes(field.value)
    return b""


def _name(value_info: memoryview) -> bytes:
    for field in _fields(value_info):
        if field.number == _NAME_IN_VALUE_INFO:
            return bytes(field.value)
    return b""


def _fields(message: memoryview) -> Iterator[_Field]:
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
        yield _Field(tag >> 3, start, value, at)


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


def _delimited(number: int, value: bytes) -> bytes:
    return _encode_varint(number << 3 | _BYTES) + _encode_varint(len(value)) + value
