"""How often one address may ask: a bucket of tokens each, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

from visavis.clock import Clock

MAX_ADDRESSES = 10_000
"""Beyond these, whoever asked longest ago is forgotten."""


class Rates:
    """So many requests a minute for each address; as many at once after a quiet minute."""

    def __init__(self, a_minute: int, clock: Clock) -> None:
        self._a_minute = float(a_minute)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Count a request; 0 if it may pass, else how long to wait."""
        now_ms = self._clock.now_ms()
        left, at_ms = self._left.pop(address, (self._a_minute, now_ms))
        left = min(self._a_minute, left + (now_ms - at_ms) * self._a_minute / 60_000.0)
        passes = left >= 1.0
        self._left[address] = (left - passes, now_ms)
        if len(self._left) > MAX_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if passes else (1.0 - left) * 60.0 / self._a_minute
