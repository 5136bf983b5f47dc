"""Pip, drawn: a seed that has sprouted two leaves and a glowing bead.

Coral skin, a cream face, teal leaves and eyes, plum lines, and a light that tells the mood.

Nothing is outlined; every large shape has one gradient, lit from above left. Coordinates are
artboard units (800 x 800), y down. The body's parts are relative to the ground under Pip, the
head's to the middle of the head, the face's too.
"""

from __future__ import annotations

from visavis.face.contract import ARTBOARD
from visavis.face.joint import ENERGY, GAZE, Joint, Motion
from visavis.face.mouth import Mouth, MouthColors
from visavis.face.scene import (
    Knot,
    Part,
    Stop,
    argb,
    clip,
    curve,
    ellipse,
    fill,
    group,
    linear_fill,
    mirrored,
    radial_fill,
    shape,
    smooth,
    stroke,
)

SIZE = 800.0
GROUND_Y = 770.0
SCALE = 0.96  # leaves room above for a loud voice and a nod together
NECK_Y = -160.0  # above the ground
HEAD_Y = -212.0  # the head's middle, above the neck

CORAL_LIGHT, CORAL, CORAL_DEEP, CORAL_DARK = "#FFA07C", "#FF7D5F", "#EF5B4F", "#C8403F"
STALK = "#1FA58C"
CREAM_LIGHT, CREAM, CREAM_DEEP = "#FFF6E9", "#FFE9D2", "#FFCFA9"
PLUM, PLUM_DEEP = "#6A2140", "#3B0F2A"
BLUSH = "#FF6A5C"
LIGHT, LIGHT_EDGE = "#FFE27A", "#FFB72E"
LEAF_LIGHT, LEAF, LEAF_DEEP = "#6FE3B4", "#26B795", "#0C7F7C"
LEAF_TURN = -0.30  # how steeply the leaves rise at rest

MOUTH_COLORS = MouthColors(
    line=PLUM,
    lip="#F79E88",
    hole_top="#6B1738",
    hole_bottom="#42102D",
    teeth="#FFFFFF",
    teeth_shade="#EADBDD",
    tongue="#EF6A80",
    tongue_light="#FF95A2",
)

EYE_X, EYE_Y = 106.0, 2.0
EYE_WIDTH, EYE_HEIGHT = 124.0, 138.0
LID_OPEN_MID, LID_OPEN_SIDE = -66.0, -28.0  # y of the upper lid's edge
LID_SHUT_MID, LID_SHUT_SIDE = 50.0, 22.0
LOWER_LID_OPEN = 76.0
MOUTH_Y = 118.0
CHIN_Y = 226.0
CHEEK_X, CHEEK_Y = 170.0, 88.0
MASK_CHIN_Y = 196.0


class Eye:
    """One eye: a white, an iris that aims, two lids that are clipped by the socket."""

    def __init__(self, side: str, x: float) -> None:
        mirror = 1 if x > 0 else -1
        self.iris = Joint(f"iris_{side}", (Motion.MOOD, *GAZE), *_iris(side), x=-4 * mirror)
        self.lid = Joint(f"lid_{side}", (Motion.MOOD,))
        self.lower_lid = Joint(f"lower_lid_{side}", (Motion.MOOD, Motion.BLINK), y=LOWER_LID_OPEN)
        self.lid_skin = curve([*_lid_edge(), Knot(90, -130), Knot(-90, -130)])
        self.lid_line = curve(_lid_edge(), closed=False)
        lid_paint = linear_fill(
            (0, -74), (0, 52), Stop(0, argb("#FFEBD6")), Stop(1, argb("#FFD3AE"))
        )
        self.lid.add(
            shape(f"lid_skin_{side}", self.lid_skin, lid_paint),
            shape(f"lid_line_{side}", self.lid_line, stroke(argb(PLUM), 11)),
        )
        self.lower_lid.add(_lower_lid(side))
        white = shape(
            f"eye_white_{side}",
            ellipse(EYE_WIDTH, EYE_HEIGHT),
            linear_fill((0, -70), (0, 40), Stop(0, argb("#E3D5E6")), Stop(0.55, argb("#FFFFFF"))),
            stroke(argb("#F3C9A8", 0.9), 3),
        )
        socket = shape(
            f"socket_{side}", ellipse(EYE_WIDTH + 8, EYE_HEIGHT + 8), fill(argb(CREAM, 0))
        )
        ball = clip(group(f"ball_{side}", self.iris.top), white)
        lids = clip(group(f"lids_{side}", self.lower_lid.top, self.lid.top), socket)
        self.top = group(
            f"eye_{side}", white, ball, socket, lids, x=x, y=EYE_Y, rotation=0.05 * mirror
        )

    def lid_vertices(self) -> tuple[tuple[Part, float, float], ...]:
        """The vertices of the upper lid's edge with their y when open and when shut."""
        sides = ((0, LID_OPEN_SIDE, LID_SHUT_SIDE), (1, LID_OPEN_MID, LID_SHUT_MID))
        order = (*sides, (2, LID_OPEN_SIDE, LID_SHUT_SIDE))
        return tuple(
            (path.children[index], is_open, is_shut)
            for path in (self.lid_skin, self.lid_line)
            for index, is_open, is_shut in order
        )


def _lid_edge() -> tuple[Knot, Knot, Knot]:
    return (
        Knot(-70, LID_OPEN_SIDE, 0, 0, 10, 0),
        smooth(0, LID_OPEN_MID, 46, 0),
        Knot(70, LID_OPEN_SIDE, -10, 0, 0, 0),
    )


def _lower_lid(side: str) -> Part:
    edge = [Knot(-90, 16), smooth(0, -4, 50, 0), Knot(90, 16), Knot(90, 90), Knot(-90, 90)]
    return shape(f"lower_lid_skin_{side}", curve(edge), fill(argb("#FFE4CC")))


def _iris(side: str) -> tuple[Part, ...]:
    colored = linear_fill(
        (0, -48),
        (0, 50),
        Stop(0, argb("#0A4650")),
        Stop(0.5, argb("#0F7E80")),
        Stop(1, argb("#3FD9C4")),
    )
    return (
        shape(f"iris_disc_{side}", ellipse(102, 112), colored, stroke(argb("#08343F"), 4)),
        shape(f"pupil_{side}", ellipse(68, 77), fill(argb("#240A1E"))),
        shape(f"glint_{side}", ellipse(34, 36), fill(argb("#FFFFFF")), x=-18, y=-22),
        shape(f"glint_small_{side}", ellipse(15, 15), fill(argb("#FFFFFF", 0.8)), x=20, y=26),
    )


class PipArt:
    """All of Pip's parts that move."""

    def __init__(self) -> None:
        self.mouth = Mouth(MOUTH_COLORS, y=MOUTH_Y)
        self.eyes = (Eye("l", -EYE_X), Eye("r", EYE_X))
        self.brows = tuple(_brow(side, x) for side, x in (("l", -EYE_X), ("r", EYE_X)))
        self.cheeks = tuple(_cheek(side, x) for side, x in (("l", -CHEEK_X), ("r", CHEEK_X)))
        self.mask = curve(_mask_knots())
        self.skull = curve(_skull_knots())
        self.leaves = (_leaf("l", -1), _leaf("r", 1))
        stalk = (Motion.BREATH, Motion.MOOD, Motion.GESTURE)
        self.antenna_tip = Joint("antenna_tip", stalk, x=-6, y=-38)
        self.antenna = Joint("antenna", stalk, y=-252)
        self.bead = Joint("bead", (Motion.MOOD, *ENERGY), x=10, y=-42)
        self._bead_art()
        self.face = Joint("face", (Motion.MOOD, *GAZE, Motion.GESTURE))
        self._face_art()
        self.head = Joint("head", (Motion.BREATH, Motion.MOOD, *ENERGY, Motion.GESTURE), y=NECK_Y)
        self._head_art()
        self.arms = tuple(_arm(side, x) for side, x in (("l", -84.0), ("r", 84.0)))
        self.torso = Joint("torso", (Motion.BREATH, Motion.MOOD), *_torso_art())
        self.whole = Joint("whole", (Motion.MOOD, Motion.GESTURE), x=SIZE / 2, y=GROUND_Y)
        self.whole.add(
            _feet(),
            self.torso.top,
            self.head.top,
            *(arm.top for arm in self.arms),
        )
        self.whole.top.props |= {"scaleX": SCALE, "scaleY": SCALE}
        self.artboard = Part("Artboard", {"name": ARTBOARD, "width": SIZE, "height": SIZE})
        self.artboard.add(_ground_shadow(), self.whole.top)

    def _bead_art(self) -> None:
        clear, soft = argb(LIGHT, 0.0), argb(LIGHT, 0.75)
        self.halo_paint = radial_fill((0, 0), 66, Stop(0, soft), Stop(1, clear))
        self.bead_paint = radial_fill(
            (-8, -9),
            36,
            Stop(0, argb("#FFFDF0")),
            Stop(0.35, argb(LIGHT)),
            Stop(1, argb(LIGHT_EDGE)),
        )
        self.halo = shape("halo", ellipse(132, 132), self.halo_paint, x=10, y=-42, opacity=0.55)
        ball = shape("bead_ball", ellipse(52, 52), self.bead_paint)
        glint = shape("bead_glint", ellipse(13, 11), fill(argb("#FFFFFF", 0.95)), x=-9, y=-11)
        self.bead.add(ball, glint)
        upper = curve([Knot(0, 0, 0, 0, -2, -18), Knot(10, -38, -12, 10)], closed=False)
        upper_art = shape("stalk_upper", upper, stroke(argb(STALK), 13))
        self.antenna_tip.add(self.halo, upper_art, self.bead.top)
        lower = curve([Knot(0, 18, 0, 0, 2, -24), Knot(-6, -38, 2, 16)], closed=False)
        lower_art = shape("stalk_lower", lower, stroke(argb(STALK), 13))
        self.antenna.add(self.antenna_tip.top, lower_art)

    def _face_art(self) -> None:
        mask_paint = radial_fill(
            (-30, -50),
            300,
            Stop(0, argb(CREAM_LIGHT)),
            Stop(0.6, argb(CREAM)),
            Stop(1, argb(CREAM_DEEP)),
        )
        self.face.add(
            shape("mask", self.mask, mask_paint),
            *(cheek.top for cheek in self.cheeks),
            *(eye.top for eye in self.eyes),
            _nose(),
            self.mouth.top,
            *(brow.top for brow in self.brows),
        )

    def _head_art(self) -> None:
        skin = radial_fill(
            (-70, -150),
            470,
            Stop(0, argb(CORAL_LIGHT)),
            Stop(0.45, argb(CORAL)),
            Stop(1, argb(CORAL_DEEP)),
        )
        arc = curve([Knot(-228, -78, 0, 0, 20, -38), Knot(-136, -160, -36, 18)], closed=False)
        dot = curve([Knot(-104, -176), Knot(-100, -178)], closed=False)
        shine = shape("shine", [arc, dot], stroke(argb("#FFFFFF", 0.38), 13))
        art = group("head_art", y=HEAD_Y)
        art.add(
            *(leaf.top for leaf in self.leaves),
            self.antenna.top,
            shape("skull", self.skull, skin),
            shine,
            self.face.top,
        )
        self.head.add(art)


def _skull_knots() -> list[Knot]:
    return mirrored(
        [
            Knot(0, -268, -13, 40, 13, 40),  # the seed's tip runs into the stalk
            smooth(118, -186, 76, 34, back=0.8),
            smooth(278, 38, 4, 92, back=1.35),
            smooth(0, CHIN_Y, -172, 0),
        ]
    )


def _mask_knots() -> list[Knot]:
    return mirrored(
        [
            smooth(0, -112, 34, 0),
            smooth(116, -134, 62, 0),
            smooth(226, 18, 0, 84),
            smooth(0, MASK_CHIN_Y, -122, 0),
        ]
    )


def _nose() -> Part:
    return group(
        "nose",
        shape("nose_tip", ellipse(30, 20), fill(argb("#E8705F"))),
        shape("nose_glint", ellipse(10, 6), fill(argb("#FFFFFF", 0.7)), x=-5, y=-4),
        y=62,
    )


def _brow(side: str, x: float) -> Joint:
    mirror = 1 if x > 0 else -1
    line = curve(
        [Knot(-33 * mirror, -2, 0, 0, 18 * mirror, -13), Knot(34 * mirror, 9, -12 * mirror, -17)],
        closed=False,
    )
    art = shape(f"brow_line_{side}", line, stroke(argb(PLUM), 13))
    return Joint(f"brow_{side}", (Motion.MOOD, *ENERGY, Motion.GESTURE), art, x=x, y=-104)


def _cheek(side: str, x: float) -> Joint:
    soft = radial_fill((0, 0), 44, Stop(0, argb(BLUSH, 0.62)), Stop(1, argb(BLUSH, 0.0)))
    art = shape(f"blush_{side}", ellipse(88, 88), soft)
    art.props["scaleY"] = 0.72
    return Joint(f"cheek_{side}", (Motion.MOOD,), art, x=x, y=CHEEK_Y)


def _leaf(side: str, mirror: int) -> Joint:
    outline = [
        Knot(0, 0, 22 * mirror, 22, 14 * mirror, -44),
        Knot(140 * mirror, -6, -34 * mirror, -56, -30 * mirror, 40),
    ]
    blade = linear_fill(
        (0, -40),
        (0, 36),
        Stop(0, argb(LEAF_LIGHT)),
        Stop(0.55, argb(LEAF)),
        Stop(1, argb(LEAF_DEEP)),
    )
    rib = curve(
        [Knot(16 * mirror, -3, 0, 0, 30 * mirror, -10), Knot(108 * mirror, -7)], closed=False
    )
    art = group(
        f"leaf_art_{side}",
        shape(f"leaf_blade_{side}", curve(outline), blade),
        shape(f"leaf_rib_{side}", rib, stroke(argb("#DFFFF0", 0.55), 5)),
        rotation=LEAF_TURN * mirror,
    )
    motions = (Motion.BREATH, Motion.MOOD, Motion.GESTURE)
    return Joint(f"leaf_{side}", motions, art, x=3.0 * mirror, y=-250)


def _torso_art() -> tuple[Part, ...]:
    body = curve(mirrored([smooth(0, -200, 60, 0), smooth(122, -58, 4, 44), smooth(0, -8, -86, 0)]))
    skin = linear_fill((0, -170), (0, -8), Stop(0, argb(CORAL_DEEP)), Stop(1, argb(CORAL)))
    belly = radial_fill((0, -86), 84, Stop(0, argb(CREAM_LIGHT)), Stop(1, argb(CREAM)))
    trunk = shape("trunk", body, skin)
    dark = radial_fill((0, 0), 130, Stop(0.4, argb(PLUM, 0.34)), Stop(1, argb(PLUM, 0.0)))
    shade = shape("neck_shade", ellipse(260, 260), dark, y=-164)
    shade.props["scaleY"] = 0.5
    return (
        trunk,
        shape("belly", ellipse(118, 110), belly, y=-66),
        clip(group("neck_shadow", shade), trunk),
    )


def _feet() -> Part:
    paint = linear_fill((0, -22), (0, 22), Stop(0, argb(CORAL_DEEP)), Stop(1, argb(CORAL_DARK)))
    more = linear_fill((0, -22), (0, 22), Stop(0, argb(CORAL_DEEP)), Stop(1, argb(CORAL_DARK)))
    return group(
        "feet",
        shape("foot_l", ellipse(104, 48), paint, x=-58, y=-14),
        shape("foot_r", ellipse(104, 48), more, x=58, y=-14),
    )


def _arm(side: str, x: float) -> Joint:
    mirror = 1 if x > 0 else -1
    bone = [Knot(0, 0, 0, 0, 12 * mirror, 24), Knot(18 * mirror, 56, 4 * mirror, -20)]
    sleeve = shape(f"arm_line_{side}", curve(bone, closed=False), stroke(argb(CORAL_DEEP), 36))
    palm = radial_fill((-6, -8), 34, Stop(0, argb(CREAM)), Stop(1, argb(CREAM_DEEP)))
    hand = shape(f"hand_{side}", ellipse(52, 50), palm, x=20 * mirror, y=64)
    return Joint(f"arm_{side}", (Motion.BREATH, Motion.MOOD), sleeve, hand, x=x, y=-112)


def _ground_shadow() -> Part:
    soft = radial_fill((0, 0), 170, Stop(0, argb("#2A0A1E", 0.30)), Stop(1, argb("#2A0A1E", 0.0)))
    part = shape("ground_shadow", ellipse(340, 340), soft, x=SIZE / 2, y=GROUND_Y + 4)
    part.props["scaleY"] = 0.11
    return part
