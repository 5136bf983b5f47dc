"""Features of every variant of every recording, each made once."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.augment import augmented, plain
from training.recordings import Timed, frames_of, load
from training.settings import key_of, root
from visavis.hear.audio import float_from_pcm
from visavis.lips.features import features_of

N_OTHERS = 6


@dataclass(frozen=True, slots=True)
class Example:
    """One variant of one recording."""

    key: str
    features: NDArray[np.float16]  # [n, 40]
    stretch: float
    lead: int

    def targets(self, timed: Timed) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Phone and viseme of each frame."""
        return frames_of(timed, len(self.features), self.stretch, self.lead)


def path_of(key: str, variant: int, seed: int) -> Path:
    """Where the features are kept; they change with the source of front end and augmentation."""
    return root() / "features" / f"{key_of(key, variant, seed, _source(variant > 0))}.npz"


def make(key: str, variant: int, seed: int, pool: Sequence[str]) -> None:
    """Compute and keep them, unless they are there. `pool`: recordings that may be the babble."""
    path = path_of(key, variant, seed)
    if path.is_file():
        return
    random = np.random.default_rng([seed, variant, int(key, 16) % 2**32])
    sound = float_from_pcm(load(key).pcm)
    if variant == 0:
        changed = plain(sound)
    else:
        who = random.choice(len(pool), size=min(N_OTHERS, len(pool)), replace=False)
        others = [float_from_pcm(load(pool[int(index)]).pcm) for index in who]
        changed = augmented(sound, others, random)
    features = features_of(changed.sound).astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, features=features, moved=np.array([changed.stretch, changed.lead]))
    part.replace(path)


def read(key: str, variant: int, seed: int) -> Example:
    """What `make` made."""
    with np.load(path_of(key, variant, seed)) as file:
        stretch, lead = file["moved"]
        return Example(key, file["features"], float(stretch), int(lead))


@cache
def _source(is_augmented: bool) -> str:
    from training import augment  # noqa: PLC0415 - its source, not its names
    from visavis.lips import features  # noqa: PLC0415

    modules = (features, augment) if is_augmented else (features,)
    return "".join(inspect.getsource(module) for module in modules)
