"""How loud is a moment of sound, in twelve bands? Pure.

Envelopes of bands are what is left of a voice that went through a loudspeaker, a room and a
microphone: phases are gone, clocks differ by a little, but which band is loud when stays.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Decibels = NDArray[np.float64]

N_BANDS = 12
WINDOW_MS = 32
"""Two hops: long enough for the lowest band, short enough to see a syllable begin."""

SILENT_DB = -100.0
"""Of a band without any sound."""

_LOWEST_HZ, _HIGHEST_HZ = 200.0, 7_000.0
"""Small loudspeakers are mute below, microphones at 16 kHz above."""


class BandMeter:
    """Powers of `N_BANDS` bands, evenly spaced in mel, of windows of about `WINDOW_MS`."""

    def __init__(self, rate_hz: int) -> None:
        self.window_samples = rate_hz * WINDOW_MS // 32_000 * 32  # quick to transform
        self._window, self._bins_to_bands = _analysis(rate_hz, self.window_samples)

    def measure(self, windows: NDArray[np.floating]) -> Decibels:
        """Of float [..., window_samples] in -1…1: [..., N_BANDS], dB re full scale squared.

        A sound has about the same level whatever its sample rate.
        """
        spectrum = np.fft.rfft(windows.astype(np.float32) * self._window)
        powers = (spectrum.real**2 + spectrum.imag**2) @ self._bins_to_bands
        return 10.0 * np.log10(powers + 10.0 ** (SILENT_DB / 10.0))


@cache
def _analysis(rate_hz: int, n_samples: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The window, and the matrix [bins, bands] that sums powers (Parseval's scale)."""
    window = np.hanning(n_samples).astype(np.float32)
    mel = np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), N_BANDS + 1)
    edges_hz = 700.0 * (10.0 ** (mel / 2_595.0) - 1.0)
    band = np.digitize(np.fft.rfftfreq(n_samples, 1.0 / rate_hz), edges_hz) - 1
    scale = 2.0 / (n_samples * np.sum(window**2))
    return window, scale * (band[:, None] == np.arange(N_BANDS)).astype(np.float32)


def _mel(hz: float) -> float:
    """O'Shaughnessy's formula (Speech Communication, 1987)."""
    return 2_595.0 * float(np.log10(1.0 + hz / 700.0))
