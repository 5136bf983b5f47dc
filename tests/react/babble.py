"""A voice that no ear mistakes and every eye sees: soft and shut, then loud and wide open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.serve.scripted import ScriptedTts
from visavis.voice.tts import Voiced, VoiceStyle

RATE_HZ = 16_000
SYLLABLE_SAMPLES = 4_800
_M_SAMPLES = 1_920


def babble(n_syllables: int) -> NDArray[np.float32]:
    """ "mamama …" of noise, 0.3 s a syllable, float32 in -1…1: no two stretches are alike."""
    place = np.arange(n_syllables * SYLLABLE_SAMPLES) % SYLLABLE_SAMPLES
    level = np.where(place < _M_SAMPLES, 0.02, 0.6)
    noise = np.random.default_rng(8).uniform(-1.0, 1.0, place.size)
    return (level * noise).astype(np.float32)


def phones(n_syllables: int) -> tuple[tuple[str, int], ...]:
    """Its sounds, with samples."""
    return (("m", _M_SAMPLES), ("a", SYLLABLE_SAMPLES - _M_SAMPLES)) * n_syllables


@dataclass
class Babbler(ScriptedTts):
    """Says this whatever it is told to say."""

    n_syllables: int = 8

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        yield Voiced(babble(self.n_syllables), self.rate_hz, phones(self.n_syllables), text)
