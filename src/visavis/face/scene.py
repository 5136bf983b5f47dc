"""A drawing as a tree, and its way into a file.

The tree is in painter's order: later siblings are drawn over earlier ones. The file wants the
opposite (its first drawable is the topmost), and it refers to objects by their place in the
list, so `flatten` turns siblings round and hands out the ids. Lengths are artboard units
(one pixel at 100 %), angles radians, y points down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from visavis.face.riv import RivObject, Value

_ROUND = 1  # both Stroke.cap and Stroke.join: 1 is round
_KEEP_ORDER = frozenset(
    {"PointsPath", "RadialGradient", "LinearGradient", "Shape", "Skin", "DashPath"}
)
_REFERENCES = {
    "ClippingShape": "sourceId",
    "Tendon": "boneId",
    "TranslationConstraint": "targetId",
}


@dataclass(eq=False, slots=True)
class Part:
    """One object of the drawing. Compared by identity: two equal circles are two circles."""

    kind: str
    props: dict[str, Value]
    children: list[Part] = field(default_factory=list["Part"])
    source: Part | None = None  # a clip's outline, a tendon's bone, what is followed

    def add(self, *parts: Part) -> Part:
        """Put parts on top of those already here; returns self."""
        self.children.extend(parts)
        return self

    @property
    def name(self) -> str:
        """The name given in the drawing, or ''."""
        return str(self.props.get("name", ""))

    def rest(self, prop: str) -> float | int:
        """The drawn value of an animatable property (with Rive's default if it wasn't set)."""
        default = 1.0 if prop in {"scaleX", "scaleY", "opacity"} else 0.0
        value = self.props.get(prop, default)
        if isinstance(value, (str, bytes)):
            raise TypeError(f"{self.kind}.{prop} can't be animated")
        return value


@dataclass(frozen=True, slots=True)
class Knot:
    """A point of a curve with its two handles, as offsets from the point."""

    x: float
    y: float
    in_dx: float = 0.0
    in_dy: float = 0.0
    out_dx: float = 0.0
    out_dy: float = 0.0


def smooth(x: float, y: float, dx: float, dy: float, *, back: float = 1.0) -> Knot:
    """A knot that the curve passes without a corner, heading along (dx, dy).

    `back` scales the incoming handle relative to the outgoing one.
    """
    return Knot(x, y, -dx * back, -dy * back, dx, dy)


def argb(color: str, alpha: float = 1.0) -> int:
    """'#RRGGBB' and an opacity 0...1 as the file's 0xAARRGGBB."""
    return round(alpha * 255) << 24 | int(color.removeprefix("#"), 16)


def group(
    name: str, *children: Part, x: float = 0.0, y: float = 0.0, rotation: float = 0.0
) -> Part:
    """An invisible node that moves its children together; its origin is their pivot."""
    part = Part("Node", {"name": name, "x": x, "y": y, "rotation": rotation})
    return part.add(*children)


def shape(
    name: str,
    geometry: Part | Sequence[Part],
    *paints: Part,
    x: float = 0.0,
    y: float = 0.0,
    rotation: float = 0.0,
    opacity: float = 1.0,
) -> Part:
    """Geometry with its paints; the first paint is the lowest."""
    props: dict[str, Value] = {"name": name, "x": x, "y": y, "rotation": rotation}
    if opacity != 1.0:
        props["opacity"] = opacity
    outlines = (geometry,) if isinstance(geometry, Part) else geometry
    return Part("Shape", props).add(*outlines, *paints)


def ellipse(width: float, height: float) -> Part:
    """An ellipse about the shape's origin."""
    return Part("Ellipse", {"width": width, "height": height})


def rounded_rectangle(width: float, height: float, radius: float) -> Part:
    """A rectangle about the shape's origin with four equal corners."""
    return Part("Rectangle", {"width": width, "height": height, "cornerRadiusTL": radius})


def _polar(dx: float, dy: float) -> tuple[float, float]:
    return math.atan2(dy, dx), math.hypot(dx, dy)


def knot_props(knot: Knot) -> dict[str, float]:
    """A knot in the file's terms: a point and two handles as angle and length."""
    in_rotation, in_distance = _polar(knot.in_dx, knot.in_dy)
    out_rotation, out_distance = _polar(knot.out_dx, knot.out_dy)
    return {
        "x": knot.x,
        "y": knot.y,
        "inRotation": in_rotation,
        "inDistance": in_distance,
        "outRotation": out_rotation,
        "outDistance": out_distance,
    }


def curve(knots: Iterable[Knot], *, closed: bool = True) -> Part:
    """A Bezier path through the knots; its children are the vertices, in path order."""
    path = Part("PointsPath", {"isClosed": closed})
    return path.add(*(Part("CubicDetachedVertex", dict(knot_props(knot))) for knot in knots))


def mirrored(right: Sequence[Knot]) -> list[Knot]:
    """A closed outline, symmetric about x = 0, from its right half given from top to bottom."""
    left = [
        Knot(-k.x, k.y, -k.out_dx, k.out_dy, -k.in_dx, k.in_dy) for k in right if abs(k.x) > 1e-9
    ]
    return [*right, *reversed(left)]


@dataclass(frozen=True, slots=True)
class Stop:
    """One colour of a gradient at `position` 0...1."""

    position: float
    color: int


def fill(color: int) -> Part:
    """One flat colour."""
    return Part("Fill", {}).add(Part("SolidColor", {"colorValue": color}))


def stroke(color: int, thickness: float) -> Part:
    """A line with round ends and joins, centred on the outline."""
    props: dict[str, Value] = {"thickness": thickness, "cap": _ROUND, "join": _ROUND}
    return Part("Stroke", props).add(Part("SolidColor", {"colorValue": color}))


def _gradient(
    kind: str, start: tuple[float, float], end: tuple[float, float], stops: Iterable[Stop]
) -> Part:
    props: dict[str, Value] = {
        "startX": start[0],
        "startY": start[1],
        "endX": end[0],
        "endY": end[1],
    }
    colors = (Part("GradientStop", {"colorValue": s.color, "position": s.position}) for s in stops)
    return Part("Fill", {}).add(Part(kind, props).add(*colors))


def linear_fill(start: tuple[float, float], end: tuple[float, float], *stops: Stop) -> Part:
    """Colours along the line from `start` to `end`."""
    return _gradient("LinearGradient", start, end, stops)


def radial_fill(center: tuple[float, float], radius: float, *stops: Stop) -> Part:
    """Colours in rings about `center`."""
    return _gradient("RadialGradient", center, (center[0] + radius, center[1]), stops)


def clip(target: Part, outline: Part) -> Part:
    """Show of `target` only what lies inside the shape `outline`; returns `target`."""
    return target.add(Part("ClippingShape", {}, source=outline))


@dataclass(frozen=True, slots=True)
class FlatScene:
    """The tree in file order; an object's place in `parts` is its id."""

    parts: tuple[Part, ...]
    objects: tuple[RivObject, ...]
    ids: Mapping[int, int]  # Python's id(part) -> place in `parts`

    def id_of(self, part: Part) -> int:
        """The id of a part; ValueError if it isn't in the drawing."""
        found = self.ids.get(id(part))
        if found is None:
            raise ValueError(f"{part.kind} {part.name!r} is not in the drawing")
        return found


def flatten(artboard: Part) -> FlatScene:
    """Order, number and connect the parts of a drawing."""
    parts: list[Part] = []
    parents: list[int] = []

    def visit(part: Part, parent: int) -> None:
        here = len(parts)
        parts.append(part)
        parents.append(parent)
        in_order = part.kind in _KEEP_ORDER
        for child in part.children if in_order else reversed(part.children):
            visit(child, here)

    visit(artboard, 0)
    ids = {id(part): index for index, part in enumerate(parts)}
    objects: list[RivObject] = []
    for part, parent in zip(parts, parents, strict=True):
        props: dict[str, Value] = {k: v for k, v in part.props.items() if v != ""}
        if part is not artboard:
            props["parentId"] = parent
        if part.source is not None:
            props[_REFERENCES[part.kind]] = ids[id(part.source)]
        objects.append(RivObject(part.kind, props))
    return FlatScene(tuple(parts), tuple(objects), ids)
