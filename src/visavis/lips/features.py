"""Sound to log-mel frames, the same in training, in Python and in the browser. Pure, streaming.

| what | value |
|---|---|
| rate, hop, window | 16 kHz, 160 samples (10 ms), 400 samples (25 ms), periodic Hann |
| frame i | stands for the samples [160 i, 160 i + 160); its window is centred on them |
| spectrum | power of a 512-point FFT; before it y[n] = x[n] - 0.97 x[n - 1] |
| bands | 40 triangles, equally wide on the mel scale (HTK's), 60 to 7 600 Hz, natural logarithm |
| gain | minus a peak follower: up by a fifth of the way, down by 1 dB/s, never under -75 dB |
| mean | minus a running mean of each band, over the loud frames of about the last 3 s |

Everything at frame i comes from samples before 160 i + 280. Frames are computed one by one, so that
a stream gives the same bits however it is cut. Sums are float64, what comes out is float32.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

RATE_HZ: Final = 16_000
HOP_SAMPLES: Final = 160
WINDOW_SAMPLES: Final = 400
OVERHANG_SAMPLES: Final = (WINDOW_SAMPLES - HOP_SAMPLES) // 2
"""By how much a window reaches behind (and before) the hop that it stands for."""
N_BANDS: Final = 40
MS_PER_FRAME: Final = 10.0

_FFT: Final = 512
_LOW_HZ: Final = 60.0
_HIGH_HZ: Final = 7_600.0
_PREEMPHASIS: Final = 0.97
_POWER_FLOOR: Final = 1e-10  # of a mel band; about -100 dB of full scale
_NEPERS_A_DB: Final = float(np.log(10.0)) / 10.0  # of power

_ATTACK: Final = 0.2
_RELEASE: Final = 0.01 * _NEPERS_A_DB  # 1 dB a second
_PEAK_START: Final = -35.0 * _NEPERS_A_DB  # loudness of plain speech, measured as _loudness does
_PEAK_FLOOR: Final = -75.0 * _NEPERS_A_DB  # quieter than this is never made louder
_LOWEST: Final = -60.0 * _NEPERS_A_DB  # under the peak; what is quieter is all the same

_LOUD_FROM: Final = -30.0 * _NEPERS_A_DB  # a frame this far under the peak has no say in the mean,
_LOUD_FULL: Final = -15.0 * _NEPERS_A_DB  # from here on a full one, so that silence moves nothing
_MEAN_FRAMES: Final = 300.0
_PRIOR_FRAMES: Final = 50.0

SCALE: Final = 0.4
"""The last step: it brings features to about unit variance, where int8 and float16 are good."""


def mel_filters() -> Doubles:
    """The triangles: float64 [40, 257], peak 1."""
    edges = _hz(np.linspace(_mel(_LOW_HZ), _mel(_HIGH_HZ), N_BANDS + 2))
    bins = np.arange(_FFT // 2 + 1) * (RATE_HZ / _FFT)
    low, mid, high = (edges[k : k + N_BANDS, None] for k in range(3))
    rise, fall = (bins - low) / (mid - low), (high - bins) / (high - mid)
    return np.maximum(0.0, np.minimum(rise, fall))


def _mel(hz: float) -> float:
    return 2_595.0 * float(np.log10(1.0 + hz / 700.0))


def _hz(mel: Doubles) -> Doubles:
    return 700.0 * (10.0 ** (mel / 2_595.0) - 1.0)


_FILTERS: Final = mel_filters()
_WINDOW: Final = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES)
# The long-term spectrum of speech after pre-emphasis falls by about 12 dB over the bands.
_PRIOR: Final = np.linspace(-9.0, -21.0, N_BANDS) * _NEPERS_A_DB
_FILTERS_OF_FULL: Final = _FILTERS / float(np.sum(_WINDOW**2))


class LogMel:
    """A stream of sound to frames of features. Memory does not grow."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As new: for another stream."""
        self._waiting = np.zeros(OVERHANG_SAMPLES + 1, dtype=np.float64)  # one for pre-emphasis
        self._peak = _PEAK_START
        self._mean = _PRIOR.copy()
        self._n_heard = _PRIOR_FRAMES

    def push(self, sound: Floats) -> Floats:
        """The frames that `sound`, float32 [n] at 16 kHz, completes: float32 [k, 40].

        What is no number is silence, what is over full scale is clipped.
        """
        if not np.isfinite(sound).all():
            sound = np.nan_to_num(sound, nan=0.0, posinf=1.0, neginf=-1.0)
        plain = np.minimum(np.maximum(sound, -1.0), 1.0)
        joined = np.concatenate([self._waiting, plain.astype(np.float64)])
        n_frames = max(0, (len(joined) - 1 - WINDOW_SAMPLES) // HOP_SAMPLES + 1)
        frames = np.empty((n_frames, N_BANDS), dtype=np.float32)
        for index in range(n_frames):
            at = index * HOP_SAMPLES
            frames[index] = self._normalised(_bands(joined[at : at + WINDOW_SAMPLES + 1]))
        self._waiting = joined[n_frames * HOP_SAMPLES :]
        return frames

    def _normalised(self, bands: Doubles) -> Doubles:
        loudness = float(bands.max())
        step = loudness - self._peak
        self._peak = max(_PEAK_FLOOR, self._peak + (_ATTACK * step if step > 0 else -_RELEASE))
        level = np.maximum(bands - self._peak, _LOWEST)
        say = (loudness - self._peak - _LOUD_FROM) / (_LOUD_FULL - _LOUD_FROM)
        say = min(1.0, max(0.0, say))
        self._n_heard = min(_MEAN_FRAMES, self._n_heard + say)
        self._mean += (level - self._mean) * (say / self._n_heard)
        return (level - self._mean) * SCALE


def _bands(window: Doubles) -> Doubles:
    """Log power in each band of float64 [401]: one sample for pre-emphasis, then the window."""
    shaped = (window[1:] - _PREEMPHASIS * window[:-1]) * _WINDOW
    spectrum = np.fft.rfft(shaped, _FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return np.log(_FILTERS_OF_FULL @ power + _POWER_FLOOR)


def features_of(sound: Floats) -> Floats:
    """All frames of a whole recording, float32 [n] to [ceil(n / 160), 40]; silence follows it."""
    n_frames = -(-len(sound) // HOP_SAMPLES)
    return LogMel().push(np.concatenate([sound, flush_silence(len(sound))]))[:n_frames]


def flush_silence(n_samples: int, n_frames_ahead: int = 0) -> Floats:
    """The silence that brings out the last frames of a stream of `n_samples`.

    Args:
        n_samples: of the stream so far.
        n_frames_ahead: how many frames the taker looks ahead.
    """
    whole = -(-n_samples // HOP_SAMPLES) * HOP_SAMPLES - n_samples
    return np.zeros(whole + OVERHANG_SAMPLES + n_frames_ahead * HOP_SAMPLES, dtype=np.float32)
