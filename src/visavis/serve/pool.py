"""Threads for blocking inference, and what becomes of them when a call never returns."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

STUCK_S = 30.0
"""No call takes as long; whoever waited for it has given up (serve/limits.py)."""


class Pool(Executor):
    """So many threads, named alike. Calls that hang do not keep others from being made for ever.

    A thread can't be ended from outside. When all are stuck in calls older than STUCK_S, the next
    call gets a new set, and the old ones are left to themselves.
    """

    def __init__(
        self, n_threads: int, name: str, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._n_threads = n_threads
        self._name = name
        self._now_s = now_s
        self._lock = threading.Lock()
        self._ids = itertools.count()
        self._renew()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See `Executor.submit`."""
        with self._lock:
            if self._all_stuck():
                self._threads.shutdown(wait=False)
                self._renew()
            call_id, since_s = next(self._ids), self._since_s

            def run() -> T:
                since_s[call_id] = self._now_s()
                try:
                    return fn(*args, **kwargs)
                finally:
                    del since_s[call_id]

            return self._threads.submit(run)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See `Executor.shutdown`; does not wait for calls that are stuck."""
        with self._lock:
            wait = wait and not self._any_stuck()
            self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _renew(self) -> None:
        self._threads = ThreadPoolExecutor(self._n_threads, thread_name_prefix=self._name)
        self._since_s: dict[int, float] = {}

    def _all_stuck(self) -> bool:
        return sum(self._stuck()) == self._n_threads

    def _any_stuck(self) -> bool:
        return any(self._stuck())

    def _stuck(self) -> list[bool]:
        now_s = self._now_s()
        return [now_s - at_s >= STUCK_S for at_s in tuple(self._since_s.values())]
