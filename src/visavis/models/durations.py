"""Makes a Piper voice tell how long it speaks each phoneme.

A Piper (VITS) model computes the number of frames per phoneme id in its single `Ceil` node and
then throws it away. Naming that tensor among the graph's outputs is all that exact lip-sync
takes. An ONNX file is a protobuf message, so this is a splice of some twenty bytes: no `onnx`
package (large) and no piper code (GPL) is needed, and the result is the same on every machine.
"""

from __future__ import annotations

from visavis.errors import SetupError
from visavis.models.protobuf import Field, delimited, fields, only_graph, with_graph

_NODE_IN_GRAPH = 1
_OUTPUT_IN_GRAPH = 12
_OUTPUT_IN_NODE = 2
_OP_TYPE_IN_NODE = 4
_NAME_IN_VALUE_INFO = 1


def with_durations(model: bytes) -> bytes:
    """Return the ONNX model with the output of its single Ceil node as one more graph output.

    Raises SetupError if `model` is no ONNX model, or has not exactly one such tensor, or shows
    it already.
    """
    view = memoryview(model)
    try:
        graph = only_graph(view)
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
        graph = only_graph(view)
    except (IndexError, ValueError) as error:
        raise SetupError(f"not an ONNX model: {error}", hint="pull it again") from error
    return _with_output(view, graph, tensor.encode())


def _with_output(model: memoryview, graph: Field, tensor: bytes) -> bytes:
    value_info = delimited(_NAME_IN_VALUE_INFO, tensor)
    widened = bytes(graph.value) + delimited(_OUTPUT_IN_GRAPH, value_info)
    return with_graph(model, graph, widened)


def _ceil_tensor(graph: memoryview) -> bytes:
    parts = list(fields(graph))
    tensors = {
        bytes(part.value)
        for field in parts
        if field.number == _NODE_IN_GRAPH and _op_type(field.value) == b"Ceil"
        for part in fields(field.value)
        if part.number == _OUTPUT_IN_NODE
    }
    if len(tensors) != 1:
        raise ValueError(f"{len(tensors)} Ceil outputs instead of one")
    tensor = tensors.pop()
    for field in parts:
        if field.number == _OUTPUT_IN_GRAPH and tensor == _name(field.value):
            raise ValueError("it is an output already")
    return tensor


def _op_type(node: memoryview) -> bytes:
    for field in fields(node):
        if field.number == _OP_TYPE_IN_NODE:
            return bytes(field.value)
    return b""


def _name(value_info: memoryview) -> bytes:
    for field in fields(value_info):
        if field.number == _NAME_IN_VALUE_INFO:
            return bytes(field.value)
    return b""
