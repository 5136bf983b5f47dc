"""Sound and label files for the tests."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import pcm_from_float


def tone(seconds: float, rate_hz: int, hz: float = 220.0) -> NDArray[np.float32]:
    """float32 [n], at half of full scale."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def write_wav(path: Path, sound: NDArray[np.float32], rate_hz: int, n_channels: int = 1) -> Path:
    """A 16-bit WAV; all channels are the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(n_channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.repeat(pcm_from_float(sound), n_channels).astype("<i2").tobytes())
    return path


def write_text(path: Path, text: str) -> Path:
    """UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
