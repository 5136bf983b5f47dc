"""From a voice's latent to its sound, a stretch at a time: what is said in pieces has no seam."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

Sound = NDArray[np.float32]
Decode = Callable[[NDArray[np.float32]], Sound]
"""A latent [1, channels, n_frames] to sound [n_frames * hop]."""

CONTEXT_FRAMES = 14
"""The decoder looks about eleven frames to either side; with these it sounds the same to 1e-6."""

_RESAMPLER_FRAMES = 8
"""Decoded beyond a cut where the pitch is shifted: the resampler holds back up to 1852 samples of
what it was given (up to an octave higher; 919 up to four semitones)."""


class SoundOf:
    """One phrase's sound, made in order and only as far as it is asked for.

    Args:
        latent: float32 [1, channels, n_frames].
        decode: the voice's decoder; `hop` samples a frame.
        pitch_ratio: the sound is played faster by this, and so sounds higher.
    """

    def __init__(
        self, latent: NDArray[np.float32], decode: Decode, *, hop: int, pitch_ratio: float = 1.0
    ) -> None:
        self._latent = latent
        self._decode = decode
        self._hop = hop
        self._n_decoded = 0  # frames
        self._ready: Sound = np.zeros(0, dtype=np.float32)
        # A stream keeps its filter's state and phase between pieces; only the ratio matters to it.
        self._faster = (
            None
            if pitch_ratio == 1.0
            else soxr.ResampleStream(pitch_ratio * 1_000.0, 1_000.0, 1, dtype="float32")
        )

    @property
    def n_frames(self) -> int:
        """How long the phrase is."""
        return int(self._latent.shape[2])

    def next(self, n_samples: int, n_frames: int) -> Sound:
        """The next `n_samples` of the sound: they lie before frame `n_frames` of the latent."""
        end = n_frames
        while len(self._ready) < n_samples and self._n_decoded < self.n_frames:
            end += 0 if self._faster is None else _RESAMPLER_FRAMES
            self._decode_up_to(min(end, self.n_frames))
        sound, self._ready = self._ready[:n_samples], self._ready[n_samples:]
        return sound

    def rest(self) -> Sound:
        """All that was not asked for yet."""
        self._decode_up_to(self.n_frames)
        sound, self._ready = self._ready, self._ready[:0]
        return sound

    def _decode_up_to(self, end: int) -> None:
        start = self._n_decoded
        if end <= start:
            return
        first = max(0, start - CONTEXT_FRAMES)
        sound = self._decode(self._latent[:, :, first : end + CONTEXT_FRAMES])
        sound = sound.reshape(-1)[(start - first) * self._hop : (end - first) * self._hop]
        if self._faster is not None:
            sound = self._faster.resample_chunk(sound, last=end == self.n_frames)
        self._ready = np.concatenate([self._ready, sound])
        self._n_decoded = end
