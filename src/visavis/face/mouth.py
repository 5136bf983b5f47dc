"""A cartoon mouth that can be read: lips, teeth, tongue, and the fifteen shapes they take.

The mouth opens by dropping the jaw: the upper lip hardly moves. Upper teeth hang from the upper
lip's edge, lower teeth stand on the lower lip's, both are clipped by the lips. Lengths are
artboard units about the mouth's centre, y down; a face is about 560 units wide.

The shapes are drawn by eye from the viseme table of the Oculus set: which sounds show teeth,
where the tongue is, how round the lips are. What matters most for lip-reading (and is tested):
PP is shut, FF shows the upper teeth on the lower lip, rounded ones are small and ringed,
aa is the widest opening, I the widest smile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from visavis.errors import ConfigError
from visavis.face.geometry import Matrix
from visavis.face.motion import Pose, Setting
from visavis.face.recipe import MouthColors, MouthRecipe
from visavis.face.riv import Value
from visavis.face.scene import (
    Knot,
    Part,
    Stop,
    argb,
    clip,
    curve,
    ellipse,
    group,
    knot_props,
    linear_fill,
    mirrored,
    radial_fill,
    rounded_rectangle,
    shape,
    smooth,
    stroke,
)
from visavis.face.svg_xml import did_you_mean

TEETH_HALF_WIDTH = 66.0
_TEETH_HEIGHT = 60.0
_REST_WIDTH = 60.0
_REST_BOTTOM = 12.0  # lower lip of the resting mouth
_HIDDEN_TONGUE = 130.0  # far enough below to be outside of any opening


@dataclass(frozen=True, slots=True)
class MouthShape:
    """One mouth. `pinch` 1 has pointed corners (a smile), 0 round ones (a ring)."""

    half_width: float
    corner: float  # y of the corners; negative is a smile
    top: float  # y of the upper lip's middle
    bottom: float  # y of the lower lip's middle
    pinch: float
    lip: float  # width of the lip's visible ring
    upper_teeth: float = 0.0  # how far they show below the upper lip
    lower_teeth: float = 0.0
    tongue: float = _HIDDEN_TONGUE  # y of the top of the tongue
    tongue_width: float = 1.0
    tip: float = 0.0  # size 0...1 of the tip that shows over the lower lip
    tip_y: float = 0.0
    line: float = 8.0  # width of the dark line between the lips
    skew: float = 0.0  # right corner this much higher than the left
    square: float = 0.55  # reach of the middle handles: 0.55 ellipse, more is boxier

    @property
    def gap(self) -> float:
        """Distance between the lips in the middle."""
        return self.bottom - self.top

    @property
    def jaw(self) -> float:
        """How far the jaw has dropped."""
        return max(0.0, self.bottom - _REST_BOTTOM)

    @property
    def bend(self) -> float:
        """How much of a feeling it takes, 0...1: rings and wide open mouths can bend least."""
        return min(1.0, self.half_width / _REST_WIDTH) ** 2.5 * (1 - 0.45 * min(1.0, self.gap / 60))

    def knots(self) -> tuple[Knot, Knot, Knot, Knot]:
        """The opening: left corner, top, right corner, bottom."""
        w, pinch = self.half_width, self.pinch
        # At pinch 1 the handles are those of a parabola: a clean smile when the lips meet.
        reach = w * (self.square * (1 - pinch) + pinch / 3)
        inward = w * pinch / 3
        lift = 0.58 + 0.09 * pinch
        left, right = self.corner + self.skew / 2, self.corner - self.skew / 2
        return (
            Knot(-w, left, inward, (self.bottom - left) * lift, inward, (self.top - left) * lift),
            Knot(0, self.top, -reach, 0, reach, 0),
            Knot(
                w, right, -inward, (self.top - right) * lift, -inward, (self.bottom - right) * lift
            ),
            Knot(0, self.bottom, reach, 0, -reach, 0),
        )


SHAPES: dict[str, MouthShape] = {
    "sil": MouthShape(60, -11, 11, 12, 1.0, 0, skew=5),
    "PP": MouthShape(40, 1, 1, 2, 0.7, 13, line=9),
    "FF": MouthShape(50, 7, -11, 9, 0.25, 8, upper_teeth=23, square=0.7),
    "TH": MouthShape(54, -4, -15, 25, 0.35, 4, upper_teeth=14, tongue=60, tip=1.0, tip_y=19),
    "DD": MouthShape(62, -7, -14, 32, 0.45, 4, upper_teeth=12, tongue=-4, tongue_width=0.75),
    "kk": MouthShape(50, -2, -18, 42, 0.25, 5, upper_teeth=7, tongue=12, tongue_width=0.85),
    "CH": MouthShape(
        37, 1, -25, 27, 0.0, 12, upper_teeth=26, lower_teeth=24, tongue=80, square=0.72
    ),
    "SS": MouthShape(
        70, -9, -11, 20, 0.5, 4, upper_teeth=16, lower_teeth=13, tongue=80, square=0.72
    ),
    "nn": MouthShape(44, -4, -10, 24, 0.4, 5, upper_teeth=7, tongue=-8, tongue_width=1.2),
    "RR": MouthShape(33, 0, -19, 28, 0.05, 10, upper_teeth=6, tongue=4, tongue_width=0.48),
    "aa": MouthShape(60, -8, -25, 80, 0.12, 5, upper_teeth=15, tongue=44),
    "E": MouthShape(76, -14, -18, 50, 0.3, 4, upper_teeth=16, tongue=24, tongue_width=1.15),
    "I": MouthShape(
        90, -24, -8, 27, 0.75, 3, upper_teeth=17, lower_teeth=5, tongue=60, square=0.62
    ),
    "O": MouthShape(37, 4, -31, 57, 0.0, 12, upper_teeth=5, tongue=38, tongue_width=0.6),
    "U": MouthShape(18, 3, -14, 21, 0.0, 15, tongue=90),
}


@dataclass(frozen=True, slots=True)
class MouthArt:
    """What a mouth is drawn with, all about its own origin and at its own scale.

    `hole` are the paints inside the lips, the lip's stroke first; `line` those of the line where
    they meet. Teeth bite at y = 0, the upper hanging from above; a tongue's top is at y = 0, a
    tip's middle.
    """

    hole: tuple[Part, ...]
    lip: Part | None
    line: Part | None
    upper: Part
    lower: Part
    tongue: Part
    tip: Part


class Mouth:
    """The drawn mouth; `pose` gives the properties for each shape."""

    def __init__(
        self,
        art: MouthArt,
        shapes: Mapping[str, MouthShape],
        *,
        x: float,
        y: float,
        scale: float = 1.0,
    ) -> None:
        self.shapes = shapes
        self._art = art
        rest = shapes["sil"]
        self._hole = curve(rest.knots())
        self._edge = curve(rest.knots())
        paints = (*((art.lip,) if art.lip else ()), *art.hole)
        hole = shape("mouth_hole", self._hole, *paints)
        inside = group("mouth_inside", art.tongue, art.lower, art.upper)
        corners = [(-rest.half_width, rest.corner), (rest.half_width, rest.corner)]
        places = zip(("left", "right", "middle"), [*corners, (0.0, 0.0)], strict=True)
        self._pulls = tuple(_Pull.at(name, *place) for name, place in places)
        self.top = group("mouth", hole, clip(inside, hole), x=x, y=y)
        if art.line:
            self.top.add(shape("mouth_line", self._edge, art.line))
        self.top.add(art.tip)
        for pull in self._pulls:
            self.top.add(pull.wish, pull.bone)
        self.top.props |= {"scaleX": scale, "scaleY": scale}
        for setting in self.pose("sil"):
            setting.part.props[setting.prop] = setting.value

    @property
    def paths(self) -> tuple[Part, ...]:
        """The outlines that take the shapes."""
        return (self._hole, self._edge) if self._art.line else (self._hole,)

    def pose(self, viseme: str) -> Pose:
        """The mouth's own properties for a viseme (the jaw is the character's business)."""
        return tuple(self._settings(self.shapes[viseme]))

    def bind(self, world: Callable[[Part], Matrix]) -> None:
        """Hang the outlines on bones, so that a feeling can lift the corners of any shape.

        Rive's layers overwrite a point, but a bone moves the point wherever it has been put.
        Call it when the drawing is whole; `world` tells where a part is at rest.
        """
        bones = [pull.bone for pull in self._pulls]
        left, right, middle = 1, 2, 3  # bones count from 1, 0 is the drawing itself
        for path in self.paths:
            vertices = tuple(path.children)
            for vertex, bone in zip(vertices, (left, middle, right, middle), strict=True):
                vertex.add(_weight(bone, middle))
            skin = Part("Skin", _matrix_props(world(path)))
            skin.add(*(Part("Tendon", _matrix_props(world(b)), source=b) for b in bones))
            path.children.insert(0, skin)

    def feeling(self, wish: Mapping[str, float]) -> Pose:
        """How a feeling bends every shape: see `MouthMaker.feeling`."""
        out, up = wish.get("mouth-corner.out", 0.0), wish.get("mouth-corner.y", 0.0)
        ways = ((-out, up), (out, up), (0.0, wish.get("mouth-middle.y", 0.0)))
        settings: list[Setting] = []
        for pull, way in zip(self._pulls, ways, strict=True):
            for prop, by in zip(("x", "y"), way, strict=True):
                settings.append(Setting(pull.wish, prop, float(pull.wish.rest(prop)) + by))
        return tuple(settings)

    def _settings(self, form: MouthShape) -> Iterator[Setting]:
        art = self._art
        for path in self.paths:
            vertices = [part for part in path.children if part.kind == "CubicDetachedVertex"]
            for vertex, knot in zip(vertices, form.knots(), strict=True):
                for prop, value in _near(vertex, knot_props(knot)).items():
                    yield Setting(vertex, prop, value)
        if art.lip:
            yield Setting(art.lip, "thickness", max(0.01, 2 * form.lip))
        if art.line:
            yield Setting(art.line, "thickness", form.line)
        for pull in self._pulls:
            yield Setting(pull.follow, "strength", form.bend)
        across = max(0.35, form.half_width / TEETH_HALF_WIDTH)
        yield Setting(art.upper, "y", form.top + form.upper_teeth)
        yield Setting(art.upper, "scaleX", across)
        yield Setting(art.lower, "y", form.bottom - form.lower_teeth)
        yield Setting(art.lower, "scaleX", across)
        yield Setting(art.tongue, "y", form.tongue)
        yield Setting(art.tongue, "scaleX", form.tongue_width)
        yield Setting(art.tip, "y", form.tip_y)
        yield Setting(art.tip, "scaleX", 0.01 + form.tip)
        yield Setting(art.tip, "scaleY", 0.01 + form.tip)


@dataclass(frozen=True, slots=True)
class _Pull:
    """A bone that goes part of the way to where a feeling wishes it; how far is the mouth's."""

    wish: Part
    bone: Part
    follow: Part

    @classmethod
    def at(cls, name: str, x: float, y: float) -> _Pull:
        wish = group(f"mouth_{name}_wish", x=x, y=y)
        bone = Part("RootBone", {"name": f"mouth_{name}", "x": x, "y": y, "length": 1.0})
        follow = Part("TranslationConstraint", {"strength": 0.0}, source=wish)
        bone.add(follow)
        return cls(wish, bone, follow)


def _weight(bone: int, middle: int) -> Part:
    """A vertex on one bone, its handles a third on it and two thirds on the middle.

    So a parabola stays one: lips bend into a clean arc, and nothing gets a point.
    """
    third = 255 // 3
    shares = {"": 255, "in": third | 2 * third << 8, "out": third | 2 * third << 8}
    props: dict[str, Value] = {}
    for which, share in shares.items():
        props[f"{which}Values" if which else "values"] = share
        props[f"{which}Indices" if which else "indices"] = bone | (middle << 8 if which else 0)
    return Part("CubicWeight", props)


def _matrix_props(matrix: Matrix) -> dict[str, Value]:
    return {
        "xx": matrix.a,
        "yx": matrix.c,
        "xy": matrix.b,
        "yy": matrix.d,
        "tx": matrix.e,
        "ty": matrix.f,
    }


def shapes_for(recipe: MouthRecipe) -> dict[str, MouthShape]:
    """The fifteen shapes as a character.yaml wants them.

    Raises:
        ConfigError: `shapes` names a number that mouths don't have.
    """
    found: dict[str, MouthShape] = {}
    for viseme, form in SHAPES.items():
        round_ = 1 - form.pinch
        changed = replace(
            form,
            half_width=_REST_WIDTH + (form.half_width - _REST_WIDTH) * recipe.width,
            corner=form.corner - 8 * recipe.smile * (1 - round_),
            top=form.top * (recipe.open if form.gap > 1 else 1.0),
            bottom=form.bottom * (recipe.open if form.gap > 1 else 1.0),
            lip=form.lip * recipe.lip,
            line=form.line * recipe.line,
        )
        given = recipe.shapes.get(viseme, {})
        known = [item.name for item in fields(MouthShape)]
        for name in given:
            if name not in known:
                raise ConfigError(
                    f"mouth.shapes.{viseme} has no {name}; {did_you_mean(name, known)}",
                    hint=f"Its numbers are {', '.join(known)}.",
                )
        found[viseme] = replace(changed, **given)
    return found


def built_in_art(colors: MouthColors) -> MouthArt:
    """Lips, teeth and tongue for a drawing that has none."""
    dark = Part("Fill", {}).add(Part("SolidColor", {"colorValue": argb(colors.inside)}))
    return MouthArt(
        hole=(dark,),
        lip=stroke(argb(colors.lip), 1),
        line=stroke(argb(colors.line), SHAPES["sil"].line),
        upper=_teeth("teeth_upper", colors, growth=-1),
        lower=_teeth("teeth_lower", colors, growth=1),
        tongue=_tongue(colors),
        tip=_tip(colors),
    )


def _near(vertex: Part, props: dict[str, float]) -> dict[str, float]:
    """The same angles, less than half a turn from the drawn ones: mixing takes the short way."""
    turn = 6.283185307179586
    for name in ("inRotation", "outRotation"):
        drawn = float(vertex.rest(name))
        props[name] -= turn * round((props[name] - drawn) / turn)
    return props


def _teeth(name: str, colors: MouthColors, *, growth: int) -> Part:
    """A row of teeth whose biting edge is at y = 0 and whose body lies towards `growth`."""
    white = linear_fill(
        (0, 0),
        (0, growth * 30.0),
        Stop(0, argb(colors.teeth)),
        Stop(1, argb(colors.teeth_shade)),
    )
    body = shape(
        f"{name}_row",
        rounded_rectangle(2 * TEETH_HALF_WIDTH, _TEETH_HEIGHT, 9),
        white,
        y=growth * _TEETH_HEIGHT / 2,
    )
    gaps = [
        curve([Knot(x, growth * 3.0), Knot(x, growth * 40.0)], closed=False)
        for x in (-44.0, -22.0, 0.0, 22.0, 44.0)
    ]
    lines = shape(f"{name}_gaps", gaps, stroke(argb(colors.teeth_shade), 2))
    return group(name, body, lines)


def _tongue(colors: MouthColors) -> Part:
    soft = radial_fill(
        (0, 14), 60, Stop(0, argb(colors.tongue_light)), Stop(1, argb(colors.tongue))
    )
    body = shape("tongue_body", ellipse(92, 110), soft, y=55)
    groove = shape(
        "tongue_groove",
        curve([Knot(0, 14), Knot(0, 46)], closed=False),
        stroke(argb(colors.inside, 0.28), 4),
    )
    return group("tongue", body, groove)


def _tip(colors: MouthColors) -> Part:
    soft = radial_fill(
        (0, -6), 30, Stop(0, argb(colors.tongue_light)), Stop(1, argb(colors.tongue))
    )
    outline = mirrored([smooth(0, -18, 18, 0), Knot(27, -4, 0, -10, -2, 14), smooth(0, 19, -15, 0)])
    groove = curve([Knot(0, -6), Knot(0, 8)], closed=False)
    return group(
        "tongue_tip",
        shape("tongue_tip_body", curve(outline), soft, stroke(argb(colors.line), 5)),
        shape("tongue_tip_groove", groove, stroke(argb(colors.inside, 0.28), 4)),
    )
