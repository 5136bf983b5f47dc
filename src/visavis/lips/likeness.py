"""How alike two mouth shapes look and how much one stands out, from spec/natural.json. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from visavis.lips.phonemes import table
from visavis.spec import spec_text


@dataclass(frozen=True, slots=True)
class Likeness:
    """Indices are visemes, all values are hundredths: whole numbers are the same in any language.

    Attributes:
        alike: [15][15], 100 for the same shape, 0 for shapes that share nothing.
        distinct: [15], how surely a lip-reader tells the shape from all others.
        critical: shapes that must always be seen: lips closed, lip on teeth.
        critical_by_preference: sibilants and TH, which some languages and characters want seen.
    """

    alike: tuple[tuple[int, ...], ...]
    distinct: tuple[int, ...]
    critical: frozenset[int]
    critical_by_preference: frozenset[int]


@cache
def likeness() -> Likeness:
    """The table, computed once. Sources of every figure: `$comment` of spec/natural.json."""
    spec = natural_spec()
    order = table().order
    shapes = [spec["shapes"][name] for name in order]
    nearness: dict[str, int] = spec["nearness"]
    return Likeness(
        alike=tuple(tuple(_alike(a, b, nearness) for b in shapes) for a in shapes),
        distinct=tuple(shape["distinct"] for shape in shapes),
        critical=frozenset(order.index(name) for name in spec["critical"]),
        critical_by_preference=frozenset(
            order.index(name) for name in spec["critical_by_preference"]
        ),
    )


@cache
def natural_spec() -> dict[str, Any]:
    """spec/natural.json: presets, shapes and how much each feature of a shape counts."""
    return json.loads(spec_text("natural.json"))


def _alike(a: dict[str, int], b: dict[str, int], nearness: dict[str, int]) -> int:
    apart = sum(share * abs(a[feature] - b[feature]) for feature, share in nearness.items())
    return max(0, 100 - apart // 10)
