"""Two ways from drawn mouths to the fifteen shapes.

*Parametric*: one mouth is drawn, its outline is replaced by one that takes every shape; its
colours, teeth and tongue stay. *Drawn*: there is a group for each shape; where all of them have
the same points they morph, otherwise they cross-fade. What isn't drawn is taken from its nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from visavis.face.contract import VISEMES
from visavis.face.drawing import Gradient, Group, Line, Node, Outline, bare, outlines, walk
from visavis.face.geometry import Box, Matrix, Point
from visavis.face.layers import DRAWN_MOUTHS, NEEDED_MOUTHS, STAND_INS, Layers
from visavis.face.motion import Pose, Setting
from visavis.face.mouth import TEETH_HALF_WIDTH, Mouth, MouthArt, built_in_art, shapes_for
from visavis.face.parts import difference, drawn, fill_part, morph, plain, stroke_part
from visavis.face.recipe import MouthRecipe
from visavis.face.scene import Part, group
from visavis.face.svg_xml import DrawingError, Problem

_REST_HALF_WIDTH = 60.0  # of the built-in shapes
_MORE_THAN_OPAQUE = 1.8
"""The opacity of a cross-fading mouth that is shown. The player draws all above 1 as 1, so half
way the old and the new one have 0.9 each: the face shines through by a hundredth, not a quarter."""


class MouthMaker(Protocol):
    """What the skeleton needs of a mouth.

    First `part` is called for each of `names` that is met in the drawing, then the poses may be
    asked for, and when all is nested, `bind`.
    """

    names: frozenset[str]
    problems: tuple[Problem, ...]
    told: str
    """How it works, for people."""

    def part(self, name: str, origin: Point) -> Part:
        """The part that stands for a layer."""
        ...

    def pose(self, viseme: str) -> Pose:
        """The mouth's properties for one shape; all shapes set the same."""
        ...

    def feeling(self, wish: Mapping[str, float]) -> Pose:
        """How a feeling bends whatever shape there is; the same properties for every wish.

        Wishes are numbers of `moves.EMOTIONS` that begin with `mouth-`, in the mouth's own units.
        """
        ...

    def jaw(self, viseme: str) -> tuple[float, float]:
        """(how far the jaw has dropped, how much wider than at rest), in artboard units."""
        ...

    def bind(self, world: Callable[[Part], Matrix]) -> None:
        """Connect what needs to know where it lies in the whole drawing."""
        ...


class ParametricMouth:
    """One drawn mouth in fifteen shapes."""

    def __init__(self, node: Node, recipe: MouthRecipe, file_name: str) -> None:
        self.names = frozenset({"mouth"})
        inside = {item.name: item for item in walk(node) if item.name and item is not node}
        main = _main(node, inside)
        box = main.box if main else None
        if main is None or box is None or box.width <= 0:
            what = "the layer mouth holds no outline"
            raise DrawingError(file_name, (Problem(node.source_line, what, "Draw its shape."),))
        pivot = node.pivot if isinstance(node, Group) else None
        self._origin = pivot or box.center
        self._scale = recipe.scale or box.width / 2 / _REST_HALF_WIDTH
        self._shapes = shapes_for(recipe)
        self.problems: tuple[Problem, ...] = ()
        art = self._art(main, inside, recipe)
        self._mouth = Mouth(art, self._shapes, x=0, y=0, scale=self._scale)
        given = [name for name in ("teeth-upper", "teeth-lower", "tongue") if name in inside]
        self.told = "parametric" + (f", with {', '.join(given)} as drawn" if given else "")

    def part(self, name: str, origin: Point) -> Part:
        """The whole mouth."""
        del name
        x, y = self._origin
        self._mouth.top.props |= {"x": x - origin[0], "y": y - origin[1]}
        return self._mouth.top

    def pose(self, viseme: str) -> Pose:
        """Lips, teeth and tongue."""
        return self._mouth.pose(viseme)

    def feeling(self, wish: Mapping[str, float]) -> Pose:
        """The bones that the lips hang on."""
        return self._mouth.feeling(wish)

    def jaw(self, viseme: str) -> tuple[float, float]:
        """From the numbers of the shape."""
        form, rest = self._shapes[viseme], self._shapes["sil"]
        return form.jaw * self._scale, (form.half_width - rest.half_width) * self._scale

    def bind(self, world: Callable[[Part], Matrix]) -> None:
        """Hang the lips on their bones."""
        self._mouth.bind(world)

    def _art(self, main: Outline, inside: Mapping[str, Node], recipe: MouthRecipe) -> MouthArt:
        usual = built_in_art(recipe.colors)
        back = Matrix(1 / self._scale, 0, 0, 1 / self._scale) @ Matrix(
            e=-self._origin[0], f=-self._origin[1]
        )
        line = _line_of(inside.get("mouth-line"))
        lip = main.stroke
        if line is None:  # without a line of its own, the stroke is the line where lips meet
            line, lip = main.stroke, None
        return MouthArt(
            hole=(fill_part(main.fill, back),) if main.fill is not None else usual.hole,
            lip=stroke_part(lip, back) if lip else None,
            line=stroke_part(line, back) if line else None,
            upper=self._bit("teeth-upper", inside, 1.0) or usual.upper,
            lower=self._bit("teeth-lower", inside, 0.0) or usual.lower,
            tongue=self._bit("tongue", inside, 0.0) or usual.tongue,
            tip=self._bit("tongue-tip", inside, 0.5) or usual.tip,
        )

    def _bit(self, name: str, inside: Mapping[str, Node], down: float) -> Part | None:
        """Drawn teeth or tongue, anchored at `down` (0 top, 1 bottom) of its box."""
        node = inside.get(name)
        box = node.box if node else None
        if node is None or box is None or box.width <= 0:
            return None
        anchor = (box.center[0], box.top + down * box.height)
        if isinstance(node, Group) and node.pivot is not None:
            anchor = node.pivot
        art = group(f"{name}-art", *drawn((bare(node),), anchor, plain))
        across = 1 / self._scale
        if name.startswith("teeth"):
            across = 2 * TEETH_HALF_WIDTH / box.width
        art.props |= {"scaleX": across, "scaleY": 1 / self._scale}
        return group(name, art)


def _main(node: Node, inside: Mapping[str, Node]) -> Outline | None:
    """The outline that stands for the opening: mouth-shape, or the first one there is."""
    start = inside.get("mouth-shape", node)
    return next(outlines(start), None)


def _line_of(node: Node | None) -> Line | None:
    if node is None:
        return None
    return next((item.stroke for item in outlines(node) if item.stroke), None)


class DrawnMouth:
    """Fifteen drawn mouths, or as many as there are."""

    def __init__(self, layers: Layers, file_name: str) -> None:
        found = layers.mouths
        missing = [viseme for viseme in NEEDED_MOUTHS if viseme not in found]
        if missing:
            names = " and ".join(DRAWN_MOUTHS[viseme] for viseme in missing)
            line = min((node.source_line for node in found.values()), default=1)
            hint = "With drawn mouths, at least the shut and the widest open one are needed."
            raise DrawingError(file_name, (Problem(line, f"{names} isn't drawn", hint),))
        self._nodes = found
        self._from = {viseme: _nearest(viseme, found) for viseme in VISEMES}
        self.names = frozenset(DRAWN_MOUTHS[viseme] for viseme in found)
        self._why = dict(self._differences())
        self._art: list[Part] = []
        self._targets: dict[str, dict[tuple[int, str], float]] = {}
        self._moved: dict[tuple[int, str], Part] = {}
        self._faded: dict[str, Part] = {}
        self._opaque = 1.0 if any(map(_is_translucent, found.values())) else _MORE_THAN_OPAQUE
        self.problems = tuple(self._notes())
        self.told = "drawn, cross-fading" if self._why else "drawn, morphing"

    def part(self, name: str, origin: Point) -> Part:
        """Morphing, the first one stands for all; fading, each for itself."""
        viseme = name.removeprefix("mouth-")
        if self._why:
            part = group(name, *self._drawn(viseme, origin))
            part.props["opacity"] = self._opaque if viseme == "sil" else 0.0
            self._faded[viseme] = part
            return part
        if viseme != "sil":
            return group(name)
        self._art = self._drawn("sil", origin)
        for other in self._nodes:
            target = self._drawn(other, origin)
            values: dict[tuple[int, str], float] = {}
            for one, two in zip(self._art, target, strict=True):
                for part, prop, value in morph(one, two):
                    values[id(part), prop] = value
                    self._moved[id(part), prop] = part
            self._targets[other] = values
        self._forget_what_never_moves()
        return group("mouth", *self._art)

    def pose(self, viseme: str) -> Pose:
        """All that any of the shapes changes."""
        source = self._from[viseme]
        if self._why:
            return tuple(
                Setting(part, "opacity", self._opaque if other == source else 0.0)
                for other, part in self._faded.items()
            )
        values = self._targets[source]
        return tuple(Setting(part, key[1], values[key]) for key, part in self._moved.items())

    def feeling(self, wish: Mapping[str, float]) -> Pose:
        """Drawn shapes stay as they were drawn."""
        del wish
        return ()

    def jaw(self, viseme: str) -> tuple[float, float]:
        """From the boxes of the drawings."""
        here, rest = self._box(self._from[viseme]), self._box("sil")
        return max(0.0, here.bottom - rest.bottom), (here.width - rest.width) / 2

    def bind(self, world: Callable[[Part], Matrix]) -> None:
        """Nothing to connect."""
        del world

    def _drawn(self, viseme: str, origin: Point) -> list[Part]:
        return drawn((bare(self._nodes[viseme]),), origin, plain)

    def _box(self, viseme: str) -> Box:
        boxes = bare(self._nodes[viseme]).box
        return boxes or Box(0, 0, 0, 0)

    def _differences(self) -> Iterator[tuple[str, str]]:
        base = self._drawn("sil", (0, 0))
        for viseme in self._nodes:
            if why := difference(base, self._drawn(viseme, (0, 0))):
                yield viseme, why

    def _forget_what_never_moves(self) -> None:
        for key in list(self._moved):
            if len({values[key] for values in self._targets.values()}) == 1:
                del self._moved[key]

    def _notes(self) -> Iterator[Problem]:
        for viseme, why in self._why.items():
            yield Problem(
                self._nodes[viseme].source_line,
                f"the mouths cross-fade, because mouth-{viseme} can't morph from mouth-sil: {why}",
                "For mouths that morph, copy mouth-sil and move its points.",
            )
        taken = [f"mouth-{v} from mouth-{s}" for v, s in self._from.items() if v != s]
        if taken:
            line = self._nodes["sil"].source_line
            yield Problem(line, f"not drawn, so taken from the nearest: {', '.join(taken)}")


def _is_translucent(node: Node) -> bool:
    """Whether anything in it is half-transparent: such things can't be more than opaque."""
    return any(
        item.opacity < 1 or any(color >> 24 < 0xFF for color in _colors(item))
        for item in walk(node)
    )


def _colors(item: Node) -> Iterator[int]:
    paints = (item.fill, item.stroke and item.stroke.paint) if isinstance(item, Outline) else ()
    for paint in paints:
        if isinstance(paint, Gradient):
            yield from (stop.color for stop in paint.stops)
        elif paint is not None:
            yield paint


def _nearest(viseme: str, found: Mapping[str, Node]) -> str:
    """The drawn mouth for a viseme: its own, or the first that stands in, and so on."""
    queue, seen = [viseme], set[str]()
    while queue:
        name = queue.pop(0)
        if name in found:
            return name
        if name not in seen:
            seen.add(name)
            queue += STAND_INS.get(name, ())
    return "sil"
