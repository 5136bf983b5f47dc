"""Sound from the microphone: positions in samples, never in seconds. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
"""Everything in `hear` listens at this rate."""

MAX_GAP_SAMPLES = RATE_HZ
"""Up to here a hole in the microphone's sample count is a hiccup; a longer one was a pause."""


class SoundBuffer:
    """The last `capacity_samples` of a microphone, addressed by session sample offset."""

    def __init__(self, capacity_samples: int = 60 * RATE_HZ) -> None:
        self._ring = np.zeros(capacity_samples, dtype=np.float32)
        self._end_sample = 0

    @property
    def end_sample(self) -> int:
        """Offset just after the newest sample."""
        return self._end_sample

    def append(self, sound: NDArray[np.float32]) -> None:
        """Add `sound`, float32 [n] in -1…1."""
        capacity = len(self._ring)
        kept = sound[-capacity:]
        start = self._end_sample + len(sound) - len(kept)
        at = (start + np.arange(len(kept))) % capacity
        self._ring[at] = kept
        self._end_sample += len(sound)

    def skip(self, n_samples: int) -> None:
        """Go on `n_samples` later; in between there was silence."""
        silent = min(n_samples, len(self._ring))
        self._end_sample += n_samples - silent
        self.append(np.zeros(silent, dtype=np.float32))

    def slice(self, first_sample: int, last_sample: int) -> NDArray[np.float32]:
        """Samples [first, last) as float32; what is forgotten or not yet heard is left out."""
        first = max(first_sample, self._end_sample - len(self._ring), 0)
        last = min(last_sample, self._end_sample)
        if first >= last:
            return np.zeros(0, dtype=np.float32)
        return self._ring[np.arange(first, last) % len(self._ring)]


class Framer:
    """Cuts a stream of any chunk size into frames of exactly `frame_samples`."""

    def __init__(self, frame_samples: int) -> None:
        self._frame_samples = frame_samples
        self.clear()

    def clear(self) -> None:
        """Forget the samples that wait."""
        self._rest = np.zeros(0, dtype=np.float32)

    @property
    def n_waiting(self) -> int:
        """Samples that do not fill a frame yet."""
        return len(self._rest)

    def push(self, sound: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Add float32 [n]; returns the frames that are now whole, in order.

        What is left over waits for the next call.
        """
        joined = np.concatenate([self._rest, sound])
        n_frames = len(joined) // self._frame_samples
        used = n_frames * self._frame_samples
        self._rest = joined[used:]
        return list(joined[:used].reshape(n_frames, self._frame_samples))


def float_from_pcm(pcm: NDArray[np.int16]) -> NDArray[np.float32]:
    """int16 to float32 in -1…1."""
    return pcm.astype(np.float32) / 32_768.0


def pcm_from_float(sound: NDArray[np.float32]) -> NDArray[np.int16]:
    """float32 to int16; clips."""
    return np.round(np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)
