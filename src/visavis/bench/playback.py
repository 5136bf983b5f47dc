"""The loudspeaker of a listener made of code: where in a reply it stands. Pure.

It plays what has come at the reply's rate, waits when it runs dry, and while it is held it is
silent and keeps its place. Its output latency is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(slots=True)
class Hold:
    """Silence because somebody spoke over a reply: from `at_ms`, at `sample` of the reply."""

    at_ms: float
    sample: int
    resumed_ms: float | None = None

    @property
    def lasted_ms(self) -> float:
        """How long it was; 0 while nobody knows."""
        return 0.0 if self.resumed_ms is None else self.resumed_ms - self.at_ms


class _Flow(Enum):
    WAITING = "waiting"
    PLAYING = "playing"


class Playback:
    """One reply's loudspeaker. `now_ms` must not go back."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._position = 0.0
        self._at_ms = 0.0
        self._flow = _Flow.WAITING
        self.holds: list[Hold] = []

    @property
    def sample(self) -> int:
        """The reply's samples that had been heard when the loudspeaker was last asked to go on."""
        return int(self._position)

    @property
    def is_held(self) -> bool:
        """Whether it is silent because somebody speaks."""
        return bool(self.holds) and self.holds[-1].resumed_ms is None

    def start(self, now_ms: float) -> None:
        """From now on it is heard."""
        self._flow = _Flow.PLAYING
        self._at_ms = now_ms

    def advance(self, now_ms: float, n_available: int) -> int:
        """Play on until now; `n_available` samples have been there since the last call.

        Returns the samples heard so far.
        """
        if self._flow is _Flow.PLAYING and not self.is_held:
            run_samples = (now_ms - self._at_ms) * self._rate_hz / 1_000.0
            self._position = max(self._position, min(self._position + run_samples, n_available))
        self._at_ms = now_ms
        return self.sample

    def hold(self, now_ms: float, n_available: int) -> None:
        """Be silent; held already, nothing changes."""
        sample = self.advance(now_ms, n_available)
        if not self.is_held:
            self.holds.append(Hold(now_ms, sample))

    def resume(self, now_ms: float) -> None:
        """Go on from the very sample; not held, nothing changes."""
        if self.is_held:
            self.holds[-1].resumed_ms = now_ms
            self._at_ms = now_ms
