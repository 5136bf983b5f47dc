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
    EMOTION = "emotion"
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
    """Nested nodes at one pivot, the first motion outermost, for those motions that are asked for.

    Ask for motions, then `assemble`: what nothing moves costs nothing.
    """

    def __init__(
        self, name: str, motions: Sequence[Motion], *art: Part, x: float = 0.0, y: float = 0.0
    ) -> None:
        self.top = group(name, x=x, y=y)
        self.name = name
        self._order = tuple(motions)
        self._nodes: dict[Motion, Part] = {}
        self._art = list(art)

    def add(self, *art: Part) -> None:
        """Hang more drawing on the joint."""
        self._art += art

    def allows(self, motion: Motion) -> bool:
        """Whether this joint may be moved so."""
        return motion in self._order

    def __getitem__(self, motion: Motion) -> Part:
        if motion not in self._order:
            raise KeyError(f"{self.name} has no {motion.value}")
        return self._nodes.setdefault(motion, group(f"{self.name}.{motion.value}"))

    def assemble(self) -> None:
        """Nest the nodes, hang the drawing on the innermost; once, when all motions are known."""
        inner = self.top
        for motion in self._order:
            if motion in self._nodes:
                inner.add(self._nodes[motion])
                inner = self._nodes[motion]
        inner.add(*self._art)
