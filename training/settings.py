"""All that decides what comes out. The same settings on the same machine give the same weights."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from visavis.models import cache_dir

RECIPE = 2
"""Counted up when the same settings would give other recordings."""

DEV_VOICES = ("af_kore", "am_onyx", "bf_lily", "bm_lewis")
"""Kokoro's voices that are only validated on, never mixed into another."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run."""

    n_sentences: int = 1_080
    """Chosen from the books; the first `n_dev` are for validation."""
    n_kokoro: int = 1_000
    n_flite: int = 900
    n_joe: int = 350
    n_dev: int = 80
    n_variants: int = 3
    """Of each recording, the first of them clean."""
    n_cells: int = 160
    ahead_frames: int = 6
    batch: int = 32
    crop_frames: int = 400
    steps: tuple[int, ...] = (900, 600, 1_800)
    """Of each round; between two rounds the net aligns all labels anew."""
    learning_rate: float = 3e-3
    n_workers: int = 2
    """Processes that record, compute features and align."""
    seed: int = 2_026

    def smoke(self) -> Settings:
        """A few seconds of everything, to see that it runs."""
        return Settings(
            n_sentences=3, n_kokoro=2, n_flite=2, n_joe=1, n_dev=1, n_variants=2, n_cells=16,
            batch=2, crop_frames=100, steps=(3, 2), n_workers=1,
        )  # fmt: skip


def root() -> Path:
    """Where everything is kept that was made on the way."""
    return cache_dir() / "ear"


def key_of(*what: object) -> str:
    """A short name for a file that depends on `what`."""
    return hashlib.sha256(repr((RECIPE, *what)).encode()).hexdigest()[:20]


def as_card(settings: Settings) -> dict[str, object]:
    """The settings for the model card."""
    return asdict(settings)
