"""Plane geometry for drawings: affine maps, outlines of cubic curves, boxes. y points down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from visavis.face.scene import Knot

Point = tuple[float, float]
_FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Matrix:
    """The map (x, y) -> (a x + c y + e, b x + d y + f), as SVG writes it."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def __matmul__(self, other: Matrix) -> Matrix:
        """First `other`, then this one."""
        return Matrix(
            self.a * other.a + self.c * other.b,
            self.b * other.a + self.d * other.b,
            self.a * other.c + self.c * other.d,
            self.b * other.c + self.d * other.d,
            self.a * other.e + self.c * other.f + self.e,
            self.b * other.e + self.d * other.f + self.f,
        )

    @property
    def determinant(self) -> float:
        """Area of the unit square's image; negative where the map mirrors."""
        return self.a * self.d - self.b * self.c

    @property
    def is_singular(self) -> bool:
        """Whether it flattens the plane."""
        return abs(self.determinant) < _FLAT

    def inverse(self) -> Matrix:
        """The way back. Raises ZeroDivisionError for a map that flattens the plane."""
        det = self.determinant
        a, b, c, d = self.d / det, -self.b / det, -self.c / det, self.a / det
        return Matrix(a, b, c, d, -(a * self.e + c * self.f), -(b * self.e + d * self.f))

    def point(self, x: float, y: float) -> Point:
        """A point's image."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def vector(self, dx: float, dy: float) -> Point:
        """A direction's image: no translation."""
        return self.a * dx + self.c * dy, self.b * dx + self.d * dy

    def knot(self, knot: Knot) -> Knot:
        """A knot's image with its handles."""
        return Knot(
            *self.point(knot.x, knot.y),
            *self.vector(knot.in_dx, knot.in_dy),
            *self.vector(knot.out_dx, knot.out_dy),
        )

    def pen(self) -> Pen:
        """What the map does to circles: they become ellipses, turned and stretched."""
        return Pen.of(self)


@dataclass(frozen=True, slots=True)
class Pen:
    """A turn after a stretch along the axes: what remains of a map as circles see it.

    Every linear map is a turn, then a stretch, then a turn (its singular values); the first turn
    leaves a circle as it is. Rive's nodes can't skew, but for strokes and radial gradients they
    need not: `matrix()` draws the same ellipse.
    """

    rotation: float
    scale_x: float
    scale_y: float

    @classmethod
    def of(cls, m: Matrix) -> Pen:
        """Closed form of the 2 x 2 singular value decomposition."""
        e, f = (m.a + m.d) / 2, (m.a - m.d) / 2
        g, h = (m.b + m.c) / 2, (m.b - m.c) / 2
        q, r = math.hypot(e, h), math.hypot(f, g)
        turn = (math.atan2(h, e) + math.atan2(g, f)) / 2 if r > _FLAT else math.atan2(h, e)
        return cls(turn, q + r, q - r)

    @property
    def is_round(self) -> bool:
        """Whether circles stay circles (to a thousandth)."""
        return abs(abs(self.scale_x) - abs(self.scale_y)) <= 1e-3 * abs(self.scale_x)

    def matrix(self, at: Point = (0.0, 0.0)) -> Matrix:
        """The same as a map, with the origin moved to `at`."""
        c, s = math.cos(self.rotation), math.sin(self.rotation)
        return Matrix(c * self.scale_x, s * self.scale_x, -s * self.scale_y, c * self.scale_y, *at)


@dataclass(frozen=True, slots=True)
class Contour:
    """One run of cubic curves through knots."""

    knots: tuple[Knot, ...]
    is_closed: bool

    def moved(self, matrix: Matrix) -> Contour:
        """Its image."""
        return Contour(tuple(map(matrix.knot, self.knots)), self.is_closed)

    def curves(self) -> Iterator[tuple[Point, Point, Point, Point]]:
        """Its pieces: start, two control points, end."""
        following = self.knots[1:] + (self.knots[:1] if self.is_closed else ())
        for one, two in zip(self.knots, following, strict=False):
            yield (
                (one.x, one.y),
                (one.x + one.out_dx, one.y + one.out_dy),
                (two.x + two.in_dx, two.y + two.in_dy),
                (two.x, two.y),
            )


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def center(self) -> Point:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlaps(self, other: Box) -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def box_around(contours: Iterable[Contour]) -> Box | None:
    """The tight box around outlines (their curves, not their handles); None if there are none."""
    xs: list[float] = []
    ys: list[float] = []
    for contour in contours:
        xs += [knot.x for knot in contour.knots]
        ys += [knot.y for knot in contour.knots]
        for curve in contour.curves():
            (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
            xs += _turns(x0, x1, x2, x3)
            ys += _turns(y0, y1, y2, y3)
    return Box(min(xs), min(ys), max(xs), max(ys)) if xs else None


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The box around boxes."""
    some = [box for box in boxes if box is not None]
    if not some:
        return None
    return Box(
        min(box.left for box in some),
        min(box.top for box in some),
        max(box.right for box in some),
        max(box.bottom for box in some),
    )


def _turns(p0: float, p1: float, p2: float, p3: float) -> Iterator[float]:
    """Values of a cubic where its derivative is zero, inside of it."""
    a, b, c = p3 - 3 * p2 + 3 * p1 - p0, 2 * (p2 - 2 * p1 + p0), p1 - p0
    if abs(a) < _FLAT:
        roots = [-c / b] if abs(b) > _FLAT else []
    else:
        under = b * b - 4 * a * c
        root = math.sqrt(under) if under > 0 else 0.0
        roots = [(-b + root) / (2 * a), (-b - root) / (2 * a)] if under > 0 else []
    for t in roots:
        if 0 < t < 1:
            u = 1 - t
            yield u**3 * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t**3 * p3
