"""What a frame of a character costs: things to do, area to paint, and a guess at the time.

Pure: bytes in, numbers out. `visavis bench frame-parts` measures what each of them costs, and how
far the guess is off for our own characters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from visavis.face.geometry import Matrix, Pen
from visavis.face.riv import RivObject, read_riv

FRAME_PX = 600
"""Width and height of the canvas that FRAME_COST_MS is about."""
FRAME_COST_MS: Mapping[str, float] = {
    "frame": 0.012,
    "shapes": 0.0042,
    "points": 0.0019,
    "strokes": 0.075,
    "clips": 0.031,
    "flat_layers": 0.06,
    "gradient_layers": 0.63,
    "rich_layers": 1.72,
}
"""Milliseconds for any frame, and for each thing in it: from a `visavis bench frame-parts` on
two busy cores (Xeon), those of gradients from a later one, so a guess. A layer is the whole frame
painted once."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a frame has to do. The drawing is done on the CPU, so every one of these costs."""

    shapes: int
    points: int
    strokes: int
    clips: int
    gradients: int
    keyed: int
    """Properties that animations set."""
    flat_layers: float
    """How many times the whole frame's area is filled with a colour, by the shapes' boxes."""
    gradient_layers: float
    """The same with a gradient of two colours, one at either end, for which Skia has a fast way."""
    rich_layers: float
    """The same with any other gradient."""

    def amounts(self) -> dict[str, float]:
        """How much there is of each thing in FRAME_COST_MS."""
        return {name: getattr(self, name) for name in FRAME_COST_MS if name != "frame"}

    @property
    def frame_ms(self) -> float:
        """A guess at one frame on a canvas of FRAME_PX, on the machine that the costs are from."""
        costs = (FRAME_COST_MS[name] * much for name, much in self.amounts().items())
        return FRAME_COST_MS["frame"] + sum(costs)

    def __str__(self) -> str:
        return (
            f"each frame: {self.shapes} shapes, {self.points} points, {self.strokes} strokes, "
            f"{self.clips} clips, "
            f"{self.gradients} gradients, {self.keyed} animated properties, "
            f"{self.flat_layers + self.gradient_layers + self.rich_layers:.1f} times its area: "
            "a guess of "
            f"{self.frame_ms:.0f} ms at {FRAME_PX} x {FRAME_PX} without a GPU"
        )


def cost(data: bytes) -> Cost:
    """What a frame of a file costs. Raises ConfigError if it can't be read."""
    objects = read_riv(data).objects
    kinds = Counter(item.kind for item in objects)
    areas = list(_filled(objects))
    return Cost(
        shapes=kinds["Shape"],
        points=sum(count for kind, count in kinds.items() if kind.endswith("Vertex")),
        strokes=kinds["Stroke"],
        clips=kinds["ClippingShape"],
        gradients=kinds["LinearGradient"] + kinds["RadialGradient"],
        keyed=kinds["KeyedProperty"],
        flat_layers=sum(area for kind, area in areas if kind == "flat"),
        gradient_layers=sum(area for kind, area in areas if kind == "gradient"),
        rich_layers=sum(area for kind, area in areas if kind == "rich"),
    )


def _filled(objects: Sequence[RivObject]) -> Iterator[tuple[str, float]]:
    """(flat, gradient or rich; area of its box in frames) of every fill of the first artboard."""
    start = next((i for i, item in enumerate(objects) if item.kind == "Artboard"), len(objects))
    parts = objects[start:]
    frame = (_number(parts[0], "width") * _number(parts[0], "height")) if parts else 0.0
    worlds: list[Matrix] = []
    boxes: dict[int, list[tuple[float, float]]] = {}
    stops = _stops(parts)
    for index, item in enumerate(parts):
        if item.kind in {"LinearAnimation", "StateMachine"} or frame <= 0:
            return
        parent = _parent(item, index)
        world = worlds[parent] @ _own(item) if index else Matrix()
        worlds.append(world)
        shape = _above(parts, index, "Shape")
        for x, y in _corners(item):
            boxes.setdefault(shape, []).append(world.point(x, y))
        if parts[parent].kind == "Fill" and item.kind in _PAINTS and shape in boxes:
            xs, ys = zip(*boxes[shape], strict=True)
            area = max(0.0, max(xs) - min(xs)) * max(0.0, max(ys) - min(ys))
            kind = "flat" if item.kind == "SolidColor" else "rich"
            if sorted(stops.get(index, ())) == [0.0, 1.0]:
                kind = "gradient"
            yield kind, min(1.0, area / frame)


def _stops(parts: Sequence[RivObject]) -> Mapping[int, Sequence[float]]:
    """Where on each gradient its stops are, by the gradient's place."""
    found: dict[int, list[float]] = {}
    for index, item in enumerate(parts):
        if item.kind == "GradientStop":
            found.setdefault(_parent(item, index), []).append(_number(item, "position"))
    return found


_PAINTS = frozenset({"SolidColor", "LinearGradient", "RadialGradient"})
_PLACED = frozenset({"Node", "Shape", "Ellipse", "Rectangle", "PointsPath", "RootBone"})


def _number(item: RivObject, prop: str, default: float = 0.0) -> float:
    value = item.props.get(prop, default)
    return float(value) if isinstance(value, (int, float)) else default


def _parent(item: RivObject, index: int) -> int:
    """The parent's place; a wrong one, which lint tells of, counts as the artboard."""
    parent = int(_number(item, "parentId"))
    return parent if 0 <= parent < index else 0


def _own(item: RivObject) -> Matrix:
    if item.kind not in _PLACED:
        return Matrix()
    turn, wide, tall = (_number(item, p, d) for p, d in _POSE)
    return Pen(turn, wide, tall).matrix((_number(item, "x"), _number(item, "y")))


_POSE = (("rotation", 0.0), ("scaleX", 1.0), ("scaleY", 1.0))


def _above(parts: Sequence[RivObject], index: int, kind: str) -> int:
    """The nearest part of a kind, from this one up to the artboard; 0 if there is none."""
    while index and parts[index].kind != kind:
        index = _parent(parts[index], index)
    return index


def _corners(item: RivObject) -> Iterator[tuple[float, float]]:
    if item.kind.endswith("Vertex"):
        yield _number(item, "x"), _number(item, "y")
    elif item.kind in {"Ellipse", "Rectangle"}:
        wide, tall = _number(item, "width") / 2, _number(item, "height") / 2
        yield from ((-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall))
