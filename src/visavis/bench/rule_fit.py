"""Fits the commit rule: how likely is a silence the end, and how long to wait then. Pure.

The probability is a logistic regression over the signs (hear/turn.py); the delay falls with it
along one smooth curve, whose shape is the one that answers fastest without cutting off more turns
than is bearable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from visavis.bench.tradeoff import Case, Heard, Point, outcome
from visavis.hear.turn import (
    UNSCORED_AUDIO,
    UNSCORED_WORDS,
    CommitRule,
    Signs,
    count_words,
    is_dangling,
    logit,
)

_RIDGE = 0.3
"""Against coefficients that a few hundred silences can't know."""

_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the signs' log odds."""

    bias: float
    audio: float
    words: float
    dangling: float
    word: float

    def p_finished(self, signs: Signs) -> float:
        """Probability 0…1 that the turn is over."""
        odds = float(np.dot(astuple(self), features(signs)))
        return 1.0 / (1.0 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Shape:
    """delay = shortest + (longest - shortest) (1 - p)^steepness."""

    shortest_ms: float
    longest_ms: float
    steepness: float


def features(signs: Signs) -> tuple[float, ...]:
    """1 and the signs, as the regression takes them."""
    p_audio = UNSCORED_AUDIO if signs.p_audio is None else signs.p_audio
    p_words = UNSCORED_WORDS if signs.p_words is None else signs.p_words
    dangling, n_words = float(is_dangling(signs.text)), float(count_words(signs.text))
    return 1.0, logit(p_audio), logit(p_words), dangling, n_words


def fit_weights(heard: Sequence[Heard]) -> Weights:
    """Logistic regression by Newton's method with a ridge on all but the bias.

    Raises:
        ValueError: there are not both ends and other silences.
    """
    rows: list[tuple[float, ...]] = []
    is_end: list[float] = []
    for one in heard:
        for silence in one.silences:
            if silence.signs.text and silence.certain_ms < silence.resumed_ms:
                rows.append(features(silence.signs))
                is_end.append(float(math.isinf(silence.resumed_ms)))
    if len(set(is_end)) < 2:
        raise ValueError("a rule is fitted on ends and on other silences")
    return Weights(*(float(w) for w in logistic(np.array(rows), np.array(is_end))))


def logistic(rows: NDArray[np.float64], is_end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients [k] for `rows` [n, k], whose first column is 1, and labels 0 or 1 [n]."""
    ridge = np.diag([0.0, *[_RIDGE] * (rows.shape[1] - 1)])
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        p = 1.0 / (1.0 + np.exp(-rows @ weights))
        gradient = rows.T @ (is_end - p) - ridge @ weights
        curvature = (rows * (p * (1.0 - p))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return weights


def make_rule(weights: Weights, shape: Shape) -> CommitRule:
    """The rule with these numbers."""

    def rule(signs: Signs) -> float:
        unsure = 1.0 - weights.p_finished(signs)
        return shape.shortest_ms + (shape.longest_ms - shape.shortest_ms) * unsure**shape.steepness

    return rule


@dataclass(frozen=True, slots=True)
class Choice:
    """A shape and what it gives."""

    shape: Shape
    point: Point


def choose_shape(
    cases: Sequence[Case], weights: Weights, max_cutoff_rate: float, shapes: Sequence[Shape]
) -> Choice:
    """The shape with the lowest 2 P50 + P95 that cuts off no more turns than `max_cutoff_rate`.

    If all do, the one that cuts off fewest.
    """
    choices = [
        Choice(shape, outcome(cases, make_rule(weights, shape), f"{shape}")) for shape in shapes
    ]
    polite = [c for c in choices if c.point.false_cutoff.value <= max_cutoff_rate]
    if not polite:
        return min(choices, key=lambda c: c.point.false_cutoff.value)
    return min(polite, key=lambda c: 2.0 * c.point.p50_ms + c.point.p95_ms)


_SHORTEST_MS = (100.0, 130.0, 160.0, 200.0)
_LONGEST_MS = (600.0, 800.0, 1_000.0, 1_200.0, 1_500.0)
_STEEPNESS = (0.7, 1.0, 1.4, 2.0, 3.0)
SHAPES = tuple(Shape(*numbers) for numbers in product(_SHORTEST_MS, _LONGEST_MS, _STEEPNESS))
"""Tried one by one: a hundred times through the corpus takes a second."""
