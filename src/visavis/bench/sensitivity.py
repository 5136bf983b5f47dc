"""Which leg of the waterfall became slower, from the same questions asked of two servers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visavis.bench.intervals import Estimate, percentile_estimates
from visavis.bench.legs import LEGS, leg_durations
from visavis.bench.turns import Turn

_FEWEST_PAIRS = 6
"""Of three pairs the median lies above zero by chance too often; of six once in 64 times."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How much longer a leg takes at the second server: the median of `n` pairs, in ms."""

    leg: str
    n: int
    later_ms: Estimate

    @property
    def is_slower(self) -> bool:
        """The whole 95 % interval lies above zero."""
        return self.later_ms.low > 0.0


def shifts(first: Sequence[Turn], second: Sequence[Turn]) -> tuple[Shift, ...]:
    """Compare turns of the same question, in the order of LEGS.

    Only pairs answered from the same kind of source count: a different answer takes a different
    way. A leg with fewer than _FEWEST_PAIRS is left out.
    """
    pairs = [
        (leg_durations(one), leg_durations(two))
        for one, two in zip(first, second, strict=False)
        if one.kind == two.kind and not one.missed and not two.missed
    ]
    found: list[Shift] = []
    for leg in LEGS:
        later_ms = [two[leg] - one[leg] for one, two in pairs if leg in one and leg in two]
        if len(later_ms) >= _FEWEST_PAIRS:
            (median,) = percentile_estimates(later_ms, (50,))
            found.append(Shift(leg, len(later_ms), median))
    return tuple(found)


def blame(found: Sequence[Shift]) -> Shift | None:
    """The leg that became slower by most, if any surely did."""
    slower = [shift for shift in found if shift.is_slower]
    return max(slower, key=lambda shift: shift.later_ms.value, default=None)
