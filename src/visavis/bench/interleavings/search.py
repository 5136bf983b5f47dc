"""Many snippets, one after the other or shared between processes; and the shortest trace of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from visavis.bench.interleavings.checks import Pair
from visavis.bench.interleavings.rules import BrokenRuleError, Rule
from visavis.bench.interleavings.world import MAX_ACTS, World
from visavis.session import Session

CHUNK = 1_000
"""Snippets between two signs of progress."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A snippet in which the session broke a rule."""

    seed: int
    rule: Rule
    detail: str


@dataclass(slots=True)
class Findings:
    """What so many snippets showed; `seen` counts how often each transition was exercised."""

    n_snippets: int = 0
    n_events: int = 0
    n_stops_needed: int = 0
    """Snippets in which an engine hung and only the stop button helped."""
    seen: Counter[Pair] = field(default_factory=Counter[Pair])
    broken: list[Broken] = field(default_factory=list[Broken])

    def add(self, other: Findings) -> None:
        """Take in what others showed."""
        self.n_snippets += other.n_snippets
        self.n_events += other.n_events
        self.n_stops_needed += other.n_stops_needed
        self.seen += other.seen
        self.broken += other.broken


@dataclass(frozen=True, slots=True)
class Trace:
    """One snippet, told event by event. `acts`: how much the person did; None: all of it."""

    seed: int
    acts: int | None
    broken: Broken | None
    lines: tuple[str, ...]


def search(seeds: range, kind: type[Session] = Session) -> Findings:
    """Run one snippet for each seed."""
    found = Findings()
    for seed in seeds:
        world = World(seed, kind)
        try:
            world.run()
        except BrokenRuleError as error:
            found.broken.append(Broken(seed, error.rule, error.detail))
        found.n_snippets += 1
        found.n_events += world.n_events
        found.n_stops_needed += world.n_stops_needed
        found.seen.update(world.checks.seen)
    return found


def search_shared(n: int, seed: int, n_processes: int) -> Iterator[Findings]:
    """The snippets of the seeds from `seed` on, in chunks, in the order of their seeds."""
    starts = range(seed, seed + n, CHUNK)
    chunks = [range(start, min(start + CHUNK, seed + n)) for start in starts]
    if n_processes <= 1:
        yield from map(search, chunks)
        return
    with ProcessPoolExecutor(n_processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(search, chunks)


def first_broken(seeds: range, kind: type[Session]) -> Broken | None:
    """The first of these snippets that breaks a rule."""
    for seed in seeds:
        found = search(range(seed, seed + 1), kind)
        if found.broken:
            return found.broken[0]
    return None


def trace(seed: int, kind: type[Session] = Session, acts: int | None = None) -> Trace:
    """Run one snippet and write everything down."""
    lines: list[str] = []
    world = World(seed, kind, acts, lines.append)
    broken = _run(seed, world.run)
    return Trace(seed, acts, broken, tuple(lines))


def shortest_trace(seed: int, kind: type[Session] = Session) -> Trace:
    """The snippet with a person who falls silent as early as breaks the rule still."""
    whole = trace(seed, kind)
    if whole.broken is None:
        return whole
    shorter = (trace(seed, kind, acts) for acts in range(MAX_ACTS))
    same = (one for one in shorter if one.broken and one.broken.rule is whole.broken.rule)
    return next(same, whole)


def _run(seed: int, run: Callable[[], None]) -> Broken | None:
    try:
        run()
    except BrokenRuleError as error:
        return Broken(seed, error.rule, error.detail)
    return None
