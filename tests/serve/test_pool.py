"""Calls that hang do not keep others from being made."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from visavis.serve.pool import STUCK_S, Pool

WATCHDOG_S = 20.0


class Hands:
    """Of a clock that a test turns."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@contextmanager
def stuck(n_calls: int, n_threads: int = 2) -> Generator[tuple[Pool, Hands]]:
    """A pool in which so many calls have begun and do not return."""
    hands, release = Hands(), threading.Event()
    pool = Pool(n_threads, "test", hands)
    begun = threading.Semaphore(0)

    def hang() -> None:
        begun.release()
        release.wait(WATCHDOG_S)

    for _ in range(n_calls):
        pool.submit(hang)
    for _ in range(n_calls):
        assert begun.acquire(timeout=WATCHDOG_S)
    try:
        yield pool, hands
    finally:
        release.set()
        pool.shutdown()


def test_results_and_errors_come_back() -> None:
    with stuck(0) as (pool, _):
        assert pool.submit(sum, [1, 2]).result(WATCHDOG_S) == 3
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result(WATCHDOG_S)


def test_busy_threads_are_waited_for() -> None:
    with stuck(2) as (pool, hands):
        hands.now_s = STUCK_S - 0.1
        waiting = pool.submit(sum, [1, 2])
        assert not waiting.running()
        assert not waiting.done()
    assert waiting.result(WATCHDOG_S) == 3


def test_one_stuck_call_leaves_the_others() -> None:
    with stuck(1) as (pool, hands):
        hands.now_s = STUCK_S
        threads = {pool.submit(threading.get_ident).result(WATCHDOG_S) for _ in range(5)}
        assert len(threads) == 1, "the other one of the two"


def test_when_all_are_stuck_new_ones_are_made() -> None:
    with stuck(2) as (pool, hands):
        hands.now_s = STUCK_S
        assert pool.submit(sum, [1, 2]).result(WATCHDOG_S) == 3
        assert pool.submit(sum, [3, 4]).result(WATCHDOG_S) == 7


def test_closing_does_not_wait_for_what_is_stuck() -> None:
    with stuck(1) as (pool, hands):
        hands.now_s = STUCK_S
        pool.shutdown()
        with pytest.raises(RuntimeError):
            pool.submit(sum, [1])
