"""How sure a figure is: intervals for percentiles and for shares, and whether two runs agree. Pure.

A figure and its bounds carry related names: `knowledge_voice_p50_ms` lies between
`knowledge_voice_p50_low_ms` and `knowledge_voice_p50_high_ms`, `false_cutoff_rate` between
`false_cutoff_low_rate` and `false_cutoff_high_rate`. All intervals are 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

BOOTSTRAP_ROUNDS = 2_000
_BOOTSTRAP_SEED = 0
_Z_95 = 1.959964
"""The normal distribution's 97.5 % point."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval, all in the same unit."""

    value: float
    low: float
    high: float


def percentile_estimates(
    values: Sequence[float], percents: Sequence[float]
) -> tuple[Estimate, ...]:
    """The given percentiles (0…100) of `values`, linearly interpolated, one estimate each.

    The intervals are the percentile bootstrap (Efron 1979, "Bootstrap methods: another look at the
    jackknife"; Efron and Tibshirani 1993, chapter 13): BOOTSTRAP_ROUNDS samples are drawn with
    replacement, and the middle 95 % of their percentiles is the interval. The seed is fixed, so
    the same turns always give the same interval. With fewer than about 60 values the interval of a
    P95 ends at the largest value, which says that there were too few.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no percentiles")
    random = np.random.default_rng(_BOOTSTRAP_SEED)
    sample = np.asarray(values, dtype=np.float64)
    rounds = random.choice(sample, (BOOTSTRAP_ROUNDS, len(sample)))
    drawn = np.percentile(rounds, percents, axis=1)
    found = np.percentile(sample, percents)
    bounds = np.percentile(drawn, (2.5, 97.5), axis=1)
    return tuple(
        Estimate(float(value), float(low), float(high))
        for value, low, high in zip(found, bounds[0], bounds[1], strict=True)
    )


def share_estimate(n_hits: int, n: int) -> Estimate:
    """`n_hits` of `n` as a share 0…1 with Wilson's score interval (Wilson 1927).

    Unlike the textbook's ±1.96 s it stays honest near zero: 0 of 20 is 0…16 %. Of nothing, the
    share is 0 and the interval 0…1.

    Raises:
        ValueError: there are more hits than chances, or fewer than none.
    """
    if not 0 <= n_hits <= n:
        raise ValueError(f"{n_hits} of {n} is no share")
    if n == 0:
        return Estimate(0.0, 0.0, 1.0)
    share, z2 = n_hits / n, _Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Estimate(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


# ------------------------------------------------------------------ names


def bound_name(name: str, bound: Literal["low", "high"]) -> str:
    """`x_p50_ms` -> `x_p50_low_ms`; `false_cutoff_rate` -> `false_cutoff_low_rate`."""
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{bound}_{unit}"


def named(name: str, estimate: Estimate) -> dict[str, float]:
    """The figure and its two bounds under their names."""
    return {
        name: estimate.value,
        bound_name(name, "low"): estimate.low,
        bound_name(name, "high"): estimate.high,
    }


def estimate_of(figures: Mapping[str, float], name: str) -> Estimate | None:
    """The figure `name` with its bounds; None if it or one of them is not there."""
    found = [figures.get(n) for n in (name, bound_name(name, "low"), bound_name(name, "high"))]
    value, low, high = found
    return None if value is None or low is None or high is None else Estimate(value, low, high)


# ------------------------------------------------------------------ do two runs agree?


@dataclass(frozen=True, slots=True)
class Agreement:
    """One figure of two runs. `difference` is second less first, with its 95 % interval."""

    name: str
    first: Estimate
    second: Estimate
    difference: Estimate

    @property
    def agrees(self) -> bool:
        """Whether no difference at all is inside the interval of the difference."""
        return self.difference.low <= 0.0 <= self.difference.high


def agree(first: Mapping[str, float], second: Mapping[str, float], name: str) -> Agreement:
    """Do two runs agree in one figure, within their intervals?

    Yes if zero lies in the 95 % interval of the difference, made of the runs' own intervals by the
    square root of the sum of squares of the sides that face each other (MOVER; Newcombe 1998, Zou
    and Donner 2008). The two rules of thumb err: intervals of equal runs that merely have to
    overlap do so 99.4 % of the time and hide real differences; each value inside the other's
    interval holds for only 83 % of equal runs. Of twenty figures of equal runs one still disagrees
    on average, so look at those that were chosen beforehand.

    Raises:
        KeyError: a run lacks the figure or its bounds.
    """
    one, two = estimate_of(first, name), estimate_of(second, name)
    if one is None or two is None:
        raise KeyError(name)
    apart = two.value - one.value
    low = apart - math.hypot(two.value - two.low, one.high - one.value)
    high = apart + math.hypot(two.high - two.value, one.value - one.low)
    return Agreement(name, one, two, Estimate(apart, low, high))


def repeatability(first: Mapping[str, float], second: Mapping[str, float]) -> list[Agreement]:
    """Every figure that both runs know with an interval, in the order of the first."""
    return [
        agree(first, second, name)
        for name in first
        if estimate_of(first, name) is not None and estimate_of(second, name) is not None
    ]
