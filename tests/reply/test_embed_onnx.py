"""bge-small, and two embedders side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.errors import EngineError, ModelMissingError
from visavis.models import BGE_MODEL, BGE_TOKENIZER, ModelStore
from visavis.reply.embed import CachedEmbedder
from visavis.reply.embed_onnx import BgeSmall, PairedEmbedder

TOLERANCE = 1e-6


class Angles:
    """Unit vectors in the plane, turned by so many degrees for each letter of the text."""

    def __init__(self, degrees: float) -> None:
        self._degrees = degrees
        self.fingerprint = f"angles {degrees}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        turns = np.radians([len(text) * self._degrees for text in texts])
        return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


def test_a_cosine_of_a_pair_is_the_mean_of_both() -> None:
    one, other = Angles(20), Angles(70)
    a, b = PairedEmbedder(one, other).embed(["a", "bb"])
    assert a @ a == pytest.approx(1)
    assert a @ b == pytest.approx((np.cos(np.radians(20)) + np.cos(np.radians(70))) / 2)


def test_a_pair_is_cached_apart_from_other_pairs(tmp_path: Path) -> None:
    texts = ["x" * n for n in range(40)]
    first, second = (PairedEmbedder(Angles(20), Angles(other)) for other in (30, 40))
    for pair in (first, second):
        for _ in range(2):  # made, then read
            found = CachedEmbedder(pair, tmp_path).embed(texts)
            np.testing.assert_array_equal(found, pair.embed(texts))
    assert len(list(tmp_path.iterdir())) == 2


def test_missing_weights_say_which(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"model\.onnx"):
        BgeSmall(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelMissingError, match=r"tokenizer\.json"):
        BgeSmall(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EngineError):
        BgeSmall(tmp_path)


@pytest.fixture(scope="module")
def bge(store: ModelStore) -> BgeSmall:
    assert store.path(BGE_TOKENIZER).parent == store.path(BGE_MODEL).parent
    return BgeSmall(store.path(BGE_MODEL).parent)


@pytest.mark.models
def test_vectors_do_not_depend_on_their_neighbours(bge: BgeSmall) -> None:
    texts = ["When are you open?", "no", "A longer sentence, about nothing in particular, " * 9, ""]
    together = bge.embed(texts)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=TOLERANCE)
    for index, text in enumerate(texts):
        np.testing.assert_array_equal(bge.embed([text])[0], together[index])


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
    bge: BgeSmall, one: str, same: str, other: str
) -> None:
    a, b, c = bge.embed([one, same, other])
    assert a @ b > a @ c + 0.05
