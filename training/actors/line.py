"""What the games' archives hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visavis.sounds import wav_of

RATE_HZ = 11_025
"""Of plain samples in both games that have them."""


@dataclass(frozen=True, slots=True)
class ActedLine:
    """One line as an actor speaks it."""

    name: str
    """Of a file for it, like `52608.wav`."""
    role: str
    data: bytes
    """What is in that file."""
    seconds: float


def line_of(stem: str, role: str, raw: bytes) -> ActedLine:
    """From plain samples: 8 bits, 128 is silence, 11.025 kHz."""
    pcm = (np.frombuffer(raw, np.uint8).astype(np.int16) - 128) * 256
    return ActedLine(f"{stem}.wav", role, wav_of(pcm, RATE_HZ), len(raw) / RATE_HZ)
