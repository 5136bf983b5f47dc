"""Spoken questions whose truth is known: where they end, where the speaker stops to think. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from visavis.hear.audio import RATE_HZ

Split = Literal["fit", "test"]
"""Anything may be fitted to the voices of `fit`; headlines come from the voices of `test`."""

SpeakerKind = Literal["neural", "classic"]
"""Classic: formant, diphone and HMM voices, reported apart because turn models misjudge them."""

AUDIBLE = 0.01
"""-40 dBFS: below this a listener hears nothing."""


class Question(BaseModel):
    """One thing to ask. `|` in `say` is a pause to think."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    persona: str | None = None
    """Whose facts answer it; None for an open question, which needs the language model."""
    fact: str | None = None
    """The id of the fact that answers it."""

    @property
    def kind(self) -> Literal["knowledge", "llm"]:
        """Which kind of turn it is meant to be."""
        return "knowledge" if self.fact is not None else "llm"

    @property
    def text(self) -> str:
        """The words without the pause marks."""
        return " ".join(part.strip() for part in self.say.split("|"))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose voice it is."""

    name: str
    engine: str
    kind: SpeakerKind
    split: Split


@dataclass(frozen=True, slots=True)
class Recording:
    """A question as sound: float32 [n] at 16 kHz, room noise included.

    `speech_end_sample` is t0, just after the last audible sample of the clean speech; `pauses` are
    the silences [start, end) of 200 ms or more that the speaker makes inside.
    """

    recording_id: str
    question: Question
    speaker: Speaker
    noise: str
    sound: NDArray[np.float32]
    speech_end_sample: int
    pauses: tuple[tuple[int, int], ...]

    @property
    def speech_end_ms(self) -> float:
        """t0, counted from the first sample."""
        return self.speech_end_sample * 1_000.0 / RATE_HZ
