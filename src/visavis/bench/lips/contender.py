"""The port behind which every engine stands that is measured: sound in, mouth out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from visavis.bench.lips.track import Track
from visavis.errors import SetupError
from visavis.sounds import Sound


@dataclass(frozen=True, slots=True)
class Compute:
    """What one run cost."""

    cpu_s: float
    """Processor time of everything that the engine did for this recording, models loaded before."""
    sound_s: float
    push_ms: tuple[float, ...] = ()
    """Wall time of each push of an engine that streams; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender made of one recording."""

    track: Track
    """On the clock on which it is shown: what stands at t is meant for the sound at t - delay."""
    delay_ms: float
    """How much later than the sound the mouth is shown. An engine that streams has heard exactly
    the sound before t when it shows what stands at t; one that has the text or the whole recording
    beforehand declares 0."""
    compute: Compute


class Contender(Protocol):
    """One engine with its settings. Runs are independent of each other, and repeat exactly."""

    @property
    def name(self) -> str:
        """Lower case with underscores: it stands before the names of its figures."""
        ...

    @property
    def about(self) -> str:
        """One line for people: what it hears and knows, version, licence."""
        ...

    @property
    def needs_text(self) -> bool:
        """Whether recordings without a transcript are left out."""
        ...

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """Find the mouth for `sound`.

        Raises:
            EngineError: it can't with this recording; the next one may be better.
        """
        ...

    def close(self) -> None:
        """Let go of processes and models. Runs are over."""
        ...


Opener = Callable[[float], Contender]
"""Makes a contender that streams with the given delay in ms; those that do not, ignore it. Loading
models happens here. Raises SetupError if the machine lacks something."""


def open_contender(openers: Mapping[str, Opener], name: str, delay_ms: float) -> Contender:
    """The contender of this name.

    Raises:
        SetupError: there is none, or it is not installed.
    """
    if name not in openers:
        raise SetupError(
            f"No contender is called {name}.", hint=f"Choose from {', '.join(openers)}."
        )
    return openers[name](delay_ms)
