"""The sentence embedder: file reader, arithmetic, and the real weights against known figures."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.errors import ModelMissingError, SetupError
from visavis.models import MINILM_WEIGHTS, ModelStore
from visavis.reply import embed
from visavis.reply.embed import DIMENSIONS, CachedEmbedder, MiniLm, read_safetensors

TOLERANCE = 1e-5
"""Largest difference of a component between a sentence alone and in a padded batch."""


def write_safetensors(path: Path, arrays: dict[str, NDArray[np.float32]], extra: str = "") -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}} if extra else {}
    data = b""
    for name, array in arrays.items():
        raw = array.astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def test_safetensors_are_read(tmp_path: Path) -> None:
    arrays: dict[str, NDArray[np.float32]] = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.full(1, 7, dtype=np.float32),
    }
    write_safetensors(tmp_path / "x.safetensors", arrays, extra="metadata")
    read = read_safetensors(tmp_path / "x.safetensors")
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)


@pytest.mark.parametrize("raw", [b"", b"12345", struct.pack("<Q", 9) + b"not json!"])
def test_what_is_not_safetensors_is_a_setup_error(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "x").write_bytes(raw)
    with pytest.raises(SetupError):
        read_safetensors(tmp_path / "x")


def test_a_short_file_is_a_setup_error(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_safetensors(path, {"a": np.zeros(8, dtype=np.float32)})
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(SetupError, match="cut short"):
        read_safetensors(path)


def test_gelu_is_that_of_bert() -> None:
    x = np.linspace(-6, 6, 241, dtype=np.float32)
    exact = [value * 0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x.tolist()]
    np.testing.assert_allclose(embed._gelu(x), exact, atol=1e-6)  # pyright: ignore[reportPrivateUsage]


def test_missing_weights_say_which(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"model\.safetensors"):
        MiniLm(tmp_path)


class Counting:
    """Stands in for MiniLm in the cache's tests: vectors from the length of the text."""

    fingerprint = "counting"

    def __init__(self) -> None:
        self.n_texts = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.n_texts += len(texts)
        return np.array([[len(text)] * DIMENSIONS for text in texts], dtype=np.float32)


def cached(folder: Path) -> tuple[Counting, CachedEmbedder]:
    inner = Counting()
    return inner, CachedEmbedder(inner, folder)


TEXTS = [f"text {'x' * n}" for n in range(40)]


def test_long_lists_are_remembered(tmp_path: Path) -> None:
    _, first = cached(tmp_path / "new")
    inner, second = cached(tmp_path / "new")
    np.testing.assert_array_equal(first.embed(TEXTS), second.embed(TEXTS))
    assert inner.n_texts == 0
    second.embed([*TEXTS, "one more"])
    assert inner.n_texts == len(TEXTS) + 1
    assert not list((tmp_path / "new").glob("*.part"))


def test_single_questions_are_not_written(tmp_path: Path) -> None:
    _, embedder = cached(tmp_path)
    embedder.embed(["one"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nonsense"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    inner, embedder = cached(tmp_path)
    embedder.embed(TEXTS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    np.testing.assert_array_equal(embedder.embed(TEXTS), inner.embed(TEXTS))


def test_a_folder_that_can_not_be_made_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    _, embedder = cached(tmp_path / "file" / "folder")
    assert embedder.embed(TEXTS).shape == (len(TEXTS), DIMENSIONS)


@pytest.fixture(scope="module")
def minilm(store: ModelStore) -> MiniLm:
    return MiniLm(store.path(MINILM_WEIGHTS).parent)


@pytest.mark.models
def test_cosines_are_those_of_the_reference(minilm: MiniLm) -> None:
    """The example that the model's hub page computes: 0.695, 0.943, 0.257 to three digits."""
    source, *others = minilm.embed(
        [
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        ]
    )
    assert [round(float(source @ other), 3) for other in others] == [0.695, 0.943, 0.257]


@pytest.mark.models
def test_vectors_do_not_depend_on_the_batch(minilm: MiniLm) -> None:
    texts = ["When are you open?", "no", "A longer sentence, about nothing in particular, " * 4, ""]
    together = minilm.embed([*texts, *TEXTS])
    assert together.shape == (len(texts) + len(TEXTS), DIMENSIONS)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=TOLERANCE)
    for index, text in enumerate(texts):
        np.testing.assert_allclose(minilm.embed([text])[0], together[index], atol=TOLERANCE)


@pytest.mark.models
@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("How much is it?", "What does it cost?", "Where is the exit?"),
        ("I want to return this", "How do I send it back?", "How do I water it?"),
        ("Do you remember me?", "Have you a memory of me?", "Do you have a shop?"),
    ],
)
def test_paraphrases_are_nearer_than_strangers(
    minilm: MiniLm, one: str, same: str, other: str
) -> None:
    a, b, c = minilm.embed([one, same, other])
    assert a @ b > a @ c + 0.1
