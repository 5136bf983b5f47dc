"""All that decides what comes out. The same settings on the same machine give the same weights."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from visavis.models import cache_dir

RECIPE = 2
"""Counted up when the same settings would give other recordings."""

DEV_VOICES = ("af_kore", "am_onyx", "bf_lily", "bm_lewis")
"""Kokoro's voices that are only validated on, never mixed into another."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run."""

    n_sentences: int = 2_680
    """Chosen from the books; the first `n_dev` are for validation."""
    n_kokoro: int = 1_500
    n_flite: int = 500
    n_hesitating: int = 160
    """Lines with "um" and "uh" in them."""
    n_acted: int = 10_000
    """At most so many lines of each game with actors; there are fewer."""
    n_dev: int = 80
    n_variants: int = 4
    """Of each synthetic recording, the first of them clean."""
    n_real_variants: int = 3
    """Of each recording of a person."""
    real_share: float = 0.5
    """How much of what is learnt from is people, of whom there are fewer minutes."""
    n_ways: Literal[1, 2] = 1
    """One: the net for streams; two: the net for whole recordings, there and back."""
    n_cells: int = 192
    """Of a layer, each way."""
    ahead_frames: int = 6
    batch: int = 64
    crop_frames: int = 200
    n_steps: int = 5_500
    learning_rate: float = 3e-3
    n_workers: int = 2
    """Processes that record, align and compute features."""
    seed: int = 2_026

    def for_recordings(self) -> Settings:
        """Of the net that hears a whole recording: it goes two ways with less each way, and needs
        fewer steps."""
        n_cells, n_steps = min(112, self.n_cells), min(4_500, self.n_steps)
        return replace(self, n_ways=2, n_cells=n_cells, n_steps=n_steps, ahead_frames=0)

    def for_more(self) -> Settings:
        """Of a net that goes on learning when there is more to learn from."""
        return replace(self, n_steps=min(1_500, self.n_steps), learning_rate=1e-3)

    def smoke(self) -> Settings:
        """A few seconds of everything, to see that it runs."""
        return Settings(
            n_sentences=3, n_kokoro=2, n_flite=2, n_hesitating=1, n_acted=2, n_dev=1, n_variants=2,
            n_real_variants=2, n_cells=16, batch=2, crop_frames=100, n_steps=3, n_workers=1,
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
