"""What other systems call a viseme, from spec/viseme-names.json. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from functools import cache

from visavis.spec import spec_text


class Naming(Enum):
    """A system's names. `VRM` has five mouths, so several of our shapes share one, less open."""

    OCULUS = "oculus"
    OVR = "ovr"
    VRM = "vrm"
    SAPI = "sapi"
    POLLY = "polly"
    RHUBARB = "rhubarb"


Name = str | int | None
"""A text, SAPI's number, or None where VRM's mouth is to be neutral."""


@dataclass(frozen=True, slots=True)
class Named:
    """A shape as another system knows it: its name, and how far its mouth opens, 0…1."""

    name: Name
    weight: float


def named(viseme: int, weight: float, naming: Naming) -> Named:
    """Translate one shape.

    Args:
        viseme: index in the order of spec/visemes.json.
        weight: how far the mouth opens, 0…1.
        naming: whose names.

    Raises:
        IndexError: there is no such viseme.
    """
    names, shares = _table(naming)
    if viseme < 0:
        raise IndexError(f"{viseme} is no viseme")
    return Named(names[viseme], round(weight * shares[viseme], 3))


@cache
def _table(naming: Naming) -> tuple[tuple[Name, ...], tuple[float, ...]]:
    spec = json.loads(spec_text("viseme-names.json"))
    names = tuple(spec[naming.value])
    return names, tuple(spec.get(f"{naming.value}_weight", [1.0] * len(names)))
