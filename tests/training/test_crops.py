"""What a step of training learns from."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.crops import WARM_FRAMES, Crop, crop_of, drawn_out
from training.examples import Example
from training.recordings import IGNORED
from training.settings import Settings
from visavis.lips.classes import PHONES

SETTINGS = Settings(crop_frames=50, ahead_frames=6)
PHONES_SAID = [PHONES.index(name) for name in "SIL B IY S OW SIL".split()]


def example(n_frames: int) -> Example:
    features = np.random.default_rng(n_frames).normal(1.0, 0.3, (n_frames, 40))
    return Example("x", features.astype(np.float16), 1.0, 0)


def targets(n_frames: int) -> tuple[np.ndarray, np.ndarray]:
    phones = np.array(PHONES_SAID)[np.arange(n_frames) * len(PHONES_SAID) // n_frames]
    return phones, phones + 100


def crops(n_frames: int, settings: Settings = SETTINGS) -> list[Crop]:
    said = example(n_frames)
    return [
        crop_of(said, targets(n_frames), settings, np.random.default_rng(seed))
        for seed in range(60)
    ]


def test_a_frame_is_asked_for_what_was_said_before_it() -> None:
    """By as much as the net may look ahead."""
    said = example(30)
    for crop in crops(30):
        if np.array_equal(crop.clear[:30], said.features.astype(np.float32)):  # nothing drawn out
            assert (crop.phones[:6] == IGNORED).all()
            assert crop.phones[6:36].tolist() == targets(30)[0].tolist()
            assert (crop.phones[36:] == IGNORED).all()
            return
    pytest.fail("every recording was drawn out")


def test_a_crop_from_the_middle_teaches_nothing_until_it_is_warm() -> None:
    begins = [crop.phones for crop in crops(400)]
    assert any((phones[:WARM_FRAMES] == IGNORED).all() for phones in begins)
    assert all((phones[WARM_FRAMES:] != IGNORED).any() for phones in begins)


def test_masks_take_something_away_and_add_nothing() -> None:
    masked = 0
    for crop in crops(400):
        same = crop.frames == crop.clear
        assert (crop.frames[~same] == 0.0).all()
        masked += int((~same).sum())
    assert masked > 0


@given(st.integers(40, 300), st.integers(0, 10_000))
def test_what_is_drawn_out_is_the_same_sounds_in_the_same_order(n_frames: int, seed: int) -> None:
    features, (phones, visemes) = drawn_out(
        example(n_frames).features, targets(n_frames), np.random.default_rng(seed)
    )
    assert len(features) == len(phones) == len(visemes) >= n_frames - 2
    assert [phone for phone, _ in groupby(phones.tolist())] == PHONES_SAID
    assert np.array_equal(visemes, phones + 100)
    assert np.isfinite(features).all()
