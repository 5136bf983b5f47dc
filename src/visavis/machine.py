"""What this process may use of the machine: a container's limits count, not the host's size."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_UNLIMITED = "max"


@dataclass(frozen=True, slots=True)
class Resources:
    """CPU cores (a quota may allow part of one) and bytes of memory, None where unknown."""

    cores: float
    memory_bytes: int | None


def resources(cgroup: Path = _CGROUP) -> Resources:
    """Return what this process may use, by affinity, control group and size of the machine."""
    quotas = [value for value in (_affinity(), _cpu_quota(cgroup)) if value is not None]
    limits = [value for value in (_physical_memory(), _memory_limit(cgroup)) if value is not None]
    return Resources(min(quotas), min(limits) if limits else None)


def _affinity() -> float:
    if hasattr(os, "sched_getaffinity"):
        return float(len(os.sched_getaffinity(0)))
    return float(os.cpu_count() or 1)


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not known on this platform (Windows)
        return None


def _cpu_quota(cgroup: Path) -> float | None:
    words = _read(cgroup / "cpu.max").split()
    if len(words) != 2 or words[0] == _UNLIMITED:
        return None
    return int(words[0]) / int(words[1])


def _memory_limit(cgroup: Path) -> int | None:
    word = _read(cgroup / "memory.max")
    return int(word) if word.isdecimal() else None


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # no control groups here: no limit
        return ""


_YIELDING_NICENESS = 10


def thread_ids() -> set[int]:
    """The system's ids of this process's threads; empty where they can't be told."""
    tasks = Path("/proc/self/task")
    return {int(task.name) for task in tasks.iterdir()} if tasks.is_dir() else set()


def yield_to_others(threads: Iterable[int]) -> None:
    """Let these threads wait while others want the processor: Linux has a niceness per thread."""
    for thread in threads:
        with suppress(OSError):  # it has ended meanwhile, or is not ours to change
            os.setpriority(os.PRIO_PROCESS, thread, _YIELDING_NICENESS)
