"""Path data and the basic shapes of SVG, as contours of cubic curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from visavis.face.geometry import Contour, Matrix, Point
from visavis.face.scene import Knot
from visavis.face.svg_values import NUMBER, gap, sane

MAX_PATH_KNOTS = 20_000
_QUARTERS = 4  # an arc is cut into quarters: one cubic each is within 0.03 % of the radius


class PathPen:
    """Draws contours of cubics, one command after the other, in absolute coordinates."""

    def __init__(self) -> None:
        self.contours: list[Contour] = []
        self._knots: list[Knot] = []
        self._total = 0

    @property
    def at(self) -> Point:
        """Where the pen is."""
        last = self._knots[-1]
        return last.x, last.y

    def move(self, to: Point) -> None:
        """Lift the pen and begin elsewhere."""
        self.finish()
        self._add(Knot(*to))

    def line(self, to: Point) -> None:
        """A straight piece."""
        self._add(Knot(*to))

    def curve(self, one: Point, two: Point, to: Point) -> None:
        """A cubic piece."""
        last = self._knots[-1]
        out = (one[0] - last.x, one[1] - last.y)
        self._knots[-1] = Knot(last.x, last.y, last.in_dx, last.in_dy, *out)
        self._add(Knot(*to, two[0] - to[0], two[1] - to[1]))

    def quadratic(self, one: Point, to: Point) -> None:
        """A quadratic piece, as the same cubic."""
        x, y = self.at
        first = (x + 2 / 3 * (one[0] - x), y + 2 / 3 * (one[1] - y))
        second = (to[0] + 2 / 3 * (one[0] - to[0]), to[1] + 2 / 3 * (one[1] - to[1]))
        self.curve(first, second, to)

    def arc(self, radii: Point, degrees: float, flags: tuple[bool, bool], to: Point) -> None:
        """An elliptical piece: SVG's implementation notes, appendix B.2.4."""
        x0, y0 = self.at
        rx, ry = abs(radii[0]), abs(radii[1])
        if (x0, y0) == to:
            return
        if rx == 0 or ry == 0:
            self.line(to)
            return
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        hx, hy = (x0 - to[0]) / 2, (y0 - to[1]) / 2
        x, y = (c * hx + s * hy) / rx, (c * hy - s * hx) / ry
        reach = math.hypot(x, y)
        grow = max(1.0, reach)
        rx, ry = rx * grow, ry * grow
        x, y = x / grow, y / grow
        aside = math.sqrt(max(0.0, 1 / (x * x + y * y) - 1)) * (1 if flags[0] != flags[1] else -1)
        cx, cy = aside * y, -aside * x
        start = math.atan2(y - cy, x - cx)
        turn = (math.atan2(-y - cy, -x - cx) - start) % math.tau
        turn = turn if flags[1] else turn - math.tau
        middle = (x0 + to[0]) / 2, (y0 + to[1]) / 2
        frame = Matrix(c * rx, s * rx, -s * ry, c * ry, *middle) @ Matrix(e=cx, f=cy)
        self._arc_pieces(frame, start, turn, to)

    def _arc_pieces(self, frame: Matrix, start: float, turn: float, to: Point) -> None:
        steps = max(1, math.ceil(abs(turn) / (math.tau / _QUARTERS) - 1e-9))
        step = turn / steps
        reach = 4 / 3 * math.tan(step / 4)
        for index in range(steps):
            a, b = start + index * step, start + (index + 1) * step
            one = frame.point(math.cos(a) - reach * math.sin(a), math.sin(a) + reach * math.cos(a))
            two = frame.point(math.cos(b) + reach * math.sin(b), math.sin(b) - reach * math.cos(b))
            end = to if index == steps - 1 else frame.point(math.cos(b), math.sin(b))
            self.curve(one, two, end)

    def close(self) -> Point:
        """Back to where the contour began; returns that point, where drawing may go on."""
        first, last = self._knots[0], self._knots[-1]
        is_back = math.hypot(first.x - last.x, first.y - last.y) < 1e-6
        if len(self._knots) > 1 and is_back:
            self._knots.pop()
            out = (first.out_dx, first.out_dy)
            self._knots[0] = Knot(first.x, first.y, last.in_dx, last.in_dy, *out)
        self.contours.append(Contour(tuple(self._knots), True))
        self._knots = []
        return first.x, first.y

    def finish(self) -> None:
        """End an open contour; one of a single point is dropped."""
        if len(self._knots) > 1:
            self.contours.append(Contour(tuple(self._knots), False))
        self._knots = []

    def _add(self, knot: Knot) -> None:
        self._total += 1
        if self._total > MAX_PATH_KNOTS:
            raise ValueError(f"a path has more than {MAX_PATH_KNOTS} points")
        for value in (knot.x, knot.y, knot.in_dx, knot.in_dy):
            sane(value)
        self._knots.append(knot)


_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_FLAG_PLACES = {3, 4}  # of an arc: written as one digit, perhaps with nothing after it


class _PathReader:
    """Goes through path data; `C`, `Q` remember a handle for `S`, `T`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pos = gap(text, 0)
        self.pen = PathPen()
        self._here: Point = (0.0, 0.0)
        self._is_open = False
        self._handle: tuple[str, Point] = ("", (0.0, 0.0))

    def read(self) -> None:
        command = ""
        while self._pos < len(self._text):
            letter = self._text[self._pos]
            if letter.upper() in _ARGUMENTS and letter.isalpha():
                command = letter
                self._pos = gap(self._text, self._pos + 1)
            elif not command or command in "Zz":
                raise ValueError(f"path data can't go on with {self._text[self._pos :][:12]!r}")
            if not self._is_open and command.upper() not in "MZ" and not self.pen.contours:
                raise ValueError("path data must begin with M")
            self._step(command)
            if command in "Mm":
                command = "L" if command == "M" else "l"
        self.pen.finish()

    def _step(self, command: str) -> None:
        kind = command.upper()
        values = [self._argument(kind, place) for place in range(_ARGUMENTS[kind])]
        if kind == "Z":
            if self._is_open:
                self._here = self.pen.close()
                self._is_open = False
            self._handle = ("", self._here)
            return
        if command.islower():
            values = self._absolute(kind, values)
        if kind != "M" and not self._is_open:
            self.pen.move(self._here)
        self._is_open = True
        handle = self._draw(kind, values)
        self._here = self._end(kind, values)
        self._handle = (kind, handle)

    def _absolute(self, kind: str, values: list[float]) -> list[float]:
        x, y = self._here
        if kind == "H":
            return [values[0] + x]
        if kind == "V":
            return [values[0] + y]
        if kind == "A":
            return [*values[:5], values[5] + x, values[6] + y]
        return [value + (y if place % 2 else x) for place, value in enumerate(values)]

    def _end(self, kind: str, values: list[float]) -> Point:
        if kind == "H":
            return values[0], self._here[1]
        if kind == "V":
            return self._here[0], values[0]
        return values[-2], values[-1]

    def _draw(self, kind: str, v: list[float]) -> Point:
        """One command; returns the handle that a smooth one would continue."""
        pen, to = self.pen, self._end(kind, v)
        match kind:
            case "M":
                pen.move(to)
            case "C":
                pen.curve((v[0], v[1]), (v[2], v[3]), to)
                return v[2], v[3]
            case "S":
                pen.curve(self._reflected("CS"), (v[0], v[1]), to)
                return v[0], v[1]
            case "Q":
                pen.quadratic((v[0], v[1]), to)
                return v[0], v[1]
            case "T":
                handle = self._reflected("QT")
                pen.quadratic(handle, to)
                return handle
            case "A":
                pen.arc((v[0], v[1]), v[2], (v[3] != 0, v[4] != 0), to)
            case _:
                pen.line(to)
        return to

    def _reflected(self, kinds: str) -> Point:
        kind, (x, y) = self._handle
        if not kind or kind not in kinds:
            return self._here
        return 2 * self._here[0] - x, 2 * self._here[1] - y

    def _argument(self, kind: str, place: int) -> float:
        text, at = self._text, self._pos
        if kind == "A" and place in _FLAG_PLACES:
            if text[at : at + 1] not in {"0", "1"}:
                raise ValueError(f"an arc needs a flag 0 or 1, not {text[at : at + 8]!r}")
            self._pos = gap(text, at + 1)
            return float(text[at])
        found = NUMBER.match(text, at)
        if not found:
            rest = text[at : at + 12]
            raise ValueError(
                f"{rest!r} is not a number" if rest else f"{kind} lacks numbers at the end"
            )
        self._pos = gap(text, found.end())
        return sane(float(found[0]))


def path_data(text: str) -> tuple[Contour, ...]:
    """The `d` of a path: every command of SVG 1.1, as cubics."""
    reader = _PathReader(text)
    reader.read()
    return tuple(reader.pen.contours)


def ellipse(cx: float, cy: float, rx: float, ry: float) -> Contour:
    """Four quarters, clockwise from the right."""
    pen = PathPen()
    pen.move((cx + rx, cy))
    for index in (1, 2, 3, 4):
        turn = index * math.pi / 2
        pen.arc((rx, ry), 0, (False, True), (cx + rx * math.cos(turn), cy + ry * math.sin(turn)))
    pen.close()
    return pen.contours[0]


def rectangle(x: float, y: float, width: float, height: float, radii: Point) -> Contour:
    """A rectangle with elliptical corners, clockwise."""
    rx, ry = min(radii[0], width / 2), min(radii[1], height / 2)
    pen = PathPen()
    if rx <= 0 or ry <= 0:
        pen.move((x, y))
        for to in ((x + width, y), (x + width, y + height), (x, y + height)):
            pen.line(to)
        pen.close()
        return pen.contours[0]
    right, bottom = x + width, y + height
    pen.move((x + rx, y))
    for line_to, arc_to in (
        ((right - rx, y), (right, y + ry)),
        ((right, bottom - ry), (right - rx, bottom)),
        ((x + rx, bottom), (x, bottom - ry)),
        ((x, y + ry), (x + rx, y)),
    ):
        if math.dist(pen.at, line_to) > 1e-9:
            pen.line(line_to)
        pen.arc((rx, ry), 0, (False, True), arc_to)
    pen.close()
    return pen.contours[0]


def polyline(points: Sequence[float], *, is_closed: bool) -> Contour:
    """Straight pieces through x, y pairs."""
    if len(points) % 2:
        raise ValueError("points need an even number of coordinates")
    knots = tuple(Knot(x, y) for x, y in zip(points[::2], points[1::2], strict=True))
    return Contour(knots, is_closed)
