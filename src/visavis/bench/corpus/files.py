"""Sound on disk: 16 kHz mono int16 WAV, whole files or none."""

from __future__ import annotations

import hashlib
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ, float_from_pcm, pcm_from_float


def write_sound(path: Path, sound: NDArray[np.float32]) -> None:
    """Write float32 [n] at 16 kHz; the file appears when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm_from_float(sound).astype("<i2").tobytes())
    part.replace(path)


def read_pcm(path: Path) -> NDArray[np.int16]:
    """Return the samples as they are in the file."""
    with wave.open(str(path), "rb") as file:
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, dtype="<i2").astype(np.int16)


def read_sound(path: Path) -> NDArray[np.float32]:
    """Return float32 [n]."""
    return float_from_pcm(read_pcm(path))


def sha256_of_pcm(path: Path) -> str:
    """Return the SHA-256 of the samples, little-endian; the header has no part in it."""
    return hashlib.sha256(read_pcm(path).astype("<i2").tobytes()).hexdigest()
