"""The port behind which voices live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.lips.phonemes import Timed


@dataclass(frozen=True, slots=True)
class VoiceStyle:
    """How to speak: pitch in semitones (0 is the voice's own), speed (1 is its own)."""

    pitch_semitones: float = 0.0
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Voiced:
    """Spoken text: float32 `sound` [n] at `rate_hz`, and the phonemes that fill it.

    The durations of `phones` (in samples, marks included) add up to about len(sound).
    """

    sound: NDArray[np.float32]
    rate_hz: int
    phones: tuple[Timed, ...]


class TextToSpeech(Protocol):
    """Speaks one phrase at a time."""

    @property
    def rate_hz(self) -> int:
        """Sample rate of everything it says."""
        ...

    @property
    def lead_ms(self) -> float:
        """How much later its durations lie than what is heard; cues are shown earlier by this."""
        ...

    async def speak(self, text: str, style: VoiceStyle) -> Voiced:
        """Voice one phrase.

        May be cancelled at any time; the next call is not disturbed. Calls of several sessions
        are served in order.

        Raises:
            EngineError: the voice failed; the next call may work.
        """
        ...

    async def aclose(self) -> None:
        """Free processes and memory. Idempotent."""
        ...
