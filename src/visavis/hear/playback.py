"""What the character is saying at a given moment, as far as the server can know. Pure.

A reply's samples are here before they are heard. When they are heard is known from its commit
(at the earliest then) and soon from the listener's playhead. Both sides of the comparison, playhead
and microphone, have come the same way, so that the way's length cancels out; what is left is the
path of the sound itself, and whatever the browser does not know about its own latency.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visavis.hear.bands import N_BANDS, SILENT_DB, BandMeter, Decibels

_REPORTS = 4
"""Playheads come ten times a second; the quickest of the last four was held up the least."""

_FIRST_SAMPLES = 1 << 16

HELD_AFTER_MS = 400.0
"""The order has to reach the page, and what is on its way to the loudspeaker is still heard."""


@dataclass(slots=True)
class _Reply:
    reply_id: int
    rate_hz: int
    meter: BandMeter
    pcm: NDArray[np.int16] = field(default_factory=lambda: np.zeros(_FIRST_SAMPLES, dtype=np.int16))
    n_samples: int = 0
    end_sample: int | None = None
    """Known once it has ended or was stopped."""

    def append(self, first_sample: int, pcm: NDArray[np.int16]) -> None:
        end = first_sample + len(pcm)
        if end > len(self.pcm):
            grown = np.zeros(max(end, 2 * len(self.pcm)), dtype=np.int16)
            grown[: self.n_samples] = self.pcm[: self.n_samples]
            self.pcm = grown
        self.pcm[first_sample:end] = pcm
        self.n_samples = max(self.n_samples, end)


class Playback:
    """The replies of one conversation. Times are ms of the clock with which it is told."""

    def __init__(self) -> None:
        self._replies: dict[int, _Reply] = {}
        self._playing: _Reply | None = None
        self._starts_ms: deque[float] = deque(maxlen=_REPORTS)
        self._committed_ms = 0.0
        self._lag_ms = 0.0
        self._held_ms: float | None = None
        self._over_ms = -np.inf
        self._heard_sample = 0

    # -------------------------------------------------------------- what it is told

    def arm(self, reply_id: int, rate_hz: int) -> None:
        """A reply begins to arrive; its sound counts at `rate_hz`."""
        self._replies[reply_id] = _Reply(reply_id, rate_hz, BandMeter(rate_hz))

    def add(self, reply_id: int, first_sample: int, pcm: NDArray[np.int16]) -> None:
        """More of its sound; of a reply that nobody knows it is dropped."""
        if reply := self._replies.get(reply_id):
            reply.append(first_sample, pcm)

    def end(self, reply_id: int, n_samples: int) -> None:
        """All of its sound is here."""
        if reply := self._replies.get(reply_id):
            reply.end_sample = n_samples

    def forget(self, reply_id: int) -> None:
        """It was discarded: nobody hears it."""
        if self._playing is not None and self._playing.reply_id == reply_id:
            return
        self._replies.pop(reply_id, None)

    def reveal(self, reply_id: int, at_ms: float) -> None:
        """It plays, at the earliest from now on; all others are over."""
        self._playing = self._replies.get(reply_id)
        self._replies = {reply_id: self._playing} if self._playing is not None else {}
        self._committed_ms = at_ms
        self._starts_ms.clear()
        self._held_ms = None
        self._heard_sample = 0

    def hold(self, at_ms: float) -> None:
        """Somebody speaks over it: it waits, in silence."""
        self._held_ms = at_ms

    def resume(self, at_ms: float) -> None:
        """It goes on from the sample that was heard last."""
        self._held_ms = None
        if self._playing is not None and self._starts_ms:
            self._starts_ms.clear()
            self._starts_ms.append(at_ms - self._ms(self._heard_sample))

    def heard(
        self,
        reply_id: int,
        sample: int,
        status: Literal["playing", "ended", "stopped"],
        at_ms: float,
    ) -> None:
        """The listener's playhead, as it arrived at `at_ms`."""
        reply = self._playing
        if reply is None or reply.reply_id != reply_id:
            return
        self._heard_sample = sample
        if status == "playing":
            start_ms = at_ms - self._ms(sample)
            if not self._starts_ms:
                self._lag_ms = max(0.0, start_ms - self._committed_ms)
            self._starts_ms.append(start_ms)
        else:
            reply.end_sample = min(sample, reply.n_samples)

    # -------------------------------------------------------------- what it knows

    @property
    def is_located(self) -> bool:
        """Whether the listener has said where in the reply they are."""
        return bool(self._starts_ms)

    def is_over(self, at_ms: float) -> bool:
        """Whether nothing plays at `at_ms` any more, as far as is known."""
        reply = self._playing
        if reply is None:
            return True
        if reply.end_sample is None:
            return False
        return at_ms >= self._start_ms() + self._ms(reply.end_sample)

    def measure(self, at_ms: float) -> Decibels:
        """Bands [N_BANDS] of what is played in the window that ends at `at_ms`."""
        reply = self._playing
        if reply is None or self._waits(at_ms):
            return _SILENCE
        end = round((at_ms - self._start_ms()) * reply.rate_hz / 1_000.0)
        first = end - reply.meter.window_samples
        n_samples = reply.n_samples
        if reply.end_sample is not None:
            n_samples = min(n_samples, reply.end_sample)
        if end <= 0 or first >= n_samples:
            return _SILENCE
        window = np.zeros(reply.meter.window_samples)
        begin, stop = max(0, first), min(end, n_samples)
        window[begin - first : stop - first] = reply.pcm[begin:stop] / 32_768.0
        return reply.meter.measure(window)

    def _waits(self, at_ms: float) -> bool:
        return self._held_ms is not None and at_ms >= self._held_ms + HELD_AFTER_MS

    def _start_ms(self) -> float:
        """When its first sample was heard, or will have been."""
        return min(self._starts_ms) if self._starts_ms else self._committed_ms + self._lag_ms

    def _ms(self, sample: int) -> float:
        return sample * 1_000.0 / self._playing.rate_hz if self._playing is not None else 0.0


_SILENCE: Decibels = np.full(N_BANDS, SILENT_DB)
_SILENCE.setflags(write=False)
