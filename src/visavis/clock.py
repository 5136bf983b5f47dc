"""Time as an argument: the only place from which the edge reads a clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic time in milliseconds. Only differences mean anything."""

    def now_ms(self) -> float:
        """Milliseconds since an arbitrary, fixed moment."""
        ...


class MonotonicClock:
    """The machine's monotonic clock."""

    def now_ms(self) -> float:
        """Milliseconds on `time.monotonic`, the clock the event loop uses too."""
        return time.monotonic() * 1000.0


class ManualClock:
    """A clock that moves when told to; for tests and for replaying conversations."""

    def __init__(self, start_ms: float = 0.0) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> float:
        """The time that was last set."""
        return self._now_ms

    def advance(self, by_ms: float) -> float:
        """Move forward by `by_ms` (never back) and return the new time."""
        if by_ms < 0:
            raise ValueError(f"time does not run backwards: {by_ms} ms")
        self._now_ms += by_ms
        return self._now_ms
