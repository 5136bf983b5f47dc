"""One conversation in virtual time: the clock, the two directions of the wire, and who is there."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any, TypeVar

from visavis import events as ev
from visavis.bench.interleavings.checks import Checks
from visavis.bench.interleavings.edge import Edge
from visavis.bench.interleavings.page import Page
from visavis.bench.interleavings.person import Person
from visavis.bench.interleavings.rules import BrokenRuleError, Rule
from visavis.phases import Phase
from visavis.session import Session

T = TypeVar("T")

MAX_EVENTS = 2_000
"""Far more than any snippet has: a session that never rests is found out."""

MIN_ACTS, MAX_ACTS = 2, 11
"""What the person does in a snippet: starts of speech, pauses, keys."""

_SLOWEST_WAY_MS = 120.0
_GREETED_SHARE = 0.3
_TRACED_SHARE = 0.1


class Way:
    """One direction of a wire: in order, each thing with a delay of its own."""

    def __init__(self, world: World, base_ms: float, jitter_ms: float) -> None:
        self._world = world
        self._base_ms = base_ms
        self._jitter_ms = jitter_ms
        self._last_ms = 0.0

    def send(self, do: Callable[[T], None], what: T) -> None:
        """Have `do(what)` happen at the other end."""
        world = self._world
        at_ms = world.now_ms + self._base_ms + self._jitter_ms * world.random()
        self._last_ms = max(self._last_ms, at_ms)
        world.at(self._last_ms, do, what)


class World:
    """A snippet. `acts` shortens what the person does; `note` is told every event and command."""

    def __init__(
        self,
        seed: int,
        kind: type[Session] = Session,
        acts: int | None = None,
        note: Callable[[str], None] | None = None,
    ) -> None:
        rng = Random(seed)
        self.random = rng.random
        self.now_ms = 0.0
        self.n_events = 0
        self.n_stops_needed = 0
        self._heap: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._n_planned = 0
        self._due_ms: float | None = None
        self._note = note
        self.session = kind(trace="stages" if self.random() < _TRACED_SHARE else "off")
        way_ms = _SLOWEST_WAY_MS * self.random() ** 2
        self.up = Way(self, way_ms, way_ms * self.random())
        self.down = Way(self, way_ms, way_ms * self.random())
        self.page = Page(self)
        self.edge = Edge(self)
        n_acts = MIN_ACTS + int((MAX_ACTS - MIN_ACTS) * self.random())
        self.n_acts = n_acts if acts is None else min(acts, n_acts)
        self.person = Person(self, self.n_acts)
        self.checks = Checks(self.session, self.page)

    # -------------------------------------------------------------- the clock

    def at(self, at_ms: float, do: Callable[[T], None], what: T) -> None:
        """Plan `do(what)`; what is planned for the same moment keeps its order."""
        self._n_planned += 1
        heappush(self._heap, (at_ms, self._n_planned, do, what))

    def after(self, delay_ms: float, do: Callable[[T], None], what: T) -> None:
        """Plan `do(what)` for so much later."""
        self.at(self.now_ms + delay_ms, do, what)

    def run(self) -> None:
        """The whole conversation, until nothing more will happen.

        Raises:
            BrokenRuleError: the session broke a rule.
        """
        greeting = "Hello." if self.random() < _GREETED_SHARE else ""
        self.happen(ev.Began(0.0, greeting))
        self.person.begin()
        self.run_plans()
        if self.session.phase is not Phase.LISTENING and self.edge.stalled:
            self._give_up_waiting()
        self.checks.at_rest()

    def run_plans(self) -> None:
        """Let everything that is planned happen, in order, and what comes of it."""
        heap = self._heap
        while heap:
            self.now_ms, _, do, what = heappop(heap)
            do(what)

    def _give_up_waiting(self) -> None:
        """An engine hangs, and the session knows no deadline for it: the person presses stop."""
        self.n_stops_needed += 1
        self.page.interrupt()
        self.run_plans()

    # -------------------------------------------------------------- the session

    def arrive(self, what: tuple[Callable[..., ev.Event], tuple[Any, ...]]) -> None:
        """Something has come up the wire; its time is when it arrives."""
        kind, arguments = what
        self.happen(kind(self.now_ms, *arguments))

    def happen(self, event: ev.Event) -> None:
        """Let the session take it in, check what it asks for, and carry that out."""
        self.n_events += 1
        if self.n_events > MAX_EVENTS:
            raise BrokenRuleError(Rule.RETURNS, f"after {MAX_EVENTS} events there is no rest")
        phase = self.session.phase
        try:
            commands = self.session.receive(event)
            _ = self.session.hearing  # the edge looks ahead with it, and must change nothing
            due_ms = self.session.next_deadline_ms()
        except Exception as error:
            self._tell(phase, event, [])
            raise BrokenRuleError(Rule.CRASHED, f"{type(error).__name__}: {error}") from error
        if self._note is not None:
            self._tell(phase, event, commands)
        self.checks.step(phase, event, commands)
        if commands:
            self.edge.carry_out(commands)
        if due_ms != self._due_ms:
            self._due_ms = due_ms
            if due_ms is not None:
                self.at(max(self.now_ms, due_ms), self._tick, due_ms)

    def _tick(self, due_ms: float) -> None:
        if due_ms == self._due_ms:
            self._due_ms = None
            self.happen(ev.Tick(self.now_ms))

    def _tell(self, phase: Phase, event: ev.Event, commands: list[ev.Command]) -> None:
        if self._note is None:
            return
        self._note(f"{self.now_ms:9.2f} {phase.value:>9} <- {event}")
        for command in commands:
            shown = f"{command.message!r}" if isinstance(command, ev.Send) else f"{command}"
            self._note(f"{'':19} -> {shown}")
