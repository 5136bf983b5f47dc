"""The acoustic net: frames of features to what the mouth may be doing. Pure numpy, streaming.

    40 log-mels -> dense(3 frames, tanh) -> GRU -> GRU -> phones | visemes | closure | silence

Step t of the net speaks about frame t - `ahead_frames`: it has heard so many more. One frame costs
a handful of matrix-vector products, always of the same shapes, so that a stream gives the same bits
however it is cut. Weights are trained by `python -m training` and come as bytes.

A net with layers that go `back` as well hears a whole recording before it says anything; see
`visavis.lips.whole`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from visavis.errors import EngineError
from visavis.lips.classes import N_PHONES, N_VISEMES
from visavis.lips.features import (
    HOP_SAMPLES,
    N_BANDS,
    OVERHANG_SAMPLES,
    Floats,
    LogMel,
    flush_silence,
)

N_CLOSURES: Final = 3
"""No closure, PP, FF."""

CONTEXT: Final = 3
"""Frames that the first layer sees at once, the newest last."""

N_OUTPUTS: Final = N_PHONES + N_VISEMES + N_CLOSURES + 1
_STARTS: Final = (0, N_PHONES, N_PHONES + N_VISEMES)
_GROUP_OF: Final = np.repeat(np.arange(3), (N_PHONES, N_VISEMES, N_CLOSURES))
_SILENCE: Final = N_OUTPUTS - 1
FORMAT: Final = 1
WHOLE: Final = "whole recordings"
"""What the card of a net that goes both ways says that it `hears`."""

_PARTS: Final = ("inputs", "states", "input_bias", "state_bias")


@dataclass(frozen=True, slots=True)
class Gru:
    """One recurrent layer of H cells over I inputs; gates as in PyTorch: reset, update, new."""

    inputs: Floats  # [3 H, I]
    states: Floats  # [3 H, H]
    input_bias: Floats  # [3 H]
    state_bias: Floats  # [3 H]


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained net."""

    dense: Floats  # [D, CONTEXT * N_BANDS]
    dense_bias: Floats  # [D]
    layers: tuple[Gru, ...]
    back: tuple[Gru, ...]
    """Beside each layer one that comes from the end; none in a net for streams."""
    heads: Floats  # [N_OUTPUTS, H]: phones, visemes, closure, silence
    heads_bias: Floats  # [N_OUTPUTS]
    log_prior: Floats  # [N_PHONES]; how often each phone is in the training data
    mean_frames: tuple[float, ...]
    """Mean duration of each phone in the training data."""
    ahead_frames: int
    card: Mapping[str, Any]
    """What it was trained on; for people."""
    beside: Weights | None = None
    """Another net, of streams, that is asked as well when a whole recording is heard."""

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nothing in it ever changes

    @property
    def delay_samples(self) -> int:
        """What is said about sample n depends on no sample from n + this on."""
        return self.ahead_frames * HOP_SAMPLES + HOP_SAMPLES + OVERHANG_SAMPLES


def weights_from(data: bytes) -> Weights:
    """The weights in the bytes of an .npz file as `training/export.py` writes it.

    Raises:
        EngineError: it is none, or of another format.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = cast("dict[str, NDArray[Any]]", {name: file[name] for name in file.files})
        card = json.loads(bytes(arrays["card"]).decode())
        if card["format"] != FORMAT:
            raise EngineError(f"the ear's weights are of format {card['format']}, not {FORMAT}")
        weights = _weights(arrays, card)
    except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
        raise EngineError("these are no weights of the ear") from error
    _check(weights)
    return weights


def _weights(arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any]) -> Weights:
    def whole(name: str) -> Floats:
        """float16, or int8 with one scale a row."""
        values = arrays[name].astype(np.float32)
        if arrays[name].dtype == np.int8:
            values *= arrays[f"{name}.scale"].astype(np.float32)[:, None]
        return np.ascontiguousarray(values)

    def gru(name: str) -> Gru:
        return Gru(*(whole(f"{name}.{part}") for part in _PARTS))

    n_layers = int(card["n_layers"])
    n_back = n_layers if card.get("hears") == WHOLE else 0
    return Weights(
        dense=whole("dense"),
        dense_bias=whole("dense_bias"),
        layers=tuple(gru(f"gru{k}") for k in range(n_layers)),
        back=tuple(gru(f"back{k}") for k in range(n_back)),
        heads=whole("heads"),
        heads_bias=whole("heads_bias"),
        log_prior=whole("log_prior"),
        mean_frames=tuple(float(frames) for frames in arrays["mean_frames"]),
        ahead_frames=int(card["ahead_frames"]),
        card=card,
    )


def _check(weights: Weights) -> None:
    width = weights.dense.shape[0]
    fits = weights.dense.shape == (width, CONTEXT * N_BANDS) and weights.layers
    for at, layer in enumerate(weights.layers):
        n_cells = layer.states.shape[1]
        for one in (layer, *weights.back[at : at + 1]):
            fits = fits and one.inputs.shape == (3 * n_cells, width)
            fits = fits and one.states.shape == (3 * n_cells, n_cells)
        width = 2 * n_cells if weights.back else n_cells
    fits = fits and weights.heads.shape == (N_OUTPUTS, width)
    if not fits or len(weights.mean_frames) != N_PHONES or weights.log_prior.shape != (N_PHONES,):
        raise EngineError("the layers of the ear's weights do not fit together")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the net says about k consecutive frames; logarithms of probabilities, float32."""

    phones: Floats  # [k, N_PHONES]
    visemes: Floats  # [k, N_VISEMES]
    closure: Floats  # [k, N_CLOSURES]
    silence: Floats  # [k]; of silence, from a head of its own

    def __len__(self) -> int:
        return len(self.phones)

    def __getitem__(self, frames: slice) -> Heard:
        return Heard(
            self.phones[frames], self.visemes[frames], self.closure[frames], self.silence[frames]
        )


def joined(parts: Sequence[Heard]) -> Heard:
    """Consecutive pieces, at least one, as one."""
    return Heard(
        np.concatenate([part.phones for part in parts]),
        np.concatenate([part.visemes for part in parts]),
        np.concatenate([part.closure for part in parts]),
        np.concatenate([part.silence for part in parts]),
    )


def heard_from(logits: NDArray[np.floating[Any]]) -> Heard:
    """The net's raw outputs [k, N_OUTPUTS] as log probabilities."""
    raw: Floats = logits.astype(np.float32)
    # All three softmaxes at once: a stream has few frames at a time, so calls are what costs.
    chances = raw[:, :_SILENCE]
    logs: Floats = chances - np.maximum.reduceat(chances, _STARTS, axis=1)[:, _GROUP_OF]
    logs -= np.log(np.add.reduceat(np.exp(logs), _STARTS, axis=1))[:, _GROUP_OF]
    a, b = _STARTS[1:]
    silence = -np.logaddexp(np.float32(0.0), -raw[:, _SILENCE])
    return Heard(logs[:, :a], logs[:, a:b], logs[:, b:], silence)


class Net:
    """One stream of sound through the net. Memory does not grow.

    Raises EngineError for the weights of a net that wants whole recordings.
    """

    def __init__(self, weights: Weights) -> None:
        if weights.back:
            raise EngineError("these weights are for whole recordings, not for streams")
        self._weights = weights
        self.reset()

    def reset(self) -> None:
        """As new: for another stream."""
        self._mel = LogMel()
        self._recent = np.zeros(CONTEXT * N_BANDS, dtype=np.float32)
        self._states = [np.zeros(g.states.shape[1], np.float32) for g in self._weights.layers]
        self._n_steps = 0
        self._n_samples = 0

    def push(self, sound: Floats) -> Heard:
        """What can be said for good after `sound`, float32 [n] at 16 kHz: about the next frames."""
        self._n_samples += len(sound)
        return self._through(self._mel.push(sound))

    def finish(self) -> Heard:
        """The last frames, with silence behind them; the stream is over."""
        rest = flush_silence(self._n_samples, self._weights.ahead_frames)
        return self._through(self._mel.push(rest))

    def push_frames(self, frames: Floats) -> Heard:
        """As `push`, with features [k, 40] that were computed before; do not mix the two."""
        return self._through(frames)

    def _through(self, frames: Floats) -> Heard:
        first = max(0, self._weights.ahead_frames - self._n_steps)
        outputs = [self._step(frame) for frame in frames]
        said = outputs[first:]
        return heard_from(np.stack(said) if said else np.zeros((0, N_OUTPUTS), np.float32))

    def _step(self, frame: Floats) -> Floats:
        weights = self._weights
        self._n_steps += 1
        self._recent[:-N_BANDS] = self._recent[N_BANDS:]
        self._recent[-N_BANDS:] = frame
        x = np.tanh(weights.dense @ self._recent + weights.dense_bias)
        for index, layer in enumerate(weights.layers):
            x = self._states[index] = _gru(layer, x, self._states[index])
        return weights.heads @ x + weights.heads_bias


def _gru(layer: Gru, x: Floats, h: Floats) -> Floats:
    from_x: Floats = layer.inputs @ x
    from_x += layer.input_bias
    return gru_step(layer, from_x, h)


def gru_step(layer: Gru, from_x: Floats, h: Floats) -> Floats:
    """The next states [H] from what the inputs give, [3 H], which is written over."""
    n = len(h)
    from_h = layer.states @ h
    from_h += layer.state_bias
    # The logistic function by way of tanh: it can't overflow.
    gates = from_x[: 2 * n]
    gates += from_h[: 2 * n]
    gates *= _HALF
    np.tanh(gates, out=gates)
    gates *= _HALF
    gates += _HALF
    new = gates[:n] * from_h[2 * n :]
    new += from_x[2 * n :]
    np.tanh(new, out=new)
    kept: Floats = np.subtract(h, new)
    kept *= gates[n:]
    kept += new
    return kept


_HALF: Final = np.float32(0.5)


def hear(weights: Weights, sound: Floats) -> Heard:
    """All frames of a whole recording, float32 [n] at 16 kHz: ceil(n / 160) of them."""
    net = Net(weights)
    return joined([net.push(sound), net.finish()])


def hear_frames(weights: Weights, features: Floats) -> Heard:
    """All frames of a whole recording from its features [n, 40].

    Behind the last frame the net hears that frame go on: features of silence can't be known here.
    """
    ahead = np.repeat(features[-1:], weights.ahead_frames, axis=0)
    return Net(weights).push_frames(np.concatenate([features, ahead]))
