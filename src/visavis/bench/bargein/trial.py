"""What came of one intrusion over an answer, and the times that count. Pure.

Definitions. All times are milliseconds after the **onset**, the first audible sample of what the
person utters, which the harness knows because it plays it:

- *silence*: from here on nothing of the answer is heard, until it is resumed if ever it is;
- *mouth*: the first drawn frame from which on the mouth is shut as long;
- *stop*: the answer is over: the interruption is certain.

The listener made of code has no output latency, and hears silence when it is told to hold or stop;
a page fades for 10 ms more. In a browser silence is what a recorder in the audio context hears, the
output latency that the browser states added. A natural pause in the answer is no silence: it counts
from the order to be silent on, even if no sound was left to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from visavis.bench.recording import AUDIBLE, Recording
from visavis.hear.audio import RATE_HZ


class Kind(Enum):
    """What the person means by it."""

    INTERRUPTION = "interruption"
    COUGH = "cough"
    """And throats, sneezes and laughs."""
    ACKNOWLEDGEMENT = "acknowledgement"


@dataclass(frozen=True, slots=True)
class Intrusion:
    """A sound over an answer: clean, float32 [n] at 16 kHz. `words` names a noise."""

    kind: Kind
    words: str
    sound: NDArray[np.float32]

    @property
    def onset_sample(self) -> int:
        """Its first audible sample."""
        audible = np.flatnonzero(np.abs(self.sound) > AUDIBLE)
        return int(audible[0]) if len(audible) else 0

    @property
    def onset_ms(self) -> float:
        """The same, counted from its beginning."""
        return self.onset_sample * 1_000.0 / RATE_HZ


@dataclass(frozen=True, slots=True)
class Scene:
    """What will happen: a question, and an intrusion so long after the answer is first heard."""

    question: Recording
    intrusion: Intrusion
    after_ms: float


class Verdict(Enum):
    """What became of the answer."""

    STOPPED = "stopped"
    RECOVERED = "recovered"
    """Held, and on from the same sample."""
    UNNOTICED = "unnoticed"
    """Never held."""
    STUCK = "stuck"
    """Still held when the trial was over."""
    VOID = "void"
    """There was no answer to speak over, or it was over too soon: says nothing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One intrusion and what it did. Times after the onset; None where there was no such thing."""

    scene: Scene
    verdict: Verdict
    silence_ms: float | None = None
    mouth_ms: float | None = None
    stop_ms: float | None = None
    resume_ms: float | None = None
    n_resumed: int = 0
    why_void: str = ""
    resume_error_ms: float | None = None
    """By how much the voice went on later in its text than it was held; browser only."""
