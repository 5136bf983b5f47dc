"""Two sockets, one session: everything passes at once, and a relay listens.

    client  --frames-->  Bridge  --the same-->  provider
            <--frames--          <--frames----
            <--visemes--  what the desk makes of the sound that has passed

Each direction reads a frame only when the one before it was taken, so who reads slowly slows down
who sends, and nothing piles up here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Literal, Protocol

from visavis.clock import Clock
from visavis.errors import ClientError, ProviderError, TooSlowError, VisavisError
from visavis.serve.closing import GOING_AWAY, Close, SideClosedError, carried_over, fitting
from visavis.serve.lips_desk import Account, Desk, Seat, When
from visavis.serve.together import until_one_ends
from visavis.serve.upstream import Upstream
from visavis.wire.dialect import Dialect

SEND_S = 20.0
"""Whoever takes nothing for so long is gone or stuck."""

MAX_OUTBOX_FRAMES = 256
"""Visemes that the client has not taken; beyond these, the oldest are dropped: they are stale."""

_PART_S = 1.0


class TooLongError(ClientError):
    """The session has lasted as long as it may."""

    code = "too_long"


class Side(Protocol):
    """The client's side of a session; as Upstream."""

    async def receive(self) -> str | bytes:
        """The next frame. Raises SideClosedError."""
        ...

    async def send(self, frame: str | bytes) -> None:
        """Send it. Raises SideClosedError."""
        ...

    async def close(self, close: Close) -> None:
        """Close; harmless if it is closed already."""
        ...


class Ending(Enum):
    """Why a session ended; for the metrics."""

    CLIENT = "client"
    PROVIDER = "provider"
    LIMIT = "limit"
    ERROR = "error"


_Way = Literal["up", "down", "visemes"]

Amend = Callable[[str | bytes], str | bytes]
"""What becomes of the client's first frame; all others pass as they are."""


class Bridge:
    """Carries one session, until one side closes."""

    def __init__(
        self, client: Side, dialect: Dialect, desk: Desk, account: Account, clock: Clock
    ) -> None:
        self._client = client
        self._dialect = dialect
        self._desk = desk
        self._account = account
        self._clock = clock
        self._outbox: deque[str] = deque(maxlen=MAX_OUTBOX_FRAMES)
        self._filled = asyncio.Event()
        self._since_s: dict[_Way, float] = {}
        """Of what is being sent just now."""

    async def run(
        self,
        opening: Callable[[], Awaitable[Upstream]],
        longest_s: float,
        amend: Amend = lambda frame: frame,
    ) -> Ending:
        """Open the provider's side, then carry frames. Raises nothing that belongs to this session
        only: either side is told in its own way.
        """
        try:
            upstream = await opening()
        except VisavisError as error:
            await self._tell(error)
            return Ending.ERROR
        try:
            async with asyncio.timeout(longest_s):
                await self._carry(upstream, amend)
        except TimeoutError:
            error = TooLongError("The session has lasted as long as this server allows.")
            await self._tell(error)
            await _close(upstream, Close(1000, str(error)))
            return Ending.LIMIT
        except _ClientGoneError as gone:
            await _close(upstream, carried_over(gone.side, GOING_AWAY))
            return Ending.CLIENT
        except _UpstreamGoneError as gone:
            await self._pass_on(gone.side)
            return Ending.PROVIDER
        except VisavisError as error:
            await self._tell(error)
            await _close(upstream, Close(GOING_AWAY))
            return Ending.ERROR
        except BaseException:
            await _close(upstream, Close(GOING_AWAY))
            raise
        raise AssertionError("frames are carried until somebody leaves")

    async def _carry(self, upstream: Upstream, amend: Amend) -> None:
        self._loop = asyncio.get_running_loop()
        with self._desk.seat(self._dialect, self.say, self._account) as seat:
            await until_one_ends(
                {
                    "gateway-up": self._up(upstream, seat, amend),
                    "gateway-down": self._down(upstream, seat),
                    "gateway-visemes": self._speak(),
                    "gateway-patience": self._lose_patience(),
                }
            )

    async def _up(self, upstream: Upstream, seat: Seat, amend: Amend) -> None:
        change = amend
        while True:
            try:
                frame = await self._client.receive()
            except SideClosedError as error:
                raise _ClientGoneError(error) from error
            await self._send_up(upstream, change(frame))
            change = _unchanged
            seat.hear_client(frame, self._clock.now_ms())

    async def _down(self, upstream: Upstream, seat: Seat) -> None:
        while True:
            try:
                frame = await upstream.receive()
            except SideClosedError as error:
                raise _UpstreamGoneError(error) from error
            await self._send_down(frame, "down")
            seat.hear_server(frame, self._clock.now_ms())

    async def _speak(self) -> None:
        while True:
            await self._filled.wait()
            while self._outbox:
                await self._send_down(self._outbox.popleft(), "visemes")
            self._filled.clear()

    def say(self, frames: tuple[str, ...], when: When) -> None:
        """Add frames for the client, behind those that pass."""
        if when is When.AT_ONCE:
            self._outbox.clear()
        self._outbox.extend(frames)
        self._filled.set()

    async def _send_up(self, upstream: Upstream, frame: str | bytes) -> None:
        with self._sending("up"):
            try:
                await upstream.send(frame)
            except SideClosedError as error:
                raise _UpstreamGoneError(error) from error

    async def _send_down(self, frame: str | bytes, what: _Way) -> None:
        with self._sending(what):
            try:
                await self._client.send(frame)
            except SideClosedError as error:
                raise _ClientGoneError(error) from error

    @contextmanager
    def _sending(self, way: _Way) -> Generator[None, None, None]:
        """One timer for all frames of a session: one for each would cost more than the frame."""
        self._since_s[way] = self._loop.time()
        try:
            yield
        finally:
            del self._since_s[way]

    async def _lose_patience(self) -> None:
        """Raises an error that names who has taken nothing for SEND_S, or a little longer."""
        while True:
            await asyncio.sleep(SEND_S / 10.0)
            for way, since_s in self._since_s.items():
                if self._loop.time() - since_s >= SEND_S:
                    if way == "up":
                        raise ProviderError("The provider does not read what it is sent.")
                    raise TooSlowError("You do not read what you are sent.")

    async def _pass_on(self, gone: SideClosedError) -> None:
        if gone.was_clean:
            await _close(self._client, carried_over(gone, GOING_AWAY))
            return
        await self._tell(ProviderError("The connection to the provider broke."))

    async def _tell(self, error: VisavisError) -> None:
        """Say why in the provider's own words, then close."""
        frame = self._dialect.error_frame(error.code, str(error))
        if frame is not None and not isinstance(error, TooSlowError):
            with suppress(SideClosedError, TimeoutError):
                async with asyncio.timeout(_PART_S):
                    await self._client.send(frame)
        code = self._dialect.error_name(error.code).close_code
        await _close(self._client, Close(code, fitting(str(error))))


class _GoneError(Exception):
    def __init__(self, side: SideClosedError) -> None:
        super().__init__(side)
        self.side = side


class _ClientGoneError(_GoneError):
    """The client has left."""


class _UpstreamGoneError(_GoneError):
    """The provider has left."""


def _unchanged(frame: str | bytes) -> str | bytes:
    return frame


async def _close(side: Side, close: Close) -> None:
    with suppress(SideClosedError, TimeoutError):
        async with asyncio.timeout(_PART_S):
            await side.close(close)
