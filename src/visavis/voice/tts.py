"""The port behind which voices live."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.events import Cue
from visavis.lips.phonemes import Timed


@dataclass(frozen=True, slots=True)
class VoiceStyle:
    """How to speak: pitch in semitones (0 is the voice's own), speed (1 is its own)."""

    pitch_semitones: float = 0.0
    speed: float = 1.0


class Part(Enum):
    """Which part of its phrase a piece is. Where two pieces meet there is no seam in the sound."""

    WHOLE = "whole"
    HEAD = "head"  # the first words; a MIDDLE or the TAIL follows
    MIDDLE = "middle"  # goes on from the very next sample; another one or the TAIL follows
    TAIL = "tail"  # the rest, from the very next sample on


@dataclass(frozen=True, slots=True)
class Voiced:
    """Spoken text: float32 `sound` [n] at `rate_hz`, and the phonemes that fill it.

    The durations of `phones` (in samples, marks included) add up to about len(sound). A voice that
    knows none has made `cues` itself, in samples of the piece; else they are None.
    """

    sound: NDArray[np.float32]
    rate_hz: int
    phones: tuple[Timed, ...]
    text: str
    """The words that it holds."""
    part: Part = Part.WHOLE
    cues: tuple[Cue, ...] | None = None


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

    def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        """Voice one phrase: as a WHOLE, or as a HEAD that is ready early, then any number of
        MIDDLEs, then its TAIL.

        What follows a head is not worked on before it is asked for. Close the generator; it may be
        closed or cancelled at any time, and the next call is not disturbed. Calls of several
        sessions are served in order.

        Raises:
            EngineError: the voice failed; the next call may work.
        """
        ...

    async def aclose(self) -> None:
        """Free processes and memory. Idempotent."""
        ...


def joined(pieces: Sequence[Voiced]) -> Voiced:
    """The pieces of one phrase, at least one, as a whole."""
    if len(pieces) == 1:
        return pieces[0]
    return Voiced(
        np.concatenate([piece.sound for piece in pieces]),
        pieces[0].rate_hz,
        tuple(phone for piece in pieces for phone in piece.phones),
        " ".join(piece.text for piece in pieces if piece.text),
        cues=_joined_cues(pieces),
    )


def _joined_cues(pieces: Sequence[Voiced]) -> tuple[Cue, ...] | None:
    """A piece begins with the shape that the one before it ended with: that is one cue."""
    cues: list[Cue] = []
    start = 0
    for piece in pieces:
        if piece.cues is None:
            return None
        for cue in piece.cues:
            if not cues or cues[-1].viseme != cue.viseme:
                cues.append(replace(cue, at_sample=cue.at_sample + start))
        start += len(piece.sound)
    return tuple(cues)


async def spoken_whole(voice: TextToSpeech, text: str, style: VoiceStyle) -> Voiced:
    """The phrase as one piece, for whoever can wait. Raises what `TextToSpeech.speak` raises."""
    async with aclosing(voice.speak(text, style)) as pieces:
        return joined([piece async for piece in pieces])
