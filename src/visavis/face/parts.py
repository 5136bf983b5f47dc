"""A drawing's shapes as parts of a character file, and what two of them have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from visavis.face.drawing import (
    Clip,
    Gradient,
    GradientKind,
    Group,
    Line,
    Node,
    Outline,
    Paint,
    Visibility,
)
from visavis.face.geometry import Contour, Matrix, Pen, Point
from visavis.face.riv import Value
from visavis.face.scene import Part, Stop, curve, group

# Given a named group and the origin it is drawn about: the part that stands for it, or None to
# have its children drawn as they are.
Replace = Callable[[Node, Point], Part | None]
_PLAIN = Pen(0.0, 1.0, 1.0)


def plain(_node: Node, _origin: Point) -> Part | None:
    """No layer has a meaning: everything is drawn as it is."""
    return None


def drawn(nodes: Sequence[Node], origin: Point, replace: Replace) -> list[Part]:
    """The shown nodes as parts, in painter's order, with coordinates relative to `origin`."""
    out: list[Part] = []
    for node in nodes:
        part = replace(node, origin) if node.name else None
        if part is not None:
            out.append(_clipped(part, node.clips, origin))
        elif node.visibility is Visibility.SHOWN:
            out += _node(node, origin, replace)
    return out


def _node(node: Node, origin: Point, replace: Replace) -> list[Part]:
    if isinstance(node, Outline):
        shapes = outline_parts(node, origin)
        if not node.clips:
            return shapes
        return [_clipped(group("", *shapes), node.clips, origin)]
    inside = drawn(node.children, origin, replace)
    if node.opacity == 1 and not node.clips:
        return inside
    part = group(node.name, *inside)
    if node.opacity != 1:
        part.props["opacity"] = node.opacity
    return [_clipped(part, node.clips, origin)]


def group_parts(node: Group, origin: Point, replace: Replace) -> list[Part]:
    """What is inside a group, whether or not the group itself is shown."""
    return drawn(node.children, origin, replace)


def _clipped(part: Part, clips: tuple[Clip, ...], origin: Point) -> Part:
    """The part behind its clips. They hold still when the part moves: a node around it has them."""
    for clip in clips:
        source = Part("Shape", {"name": "clip"}).add(*_paths(clip.contours, origin))
        clipping = Part("ClippingShape", {"fillRule": clip.rule.value}, source=source)
        part = group("clipped", source, part).add(clipping)
    return part


def outline_parts(item: Outline, origin: Point) -> list[Part]:
    """One shape; two where its fill and its stroke need pens of their own."""
    fill_pen = _fill_pen(item.fill)
    stroke_pen = item.stroke.matrix.pen() if item.stroke else _PLAIN
    stroke_pen = _PLAIN if stroke_pen.is_round else stroke_pen
    if fill_pen == stroke_pen or item.stroke is None or item.fill is None:
        pen = fill_pen if item.fill is not None else stroke_pen
        return [_shape(item, pen, item.fill, item.stroke, origin)]
    shapes = [
        _shape(item, fill_pen, item.fill, None, origin),
        _shape(item, stroke_pen, None, item.stroke, origin),
    ]
    return shapes if item.order == "fill stroke" else shapes[::-1]


def _fill_pen(paint: Paint | None) -> Pen:
    if isinstance(paint, Gradient) and paint.kind is GradientKind.RADIAL:
        pen = paint.matrix.pen()
        return _PLAIN if pen.is_round else pen
    return _PLAIN


def _shape(item: Outline, pen: Pen, fill: Paint | None, stroke: Line | None, origin: Point) -> Part:
    """A shape whose own space is the pen's: there, circles are circles again."""
    at = origin
    if pen != _PLAIN and isinstance(fill, Gradient):
        at = fill.matrix.point(*fill.start)
    frame = pen.matrix(at) if pen != _PLAIN else Matrix(e=at[0], f=at[1])
    back = frame.inverse()
    props: dict[str, Value] = {"name": item.name}
    if pen != _PLAIN:
        props |= {
            "x": at[0] - origin[0],
            "y": at[1] - origin[1],
            "rotation": pen.rotation,
            "scaleX": pen.scale_x,
            "scaleY": pen.scale_y,
        }
    if item.opacity != 1:
        props["opacity"] = item.opacity
    shape = Part("Shape", props)
    for contour in item.contours:
        shape.add(_path(contour.moved(back)))
    paints = {
        "fill": [fill_part(fill, back, item.rule.value)] if fill is not None else [],
        "stroke": [stroke_part(stroke, back)] if stroke else [],
    }
    for which in item.order.split():
        shape.add(*paints[which])
    return shape


def _paths(contours: Sequence[Contour], origin: Point) -> list[Part]:
    back = Matrix(e=-origin[0], f=-origin[1])
    return [_path(contour.moved(back)) for contour in contours]


def _path(contour: Contour) -> Part:
    return curve(contour.knots, closed=contour.is_closed)


def fill_part(paint: Paint, back: Matrix, rule: int = 0) -> Part:
    """A fill in the space that `back` leads to from the artboard."""
    props: dict[str, Value] = {"fillRule": rule} if rule else {}
    return Part("Fill", props).add(_paint_part(paint, back))


def stroke_part(line: Line, back: Matrix) -> Part:
    """A stroke likewise; the pen must be round there."""
    seen = back @ line.matrix
    scale = math.sqrt(abs(seen.determinant))
    props: dict[str, Value] = {"thickness": line.width * scale, "cap": line.cap, "join": line.join}
    stroke = Part("Stroke", props).add(_paint_part(line.paint, back))
    if line.dashes:
        dashes = (Part("Dash", {"length": size * scale}) for size in line.dashes)
        stroke.add(Part("DashPath", {}).add(*dashes))
    return stroke


def _paint_part(paint: Paint, back: Matrix) -> Part:
    if isinstance(paint, int):
        return Part("SolidColor", {"colorValue": paint})
    seen = back @ paint.matrix
    if paint.kind is GradientKind.RADIAL:
        start = seen.point(*paint.start)
        radius = math.dist(paint.start, paint.end) * math.sqrt(abs(seen.determinant))
        end = (start[0] + radius, start[1])
    else:
        start, end = _level(paint, seen)
    props: dict[str, Value] = {
        "startX": start[0],
        "startY": start[1],
        "endX": end[0],
        "endY": end[1],
    }
    return Part(paint.kind.value, props).add(*map(_stop_part, paint.stops))


def _stop_part(stop: Stop) -> Part:
    return Part("GradientStop", {"colorValue": stop.color, "position": stop.position})


def _level(paint: Gradient, seen: Matrix) -> tuple[Point, Point]:
    """Start and end such that lines of one colour stay where a skewing map has put them."""
    dx, dy = paint.end[0] - paint.start[0], paint.end[1] - paint.start[1]
    start, end = seen.point(*paint.start), seen.point(*paint.end)
    along = seen.vector(-dy, dx)  # a line of one colour runs this way
    size = math.hypot(*along)
    nx, ny = along[1] / size, -along[0] / size
    reach = (end[0] - start[0]) * nx + (end[1] - start[1]) * ny
    return start, (start[0] + reach * nx, start[1] + reach * ny)


def shapes_in(part: Part) -> Iterator[Part]:
    """All shapes under a part, in painter's order."""
    if part.kind == "Shape":
        yield part
    for child in part.children:
        yield from shapes_in(child)


def difference(one: Sequence[Part], two: Sequence[Part]) -> str:
    """Why these parts can't morph into each other; '' if they can."""
    for index, (a, b) in enumerate(zip_longest(one, two), start=1):
        if a is None or b is None:
            return f"{len(one)} objects here, {len(two)} there"
        if why := _one_difference(a, b):
            return f"in object {index}{f' ({a.name})' if a.name else ''}: {why}"
    return ""


def _one_difference(a: Part, b: Part) -> str:
    if a.kind != b.kind:
        return f"{a.kind} here, {b.kind} there"
    if a.kind == "PointsPath":
        if len(a.children) != len(b.children):
            return f"{len(a.children)} points here, {len(b.children)} there"
        if a.props.get("isClosed") != b.props.get("isClosed"):
            return "one outline is closed, the other open"
        return ""
    return difference(a.children, b.children)


_MORPHING = {
    "CubicDetachedVertex": (
        "x",
        "y",
        "inRotation",
        "inDistance",
        "outRotation",
        "outDistance",
    ),
    "SolidColor": ("colorValue",),
    "GradientStop": ("colorValue", "position"),
    "LinearGradient": ("startX", "startY", "endX", "endY"),
    "RadialGradient": ("startX", "startY", "endX", "endY"),
    "Stroke": ("thickness",),
    "Dash": ("length",),
    "Shape": ("x", "y", "rotation", "scaleX", "scaleY", "opacity"),
    "Node": ("x", "y", "rotation", "scaleX", "scaleY", "opacity"),
}


def morph(one: Part, two: Part) -> Iterator[tuple[Part, str, float]]:
    """(part of `one`, property, its value in `two`) for all that such parts may change.

    Angles of handles come less than half a turn away, so that mixing takes the short way.
    """
    for prop in _MORPHING.get(one.kind, ()):
        target = float(two.rest(prop))
        if prop in {"inRotation", "outRotation", "rotation"}:
            target -= math.tau * round((target - float(one.rest(prop))) / math.tau)
        yield one, prop, target
    for a, b in zip(one.children, two.children, strict=True):
        yield from morph(a, b)
