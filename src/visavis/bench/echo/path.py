"""From the reply to the microphone: a loudspeaker that distorts, a room, a delay. Pure.

The room is an exponentially decaying noise behind a direct sound (Polack 1988; the usual model of
a late reverberation), the loudspeaker compresses its peaks (tanh) and has no bass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ

Floats = NDArray[np.float32]

_DIRECT_TO_REVERB = 1.0
"""Energies: at arm's length the room answers about as loud as the loudspeaker speaks."""

_BASS_HZ = 250.0
_DECAY = 3.0 * np.log(10.0)
"""60 dB, as the exponent of an amplitude."""


@dataclass(frozen=True, slots=True)
class SpeakerPath:
    """One way from loudspeaker to microphone.

    `level_db` is how loud the echo arrives against a person, both as the RMS of what is audible;
    `drive` how far the peaks are compressed: 0 not at all, 1 audibly, 3 badly.
    """

    delay_ms: float
    rt60_s: float
    level_db: float
    drive: float = 1.0
    seed: int = 0

    def __call__(self, played: Floats) -> Floats:
        """What arrives of `played`, float32 [n] at 16 kHz; longer by delay and tail."""
        steep = 3.0 * self.drive
        compressed = np.tanh(steep * played) / steep if steep else played
        delay_samples = round(self.delay_ms * RATE_HZ / 1_000.0)
        response = self._response()
        n_samples = len(played) + len(response) - 1
        n_fft = 1 << (n_samples - 1).bit_length()
        spectrum = np.fft.rfft(compressed, n_fft) * np.fft.rfft(response, n_fft)
        hz = np.fft.rfftfreq(n_fft, 1.0 / RATE_HZ)
        spectrum *= hz**2 / (hz**2 + _BASS_HZ**2)
        arrived = np.fft.irfft(spectrum, n_fft)[:n_samples]
        return np.concatenate([np.zeros(delay_samples), arrived]).astype(np.float32)

    def _response(self) -> NDArray[np.float64]:
        random = np.random.default_rng(self.seed)
        seconds = np.arange(round(self.rt60_s * RATE_HZ)) / RATE_HZ
        late = random.standard_normal(len(seconds)) * np.exp(-_DECAY * seconds / self.rt60_s)
        late[: RATE_HZ * 2 // 1_000] = 0.0  # nothing is reflected sooner than that
        late *= np.sqrt(1.0 / (_DIRECT_TO_REVERB * np.sum(late**2)))
        late[0] = 1.0
        return late
