"""Viterbi's algorithm over a Graph, frame by frame, as far as a beam reaches. Pure numpy."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from visavis.lips.classes import N_PHONES, shapes_of
from visavis.lips.features import Floats
from visavis.lips.graph import START, Graph, Place, Rules, Word
from visavis.lips.net import Heard

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEVER: Final = -np.inf
_FORGOTTEN_AT_ONCE: Final = 512
_SHOWN: Final = np.array([next(iter(shapes_of(p)), -1) for p in range(N_PHONES)])


@dataclass(frozen=True, slots=True)
class Came:
    """One step: the best way to the state `first` + k comes from the state `origins`[k]."""

    first: int
    origins: Ints


class Trellis:
    """The best path to each state after the newest frame; words become states as it gets there."""

    def __init__(self, rules: Rules, log_prior: Floats) -> None:
        """`log_prior`: float32 [N_PHONES], how often each phone occurs."""
        self._rules = rules
        self._prior = rules.prior_share * log_prior.astype(np.float64)
        self.graph = Graph(rules)
        self._waiting: deque[tuple[int, Word]] = deque()
        self.restart(START)

    def restart(self, state: int) -> None:
        """Stand in one state, and nowhere else."""
        self.scores: Doubles = np.full(len(self.graph), _NEVER)
        self.scores[state] = 0.0
        self._first = self._last = state

    def add(self, words: Sequence[tuple[int, Word]]) -> None:
        """Say how the text goes on: words with their numbers, ascending."""
        self._waiting.extend(words)

    @property
    def is_short_of_text(self) -> bool:
        """Whether a path has come so near to the end of the text that more may change it."""
        return not self._waiting and self._front() + 1 >= self.graph.n_blocks

    @property
    def n_waiting(self) -> int:
        """Words that no path has come near to."""
        return len(self._waiting)

    def _front(self) -> int:
        return int(self.graph.columns["block"][self._last])

    @property
    def best(self) -> int:
        """The state of the likeliest path."""
        return int(np.argmax(self.scores))

    def emissions(self, heard: Heard) -> tuple[Doubles, Doubles]:
        """Log likelihoods [k, N_PHONES + 1] and [k, N_VISEMES + 1], the last column for free."""
        rules = self._rules
        phones = np.maximum(heard.phones, rules.lowest) - self._prior
        visemes = np.maximum(heard.visemes, rules.lowest)
        phones *= 1.0 - rules.viseme_share
        visemes = rules.viseme_share * visemes.astype(np.float64)
        shown = np.where(_SHOWN >= 0, visemes[:, _SHOWN], visemes.max(axis=1, keepdims=True))
        free = (phones + shown).max(axis=1, keepdims=True) + rules.free_frame
        nothing = np.zeros((len(heard), 1))
        return np.concatenate([phones, free], axis=1), np.concatenate([visemes, nothing], axis=1)

    def step(self, phones: Doubles, visemes: Doubles) -> Came:
        """One frame on, by a row of each of `emissions`."""
        self._expand()
        states = self.graph.columns
        first = max(START + 1, self._first)
        end = int(np.searchsorted(states["block"], self._front() + 1, side="right"))
        sources = states["sources"][first:end]
        costs = self.scores[sources] + states["moves"][first:end]
        choice = costs.argmax(axis=1)
        rows = np.arange(end - first)
        scores = costs[rows, choice]
        scores += phones[states["phone"][first:end]] + visemes[states["viseme"][first:end]]
        scores -= scores.max()
        scores[scores < -self._rules.beam] = _NEVER
        self.scores[min(self._first, first) : first] = _NEVER
        self.scores[first:end] = scores
        self._narrow(first, end)
        return Came(first, sources[rows, choice])

    def _narrow(self, first: int, end: int) -> None:
        alive = np.flatnonzero(self.scores[first:end] > _NEVER)
        self._first, self._last = first + int(alive[0]), first + int(alive[-1])

    def keep_only(self, states: Ints) -> None:
        """Give up all paths but those that end in one of `states`."""
        kept = np.full(len(self.scores), _NEVER)
        kept[states] = self.scores[states]
        self.scores = kept
        self._narrow(0, len(kept))

    def _expand(self) -> None:
        while self._waiting and self.graph.n_blocks < self._front() + 2:
            self.graph.add(*self._waiting.popleft())
        if (missing := len(self.graph) - len(self.scores)) > 0:
            self.scores = np.concatenate([self.scores, np.full(missing, _NEVER)])

    def forget_before(self, state: int) -> int:
        """Drop the states of all words before that of `state`, now and then; returns how many.

        All indices become smaller by as many.
        """
        block: Ints = self.graph.columns["block"].astype(np.int64)
        n_states = int(np.count_nonzero(block[START + 1 :] < block[state]))
        if n_states < _FORGOTTEN_AT_ONCE:
            return 0
        self.graph.forget(n_states)
        self.scores = without(self.scores, n_states)
        self._first, self._last = self._first - n_states, self._last - n_states
        return n_states

    def place(self, state: int) -> Place:
        """Where in the text a state is."""
        return self.graph.place(state)


def without(rows: NDArray[Any], n_states: int) -> NDArray[Any]:
    """Rows by state, as they are when the `n_states` oldest have been forgotten."""
    return np.concatenate([rows[: START + 1], rows[START + 1 + n_states :]])


def traced(steps: Sequence[Came], state: int) -> list[int]:
    """The path that ends in `state`: one state for each step. Nothing was forgotten on the way."""
    path: list[int] = []
    for came in reversed(steps):
        path.append(state)
        state = int(came.origins[state - came.first])
    return path[::-1]
