"""Smart Turn v3.2: has the user finished? A small Whisper encoder over the last eight seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ

WINDOW_SAMPLES = 8 * RATE_HZ
N_MELS = 80
_N_FFT = 400
_HOP_SAMPLES = 160


class TurnModel(Protocol):
    """Says how finished a turn sounds. Blocking, about 20-50 ms: call it in a thread."""

    def p_end(self, sound: NDArray[np.float32]) -> float:
        """Probability 0…1 that the user has finished; `sound` float32 [n] at 16 kHz."""
        ...


class SmartTurn:
    """The pinned int8 model on ONNX Runtime; safe to call from several threads."""

    def __init__(self, path: Path) -> None:
        from visavis.onnx import OnnxModel  # noqa: PLC0415 - the gateway has no onnxruntime

        self._model = OnnxModel(path, n_threads=1)

    def p_end(self, sound: NDArray[np.float32]) -> float:
        """See `TurnModel.p_end`. The model's graph ends in a sigmoid, so this is its output."""
        features = log_mel(sound)[None]
        return float(self._model.run({"input_features": features})[0][0, 0])


def log_mel(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whisper's normalised log-mel spectrogram of the last 8 s, float32 [80, 800].

    Shorter sound is padded with zeros at the front, as in the model's training. Formula: OpenAI
    Whisper `audio.py` with the mean and variance normalisation of the Hugging Face extractor.
    """
    window = np.zeros(WINDOW_SAMPLES, dtype=np.float64)
    tail = sound[-WINDOW_SAMPLES:]
    if len(tail):
        window[-len(tail) :] = tail
    window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
    padded = np.pad(window, _N_FFT // 2, mode="reflect").astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _N_FFT)[::_HOP_SAMPLES][:-1]
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)) ** 2
    mel = np.log10(np.maximum(_FILTERS @ power.T, 1e-10))
    mel = np.maximum(mel, mel.max() - 8.0)
    return ((mel + 4.0) / 4.0).astype(np.float32)


def _mel_filters() -> NDArray[np.float32]:
    """Slaney-scaled, area-normalised triangles, [80, 201], as librosa and Whisper make them."""
    fft_hz = np.linspace(0.0, RATE_HZ / 2, _N_FFT // 2 + 1)
    edges_hz = _hz_from_mel(np.linspace(0.0, _mel_from_hz(RATE_HZ / 2), N_MELS + 2))
    widths_hz = np.diff(edges_hz)
    ramps = edges_hz[:, None] - fft_hz[None]
    rising = -ramps[:-2] / widths_hz[:-1, None]
    falling = ramps[2:] / widths_hz[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges_hz[2:] - edges_hz[:-2]))[:, None]).astype(np.float32)


_LINEAR_HZ_PER_MEL = 200.0 / 3.0  # Slaney's Auditory Toolbox: linear to 1 kHz, then logarithmic
_LOG_STEP = np.log(6.4) / 27.0
_BREAK_HZ = 1_000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ_PER_MEL


def _mel_from_hz(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return _BREAK_MEL + float(np.log(hz / _BREAK_HZ)) / float(_LOG_STEP)


def _hz_from_mel(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = mel * _LINEAR_HZ_PER_MEL
    logarithmic = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, linear, logarithmic)


_HANN = np.hanning(_N_FFT + 1)[:-1].astype(np.float32)
_FILTERS = _mel_filters()
