"""Lips for the sessions of a process: the port, and a desk on this very event loop.

`lips_process.py` is the other desk: the same work in a process of its own, out of the way of what
is to be forwarded. Here one small step is done at a time; between two steps everything that waits
to be forwarded is forwarded. The most urgent sound comes first, whoever's it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from enum import Enum
from typing import Protocol

from visavis.clock import Clock
from visavis.serve.gateway_lips import GatewayLips
from visavis.wire.dialect import Dialect
from visavis.wire.relay import Relay, Tally


class When(Enum):
    """Which frames go first."""

    AT_ONCE = "at once"
    """What was said until now, and has not left, is stale."""
    IN_TURN = "in turn"


Say = Callable[[tuple[str, ...], When], None]
"""Takes frames for the client, at least one; never waits."""


class Account(Protocol):
    """What is noted of one session's lips."""

    @property
    def tally(self) -> Tally:
        """Counted up as work is done."""
        ...

    def settle(self) -> None:
        """The tally has changed."""
        ...


class Seat(Protocol):
    """One session's place at a desk. Neither method waits."""

    def hear_server(self, frame: str | bytes, now_ms: float) -> None:
        """A frame of the provider's has passed."""
        ...

    def hear_client(self, frame: str | bytes, now_ms: float) -> None:
        """A frame of the client's has passed."""
        ...


class Desk(Protocol):
    """Works for whoever has a seat, while `running` is entered."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """To be entered before anything else."""
        ...

    async def ready(self) -> None:
        """Returns when a seat may be taken; a second or two, once."""
        ...

    def seat(self, dialect: Dialect, say: Say, account: Account) -> AbstractContextManager[Seat]:
        """A seat for as long as a session lasts."""
        ...


class RelaySeat:
    """A seat at a LipsDesk."""

    def __init__(self, desk: LipsDesk, relay: Relay, say: Say, account: Account) -> None:
        self._desk = desk
        self._alarm: asyncio.TimerHandle | None = None
        self._say = say
        self._account = account
        self.relay = relay

    def hear_server(self, frame: str | bytes, now_ms: float) -> None:
        """See Seat."""
        self._tell(self.relay.hear_server(frame, now_ms), When.AT_ONCE)
        self._look()

    def hear_client(self, frame: str | bytes, now_ms: float) -> None:
        """See Seat."""
        self._tell(self.relay.hear_client(frame, now_ms), When.AT_ONCE)
        self._look()

    def work(self) -> None:
        """One step."""
        self._tell(self.relay.work(self._desk.now_ms()), When.IN_TURN)
        if self.relay.due_ms is None:
            self._set_alarm()  # work may have moved the deadline

    def leave(self) -> None:
        """The session is over."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _tell(self, frames: tuple[str, ...], when: When) -> None:
        if frames:
            self._say(frames, when)
        self._account.settle()

    def _look(self) -> None:
        """There may be work, now or later."""
        self._desk.look(self)
        self._set_alarm()

    def _set_alarm(self) -> None:
        """A relay's deadline moves with every chunk; the alarm follows it when it rings."""
        if self._alarm is not None:
            return
        deadline_ms = self.relay.deadline_ms
        if deadline_ms is None:
            return
        delay_s = max(0.0, deadline_ms - self._desk.now_ms()) / 1_000.0
        self._alarm = asyncio.get_running_loop().call_later(delay_s, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self.relay.tick(self._desk.now_ms())
        self._look()


class LipsDesk:
    """The desk on this event loop."""

    def __init__(self, clock: Clock, lips: GatewayLips) -> None:
        self._clock = clock
        self._lips = lips
        self._busy: set[RelaySeat] = set()
        self._wanted = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """See Desk."""
        await asyncio.to_thread(self._lips.load)
        work = asyncio.create_task(self.run(), name="lips-desk")
        try:
            yield
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def ready(self) -> None:
        """See Desk."""

    @contextmanager
    def seat(
        self, dialect: Dialect, say: Say, account: Account
    ) -> Generator[RelaySeat, None, None]:
        """See Desk."""
        relay = Relay(dialect, self._lips.at_rate, self._lips.notice, account.tally)
        seat = RelaySeat(self, relay, say, account)
        try:
            yield seat
        finally:
            seat.leave()
            self._busy.discard(seat)

    def now_ms(self) -> float:
        """On the clock that relays are timed with."""
        return self._clock.now_ms()

    def look(self, seat: RelaySeat) -> None:
        """This one may have something to do."""
        if seat.relay.due_ms is not None:
            self._busy.add(seat)
            self._wanted.set()

    async def run(self) -> None:
        """Work, until cancelled."""
        while True:
            await self._wanted.wait()
            while (seat := self._most_urgent()) is not None:
                seat.work()
                await asyncio.sleep(0)  # whoever has something to forward does so now
            self._wanted.clear()

    def _most_urgent(self) -> RelaySeat | None:
        found, found_ms = None, float("inf")
        for seat in tuple(self._busy):
            due_ms = seat.relay.due_ms
            if due_ms is None:
                self._busy.discard(seat)
            elif due_ms < found_ms:
                found, found_ms = seat, due_ms
        return found
