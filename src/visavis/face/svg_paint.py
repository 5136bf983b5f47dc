"""Gradients of an SVG file: inheritance by href, units, transforms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from visavis.face.drawing import Gradient, GradientKind, Paint
from visavis.face.geometry import Box, Matrix, Point
from visavis.face.scene import Stop
from visavis.face.svg_focus import FARTHEST_FOCUS
from visavis.face.svg_style import INITIAL, Sheet
from visavis.face.svg_values import color, length, transform
from visavis.face.svg_xml import Element, Problems

_KINDS = {"linearGradient": GradientKind.LINEAR, "radialGradient": GradientKind.RADIAL}
_MAX_CHAIN = 16
_OPAQUE = 0xFF
_OFF_CENTRE = "with its focus off its centre"
_MOVE_IT = "move cx and cy to where fx and fy are, and drop those"
Length = Callable[[str, str], float]
"""Reads an attribute, or its default."""
_FOCUS_TOLERANCE = 0.02  # of the radius: less is not to be seen


class Gradients:
    """Finds a gradient by its id and fits it to what it paints."""

    def __init__(self, by_id: Mapping[str, Element], sheet: Sheet, problems: Problems) -> None:
        self.frame: Point = (1.0, 1.0)
        """Width and height that percentages mean where units are those of user space."""
        self._by_id = by_id
        self._sheet = sheet
        self._problems = problems

    def paint(self, name: str, line: int, ctm: Matrix, box: Box, alpha: float) -> Paint | None:
        """The gradient, or its one colour. Raises ValueError where it can't be drawn."""
        chain = self._chain(name, line)
        if not chain:
            return None
        head = chain[0]
        stops = self._stops(chain, alpha)
        if len(stops) < 2:
            return stops[0].color if stops else None
        own = {key: value for e in reversed(chain) for key, value in e.attributes.items()}
        if own.get("spreadMethod", "pad") != "pad":
            self._problems.error(head.line, "spreadMethod", "Only pad can be drawn: add stops.")
        is_boxed = own.get("gradientUnits", "objectBoundingBox") == "objectBoundingBox"
        if is_boxed and (box.width == 0 or box.height == 0):
            raise ValueError("a gradient on a straight line: give it gradientUnits userSpaceOnUse")
        matrix = ctm
        if is_boxed:
            matrix = ctm @ Matrix(a=box.width, d=box.height, e=box.left, f=box.top)
        matrix = matrix @ transform(own.get("gradientTransform", ""))
        kind = _KINDS[head.tag]
        start, end = self._ends(kind, own)
        if start == end or matrix.is_singular:
            return stops[-1].color
        focus = self._focus(head, kind, own, math.dist(start, end))
        if focus is not None and any(stop.color >> 24 < _OPAQUE for stop in stops):
            raise ValueError(f"a half-transparent gradient {_OFF_CENTRE}: {_MOVE_IT}")
        return Gradient(kind, start, end, stops, matrix, focus)

    def _chain(self, name: str, line: int) -> list[Element]:
        chain: list[Element] = []
        while name and len(chain) < _MAX_CHAIN:
            found = self._by_id.get(name)
            if found is None or found.tag not in _KINDS:
                kind = f"<{found.tag}>" if found else "nothing"
                hint = "Use a flat colour or a gradient." if found else ""
                self._problems.error(line, f"the paint #{name} is {kind}", hint)
                return []
            chain.append(found)
            href = found.get("href") or ""
            if href and not href.startswith("#"):
                self._problems.error(
                    found.line, f"a gradient refers to {href[:60]!r}, outside of this file"
                )
                return []
            name = href[1:]
        return chain

    def _stops(self, chain: list[Element], alpha: float) -> tuple[Stop, ...]:
        source = next((e for e in chain if any(c.tag == "stop" for c in e.children)), None)
        stops: list[Stop] = []
        for child in source.children if source else ():
            if child.tag != "stop":
                continue
            style = self._sheet.style(child, INITIAL)
            text = style["stop-color"]
            argb = color(style["color"] if text.lower() == "currentcolor" else text)
            opaque = (argb >> 24) * float(style["stop-opacity"]) * alpha
            offset = _share(child.get("offset") or "0")
            position = max(offset, stops[-1].position if stops else 0.0)
            stops.append(Stop(position, round(opaque) << 24 | argb & 0xFFFFFF))
        return tuple(stops)

    def _ends(self, kind: GradientKind, own: Mapping[str, str]) -> tuple[Point, Point]:
        across, down, wide = self._lengths(own)
        if kind is GradientKind.LINEAR:
            start = (across("x1", "0%"), down("y1", "0%"))
            return start, (across("x2", "100%"), down("y2", "0%"))
        cx, cy = across("cx", "50%"), down("cy", "50%")
        return (cx, cy), (cx + wide("r", "50%"), cy)

    def _focus(
        self, head: Element, kind: GradientKind, own: Mapping[str, str], radius: float
    ) -> Point | None:
        """Where the first colour is, if that is not the centre."""
        if kind is GradientKind.LINEAR:
            return None
        across, down, wide = self._lengths(own)
        center = (across("cx", "50%"), down("cy", "50%"))
        focus = (across("fx", own.get("cx", "50%")), down("fy", own.get("cy", "50%")))
        apart = math.dist(center, focus) / radius
        if apart > FARTHEST_FOCUS or wide("fr", "0") > 0:
            what = "its focus on its rim" if apart > FARTHEST_FOCUS else "fr, a focus with a size"
            self._problems.error(head.line, f"a radial gradient with {what}", _MOVE_IT)
        return focus if apart > _FOCUS_TOLERANCE else None

    def _lengths(self, own: Mapping[str, str]) -> tuple[Length, Length, Length]:
        """How to read what lies across, down, and in any direction."""
        is_boxed = own.get("gradientUnits", "objectBoundingBox") == "objectBoundingBox"
        width, height = (1.0, 1.0) if is_boxed else self.frame
        wholes = (width, height, math.hypot(width, height) / math.sqrt(2))

        def reader(whole: float) -> Length:
            return lambda name, default: length(own.get(name, default), whole=whole)

        across, down, wide = map(reader, wholes)
        return across, down, wide


def _share(text: str) -> float:
    return min(1.0, max(0.0, length(text, whole=1.0)))
