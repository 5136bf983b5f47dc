"""Sentence vectors of bge-small-en-v1.5 (int8, ONNX Runtime), alone or beside those of another.

Two small embedders err on different questions: their vectors side by side find the right fact more
often than either does (docs/answers.md has the figures).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from visavis.reply.embed import MAX_TOKENS, Fingerprinted, Floats, read_tokenizer, require_files

_N_THREADS = 1
"""As for MiniLM: the other engines need the second core."""


class BgeSmall:
    """An embedder (`visavis.reply.embed.Fingerprinted`) over a folder of weights; thread-safe.

    Questions and phrasings are alike, so neither gets the prefix that bge knows for searching in
    long passages.
    """

    def __init__(self, folder: Path) -> None:
        """Load `folder/model.onnx` (34 MB) and `folder/tokenizer.json`.

        Raises ModelMissingError if a file is absent, SetupError if the `local` extra is not
        installed, EngineError if the model can't be loaded.
        """
        from visavis.onnx import OnnxModel  # noqa: PLC0415 - the gateway has no onnxruntime

        model_path, tokenizer_path = folder / "model.onnx", folder / "tokenizer.json"
        require_files(model_path, tokenizer_path)
        self._model = OnnxModel(model_path, n_threads=_N_THREADS)
        self._tokenizer = read_tokenizer(tokenizer_path)
        self.fingerprint = f"bge {model_path.stat().st_size} {MAX_TOKENS}"
        """Changes where vectors of these weights can't be compared with those of others."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors [len(texts), 384].

        One text at a time: the int8 scales are taken from everything in a batch, so a sentence's
        vector would depend on its neighbours.
        """
        return np.stack([self._embed_one(text) for text in texts])

    def _embed_one(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        feeds = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        first_token = self._model.run(feeds)[0][0, 0]  # [CLS], what bge was trained to pool
        return first_token / np.linalg.norm(first_token)


class PairedEmbedder:
    """The vectors of two embedders side by side: a cosine is the mean of their two cosines."""

    def __init__(self, one: Fingerprinted, other: Fingerprinted) -> None:
        self._pair = (one, other)
        self.fingerprint = f"{one.fingerprint} | {other.fingerprint}"
        """Changes where that of either embedder does."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors [len(texts), the sum of both lengths]."""
        halves = [embedder.embed(texts) for embedder in self._pair]
        return np.concatenate(halves, axis=1) * np.float32(math.sqrt(0.5))
