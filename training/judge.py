"""All labels by one judge: PocketSphinx's forced alignment, whose model has heard people.

Synthesizers, aligners and human labellers draw the same boundary up to 40 ms apart, and a net that
aligns its own training data never finds out that it is late. See README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.recordings import NO_LABELS, Timed, load, timed_from
from visavis.bench.lips.sphinx import ForcedAlignment
from visavis.errors import VisavisError
from visavis.hear.audio import float_from_pcm
from visavis.lips.classes import N_PHONES, mean_frames, phone_index
from visavis.lips.features import HOP_SAMPLES, RATE_HZ, Floats
from visavis.lips.lexicon import Lexicon

_TAIL_S = 0.2
"""Put behind every recording: synthesizers end with the last sound, the aligner wants a pause."""

_judges: list[ForcedAlignment] = []


def prepare(lexicon: Lexicon) -> None:
    """In a worker process: how words are said that PocketSphinx's dictionary does not have."""
    _judges.append(ForcedAlignment(_spelling(lexicon)))


def _spelling(lexicon: Lexicon) -> Callable[[str], tuple[str, ...]]:
    def spell(word: str) -> tuple[str, ...]:
        return tuple(phone.rstrip("012") for phone in lexicon.phones(word))

    return spell


def judged(item: tuple[str, str]) -> Timed:
    """When the phones of a recording are said; `item` is its key and its text.

    No phones if the text does not fit the sound, which happens to about one in twenty.
    """
    key, text = item
    pcm = load(key).pcm
    padded = np.concatenate([float_from_pcm(pcm), np.zeros(int(_TAIL_S * RATE_HZ), np.float32)])
    try:
        labels = _judges[-1].phones(padded, RATE_HZ, text)
    except VisavisError:
        return NO_LABELS
    # Breaths and noises are silence, and so is what lies before the first frame's middle.
    classes = [0, *(phone_index(label.symbol) or 0 for label in labels)]
    seconds = [labels[0].start_s, *(label.end_s - label.start_s for label in labels)]
    return timed_from(classes, seconds, len(pcm))


def as_arrays(labels: Mapping[str, Timed]) -> dict[str, Any]:
    """All labels as arrays of int64 by name: what is kept, and what a run depends on."""
    return {
        f"{key}.{part}": getattr(timed, part) for key, timed in labels.items() for part in _PARTS
    }


def save(path: Path, labels: Mapping[str, Timed]) -> None:
    """All labels in one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part_path = path.with_suffix(".part")
    with part_path.open("wb") as file:
        np.savez_compressed(file, **as_arrays(labels))
    part_path.replace(path)


def read(path: Path) -> dict[str, Timed]:
    """What was saved."""
    with np.load(path) as file:
        keys = sorted({name.rpartition(".")[0] for name in file.files})
        return {key: Timed(*(file[f"{key}.{part}"] for part in _PARTS)) for key in keys}


_PARTS = ("phones", "ends")


def statistics(labels: Mapping[str, Timed]) -> tuple[Floats, tuple[float, ...]]:
    """How often a frame is each phone (log), and how many frames each phone lasts on average."""
    total = np.zeros(N_PHONES)
    count = np.zeros(N_PHONES)
    for timed in labels.values():
        lengths = np.diff(np.concatenate([[0], timed.ends])) / HOP_SAMPLES
        known = timed.phones >= 0
        np.add.at(total, timed.phones[known], lengths[known])
        np.add.at(count, timed.phones[known], 1.0)
    share = (total + 1.0) / (total + 1.0).sum()
    # Ten phones of the usual length beforehand, for those that are rare.
    means = (total + 10.0 * np.array(mean_frames())) / (count + 10.0)
    return np.log(share).astype(np.float32), tuple(float(mean) for mean in means)
