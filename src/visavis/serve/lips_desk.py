"""Lips for all sessions of a process, on its event loop: one small step at a time.

A step takes a fraction of a millisecond, and between two steps everything that waits to be
forwarded is forwarded. The most urgent sound comes first, whoever's it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

from visavis.clock import Clock
from visavis.wire.relay import Relay

Say = Callable[[str], None]
"""Takes a frame for the client; never waits."""


class Seat:
    """One session's place at the desk."""

    def __init__(self, desk: LipsDesk, relay: Relay, say: Say) -> None:
        self._desk = desk
        self._alarm: asyncio.TimerHandle | None = None
        self.relay = relay
        self.say = say

    def look(self) -> None:
        """The relay has heard something: there may be work, now or later."""
        self._desk.look(self)
        self.set_alarm()

    def leave(self) -> None:
        """The session is over."""
        if self._alarm is not None:
            self._alarm.cancel()

    def set_alarm(self) -> None:
        """A relay's deadline moves with every chunk; the alarm follows it when it rings."""
        deadline_ms = self.relay.deadline_ms
        if deadline_ms is None or self._alarm is not None:
            return
        delay_s = max(0.0, deadline_ms - self._desk.now_ms()) / 1_000.0
        self._alarm = asyncio.get_running_loop().call_later(delay_s, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self.relay.tick(self._desk.now_ms())
        self.look()


class LipsDesk:
    """Works for whoever has a seat. `run` must be running."""

    def __init__(
        self, clock: Clock, note_margin: Callable[[float], None] = lambda margin_ms: None
    ) -> None:
        """`note_margin` is told how long before it is heard each cue was sent, in ms."""
        self._clock = clock
        self._note_margin = note_margin
        self._busy: set[Seat] = set()
        self._wanted = asyncio.Event()

    @contextmanager
    def seat(self, relay: Relay, say: Say) -> Generator[Seat, None, None]:
        """A seat for as long as a session lasts."""
        seat = Seat(self, relay, say)
        try:
            yield seat
        finally:
            seat.leave()
            self._busy.discard(seat)

    def now_ms(self) -> float:
        """On the clock that relays are timed with."""
        return self._clock.now_ms()

    def look(self, seat: Seat) -> None:
        """See `Seat.look`."""
        if seat.relay.due_ms is not None:
            self._busy.add(seat)
            self._wanted.set()

    async def run(self) -> None:
        """Work, until cancelled."""
        while True:
            await self._wanted.wait()
            while (seat := self._most_urgent()) is not None:
                for frame in seat.relay.work(self._clock.now_ms()):
                    seat.say(frame)
                margins_ms = seat.relay.tally.margins_ms
                while margins_ms:
                    self._note_margin(margins_ms.popleft())
                if seat.relay.due_ms is None:
                    seat.set_alarm()  # work may have moved the deadline
                await asyncio.sleep(0)  # whoever has something to forward does so now
            self._wanted.clear()

    def _most_urgent(self) -> Seat | None:
        found, found_ms = None, float("inf")
        for seat in tuple(self._busy):
            due_ms = seat.relay.due_ms
            if due_ms is None:
                self._busy.discard(seat)
            elif due_ms < found_ms:
                found, found_ms = seat, due_ms
        return found
