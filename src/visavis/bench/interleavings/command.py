"""`visavis bench interleavings`: try to make the session break its promises.

| figure                  | of what                                                          |
|-------------------------|------------------------------------------------------------------|
| `n_interleavings`       | snippets of conversation, each with a seed of its own            |
| `n_events`              | what happened in them, as the session sees it                    |
| `n_violations`          | snippets in which a rule (rules.py) was broken                   |
| `n_hung`                | snippets in which an engine hung and only the stop button helped |
| `interleavings_per_s`   | how fast that was                                                |
| `n_transitions`         | pairs of phase and event that `Session.TRANSITIONS` answers      |
| `exercised_rate`        | the share of them that occurred                                  |
| `seen_PHASE_EVENT`      | snippets in which that pair occurred                             |
"""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.bench.interleavings.search import Findings, Trace, search_shared, shortest_trace, trace
from visavis.bench.report import Report, commit, show
from visavis.session import Session

MAX_TRACES = 3
"""Of many violations, most are one."""

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())

console = Console(stderr=True)


def interleavings(
    n: Annotated[int, typer.Option(min=1, help="Snippets of conversation to run.")] = 100_000,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the first snippet; with --n 1 its trace is printed.")
    ] = 1,
    processes: Annotated[
        int | None, typer.Option(min=1, help="To share the work; unless said, one for each core.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run random conversations in virtual time and check that every rule holds."""
    commit()  # of the code with which it begins
    n_processes = processes or os.cpu_count() or 1
    found, took_s = _search(n, seed, n_processes)
    if n == 1:
        _print_trace(trace(seed))
    for broken in found.broken[:MAX_TRACES]:
        _print_trace(shortest_trace(broken.seed))
    settings = {"n": n, "seed": seed, "processes": n_processes}
    report = Report("interleavings", figures(found, took_s), settings)
    show(report, as_json, console)
    if found.broken:
        raise typer.Exit(1)


def figures(found: Findings, took_s: float) -> dict[str, float]:
    """By the names in this module's table."""
    pairs = list(Session.TRANSITIONS)
    n_exercised = sum(pair in found.seen for pair in pairs)
    named: dict[str, float] = {
        "n_interleavings": found.n_snippets,
        "n_events": found.n_events,
        "n_violations": len(found.broken),
        "n_hung": found.n_stops_needed,
        "interleavings_per_s": round(found.n_snippets / took_s, 1),
        "n_transitions": len(pairs),
        "exercised_rate": n_exercised / len(pairs),
    }
    for phase, kind in pairs:
        named[f"seen_{phase.value}_{kind.__name__}"] = found.seen[phase, kind]
    return named


def _search(n: int, seed: int, n_processes: int) -> tuple[Findings, float]:
    found, began_s = Findings(), time.perf_counter()
    with Progress(*_COLUMNS, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("Talking", total=n)
        for more in search_shared(n, seed, n_processes):
            found.add(more)
            bar.update(task, completed=found.n_snippets)
    return found, time.perf_counter() - began_s


def _print_trace(told: Trace) -> None:
    for line in told.lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if told.broken is not None:
        console.print(f"[bold red]seed {told.seed}[/]: {told.broken.rule.value}:", end=" ")
        console.print(told.broken.detail, markup=False, highlight=False, soft_wrap=True)
