"""Real speech with phone labels, from manifests as `visavis bench lips` reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from training.recordings import IGNORED, Recording, Timed, timed_from
from training.settings import key_of
from visavis.bench.lips.labels import read_labels
from visavis.bench.lips.manifest import DataSet, Item, open_data_set
from visavis.bench.lips.phone_sets import Label
from visavis.errors import VisavisError
from visavis.lips.classes import phone_index
from visavis.lips.features import RATE_HZ
from visavis.sounds import read_sound, resampled

Note = Callable[[str], None]
_OVERHANG_S = 0.5


def real_speech(manifests: Sequence[Path], note: Note) -> Iterator[Recording]:
    """What the manifests call `train` or `dev`.

    Whoever is called like a speaker of some manifest's `test` is left out everywhere. What can't be
    read is told to `note` and left out.
    """
    sets = [open_data_set(path) for path in manifests]
    tested = {item.speaker for data in sets for item in data.items if item.split == "test"}
    for data in sets:
        kept = [item for item in data.items if item.speaker not in tested]
        if len(kept) < len(data.items):
            note(f"{data.name}: {len(data.items) - len(kept)} recordings of test speakers left out")
        for item in kept:
            try:
                yield _recording(data, item)
            except VisavisError as error:
                note(f"left out: {error}")


def _recording(data: DataSet, item: Item) -> Recording:
    sound, rate_hz = read_sound(item.sound)
    at_16 = resampled(sound, rate_hz, RATE_HZ)
    pcm = np.round(np.clip(at_16, -1.0, 1.0) * 32_767.0).astype(np.int16)
    timed = timed_by(read_labels(item.labels, rate_hz, item.tier), len(pcm))
    key = key_of("real", data.name, item.name, item.sound.stat().st_size)
    speaker = f"{data.name}:{item.speaker}"
    return Recording(key, data.name, speaker, item.split, item.licence, pcm, timed)


def timed_by(labels: Sequence[Label], n_samples: int) -> Timed:
    """Labels as phones. What is before the first and behind the last of them nobody knows; gaps
    between them are silence. Raises VisavisError if they go on behind the sound.
    """
    seconds = n_samples / RATE_HZ
    if not labels or labels[-1].end_s > seconds + _OVERHANG_S:
        raise VisavisError("labels that do not fit their sound")
    phones: list[int] = []
    durations: list[float] = []
    at = 0.0
    for label in labels:
        if label.start_s > at:
            phones.append(0 if phones else IGNORED)
            durations.append(label.start_s - at)
        known = phone_index(label.symbol)
        phones.append(IGNORED if known is None else known)
        durations.append(max(0.0, label.end_s - max(at, label.start_s)))
        at = max(at, label.end_s)
    if at < seconds:
        phones.append(IGNORED)
        durations.append(seconds - at)
    return timed_from(phones, durations, n_samples, 0.0)
