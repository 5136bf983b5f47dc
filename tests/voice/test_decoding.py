"""Sound that is made in pieces is the sound that is made at once, whatever its pitch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.voice.decoding import Sound, SoundOf

HOP = 256
RATIOS = [2.0 ** (semitones / 12.0) for semitones in (-12.0, -4.0, 0.0, 4.0, 7.0, 12.0, 24.0)]


class Smear:
    """A decoder whose frames depend on eleven frames to either side; counts what it decodes."""

    def __init__(self) -> None:
        self.n_frames = 0

    def __call__(self, latent: NDArray[np.float32]) -> Sound:
        self.n_frames += latent.shape[2]
        smeared = np.convolve(latent[0, 0], np.hanning(25)[1:-1])[11:-11]
        return np.outer(smeared, np.sin(np.arange(HOP) / 9.0)).astype(np.float32).reshape(1, 1, -1)


def latent(n_frames: int) -> NDArray[np.float32]:
    random = np.random.default_rng(n_frames)
    return random.normal(0.0, 0.1, (1, 1, n_frames)).astype(np.float32)


@pytest.mark.parametrize("ratio", RATIOS)
@given(st.integers(1, 120), st.integers(0, 120))
def test_pieces_laid_end_to_end_are_the_whole(ratio: float, n_frames: int, cut: int) -> None:
    cut = min(cut, n_frames)
    whole = SoundOf(latent(n_frames), Smear(), hop=HOP, pitch_ratio=ratio).rest()
    sound = SoundOf(latent(n_frames), Smear(), hop=HOP, pitch_ratio=ratio)
    n_samples = round(cut * HOP / ratio)
    head, tail = sound.next(n_samples, cut), sound.rest()
    assert abs(len(head) - n_samples) <= 1
    assert abs(len(whole) - n_frames * HOP / ratio) <= 1.0
    np.testing.assert_allclose(np.concatenate([head, tail]), whole, atol=1e-5)
    assert len(sound.rest()) == 0


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_piece_costs_little_more_than_its_own_frames(ratio: float) -> None:
    decoder = Smear()
    SoundOf(latent(400), decoder, hop=HOP, pitch_ratio=ratio).next(round(40 * HOP / ratio), 40)
    assert decoder.n_frames <= 40 + 2 * (8 + 14) + 28
