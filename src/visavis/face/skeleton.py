"""The drawing as parts, with a joint wherever a layer's name says that something moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from visavis.face.contract import ARTBOARD
from visavis.face.drawing import Drawing, Group, Node, Visibility, bare, outlines
from visavis.face.geometry import Box, Matrix, Pen, Point
from visavis.face.joint import ENERGY, GAZE, Joint, Motion
from visavis.face.layers import GROUND, LOOSE, SHUT, SIDES, Layers
from visavis.face.mouths import MouthMaker
from visavis.face.parts import difference, drawn, morph, plain, shapes_in
from visavis.face.recipe import Recipe
from visavis.face.riv import Value
from visavis.face.scene import Part, group
from visavis.face.svg_xml import DrawingError, Problem

UNITS_PER_HEAD = 500.0
_BOTH = (Motion.MOOD, Motion.EMOTION)
_MOTIONS: Mapping[str, tuple[Motion, ...]] = {
    "whole": (*_BOTH, Motion.GESTURE),
    "body": (Motion.BREATH, *_BOTH, Motion.GESTURE),
    "head": (Motion.BREATH, *_BOTH, *ENERGY, Motion.GESTURE),
    "face": (*_BOTH, *GAZE, Motion.GESTURE),
    "eye": (*_BOTH, Motion.BLINK, Motion.GESTURE),
    "pupil": (*_BOTH, *GAZE, Motion.GESTURE),
    "lid": (*_BOTH, Motion.BLINK, Motion.GESTURE),
    "lower-lid": (*_BOTH, Motion.BLINK, Motion.GESTURE),
    "brow": (*_BOTH, *ENERGY, Motion.GESTURE),
    "cheek": (*_BOTH, Motion.GESTURE),
    "arm": (Motion.BREATH, *_BOTH, Motion.GESTURE),
    "loose": (Motion.BREATH, *_BOTH, Motion.GESTURE),
    "light": (Motion.MOOD, *ENERGY),
}
# Where a part turns, as a share of its box: (from the left, from the top).
_PIVOTS = {
    "head": (0.5, 0.92),
    "body": (0.5, 1.0),
    "arm": (0.5, 0.08),
    "loose": (0.5, 0.9),
}
Change = tuple[Part, str, float, float]
"""A part, one of its properties, the value as drawn, the value in another pose."""


@dataclass(slots=True)
class Skeleton:
    """What can move, by layer name. Lengths in artboard units."""

    artboard: Part
    unit: float
    """1/500 of the head's height."""
    mouth: MouthMaker
    joints: dict[str, Joint] = field(default_factory=dict[str, Joint])
    art: dict[str, list[Part]] = field(default_factory=dict[str, list[Part]])
    """What hangs on each joint."""
    shut: dict[str, tuple[Change, ...]] = field(default_factory=dict[str, tuple[Change, ...]])
    """What changes when a lid shuts, by the lid's name."""
    jaw: dict[str, tuple[Part, ...]] = field(default_factory=dict[str, tuple[Part, ...]])
    """The lowest points of the outlines that follow the jaw."""

    def named(self, layer: str) -> Iterator[str]:
        """The joints that a layer's name stands for: one, a pair, or all that is loose."""
        if layer in self.joints:
            yield layer
        elif layer == "loose":
            yield from (name for name in self.joints if role_of(name) == "loose")
        else:
            yield from (f"{layer}-{s}" for s in SIDES if f"{layer}-{s}" in self.joints)

    def assemble(self) -> None:
        """Nest all nodes; once, when every motion has asked for its own."""
        for joint in self.joints.values():
            joint.assemble()
        self.mouth.bind(_worlds(self.artboard))


def role_of(name: str) -> str:
    """`eye-left` is an `eye`, `loose-tail` is `loose`."""
    if name.startswith(LOOSE):
        return "loose"
    return next((name.removesuffix(f"-{s}") for s in SIDES if name.endswith(f"-{s}")), name)


def side_of(name: str) -> str:
    """`left`, `right` or ''."""
    return next((side for side in SIDES if name.endswith(f"-{side}")), "")


def build_skeleton(drawing: Drawing, layers: Layers, recipe: Recipe, mouth: MouthMaker) -> Skeleton:
    """All parts of a drawing; raises DrawingError where a shut lid or a mouth can't be reached."""
    props: dict[str, Value] = {
        "name": ARTBOARD,
        "width": drawing.width,
        "height": drawing.height,
    }
    if not _fits(drawing):
        props["clip"] = True  # as an SVG is cut off at its edge
    unit = _head_height(drawing, layers) / UNITS_PER_HEAD
    skeleton = Skeleton(Part("Artboard", props), unit, mouth)
    _Drawer(drawing, layers, recipe, skeleton).draw()
    return skeleton


def _fits(drawing: Drawing) -> bool:
    box = drawing.root.box
    if box is None:
        return True
    inside = box.left >= 0 and box.top >= 0
    return inside and box.right <= drawing.width and box.bottom <= drawing.height


def _head_height(drawing: Drawing, layers: Layers) -> float:
    """Of the head's largest outline: its skull, not its antenna, neck or hat."""
    for node in (layers.by_name.get("head"), drawing.root):
        boxes = [box for item in outlines(node) if (box := item.box)] if node else []
        if boxes:
            return max(boxes, key=lambda box: box.width * box.height).height
    return drawing.height


class _Drawer:
    """Walks the drawing once, from the outside in."""

    def __init__(
        self, drawing: Drawing, layers: Layers, recipe: Recipe, skeleton: Skeleton
    ) -> None:
        self._drawing = drawing
        self._layers = layers
        self._recipe = recipe
        self._to = skeleton
        self._met: set[str] = set()

    def draw(self) -> None:
        drawing = self._drawing
        box = drawing.root.box
        ground = (drawing.width / 2, min(box.bottom, drawing.height) if box else drawing.height)
        whole = Joint("whole", _MOTIONS["whole"], x=ground[0], y=ground[1])
        self._to.joints["whole"] = whole
        still = [node for node in drawing.root.children if node.name == GROUND]
        moving = [node for node in drawing.root.children if node.name != GROUND]
        whole.add(*drawn(moving, ground, self._replace))
        self._to.artboard.add(*drawn(still, (0.0, 0.0), plain), whole.top)
        self._check_mouths()

    def _check_mouths(self) -> None:
        """A mouth inside of something that isn't shown would never be seen."""
        lost = sorted(self._to.mouth.names - self._met)
        if lost:
            node = self._layers.by_name[lost[0]]
            what = f"{', '.join(lost)} can't be reached: inside a hidden layer, or another mouth"
            problem = Problem(node.source_line, what, "Show that layer, or move the mouth out.")
            raise DrawingError(self._drawing.file_name, (problem,))

    def _replace(self, node: Node, origin: Point) -> Part | None:
        """The part for a layer with a meaning; None for plain drawing."""
        name = node.name
        if name in self._to.mouth.names and self._layers.by_name.get(name) is node:
            self._met.add(name)
            return self._to.mouth.part(name, origin)
        if name in SHUT.values():
            return group(name)  # a pose to reach, not a thing to show
        role = "light" if name in self._recipe.lights else role_of(name)
        is_layer = self._layers.by_name.get(name) is node or role == "light"
        if role in _MOTIONS and role != "whole" and is_layer:
            if node.visibility is Visibility.HIDDEN:
                return group(name)
            return self._joint(name, role, node, origin)
        if name in self._recipe.jaw and node.visibility is Visibility.SHOWN:
            art = drawn((bare(node),), origin, self._replace)
            self._to.jaw[name] = tuple(v for part in art for v in _lowest(part))
            return group(name, *art)
        return None

    def _joint(self, name: str, role: str, node: Node, origin: Point) -> Part:
        pivot = _pivot(node, role)
        joint = Joint(name, _MOTIONS[role], x=pivot[0] - origin[0], y=pivot[1] - origin[1])
        self._to.joints[name] = joint
        art = drawn((bare(node),), pivot, self._replace)
        self._to.art[name] = art
        joint.add(*art)
        if name in self._recipe.jaw:
            self._to.jaw[name] = tuple(v for part in art for v in _lowest(part))
        if (shut := self._layers.by_name.get(SHUT.get(name, ""))) is not None:
            self._to.shut[name] = self._changes(name, shut, art, pivot)
        return joint.top

    def _changes(self, name: str, other: Node, art: list[Part], pivot: Point) -> tuple[Change, ...]:
        target = drawn((bare(other),), pivot, plain)
        if why := difference(art, target):
            problem = Problem(
                other.source_line,
                f"{other.name} can't be reached from {name}: {why}",
                "Copy the open one and move its points.",
            )
            raise DrawingError(self._drawing.file_name, (problem,))
        return tuple(changes(art, target))


def changes(art: list[Part], target: list[Part]) -> Iterator[Change]:
    """What differs between two drawings of the same build."""
    for one, two in zip(art, target, strict=True):
        for part, prop, value in morph(one, two):
            rest = float(part.rest(prop))
            if not math.isclose(rest, value, abs_tol=1e-6):
                yield part, prop, rest, value


def _pivot(node: Node, role: str) -> Point:
    if isinstance(node, Group) and node.pivot is not None:
        return node.pivot
    box = node.box or Box(0, 0, 0, 0)
    across, down = _PIVOTS.get(role, (0.5, 0.5))
    return box.left + across * box.width, box.top + down * box.height


def _lowest(part: Part) -> Iterator[Part]:
    """The lowest point of each outline under a part."""
    for shape in shapes_in(part):
        for path in shape.children:
            if path.kind == "PointsPath" and path.children:
                yield max(path.children, key=lambda vertex: float(vertex.rest("y")))


def _worlds(artboard: Part) -> Callable[[Part], Matrix]:
    """Where every part is at rest."""
    found: dict[int, Matrix] = {}

    def visit(part: Part, world: Matrix) -> None:
        if part.kind in {"Node", "Shape", "PointsPath", "RootBone"}:
            pen = Pen(*(float(part.rest(p)) for p in ("rotation", "scaleX", "scaleY")))
            world = world @ pen.matrix((float(part.rest("x")), float(part.rest("y"))))
        found[id(part)] = world
        for child in part.children:
            visit(child, world)

    visit(artboard, Matrix())
    return lambda part: found[id(part)]
