"""A drawing as values: groups of outlines with their paints, all in artboard coordinates.

Transforms are gone: they have been applied to the points. What can't be applied to points, the
shape of a pen and of a radial gradient, keeps its own map. Lengths are units of the SVG's
viewBox, y down; colours 0xAARRGGBB. Children are in painter's order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from visavis.face.geometry import Box, Contour, Matrix, Point, box_around, union
from visavis.face.scene import Stop
from visavis.face.svg_xml import Problem


class Rule(Enum):
    """What is inside of an outline; the numbers are the file's."""

    NONZERO = 0
    EVENODD = 1


class Visibility(Enum):
    """Whether the designer's program shows it."""

    SHOWN = "shown"
    HIDDEN = "hidden"


class GradientKind(Enum):
    """Along a line, or in rings; the values are the file's type names."""

    LINEAR = "LinearGradient"
    RADIAL = "RadialGradient"


@dataclass(frozen=True, slots=True)
class Gradient:
    """Colours from `start` to `end` (or, in rings, from the centre `start` to the rim at `end`).

    The points are in the gradient's own space; `matrix` leads from there to the artboard. `focus`
    is where the innermost ring is if that isn't the centre; only the reader of SVG has such ones.
    """

    kind: GradientKind
    start: Point
    end: Point
    stops: tuple[Stop, ...]
    matrix: Matrix
    focus: Point | None = None


Paint = int | Gradient


@dataclass(frozen=True, slots=True)
class Line:
    """A stroke. Its pen is a circle of `width`, seen through the linear part of `matrix`, as are
    the lengths of `dashes`: dash, gap, dash, ... from the line's beginning; none if it has no gaps.
    """

    paint: Paint
    width: float
    cap: int
    join: int
    matrix: Matrix
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """Only what lies inside is shown."""

    contours: tuple[Contour, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Outline:
    """One painted shape. `line_first` where the stroke lies under the fill."""

    name: str
    contours: tuple[Contour, ...]
    fill: Paint | None
    rule: Rule
    stroke: Line | None
    source_line: int
    opacity: float = 1.0
    clips: tuple[Clip, ...] = ()
    visibility: Visibility = Visibility.SHOWN
    order: str = "fill stroke"

    @property
    def box(self) -> Box | None:
        """The box around its outline, without the stroke."""
        return box_around(self.contours)


@dataclass(frozen=True, slots=True)
class Group:
    """Things that belong together; `pivot` is where they turn, if the drawing says so."""

    name: str
    children: tuple[Node, ...]
    source_line: int
    opacity: float = 1.0
    clips: tuple[Clip, ...] = ()
    visibility: Visibility = Visibility.SHOWN
    pivot: Point | None = None

    @property
    def box(self) -> Box | None:
        """The box around all that it shows."""
        return union(c.box for c in self.children if c.visibility is Visibility.SHOWN)


Node = Group | Outline


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole drawing and what its reader had doubts about."""

    file_name: str
    width: float
    height: float
    root: Group
    warnings: tuple[Problem, ...]


def walk(node: Node) -> Iterator[Node]:
    """A node and everything inside it, in painter's order."""
    yield node
    if isinstance(node, Group):
        for child in node.children:
            yield from walk(child)


def outlines(node: Node) -> Iterator[Outline]:
    """The shapes inside a node that are shown."""
    if node.visibility is Visibility.HIDDEN:
        return
    if isinstance(node, Outline):
        yield node
    else:
        for child in node.children:
            yield from outlines(child)


def bare(node: Node) -> Node:
    """The node as plain drawing: without its name and clips (they stay outside), and shown."""
    return replace(node, name="", clips=(), visibility=Visibility.SHOWN)
