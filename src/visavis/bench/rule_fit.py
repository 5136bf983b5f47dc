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

from visavis.bench.tradeoff import Case, Heard, Point, outcome_each
from visavis.hear.turn import CommitRule, Evidence, Signs, evidence, p_finished

_RIDGE = 0.3
"""Against coefficients that a few hundred silences can't know."""

_ROUNDS = 50
_N_FOLDS = 5
_ASKED_ABOUT_MS = 260.0
"""Shorter silences are no pauses: many are the closure before a last "p" or "k", behind which all
words are said. Counted as places where people go on, they make the rule distrust finished
questions."""


@dataclass(frozen=True, slots=True)
class Shape:
    """delay = shortest + (longest - shortest) (1 - p)^steepness."""

    shortest_ms: float
    longest_ms: float
    steepness: float


def fit_weights(heard: Sequence[Heard]) -> Evidence:
    """Logistic regression by Newton's method with a ridge on all but the bias.

    Silences of less than _ASKED_ABOUT_MS are left out.

    Raises:
        ValueError: there are not both ends and other silences.
    """
    rows: list[tuple[float, ...]] = []
    is_end: list[float] = []
    for one in heard:
        for silence in one.silences:
            lasted_ms = silence.resumed_ms - silence.voice_end_ms
            if silence.signs.text and lasted_ms > _ASKED_ABOUT_MS:
                rows.append(astuple(evidence(silence.signs)))
                is_end.append(float(math.isinf(silence.resumed_ms)))
    if len(set(is_end)) < 2:
        raise ValueError("a rule is fitted on ends and on other silences")
    return Evidence(*(float(w) for w in logistic(np.array(rows), np.array(is_end))))


def held_out_weights(heard: Sequence[Heard]) -> list[Evidence]:
    """For each recording the weights that are fitted without its speaker, and some others.

    A rule is surer of voices that it was fitted on: the shape is chosen on voices that it was not.
    """
    speakers = sorted({one.recording.speaker.name for one in heard})
    fold = {name: index % _N_FOLDS for index, name in enumerate(speakers)}
    folds = [fold[one.recording.speaker.name] for one in heard]
    weights = {
        number: fit_weights([one for one, own in zip(heard, folds, strict=True) if own != number])
        for number in set(folds)
    }
    return [weights[own] for own in folds]


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


def make_rule(weights: Evidence, shape: Shape) -> CommitRule:
    """The rule with these numbers."""

    def rule(signs: Signs) -> float:
        unsure = 1.0 - p_finished(signs, weights)
        return shape.shortest_ms + (shape.longest_ms - shape.shortest_ms) * unsure**shape.steepness

    return rule


@dataclass(frozen=True, slots=True)
class Choice:
    """A shape and what it gives."""

    shape: Shape
    point: Point


def choose_shape(
    cases: Sequence[Case],
    weights: Sequence[Evidence],
    max_cutoff_rate: float,
    shapes: Sequence[Shape],
) -> Choice:
    """The shape with the shortest mean wait that cuts off no more turns than `max_cutoff_rate`.

    `weights` are those of each case. If all cut off more, the one that cuts off fewest.
    """
    choices = [Choice(shape, _outcome(cases, weights, shape)) for shape in shapes]
    polite = [c for c in choices if c.point.false_cutoff.value <= max_cutoff_rate]
    if not polite:
        return min(choices, key=lambda c: c.point.false_cutoff.value)
    return min(polite, key=lambda c: c.point.mean_ms)


def _outcome(cases: Sequence[Case], weights: Sequence[Evidence], shape: Shape) -> Point:
    return outcome_each(cases, [make_rule(own, shape) for own in weights], f"{shape}")


_SHORTEST_MS = (100.0, 130.0, 160.0)
_LONGEST_MS = (1_000.0, 1_200.0, 1_400.0, 1_600.0, 1_800.0, 2_000.0)
_STEEPNESS = (0.5, 0.6, 0.7, 0.85, 1.0)
SHAPES = tuple(Shape(*numbers) for numbers in product(_SHORTEST_MS, _LONGEST_MS, _STEEPNESS))
"""Tried one by one: a hundred times through the corpus takes a minute."""
