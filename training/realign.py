"""All labels by one judge: the net says where the phones of every recording are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import examples
from training.examples import Example
from training.recordings import IGNORED, Timed, words_in
from visavis.lips.align import align, free_share, rules_for
from visavis.lips.classes import N_PHONES, mean_frames
from visavis.lips.decode import Decoder
from visavis.lips.features import HOP_SAMPLES, Floats
from visavis.lips.graph import Kind
from visavis.lips.net import Heard, Weights, hear_frames, weights_from

MAX_FREE_SHARE = 0.25
"""A recording of which more does not fit its phones teaches nothing."""


def realigned(weights: Weights, example: Example, timed: Timed) -> Timed:
    """New ends for the phones of a clean recording; what does not fit them becomes IGNORED."""
    words = words_in(timed)
    if not words:
        return timed
    rules, log_prior = rules_for(weights)
    pieces = align(
        hear_frames(weights, example.features.astype(np.float32)), words, rules, log_prior
    )
    if free_share(pieces) > MAX_FREE_SHARE:
        return Timed(np.array([IGNORED]), timed.ends[-1:])
    phones: list[int] = []
    ends: list[int] = []
    before = None
    for piece in pieces:
        place = piece.place
        phone = IGNORED if place.kind is Kind.FREE else place.phone
        second_half = (
            before is not None
            and place.kind is Kind.PHONE
            and before.phone == phone
            and before.node + 1 == place.node
            and before.viseme != place.viseme
        )
        if second_half:
            ends[-1] = piece.end_frame * HOP_SAMPLES
        else:
            phones.append(phone)
            ends.append(piece.end_frame * HOP_SAMPLES)
        before = place
    ends[-1] = int(timed.ends[-1])
    return Timed(np.array(phones), np.array(ends))


_weights: list[Weights] = []


def prepare(weights: bytes) -> None:
    """In a worker process: by which net `judged` aligns."""
    _weights.append(weights_from(weights))


def judged(item: tuple[str, Timed], *, seed: int) -> Timed:
    """New labels for a recording, by its clean features."""
    key, timed = item
    return realigned(_weights[-1], examples.read(key, 0, seed), timed)


def save(path: Path, labels: Mapping[str, Timed]) -> None:
    """All labels of a round in one file."""
    arrays = {
        f"{key}.{part}": getattr(timed, part) for key, timed in labels.items() for part in _PARTS
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part_path = path.with_suffix(".part")
    with part_path.open("wb") as file:
        np.savez_compressed(file, **arrays)
    part_path.replace(path)


def load(path: Path) -> dict[str, Timed]:
    """What was saved."""
    with np.load(path) as file:
        keys = sorted({name.rpartition(".")[0] for name in file.files})
        return {key: Timed(*(file[f"{key}.{part}"] for part in _PARTS)) for key in keys}


_PARTS = ("phones", "ends")


def statistics(labels: Sequence[Timed]) -> tuple[Floats, tuple[float, ...]]:
    """How often a frame is each phone (log), and how many frames each phone lasts on average."""
    total = np.zeros(N_PHONES)
    count = np.zeros(N_PHONES)
    for timed in labels:
        lengths = np.diff(np.concatenate([[0], timed.ends])) / HOP_SAMPLES
        known = timed.phones >= 0
        np.add.at(total, timed.phones[known], lengths[known])
        np.add.at(count, timed.phones[known], 1.0)
    share = (total + 1.0) / (total + 1.0).sum()
    # Ten phones of the usual length beforehand, for those that are rare.
    means = (total + 10.0 * np.array(mean_frames())) / (count + 10.0)
    return np.log(share).astype(np.float32), tuple(float(mean) for mean in means)


def accuracy(
    weights: Weights,
    dev: Sequence[Example],
    labels: Mapping[str, Timed],
    done: Callable[[], None],
) -> dict[str, float]:
    """Of the decoder's shapes on these recordings, and the recall of each viseme."""
    from visavis.lips.phonemes import table  # noqa: PLC0415 - names only

    confusion: NDArray[np.int64] = np.zeros((15, 15), dtype=np.int64)
    for example in dev:
        heard: Heard = hear_frames(weights, example.features.astype(np.float32))
        decoder = Decoder()
        shapes = np.array(decoder.push(heard) + decoder.finish())
        _, visemes = example.targets(labels[example.key])
        known = visemes >= 0
        np.add.at(confusion, (visemes[known], shapes[known]), 1)
        done()
    found = {"frame_accuracy_rate": float(np.trace(confusion) / max(1, confusion.sum()))}
    for index, name in enumerate(table().order):
        if wanted := int(confusion[index].sum()):
            found[f"recall_{name}_rate"] = round(float(confusion[index, index] / wanted), 4)
    return found
