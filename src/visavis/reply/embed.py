"""Sentence vectors: all-MiniLM-L6-v2 in plain numpy.

A question of ten words is so short that a 23 M parameter BERT needs no runtime of its own: six
layers of matrix products are some forty lines, start in a moment and bring no dependency but
`tokenizers` (the WordPiece tokeniser). The weights are read from `model.safetensors` by
`read_safetensors`, because that format is a JSON header followed by raw arrays.

The arithmetic is float32. The same sentence alone or inside a padded batch gives the same vector
within 1e-5 per component (`tests/reply/test_embed.py`); cosine similarities agree with the
reference figures of the model card's family to three digits.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import logging
import math
import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ModelMissingError, SetupError

Floats = NDArray[np.float32]

DIMENSIONS = 384
"""Length of a sentence vector (hidden size of MiniLM-L6-H384)."""

MAX_TOKENS = 128
"""Longer texts are cut here: the length all-MiniLM-L6-v2 was trained with (its model card)."""

BATCH_SIZE = 16
"""Sentences per forward pass. More saves nothing on two cores, and the arrays leave the cache."""

_CACHED_FROM = 32
"""Texts in a list that is worth a file."""

_log = logging.getLogger(__name__)

_HEADS = 12
_LAYERS = 6
_NORM_EPS = 1e-12  # config.json of the model
_HEAD_SIZE = DIMENSIONS // _HEADS


def read_safetensors(path: Path) -> dict[str, Floats]:
    """Return all float32 arrays of a safetensors file by name.

    Layout: u64 little-endian length of the header, the header as JSON (name -> dtype, shape,
    data_offsets relative to the header's end), then the raw little-endian data. Other types than
    F32 are left out: this model has only an int64 buffer of positions there.

    Raises SetupError if the file is not such a file.
    """
    raw = path.read_bytes()
    try:
        (header_length,) = struct.unpack_from("<Q", raw)
        header = json.loads(raw[8 : 8 + header_length])
    except (struct.error, ValueError) as error:
        raise SetupError(
            f"{path.name} is not a safetensors file", hint="run `visavis models verify`"
        ) from error
    data = memoryview(raw)[8 + header_length :]
    arrays: dict[str, Floats] = {}
    for name, entry in cast("dict[str, dict[str, Any]]", header).items():
        if entry.get("dtype") != "F32":
            continue
        start, end = entry["data_offsets"]
        if end > len(data):
            raise SetupError(f"{path.name} is cut short", hint="run `visavis models pull`")
        arrays[name] = np.frombuffer(data[start:end], dtype="<f4").reshape(entry["shape"])
    return arrays


@dataclass(frozen=True)
class _Dense:
    """One linear layer; weight [in, out] so that rows of tokens multiply from the left."""

    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        return x @ self.weight + self.bias


@dataclass(frozen=True)
class _Norm:
    """Layer normalisation over the last axis."""

    gain: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        return centred / np.sqrt(variance + np.float32(_NORM_EPS)) * self.gain + self.bias


@dataclass(frozen=True)
class _Layer:
    """One transformer layer of BERT (post-norm)."""

    query_key_value: _Dense
    attended: _Dense
    attended_norm: _Norm
    up: _Dense
    down: _Dense
    norm: _Norm

    def __call__(self, x: Floats, mask: Floats) -> Floats:
        """x: [batch, tokens, 384]; mask: [batch, 1, 1, tokens], 0 or a large negative number."""
        batch, tokens, _ = x.shape
        packed = self.query_key_value(x).reshape(batch, tokens, 3, _HEADS, _HEAD_SIZE)
        query, key, value = packed.transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(-1, -2) + mask
        mixed = (_softmax(scores) @ value).swapaxes(1, 2).reshape(batch, tokens, DIMENSIONS)
        x = self.attended_norm(x + self.attended(mixed))
        return self.norm(x + self.down(_gelu(self.up(x))))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _gelu(x: Floats) -> Floats:
    """BERT's gelu, x * Phi(x), exact to 2e-7.

    numpy has no erf. This is Abramowitz & Stegun 7.1.26 with erf's argument x / sqrt(2); its own
    error of 1.5e-7 is below float32's.
    """
    size = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.float32(1.061405429) * t
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(coefficient)) * t
    tail = series * np.exp(-size * size)
    return cast("Floats", np.float32(0.5) * x * (1 + np.sign(x) * (1 - tail)))


class Fingerprinted(Protocol):
    """An embedder whose vectors may be kept: `fingerprint` changes where they would."""

    @property
    def fingerprint(self) -> str:
        """Name the weights and how they are used."""
        ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors [len(texts), dimensions]."""
        ...


class CachedEmbedder:
    """Remembers the vectors of long lists on disk: a persona's phrasings take many seconds once,
    and 10 ms ever after. Single questions go straight through.
    """

    def __init__(self, embedder: Fingerprinted, folder: Path) -> None:
        """`folder` is made if need be. A cache that can't be written is no error, only slow."""
        self._embedder = embedder
        self._folder = folder

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return what the embedder would, [len(texts), dimensions]."""
        if len(texts) < _CACHED_FROM:
            return self._embedder.embed(texts)
        digest = hashlib.sha256("\0".join([self._embedder.fingerprint, *texts]).encode())
        path = self._folder / f"{digest.hexdigest()[:32]}.npy"
        found = _read_vectors(path, len(texts))
        if found is None:
            found = self._embedder.embed(texts)
            _write_vectors(path, found)
        return found


def _read_vectors(path: Path, n_texts: int) -> Floats | None:
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # not there, or cut short by a power failure: made anew
    # How long a vector is follows from the embedder's fingerprint, which is in the file's name.
    fits = vectors.ndim == 2 and len(vectors) == n_texts and vectors.dtype == np.float32
    return cast("Floats", vectors) if fits else None


def _write_vectors(path: Path, vectors: Floats) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            np.save(part, vectors)
        Path(part.name).replace(path)  # whole or not at all, also with two servers starting
    except OSError as error:
        _log.warning("the vectors of this persona can't be cached: %s", error.strerror)


def use_one_blas_thread() -> None:
    """Let numpy's OpenBLAS use one thread in this process.

    Its threads spin while they wait for each other. On an idle two-core machine two of them save
    4 ms of 11 per question; with the voice and the language model beside them they were measured
    20 times slower than one. Other BLAS libraries (Accelerate on a Mac) are left as they are.
    """
    for path in (Path(np.__file__).parent.parent / "numpy.libs").glob("*openblas*"):
        library = ctypes.CDLL(str(path))
        for name in ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads"):
            if (set_threads := getattr(library, name, None)) is not None:
                set_threads(ctypes.c_int(1))


def require_files(*paths: Path) -> None:
    """Raise ModelMissingError if a file of an embedder is absent."""
    for path in paths:
        if not path.is_file():
            raise ModelMissingError(
                f"the sentence embedder lacks {path.name}", hint="run `visavis models pull`"
            )


def read_tokenizer(path: Path) -> Any:
    """Return the WordPiece tokenizer of a file: no padding, texts cut at MAX_TOKENS.

    Raises SetupError if the `local` extra is not installed.
    """
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - only the `local` extra has it
    except ImportError as error:
        raise SetupError(
            "the sentence embedder needs the package `tokenizers`",
            hint="install visavis[local]",
        ) from error
    tokenizer: Any = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


class MiniLm:
    """The embedder port (`visavis.reply.knowledge.Embedder`) over a folder of weights."""

    def __init__(self, folder: Path) -> None:
        """Read `folder/model.safetensors` (90 MB) and `folder/tokenizer.json`; about 0.2 s.

        Raises ModelMissingError if a file is absent, SetupError if the weights are not those of
        MiniLM-L6 or if the `local` extra is not installed.
        """
        weights_path, tokenizer_path = folder / "model.safetensors", folder / "tokenizer.json"
        require_files(weights_path, tokenizer_path)
        use_one_blas_thread()
        self._tokenizer = read_tokenizer(tokenizer_path)
        self.fingerprint = f"{weights_path.stat().st_size} {_LAYERS} {DIMENSIONS} {MAX_TOKENS}"
        """Changes where vectors of these weights can't be compared with those of others."""
        weights = read_safetensors(weights_path)
        try:
            self._load(weights)
        except KeyError as error:
            raise SetupError(
                f"{weights_path.name} has no array {error}: it is not MiniLM-L6",
                hint="run `visavis models verify`",
            ) from error

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors [len(texts), 384]; the dot product of two is their cosine.

        Texts are sorted by length inside, so that a batch pads little; the order of the result
        is that of `texts`.
        """
        encodings = self._tokenizer.encode_batch(list(texts))
        ids: list[list[int]] = [encoding.ids for encoding in encodings]
        result = np.empty((len(ids), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        for start in range(0, len(order), BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            result[chosen] = self._embed_batch([ids[index] for index in chosen])
        return result

    def _embed_batch(self, ids: list[list[int]]) -> Floats:
        longest = max(len(row) for row in ids)
        tokens = np.zeros((len(ids), longest), dtype=np.int64)
        present = np.zeros((len(ids), longest), dtype=np.float32)
        for index, row in enumerate(ids):
            tokens[index, : len(row)] = row
            present[index, : len(row)] = 1
        x = self._embedded_norm(self._words[tokens] + self._positions[:longest])
        mask = ((1 - present) * np.float32(-1e9))[:, None, None, :]
        for layer in self._layers:
            x = layer(x, mask)
        pooled = (x * present[:, :, None]).sum(axis=1) / present.sum(axis=1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def _load(self, weights: Mapping[str, Floats]) -> None:
        self._words = weights["embeddings.word_embeddings.weight"]
        # All our texts are one segment, so its vector can be part of the position's.
        self._positions = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._embedded_norm = _norm(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, f"encoder.layer.{index}") for index in range(_LAYERS)]


def _dense(weights: Mapping[str, Floats], name: str) -> _Dense:
    return _Dense(
        np.ascontiguousarray(weights[f"{name}.weight"].T), np.asarray(weights[f"{name}.bias"])
    )


def _norm(weights: Mapping[str, Floats], name: str) -> _Norm:
    return _Norm(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _layer(weights: Mapping[str, Floats], name: str) -> _Layer:
    parts = [_dense(weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
    # One product instead of three, with attention's 1/sqrt(head size) folded into the query.
    scale = np.float32(1 / math.sqrt(_HEAD_SIZE))
    parts[0] = _Dense(parts[0].weight * scale, parts[0].bias * scale)
    return _Layer(
        query_key_value=_Dense(
            np.concatenate([part.weight for part in parts], axis=1),
            np.concatenate([part.bias for part in parts]),
        ),
        attended=_dense(weights, f"{name}.attention.output.dense"),
        attended_norm=_norm(weights, f"{name}.attention.output.LayerNorm"),
        up=_dense(weights, f"{name}.intermediate.dense"),
        down=_dense(weights, f"{name}.output.dense"),
        norm=_norm(weights, f"{name}.output.LayerNorm"),
    )
