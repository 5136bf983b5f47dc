"""Pivots that several motions share.

The runtime's layers overwrite each other, so a head that breathes, tilts and nods needs one node
for each motion, nested at one pivot: the transforms multiply, the motions add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from visavis.face.contract import Plane
from visavis.face.scene import Part, group


class Motion(Enum):
    """Who may move a node."""

    BREATH = "breath"
    BLINK = "blink"
    MOOD = "mood"
    ENERGY_IN = "energy_in"
    ENERGY_VM = "energy_vm"
    GAZE_IN = "gaze_in"
    GAZE_VM = "gaze_vm"
    GESTURE = "gesture"


def energy(plane: Plane) -> Motion:
    """The motion that `energy` drives in one plane."""
    return Motion.ENERGY_IN if plane is Plane.INPUTS else Motion.ENERGY_VM


def gaze(plane: Plane) -> Motion:
    """The motion that `gaze_x` and `gaze_y` drive in one plane."""
    return Motion.GAZE_IN if plane is Plane.INPUTS else Motion.GAZE_VM


ENERGY = (Motion.ENERGY_IN, Motion.ENERGY_VM)
GAZE = (Motion.GAZE_IN, Motion.GAZE_VM)


class Joint:
    """Nested nodes at one pivot, the first motion outermost."""

    def __init__(
        self, name: str, motions: Sequence[Motion], *art: Part, x: float = 0.0, y: float = 0.0
    ) -> None:
        self.top = group(name, x=x, y=y)
        self._nodes: dict[Motion, Part] = {}
        inner = self.top
        for motion in motions:
            node = group(f"{name}.{motion.value}")
            inner.add(node)
            self._nodes[motion] = inner = node
        self._inner = inner
        self._inner.add(*art)

    def add(self, *art: Part) -> None:
        """Hang more drawing on the joint."""
        self._inner.add(*art)

    def __getitem__(self, motion: Motion) -> Part:
        return self._nodes[motion]
