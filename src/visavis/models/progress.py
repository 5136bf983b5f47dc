"""How a long pull tells what it is doing: a port, and its two faces on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichBars

Report = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while something is downloaded."""

_LINE_EVERY_SECONDS = 5.0
_MEGA = 1_000_000


class Progress(Protocol):
    """Told about one download after the other. All sizes in bytes."""

    def plan(self, total_bytes: int) -> None:
        """Expect downloads of about this size altogether."""
        ...

    def begin(self, label: str, total_bytes: int) -> None:
        """Start the download called `label`."""
        ...

    def update(self, done_bytes: int, total_bytes: int) -> None:
        """So much of it is here; its size may have become known only now."""
        ...

    def end(self) -> None:
        """It has ended, well or badly."""
        ...

    def note(self, message: str) -> None:
        """Say one line."""
        ...


class SilentProgress:
    """Says nothing."""

    def plan(self, total_bytes: int) -> None:
        """Do nothing."""

    def begin(self, label: str, total_bytes: int) -> None:
        """Do nothing."""

    def update(self, done_bytes: int, total_bytes: int) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def note(self, message: str) -> None:
        """Do nothing."""


class LineProgress:
    """For logs and pipes: a line when a download has ended, and one now and then before."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._now = now
        self._label = ""
        self._done = 0
        self._started = self._spoke = 0.0

    def plan(self, total_bytes: int) -> None:
        """Say how much it will be."""
        self.note(f"{total_bytes / _MEGA:.0f} MB altogether")

    def begin(self, label: str, total_bytes: int) -> None:
        """Remember what starts."""
        self._label, self._done = label, 0
        self._started = self._spoke = self._now()

    def update(self, done_bytes: int, total_bytes: int) -> None:
        """Say how far it is, at most every five seconds."""
        self._done = done_bytes
        now = self._now()
        if now - self._spoke >= _LINE_EVERY_SECONDS:
            self._spoke = now
            share = 100 * done_bytes // max(1, total_bytes)
            rate = done_bytes / _MEGA / (now - self._started)
            self.note(f"{self._label}: {share} % of {total_bytes / _MEGA:.1f} MB, {rate:.1f} MB/s")

    def end(self) -> None:
        """Say how long it took."""
        seconds = self._now() - self._started
        if self._done:
            self.note(f"{self._label}: {self._done / _MEGA:.1f} MB in {seconds:.1f} s")

    def note(self, message: str) -> None:
        """Print one line."""
        self._console.print(message, markup=False, highlight=False, soft_wrap=True)


class BarProgress:
    """For a terminal: a bar for each download, and one for them all, with speed and time left."""

    def __init__(self, bars: RichBars) -> None:
        self._bars = bars
        self._all = bars.add_task("[bold]all", total=None, visible=False)
        self._current = self._all
        self._planned = self._finished = self._done = 0

    def plan(self, total_bytes: int) -> None:
        """Show the bar for everything."""
        self._planned = total_bytes
        self._bars.update(self._all, total=total_bytes, visible=True)

    def begin(self, label: str, total_bytes: int) -> None:
        """Add a bar."""
        self._done = 0
        self._current = self._bars.add_task(label, total=total_bytes)

    def update(self, done_bytes: int, total_bytes: int) -> None:
        """Move both bars."""
        self._done = done_bytes
        self._bars.update(self._current, completed=done_bytes, total=total_bytes)
        together = min(self._planned, self._finished + done_bytes)
        self._bars.update(self._all, completed=together)

    def end(self) -> None:
        """Leave the bar where it is."""
        self._finished += self._done
        self._bars.stop_task(self._current)

    def note(self, message: str) -> None:
        """Print one line above the bars."""
        self._bars.console.print(message, markup=False, highlight=False)


@contextmanager
def console_progress(console: Console) -> Generator[Progress]:
    """Bars on a terminal, sparse lines anywhere else."""
    if not console.is_terminal:
        yield LineProgress(console)
        return
    with RichBars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        console=console,
    ) as bars:
        yield BarProgress(bars)
