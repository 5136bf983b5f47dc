"""The same thing done to many items by several processes, with a bar; Ctrl-C ends it calmly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from rich.progress import track

from visavis.bench.corpus.selection import console

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(
    do: Callable[[Item], Result],
    items: Sequence[Item],
    title: str,
    n_processes: int,
    prepare: Callable[..., None] | None = None,
    prepare_with: tuple[Any, ...] = (),
) -> Iterator[Result]:
    """Yield the results in the order of `items`.

    After Ctrl-C the items under way are finished and KeyboardInterrupt is raised.

    Args:
        do: a function of a module; it keeps what it makes, whole or not at all.
        items: what it is called with.
        title: of the bar.
        n_processes: how many at once.
        prepare: called once in every process, with `prepare_with`.
        prepare_with: what `prepare` needs.
    """
    if not items:
        return
    pool = ProcessPoolExecutor(n_processes, initializer=_prepared, initargs=(prepare, prepare_with))
    try:
        found = pool.map(do, items)
        yield from track(found, title, len(items), console=console, transient=True)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepared(prepare: Callable[..., None] | None, prepare_with: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    if prepare is not None:
        prepare(*prepare_with)
