"""Strokes of an SVG file: caps, joins, dashes; what the player does otherwise is made up for here.

The player mitres corners up to MITER_CARRIED, so a line whose corners are all sharper than its own
limit, and not than that, is bevelled. Its dashes run on from one contour to the next and
over a line's end to its beginning, and are not exact on curves: where that would be seen, the line
is cut into dashes here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, pairwise

from visavis.face.drawing import Line, Paint
from visavis.face.geometry import Contour, Matrix, Point
from visavis.face.scene import Knot
from visavis.face.svg_style import Style
from visavis.face.svg_values import length, number
from visavis.face.svg_xml import Element, Problems

MITER_CARRIED = 4.0
"""Where the player cuts corners off, whatever the drawing says; SVG's own default too."""
MAX_DASHES = 1_000
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2, "miter-clip": 0, "arcs": 0}
_MITER, _BEVEL = 0, 2
_CORNER = 1.01  # less than this is no corner to be seen
_DOT = 0.01  # of the width: a dash without length, which makes a dot of a round cap
_STEPS = 32  # chords by which a curve is measured

Cubic = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line and the contours that it follows. `is_apart` where the fill's are others."""

    line: Line
    contours: tuple[Contour, ...]
    is_apart: bool = False


def stroke_of(
    style: Style,
    paint: Paint,
    ctm: Matrix,
    contours: Sequence[Contour],
    element: Element,
    problems: Problems,
) -> Stroke | None:
    """The stroke of contours in the element's own space; None where it has no width.

    Raises:
        ValueError: a number in it makes no sense.
    """
    width = length(style["stroke-width"])
    if width <= 0:
        return None
    join = _join(style, contours, element, problems)
    pattern = _pattern(style["stroke-dasharray"], width)
    offset = length(style["stroke-dashoffset"])
    cap = _CAPS.get(style["stroke-linecap"], 0)
    line = Line(paint, width, cap, join, ctm)
    if not pattern:
        return Stroke(line, tuple(contours))
    even = tuple(map(_evened, contours))
    if _is_carried(pattern, offset, even):
        return Stroke(replace(line, dashes=pattern), even)
    return Stroke(line, tuple(dashes(even, pattern, offset)), is_apart=True)


def _join(style: Style, contours: Sequence[Contour], element: Element, problems: Problems) -> int:
    join = _JOINS.get(style["stroke-linejoin"], _MITER)
    limit = number(style["stroke-miterlimit"])
    if limit < 1:
        raise ValueError("stroke-miterlimit is less than 1")
    if join != _MITER:
        return join
    corners = [ratio for contour in contours for ratio in sharpness(contour) if ratio > _CORNER]
    low, high = min(limit, MITER_CARRIED), max(limit, MITER_CARRIED)
    other = [ratio for ratio in corners if low < ratio <= high]
    if not other:
        return _MITER
    if limit < MITER_CARRIED and len(other) == sum(ratio <= MITER_CARRIED for ratio in corners):
        return _BEVEL
    drawn = "pointed" if limit < MITER_CARRIED else "cut off"
    problems.warn(
        element.line,
        f"stroke-miterlimit {limit:g}: some of its sharp corners will be {drawn}, others not",
        f"Rive's limit is always {MITER_CARRIED:g}: use stroke-linejoin round or bevel.",
    )
    return _MITER


def sharpness(contour: Contour) -> Iterator[float]:
    """Of each inner point: mitre length over width, 1 for none, more the sharper the corner."""
    curves = [curve for curve in contour.curves() if curve[0] != curve[3] or curve[1] != curve[2]]
    following = curves[1:] + (curves[:1] if contour.is_closed else [])
    for one, two in zip(curves, following, strict=False):
        ux, uy = _direction(one[::-1])
        vx, vy = _direction(two)
        half = math.sqrt(max(0.0, (1 - ux * vx - uy * vy) / 2))  # cosine of half the turn
        yield 1 / half if half > 1e-6 else math.inf


def _direction(points: Sequence[Point]) -> Point:
    """Where a curve goes from its first point, length 1."""
    x0, y0 = points[0]
    for x, y in points[1:]:
        far = math.hypot(x - x0, y - y0)
        if far > 1e-9:
            return (x - x0) / far, (y - y0) / far
    return 1.0, 0.0


def _pattern(text: str, width: float) -> tuple[float, ...]:
    """Dash, gap, dash ...; nothing for a line without gaps."""
    if text in {"none", ""}:
        return ()
    lengths = [length(part) for part in text.replace(",", " ").split()]
    if min(lengths) < 0:
        raise ValueError("stroke-dasharray has a length below 0")
    if sum(lengths) == 0:
        return ()
    lengths *= 1 + len(lengths) % 2
    for index in range(0, len(lengths), 2):  # a dot takes its length from the gap behind it
        dot = max(0.0, _DOT * width - lengths[index])
        lengths[index] += dot
        lengths[index + 1] = max(0.0, lengths[index + 1] - dot)
    return tuple(lengths)


def _evened(contour: Contour) -> Contour:
    """The same, with straight pieces run through at one speed: so half their length is half way."""
    knots = list(contour.knots)
    for index in range(len(knots) if contour.is_closed else len(knots) - 1):
        following = (index + 1) % len(knots)
        one, two = knots[index], knots[following]
        if not (one.out_dx or one.out_dy or two.in_dx or two.in_dy):
            dx, dy = (two.x - one.x) / 3, (two.y - one.y) / 3
            knots[index] = replace(one, out_dx=dx, out_dy=dy)
            knots[following] = replace(knots[following], in_dx=-dx, in_dy=-dy)
    return Contour(tuple(knots), contour.is_closed)


def _is_carried(pattern: Sequence[float], offset: float, contours: Sequence[Contour]) -> bool:
    """Whether the player's own dashes look the same: one line of straight pieces (it measures
    curves coarsely), from its beginning, and what runs over its end lies on the first dash."""
    if offset or len(contours) != 1:
        return False
    pieces = list(_measured(contours[0]))
    whole = sum(size for _, size in pieces)
    is_straight = all(size < (1 + 1e-6) * math.dist(c[0], c[3]) for c, size in pieces)
    if not is_straight or max(pattern) >= whole:
        return False
    at = 0.0
    for index, size in enumerate(cycle(pattern)):
        at += size
        if at >= whole:
            return bool(index % 2) or at - whole <= pattern[0]
    return False


def dashes(
    contours: Sequence[Contour], pattern: Sequence[float], offset: float
) -> Iterator[Contour]:
    """The dashes of contours, each an open contour; the pattern begins anew with each of them."""
    count = 0
    for contour in contours:
        pieces = list(_measured(contour))
        whole = sum(size for _, size in pieces)
        count += math.ceil(whole / sum(pattern) * len(pattern) / 2)
        if count > MAX_DASHES:
            raise ValueError(f"more than {MAX_DASHES} dashes: make them longer")
        spans = list(_spans(whole, pattern, offset))
        if contour.is_closed and len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == whole:
            start = spans.pop()[0]  # the last runs on into the first
            pieces, spans[0] = [*pieces, *pieces], (start, whole + spans[0][1])
        for start, end in spans:
            yield _between(pieces, start, end)


def _spans(whole: float, pattern: Sequence[float], offset: float) -> Iterator[tuple[float, float]]:
    """Where the dashes of a line of some length begin and end."""
    at = -(offset % sum(pattern))
    for index, size in enumerate(cycle(pattern)):
        if at >= whole:
            return
        start, end = max(0.0, at), min(whole, at + size)
        at += size
        if index % 2 == 0 and end > start:
            yield start, end


def _measured(contour: Contour) -> Iterator[tuple[Cubic, float]]:
    for curve in contour.curves():
        points = [_at(curve, step / _STEPS) for step in range(_STEPS + 1)]
        size = sum(math.dist(a, b) for a, b in pairwise(points))
        if size > 0:
            yield curve, size


def _at(curve: Cubic, t: float) -> Point:
    u = 1 - t
    weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, curve, strict=True)) for axis in (0, 1))
    return x, y


def _when(curve: Cubic, size: float, target: float) -> float:
    """The parameter at which a curve has run for `target`, between chords in proportion."""
    if target >= size:
        return 1.0
    run, last = 0.0, curve[0]
    for step in range(1, _STEPS + 1):
        point = _at(curve, step / _STEPS)
        chord = math.dist(last, point)
        if chord > 0 and run + chord >= target:
            return (step - 1 + (target - run) / chord) / _STEPS
        run, last = run + chord, point
    return 1.0


def _between(pieces: Sequence[tuple[Cubic, float]], start: float, end: float) -> Contour:
    """The part of a run of curves from one length to another."""
    curves: list[Cubic] = []
    at = 0.0
    for curve, size in pieces:
        if at + size > start and at < end:
            first, last = _when(curve, size, max(0.0, start - at)), _when(curve, size, end - at)
            curves.append(_part(curve, first, last))
        at += size
    handles_in = [(0.0, 0.0), *((c[2][0] - c[3][0], c[2][1] - c[3][1]) for c in curves)]
    handles_out = [*((c[1][0] - c[0][0], c[1][1] - c[0][1]) for c in curves), (0.0, 0.0)]
    points = [curves[0][0], *(c[3] for c in curves)]
    knots = zip(points, handles_in, handles_out, strict=True)
    return Contour(tuple(Knot(*point, *one, *two) for point, one, two in knots), False)


def _part(curve: Cubic, first: float, last: float) -> Cubic:
    """A cubic between two parameters, by its slopes there."""
    share = (last - first) / 3
    one, two = _at(curve, first), _at(curve, last)
    (ax, ay), (bx, by) = _slope(curve, first), _slope(curve, last)
    return (
        one,
        (one[0] + share * ax, one[1] + share * ay),
        (two[0] - share * bx, two[1] - share * by),
        two,
    )


def _slope(curve: Cubic, t: float) -> Point:
    u = 1 - t
    weights = (3 * u * u, 6 * u * t, 3 * t * t)
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(curve)]
    x, y = (sum(w * s[axis] for w, s in zip(weights, steps, strict=True)) for axis in (0, 1))
    return x, y
