"""A voice in two halves: run one after the other they are the voice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from visavis.errors import SetupError
from visavis.models.halves import in_halves

onnx: Any = pytest.importorskip("onnx")

SHAPE = [1, 1, 4]


def small_voice(weight: str = "dec.conv_pre.weight", besides: str = "shared") -> bytes:
    """x + shared is the latent, its ceiling the durations, latent * weight + besides the sound."""
    helper, value = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [
        helper.make_node("Add", ["x", "shared"], ["z"]),
        helper.make_node("Ceil", ["z"], ["steps"]),
        helper.make_node("Mul", ["z", weight], ["louder"]),
        helper.make_node("Add", ["louder", besides], ["sound"]),
    ]
    graph = helper.make_graph(
        nodes,
        "voice",
        [helper.make_tensor_value_info("x", value, SHAPE)],
        [helper.make_tensor_value_info(name, value, SHAPE) for name in ("sound", "steps")],
        [helper.make_tensor(name, value, [1], [n]) for name, n in (("shared", 1.5), (weight, 3.0))],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return made.SerializeToString()


def session(model: bytes) -> Any:
    runtime = pytest.importorskip("onnxruntime")
    return runtime.InferenceSession(model, providers=["CPUExecutionProvider"])


def test_the_halves_in_a_row_are_the_voice() -> None:
    halves = in_halves(small_voice())
    x = np.arange(4, dtype=np.float32).reshape(SHAPE)
    z, steps = session(halves.text).run(None, {"x": x})
    (sound,) = session(halves.decoder).run(None, {halves.latent: z[:, :, 1:3]})
    assert halves.latent == "z"
    np.testing.assert_array_equal(steps, np.ceil(x + 1.5))
    np.testing.assert_array_equal(sound, ((x + 1.5) * 3.0 + 1.5)[:, :, 1:3])


def test_each_half_holds_only_what_it_needs() -> None:
    halves = in_halves(small_voice())
    text, decoder = (onnx.load_from_string(half).graph for half in (halves.text, halves.decoder))
    assert [node.op_type for node in text.node] == ["Add", "Ceil"]
    assert [node.op_type for node in decoder.node] == ["Mul", "Add"]
    assert [weight.name for weight in text.initializer] == ["shared"]
    assert [weight.name for weight in decoder.initializer] == ["shared", "dec.conv_pre.weight"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (small_voice(weight="other"), "0 decoders instead of one"),
        (small_voice(besides="x"), "needs 1 tensors besides the latent"),
        (b"", "0 graphs"),
        (b"plain text", "can't be cut in two"),
    ],
)
def test_anything_else_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SetupError, match=reason):
        in_halves(data)
