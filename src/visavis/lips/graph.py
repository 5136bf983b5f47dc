"""The states that a text may be in while it is spoken. Pure.

    gap 0 | word 0 | gap 1 | word 1 | ... | gap n

A word is a tree of its pronunciations: those that begin alike are one until they differ, so that
none is decided on before. A phone is a chain of states, each of which may repeat. A gap is
optional: *silence*, or *free*, which fits any sound almost as well as the right phone would and so
takes what the text does not say. From free to free whole words may be skipped: the way back into a
text that went another way.

States are addressed by index; `forget` drops the oldest and renumbers the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from visavis.lips.classes import N_PHONES, N_VISEMES, PHONES, Unit, mean_frames, units_of
from visavis.lips.phonemes import SIL

Word = tuple[tuple[int, ...], ...]
"""A word as the phone classes of each of its pronunciations, at least one, none of them empty."""

MAX_VARIANTS: Final = 6
DEAD, START = 0, 1
"""Indices of what is never reached, and of what stands before the first frame."""

_MOST_STATES: Final = 6
"""Of a phone."""
_HURRIED: Final = 0.05
_N_SOURCES: Final = MAX_VARIANTS + 3  # into a state: a word's ends, silence, free, itself
_NEVER: Final = -np.inf
_GROWTH: Final = 1_024


class Kind(IntEnum):
    """What a state stands for."""

    SILENCE = 0
    PHONE = 1
    FREE = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """The aligner's constants; natural logarithms.

    Set by the reasons beside them; to be fitted on validation speakers.
    """

    mean_frames: tuple[float, ...] = mean_frames()
    viseme_share: float = 0.4
    """The weight of the net's viseme head beside its phones: what is shown is a viseme."""
    prior_share: float = 0.5
    """How far phones are divided by how often they occur: posteriors to likelihoods."""
    lowest: float = -9.0
    """No frame may rule out a path all alone."""
    free_frame: float = -2.0
    """Of a free frame, beside the best phone's. The right phone's frames must be worse than the
    best phone's by less than this on average, those of a wrong text by more. Chosen on voices
    that the training validates on, in other rooms, with their own text and with others'."""
    free_entry: float = -6.0
    skip_word: float = -8.0
    silence_entry: float = -2.0
    """About one word in seven has a pause behind it."""
    beam: float = 80.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the text a frame is."""

    kind: Kind
    phone: int
    viseme: int
    word: int
    """Its number; of a gap, that of the word before it, -1 at the beginning."""
    node: int
    """The same for all frames of one sound."""


_SHORT: Final = frozenset("AH IH T D DH V B L R N HH Y W".split())


@cache
def least_frames(phone: int) -> int:
    """The shortest a phone can be: 20 ms where English reduces, else 30 ms."""
    return 2 if PHONES[phone] in _SHORT else 3


_STATE: Final = np.dtype(
    [
        ("block", "i8"),  # how many words are before it
        ("phone", "i8"),
        ("viseme", "i8"),
        ("sources", "i8", (_N_SOURCES,)),  # indices of where it can be entered from
        ("moves", "f8", (_N_SOURCES,)),  # and the log probabilities of doing so
    ]
)
_SILENCE: Final = Unit(SIL, SIL, 1.0)
_FREE: Final = Unit(N_PHONES, N_VISEMES, 1.0)
"""One behind the last phone and the last viseme."""


class Graph:
    """States, in the order of the text."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._states: NDArray[Any] = np.zeros(_GROWTH, dtype=_STATE)
        self._states["moves"] = _NEVER
        self._places: list[Place | None] = [None, None]  # of DEAD and START
        self.n_blocks = 0
        """Words so far; the gap behind the last of them is block `n_blocks`."""
        self._n_nodes = 0
        self._word = -1
        self._ends: list[tuple[int, float]] = [(START, 0.0)]  # states with the cost of leaving
        self._silence: tuple[int, float] = (DEAD, _NEVER)
        self._free: tuple[int, float] = (DEAD, _NEVER)
        self._add_gap()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def columns(self) -> NDArray[Any]:
        """The states as a table with the fields of `_STATE`, one row for each index."""
        return self._states[: len(self)]

    def place(self, state: int) -> Place:
        """Where in the text a state is."""
        place = self._places[state]
        assert place is not None, "DEAD and START are nowhere"
        return place

    def final_states(self) -> list[int]:
        """Where a recording of the whole text may end."""
        return [state for state, _ in (*self._ends, self._silence, self._free) if state > START]

    def add(self, number: int, word: Word) -> None:
        """Add a word and the gap behind it. Numbers ascend; only MAX_VARIANTS are looked at."""
        self.n_blocks += 1
        self._word = number
        before = [*self._ends, self._silence, self._free]
        said: dict[tuple[Unit, ...], tuple[int, float]] = {}
        ends: dict[tuple[int, float], None] = {}
        for phones in word[:MAX_VARIANTS]:
            units = units_of(phones)
            for at in range(len(units)):
                if (so_far := units[: at + 1]) not in said:
                    sources = [said[units[:at]]] if at else before
                    said[so_far] = self._chain(Kind.PHONE, units[at], sources)
            ends[said[units]] = None
        self._ends = list(ends)
        self._add_gap()

    def _add_gap(self) -> None:
        rules = self._rules
        first = len(self)
        quiet, free = self._silence, self._free
        self._silence = quiet = self._chain(
            Kind.SILENCE, _SILENCE, _later(self._ends, rules.silence_entry)
        )
        into = _later([*self._ends, quiet], rules.free_entry) + _later([free], rules.skip_word)
        self._free = (self._state(Kind.FREE, _FREE, into), 0.0)
        self._n_nodes += 1
        self._connect(self._free[0], [self._free])
        self._connect(first, [self._free])

    def _chain(
        self, kind: Kind, unit: Unit, sources: Sequence[tuple[int, float]]
    ) -> tuple[int, float]:
        """The states of one sound; returns the last, with the cost of leaving it.

        As many states as half its mean length in frames, each of which is left with the same
        chance: lengths are a negative binomial with a deviation of a third to a half of their mean.
        Some are hurried: they go from its first state to the last few. Silence has no usual
        length.
        """
        least = max(1, round(least_frames(unit.phone) * unit.share))
        mean = self._rules.mean_frames[unit.phone] * unit.share
        n_states = least
        if kind is Kind.PHONE:
            n_states = max(least, min(_MOST_STATES, round(mean / 2.0)))
        leave = n_states / max(n_states + 0.5, mean)
        chain = [self._state(kind, unit, sources)]
        self._stay(chain[0], leave)
        for at in range(1, n_states):
            before = [(chain[-1], float(np.log(leave)))]
            if at == n_states - least + 1 and at > 1:
                before.append((chain[0], float(np.log(_HURRIED * leave))))
            chain.append(self._state(kind, unit, before))
            self._stay(chain[-1], leave)
        self._n_nodes += 1
        return chain[-1], float(np.log(leave))

    def _stay(self, state: int, leave: float) -> None:
        self._connect(state, [(state, float(np.log1p(-leave)))])

    def _state(self, kind: Kind, unit: Unit, sources: Sequence[tuple[int, float]]) -> int:
        state = len(self)
        if state == len(self._states):
            more = np.zeros(_GROWTH, dtype=_STATE)
            more["moves"] = _NEVER
            self._states = np.concatenate([self._states, more])
        self._places.append(Place(kind, unit.phone, unit.viseme, self._word, self._n_nodes))
        row = self._states[state]
        row["block"], row["phone"], row["viseme"] = self.n_blocks, unit.phone, unit.viseme
        self._connect(state, sources)
        return state

    def _connect(self, state: int, sources: Sequence[tuple[int, float]]) -> None:
        row = self._states[state]
        column = int(np.count_nonzero(row["sources"] != DEAD))
        for source, move in sources:
            if source != DEAD:
                row["sources"][column], row["moves"][column] = source, move
                column += 1

    def forget(self, n_states: int) -> None:
        """Drop the `n_states` oldest behind START; all indices behind them become smaller by it."""
        first = START + 1 + n_states
        kept = self._states[first : len(self)].copy()
        gone = kept["sources"] < first
        kept["sources"] = np.where(gone, DEAD, kept["sources"] - n_states)
        kept["moves"][gone] = _NEVER
        self._states = np.concatenate([self._states[: START + 1], kept])
        del self._places[START + 1 : first]
        self._ends = [(state - n_states, move) for state, move in self._ends]
        self._silence = (self._silence[0] - n_states, self._silence[1])
        self._free = (self._free[0] - n_states, self._free[1])


def _later(sources: Sequence[tuple[int, float]], cost: float) -> list[tuple[int, float]]:
    return [(state, move + cost) for state, move in sources]
