"""Cuts a Piper voice in two, so that the first words can be heard before the last are computed.

A Piper (VITS) model is a text half, which draws durations and a latent [1, channels, n_frames] for
the whole phrase at once, and a decoder, which turns the latent into sound and looks only a few
frames to either side. As one graph it can only be run to its end. As two, any stretch of the latent
can be decoded alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from visavis.errors import SetupError
from visavis.models.protobuf import Field, delimited, fields, only_graph, with_graph

_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 1, 5, 11, 12, 13  # of a graph
_INPUT_IN_NODE, _OUTPUT_IN_NODE = 1, 2
_NAME_IN_TENSOR = 8
_NAME_IN_VALUE_INFO, _TYPE_IN_VALUE_INFO = 1, 2
_FLOAT_TENSOR = delimited(1, b"\x08\x01")  # of no declared shape

_FIRST_WEIGHT = b"dec.conv_pre.weight"
"""What the decoder's first convolution is called in every Piper voice."""


@dataclass(frozen=True, slots=True)
class VoiceHalves:
    """Two ONNX models: `text` gives (latent, …the outputs but the sound), `decoder` the sound."""

    text: bytes
    decoder: bytes
    latent: str
    """The tensor at the cut: first output of the one, only input of the other."""


@dataclass(frozen=True, slots=True)
class _Node:
    field: Field
    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]


def in_halves(model: bytes) -> VoiceHalves:
    """Cut an ONNX voice where its decoder begins; its first output is the sound.

    Raises:
        SetupError: it is no ONNX model, or its decoder needs more than the latent.
    """
    view = memoryview(model)
    try:
        graph = only_graph(view)
        parts = list(fields(graph.value))
        nodes = [_node(field) for field in parts if field.number == _NODE]
        outputs = [field for field in parts if field.number == _OUTPUT]
        latent = _latent(nodes)
        decoding = _behind(nodes, latent, _name(outputs[0], _NAME_IN_VALUE_INFO))
    except (IndexError, ValueError) as error:
        raise SetupError(
            f"the voice can't be cut in two: {error}", hint="use a Piper voice in ONNX form"
        ) from error
    weights = {
        _name(field, _NAME_IN_TENSOR): field for field in parts if field.number == _INITIALIZER
    }
    used = {name for node in decoding for name in node.inputs}
    decoding_at = {node.field.start for node in decoding}
    used_before = {
        name for node in nodes if node.field.start not in decoding_at for name in node.inputs
    }
    made = {name for node in decoding for name in node.outputs}
    if unknown := used - made - weights.keys() - {latent}:
        raise SetupError(
            f"the voice's decoder needs {len(unknown)} tensors besides the latent",
            hint="use a Piper voice with one speaker",
        )
    value_info = delimited(_NAME_IN_VALUE_INFO, latent)
    gone = decoding_at | {f.start for name, f in weights.items() if name not in used_before}
    text = [
        delimited(_OUTPUT, value_info) if field is outputs[0] else _raw(graph, field)
        for field in parts
        if field.start not in gone
    ]
    kept = decoding_at | {outputs[0].start}
    kept |= {field.start for name, field in weights.items() if name in used}
    kept |= {f.start for f in parts if f.number not in _REPLACED_IN_DECODER}
    decoder = [_raw(graph, field) for field in parts if field.start in kept]
    typed = value_info + delimited(_TYPE_IN_VALUE_INFO, _FLOAT_TENSOR)
    decoder.append(delimited(_INPUT, typed))
    return VoiceHalves(
        with_graph(view, graph, b"".join(text)),
        with_graph(view, graph, b"".join(decoder)),
        latent.decode(),
    )


_REPLACED_IN_DECODER = frozenset({_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO})


def _latent(nodes: list[_Node]) -> bytes:
    firsts = [node for node in nodes if _FIRST_WEIGHT in node.inputs]
    if len(firsts) != 1:
        raise ValueError(f"{len(firsts)} decoders instead of one")
    return firsts[0].inputs[0]


def _behind(nodes: list[_Node], latent: bytes, sound: bytes) -> list[_Node]:
    """The nodes that `sound` is made by, back to `latent`, in the graph's order."""
    wanted = {sound}
    found: list[_Node] = []
    for node in reversed(nodes):  # an ONNX graph is in order: who makes comes before who takes
        if wanted.intersection(node.outputs):
            wanted.update(name for name in node.inputs if name and name != latent)
            found.append(node)
    return found[::-1]


def _node(field: Field) -> _Node:
    parts = list(fields(field.value))
    return _Node(
        field,
        tuple(bytes(part.value) for part in parts if part.number == _INPUT_IN_NODE),
        tuple(bytes(part.value) for part in parts if part.number == _OUTPUT_IN_NODE),
    )


def _name(field: Field, number: int) -> bytes:
    return next((bytes(part.value) for part in fields(field.value) if part.number == number), b"")


def _raw(graph: Field, field: Field) -> memoryview | bytes:
    return graph.value[field.start : field.end]
