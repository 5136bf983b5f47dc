"""Threads that let others go first."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from visavis.machine import thread_ids, yield_to_others


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads have no niceness here")
def test_threads_can_be_told_to_yield() -> None:
    started, finish = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        finish.wait()

    before = thread_ids()
    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    (new,) = thread_ids() - before
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    yield_to_others([new, 2**30])
    assert os.getpriority(os.PRIO_PROCESS, new) == 10
    assert os.getpriority(os.PRIO_PROCESS, 0) == usual
    finish.set()
    thread.join()
