"""The outlines of SVG's basic shapes, each in its own coordinates."""

from __future__ import annotations

from visavis.face.geometry import Contour, Point
from visavis.face.svg_path import ellipse, path_data, polyline, rectangle
from visavis.face.svg_values import length, numbers
from visavis.face.svg_xml import Element

SHAPES = frozenset("path rect circle ellipse line polyline polygon".split())


def geometry(element: Element) -> tuple[Contour, ...]:
    """The outline of a basic shape in its own coordinates; none for one without extent."""

    def at(name: str, default: str = "0") -> float:
        return length(element.get(name) or default)

    match element.tag:
        case "path":
            return path_data(element.get("d") or "")
        case "rect":
            width, height = at("width"), at("height")
            if width <= 0 or height <= 0:
                return ()
            return (rectangle(at("x"), at("y"), width, height, _radii(element)),)
        case "circle" | "ellipse":
            rx = at("r") if element.tag == "circle" else at("rx")
            ry = rx if element.tag == "circle" else at("ry")
            return (ellipse(at("cx"), at("cy"), rx, ry),) if rx > 0 and ry > 0 else ()
        case "line":
            ends = [at("x1"), at("y1"), at("x2"), at("y2")]
            return (polyline(ends, is_closed=False),)
        case _:
            points = numbers(element.get("points") or "")
            line = polyline(points, is_closed=element.tag == "polygon")
            return (line,) if len(line.knots) > 1 else ()


def _radii(element: Element) -> Point:
    rx, ry = element.get("rx"), element.get("ry")
    one, two = rx or ry or "0", ry or rx or "0"
    return length(one if one != "auto" else two), length(two if two != "auto" else one)
