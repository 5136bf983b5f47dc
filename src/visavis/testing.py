"""For tests, ours and yours: time that jumps, threads that do not exist, a socket in memory."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from visavis.serve.conversation import PeerGoneError

T = TypeVar("T")
P = ParamSpec("P")


class DeadlockError(AssertionError):
    """Everything waits and no timer is set: nothing would ever happen again."""


class LeakError(AssertionError):
    """Tasks were still running when the test was over."""


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for the next timer, lets time jump to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise DeadlockError("every task waits, and no timer is set")
        self.now_s += max(0.0, timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose time stands still while something runs and jumps when nothing does.

    Hours of conversation take milliseconds, in the same order each time. It knows only its own
    timers: real threads, sockets and processes must not be waited for.
    """

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jumping.now_s


class LoopClock:
    """The running loop's time as a `visavis.clock.Clock`, real or virtual."""

    def now_ms(self) -> float:
        """Milliseconds on the loop's own clock."""
        return asyncio.get_running_loop().time() * 1_000.0


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` in virtual time.

    Raises:
        LeakError: it left tasks behind. DeadlockError: nothing could ever happen again.
    """
    loop = VirtualTimeLoop()
    try:
        result = loop.run_until_complete(main)
        left = [task.get_name() for task in asyncio.all_tasks(loop) if not task.done()]
        if left:
            raise LeakError(f"still running: {', '.join(sorted(left))}")
        return result
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


class InlineExecutor(Executor):
    """Runs what it is given at once, in the caller's thread."""

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:  # the base class's signature
        """Run now; the future is done already."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - carried over to whoever awaits it
            future.set_exception(error)
        return future


class MemoryTransport:
    """A peer in memory: put frames in with `arrive`, find what was sent in `sent`."""

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._may_send = asyncio.Event()
        self._may_send.set()
        self.sent: list[str | bytes] = []
        self.closed: tuple[int, str] | None = None

    def arrive(self, *frames: str | bytes) -> None:
        """Frames from the peer."""
        for frame in frames:
            self._arrived.put_nowait(frame)

    def leave(self) -> None:
        """The peer closes the connection."""
        self._arrived.put_nowait(None)

    def stop_reading(self) -> None:
        """From now on the peer reads nothing: sends wait."""
        self._may_send.clear()

    async def receive(self) -> str | bytes:
        """See `Transport.receive`."""
        frame = await self._arrived.get()
        if frame is None:
            raise PeerGoneError
        return frame

    async def send(self, data: str | bytes) -> None:
        """See `Transport.send`."""
        await self._may_send.wait()
        if self.closed is not None:
            raise PeerGoneError
        self.sent.append(data)

    async def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        self.closed = (code, reason)
