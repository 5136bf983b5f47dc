"""Sound, nets and posteriors made by hand: what the tests of the ear are about, without weights."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.lips.align import Variants
from visavis.lips.classes import N_PHONES, Unit, phone_index, units_of
from visavis.lips.features import N_BANDS, RATE_HZ, Floats
from visavis.lips.net import (
    CONTEXT,
    FORMAT,
    N_OUTPUTS,
    WHOLE,
    Heard,
    Weights,
    heard_from,
    weights_from,
)
from visavis.lips.phonemes import SIL

SILENCE = Unit(SIL, SIL, 1.0)
TEXT: tuple[Variants, ...] = (
    (("DH", "AH0"), ("DH", "IY0")),
    (("K", "AE1", "T"),),
    (("B", "OY1", "Z"),),
    (),
    (("HH", "AW1"), ("HH", "UW1")),
    (("M", "EH1", "ZH", "ER0"),),
)


def noisy_sound(n_samples: int, seed: int = 0) -> Floats:
    """Noise that swells and falls, with clicks."""
    random = np.random.default_rng(seed)
    swell = 0.1 * (1.2 + np.sin(np.arange(n_samples) / RATE_HZ * 9.0))
    sound = random.normal(size=n_samples) * swell
    sound[random.random(n_samples) < 1e-4] = 1.0
    return sound.astype(np.float32)


def any_weights(seed: int = 0, n_cells: int = 12, ahead_frames: int = 6) -> Weights:
    """A net that never learnt anything, by way of the file format."""
    return weights_from(weights_file(seed, n_cells, ahead_frames))


def any_weights_for_recordings(seed: int = 0, n_cells: int = 8) -> Weights:
    """The same, there and back."""
    return weights_from(weights_file(seed, n_cells, 0, n_ways=2))


def weights_file(seed: int = 0, n_cells: int = 12, ahead_frames: int = 6, n_ways: int = 1) -> bytes:
    random = np.random.default_rng(seed)

    def some(*shape: int) -> NDArray[np.float16]:
        return (random.normal(size=shape) * 0.5).astype(np.float16)

    arrays: dict[str, NDArray[np.generic]] = {
        "dense": some(n_cells, CONTEXT * N_BANDS),
        "dense_bias": some(n_cells),
        "heads": 3 * some(N_OUTPUTS, n_ways * n_cells),  # what it says changes with the sound
        "log_prior": np.full(N_PHONES, -np.log(N_PHONES), dtype=np.float32),
        "mean_frames": np.full(N_PHONES, 8.0, dtype=np.float32),
    }
    # What it says means nothing, but it is seldom that nothing is said, or that the mouth is shut;
    # the decoder favours both.
    quiet = np.zeros(N_OUTPUTS, dtype=np.float16)
    quiet[[SIL, N_PHONES + SIL, N_OUTPUTS - 1]] = 4.0
    quiet[[N_PHONES + 1, N_PHONES + 2, N_OUTPUTS - 3, N_OUTPUTS - 2]] = 2.0
    arrays["heads_bias"] = some(N_OUTPUTS) - quiet
    for layer in range(2):
        for way in ("gru", "back")[:n_ways]:
            n_inputs = n_ways * n_cells if layer else n_cells
            arrays[f"{way}{layer}.inputs"] = some(3 * n_cells, n_inputs)
            arrays[f"{way}{layer}.states"] = some(3 * n_cells, n_cells)
            arrays[f"{way}{layer}.input_bias"] = some(3 * n_cells)
            arrays[f"{way}{layer}.state_bias"] = some(3 * n_cells)
    card: dict[str, object] = {"format": FORMAT, "n_layers": 2, "ahead_frames": ahead_frames}
    card |= {"hears": WHOLE} if n_ways == 2 else {}
    arrays["card"] = np.frombuffer(json.dumps(card).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # pyright: ignore[reportArgumentType] - its stub names a keyword
    return buffer.getvalue()


def units_said(words: Sequence[Variants], choice: int = 0) -> list[Unit]:
    """The units of a text, of each word the pronunciation `choice` or the last there is."""
    phones: list[Unit] = []
    for variants in words:
        if variants:
            said = variants[min(choice, len(variants) - 1)]
            phones += units_of([phone_index(symbol) or 0 for symbol in said])
    return phones


def heard_of(
    units: Sequence[Unit], n_frames: Sequence[int], certainty: float = 8.0, noise: float = 0.0
) -> Heard:
    """What a net says that hears `units` for so many frames each, sure and with noise."""
    rows = np.repeat(np.arange(len(units)), n_frames)
    logits = np.zeros((len(rows), N_OUTPUTS))
    logits[np.arange(len(rows)), np.array([u.phone for u in units])[rows]] += certainty
    visemes = np.array([N_PHONES + u.viseme for u in units])
    logits[np.arange(len(rows)), visemes[rows]] += certainty
    silent = np.array([u.phone == SIL for u in units])[rows]
    logits[:, -1] = np.where(silent, certainty, -certainty)
    closure = N_OUTPUTS - 4
    logits[:, closure] += certainty / 2
    for offset, viseme in ((1, 1), (2, 2)):
        shut = np.array([u.viseme == viseme for u in units])[rows]
        logits[shut, closure + offset] += certainty
    return heard_from(logits + noise * np.random.default_rng(0).normal(size=logits.shape))
