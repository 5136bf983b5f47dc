"""Motion as tables: which layer does what, when. Read by `puppet`, changed by character.yaml.

A track is named `layer.property`. Layers without a side ("brow", "arm") stand for both sides;
"loose" stands for every loose layer. Properties are those of a node, and two more:

    rotation   radians, clockwise
    spread     radians, outwards: clockwise on the left, the other way on the right
    x, y       1/500 of the head's height, y down
    out        the same, outwards: to the left on the left
    scaleX, scaleY, opacity    as factors

Keys are (seconds, value). Eyes lead, the head follows, what is loose comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from visavis.face.rig import Emotion, Gesture, Mood

Keys = tuple[tuple[float, float], ...]
Tracks = Mapping[str, Keys]


@dataclass(frozen=True, slots=True)
class Table:
    """One motion. Moods run in a loop, gestures once, from rest to rest."""

    seconds: float
    tracks: Tracks


def _glance(at_s: float, stay_s: float, value: float) -> Keys:
    """A small jump of the eyes and back; a saccade takes about 50 ms."""
    return ((at_s, 0), (at_s + 0.05, value), (at_s + stay_s, value), (at_s + stay_s + 0.05, 0))


_IDLE = Table(
    13.0,
    {
        "head.rotation": ((0, -0.018), (4.1, 0.02), (7.7, 0.004), (10.2, 0.024)),
        "head.x": ((0, -3), (4.4, 4), (8.6, -1), (10.4, 3)),
        "face.x": ((0, -2), (3.9, 3), (7.4, 0), (10.0, 4)),
        "face.y": ((0, 0), (6.0, 2)),
        "loose.rotation": ((0, 0.03), (4.8, -0.05), (8.3, 0.01), (11.0, -0.04)),
        "loose.spread": ((0, 0), (3.7, -0.05), (6.0, 0.02), (9.1, 0.09), (9.5, 0)),
        "whole.rotation": ((0, 0.004), (5.0, -0.006)),
        "pupil.x": ((0, 0), *_glance(3.6, 1.1, 13), *_glance(8.9, 0.7, -9)),
        "pupil.y": ((0, 0), *_glance(3.6, 1.1, 3), *_glance(8.9, 0.7, 6)),
        "brow.y": ((0, 0), (3.6, 0), (4.0, -4), (5.0, 0)),
    },
)

_LISTEN_NODS = ((0.0, 4.0), (1.3, 4.0), (1.55, 12.0), (1.9, 3.0), (3.6, 5.0), (3.85, 13.0))
_LISTENING = Table(
    5.6,
    {
        "head.rotation": ((0, 0.085), (2.8, 0.07)),
        "head.x": ((0, 8),),
        "head.y": (*_LISTEN_NODS, (4.2, 3)),
        "head.scaleX": ((0, 1.035),),
        "head.scaleY": ((0, 1.035),),
        "face.x": ((0, 3),),
        "face.y": (*((at_s, value * 0.7) for at_s, value in _LISTEN_NODS), (4.2, 2.1)),
        "loose.rotation": ((0, -0.10), (1.7, -0.03), (2.2, -0.12), (4.0, -0.03), (4.5, -0.12)),
        "loose.spread": ((0, 0.44), (1.6, 0.36), (2.1, 0.5), (3.9, 0.36), (4.4, 0.48)),
        "whole.rotation": ((0, 0.012),),
        "body.rotation": ((0, -0.02),),
        "pupil.y": ((0, -1),),
        "lid.y": ((0, -8),),
        "lower-lid.y": ((0, 3),),
        "brow.y": ((0, -16), (1.5, -12), (2.0, -18)),
        "brow.spread": ((0, -0.05),),
        "arm.spread": ((0, -0.5),),
    },
)

_THINKING = Table(
    4.8,
    {
        "head.rotation": ((0, -0.075), (2.4, -0.05)),
        "head.x": ((0, -6), (2.4, -2)),
        "head.y": ((0, -4), (2.0, -7)),
        "face.x": ((0, 13), (2.4, 16)),
        "face.y": ((0, -11), (2.4, -9)),
        "loose.rotation": ((0, 0.1), (1.2, 0.17), (2.4, 0.08), (3.6, 0.16)),
        "loose.spread": ((0, -0.19), (2.4, -0.1)),
        "whole.rotation": ((0, -0.01),),
        "body.rotation": ((0, 0.01),),
        "pupil.x": ((0, 17), (2.2, 17), (2.26, 10), (3.9, 10), (3.96, 17)),
        "pupil.y": ((0, -20), (2.2, -20), (2.26, -22), (3.9, -22), (3.96, -20)),
        "lid.y": ((0, 6),),
        "brow-left.y": ((0, -2), (2.3, -5)),
        "brow-right.y": ((0, -24), (2.3, -27)),
        "brow-left.rotation": ((0, 0.06),),
        "brow-right.rotation": ((0, 0.1),),
        "arm-left.spread": ((0, -0.55),),
        "arm-right.rotation": ((0, 2.42), (2.4, 2.5)),
        "arm-right.x": ((0, -8),),
        "arm-right.y": ((0, -12), (2.0, -15)),
    },
)

_SPEAKING = Table(
    7.2,
    {
        "head.rotation": (
            (0, -0.03),
            (1.1, 0.035),
            (2.5, -0.01),
            (3.6, -0.045),
            (4.7, 0.02),
            (5.9, 0.04),
        ),
        "head.x": ((0, -4), (1.2, 5), (3.7, -6), (6.0, 5)),
        "head.y": (
            (0, 0),
            (0.5, 6),
            (1.0, -3),
            (2.1, 5),
            (2.7, -2),
            (4.0, 7),
            (4.5, -3),
            (5.6, 5),
            (6.2, -2),
        ),
        "head.scaleX": ((0, 1.01),),
        "head.scaleY": ((0, 1.01),),
        "face.x": ((0, -4), (1.0, 6), (2.4, 0), (3.5, -7), (5.8, 6)),
        "face.y": (
            (0, 0),
            (0.45, 5),
            (0.95, -2),
            (2.05, 4),
            (2.6, -1),
            (3.95, 6),
            (4.4, -2),
            (5.5, 4),
            (6.1, 0),
        ),
        "loose.rotation": (
            (0, 0.06),
            (0.7, -0.05),
            (1.5, -0.08),
            (2.8, 0.05),
            (4.0, 0.09),
            (5.1, -0.02),
            (6.3, -0.08),
        ),
        "loose.spread": (
            (0, 0.08),
            (0.7, 0),
            (1.3, 0.12),
            (2.5, 0.03),
            (4.2, 0.14),
            (5.8, 0.04),
        ),
        "whole.rotation": ((0, -0.008), (1.8, 0.01), (3.9, -0.01), (5.7, 0.008)),
        "body.rotation": ((0, 0.01), (1.8, -0.014), (3.9, 0.014), (5.7, -0.01)),
        "pupil.x": ((0, 0), *_glance(2.5, 0.6, -8), *_glance(5.2, 0.5, 7)),
        "lid.y": ((0, -2),),
        "lower-lid.y": ((0, -8), (2.0, -4), (4.0, -10)),
        "brow.y": (
            (0, -3),
            (0.4, -11),
            (1.2, -2),
            (3.4, -3),
            (3.9, -12),
            (4.8, -3),
            (5.5, -8),
            (6.2, -2),
        ),
        "brow.spread": ((0, 0), (3.9, -0.06), (5.0, 0)),
        "arm-left.spread": ((0, 0.2), (0.5, 0.75), (1.6, 0.3), (3.8, 0.85), (5.4, 0.25)),
        "arm-right.spread": ((0, 0.2), (1.0, 0.75), (2.1, 0.3), (4.3, 0.85), (5.9, 0.25)),
        "arm.y": ((0, -2),),
    },
)

MOODS: Mapping[Mood, Table] = {
    Mood.IDLE: _IDLE,
    Mood.LISTENING: _LISTENING,
    Mood.THINKING: _THINKING,
    Mood.SPEAKING: _SPEAKING,
}

_NOD = Table(
    0.8,
    {
        "head.y": ((0, 0), (0.13, -13), (0.34, 26), (0.54, -7), (0.69, 2), (0.8, 0)),
        "head.scaleY": ((0, 1), (0.13, 1.012), (0.34, 0.972), (0.54, 1.008), (0.8, 1)),
        "face.y": ((0, 0), (0.12, -12), (0.32, 24), (0.52, -6), (0.68, 2), (0.8, 0)),
        "whole.y": ((0, 0), (0.36, 2), (0.6, 0), (0.8, 0)),
        "loose.rotation": ((0, 0), (0.18, 0.07), (0.42, -0.16), (0.6, 0.1), (0.8, 0)),
        "loose.spread": ((0, 0), (0.2, -0.1), (0.42, 0.22), (0.62, -0.08), (0.8, 0)),
        "brow.y": ((0, 0), (0.13, -8), (0.34, 4), (0.54, -3), (0.8, 0)),
    },
)

_WAVE = Table(
    1.5,
    {
        "arm-right.spread": (
            (0, 0),
            (0.1, -0.15),
            (0.38, 2.3),
            (0.58, 1.75),
            (0.78, 2.35),
            (0.98, 1.75),
            (1.15, 2.2),
            (1.38, -0.08),
            (1.5, 0),
        ),
        "arm-right.out": ((0, 0), (0.38, 12), (1.15, 12), (1.5, 0)),
        "arm-right.y": ((0, 0), (0.38, -10), (1.15, -10), (1.5, 0)),
        "head.rotation": ((0, 0), (0.12, -0.02), (0.42, 0.075), (1.1, 0.06), (1.5, 0)),
        "head.y": ((0, 0), (0.12, 3), (0.42, -6), (1.1, -5), (1.5, 0)),
        "face.x": ((0, 0), (0.36, 5), (1.1, 5), (1.5, 0)),
        "body.rotation": ((0, 0), (0.4, -0.025), (1.1, -0.025), (1.5, 0)),
        "brow.y": ((0, 0), (0.3, -15), (1.1, -12), (1.5, 0)),
        "lower-lid.y": ((0, 0), (0.4, -18), (1.1, -18), (1.5, 0)),
        "loose.rotation": ((0, 0), (0.45, -0.09), (0.8, 0.05), (1.15, -0.06), (1.5, 0)),
        "loose.spread": ((0, 0), (0.45, 0.2), (0.8, 0.05), (1.15, 0.2), (1.5, 0)),
    },
)

_THINK = Table(
    2.2,
    {
        "pupil.x": ((0, 0), (0.06, 16), (1.0, 16), (1.05, -12), (1.9, -12), (1.96, 0), (2.2, 0)),
        "pupil.y": ((0, 0), (0.06, -18), (1.9, -18), (1.96, 0), (2.2, 0)),
        "head.rotation": ((0, 0), (0.12, 0.012), (0.5, -0.07), (1.7, -0.05), (2.2, 0)),
        "head.y": ((0, 0), (0.5, -5), (1.7, -5), (2.2, 0)),
        "face.x": ((0, 0), (0.4, 12), (1.0, 12), (1.4, -8), (1.8, -6), (2.2, 0)),
        "face.y": ((0, 0), (0.4, -9), (1.8, -8), (2.2, 0)),
        "brow-left.y": ((0, 0), (0.25, 3), (1.8, 3), (2.2, 0)),
        "brow-right.y": ((0, 0), (0.25, -22), (1.8, -20), (2.2, 0)),
        "brow-right.rotation": ((0, 0), (0.25, 0.1), (1.8, 0.1), (2.2, 0)),
        "lid.y": ((0, 0), (0.3, 8), (1.8, 8), (2.2, 0)),
        "arm-right.rotation": ((0, 0), (0.12, -0.1), (0.55, 2.45), (1.7, 2.5), (2.2, 0)),
        "arm-right.x": ((0, 0), (0.5, -8), (1.7, -8), (2.2, 0)),
        "arm-right.y": ((0, 0), (0.5, -14), (1.7, -15), (2.2, 0)),
        "loose.rotation": ((0, 0), (0.6, 0.12), (1.3, 0.04), (1.8, 0.1), (2.2, 0)),
        "loose.spread": ((0, 0), (0.6, -0.2), (1.8, -0.14), (2.2, 0)),
    },
)

_CELEBRATE = Table(
    1.6,
    {
        "whole.y": ((0, 0), (0.16, 8), (0.42, -44), (0.66, 4), (0.86, -26), (1.1, 3), (1.6, 0)),
        "whole.scaleY": (
            (0, 1),
            (0.16, 0.95),
            (0.42, 1.035),
            (0.66, 0.955),
            (0.86, 1.02),
            (1.1, 0.975),
            (1.6, 1),
        ),
        "whole.scaleX": (
            (0, 1),
            (0.16, 1.035),
            (0.42, 0.98),
            (0.66, 1.035),
            (0.86, 0.99),
            (1.1, 1.015),
            (1.6, 1),
        ),
        "head.rotation": ((0, 0), (0.42, 0.05), (0.86, -0.05), (1.3, 0.01), (1.6, 0)),
        "face.y": ((0, 0), (0.16, 8), (0.4, -12), (0.7, 4), (0.9, -8), (1.6, 0)),
        "arm.spread": (
            (0, 0),
            (0.14, -0.15),
            (0.4, 2.25),
            (0.64, 1.85),
            (0.86, 2.3),
            (1.1, 1.95),
            (1.45, -0.05),
            (1.6, 0),
        ),
        "arm.out": ((0, 0), (0.4, 12), (1.1, 10), (1.6, 0)),
        "arm.y": ((0, 0), (0.4, -16), (1.1, -14), (1.6, 0)),
        "brow.y": ((0, 0), (0.16, 4), (0.4, -24), (1.2, -20), (1.6, 0)),
        "lower-lid.y": ((0, 0), (0.35, -30), (1.2, -30), (1.6, 0)),
        "cheek.y": ((0, 0), (0.35, -9), (1.2, -9), (1.6, 0)),
        "loose.rotation": ((0, 0), (0.3, 0.14), (0.55, -0.18), (0.8, 0.16), (1.1, -0.1), (1.6, 0)),
        "loose.spread": (
            (0, 0),
            (0.16, 0.15),
            (0.42, -0.3),
            (0.68, 0.5),
            (0.9, -0.15),
            (1.15, 0.3),
            (1.6, 0),
        ),
    },
)

_SHRUG = Table(
    1.3,
    {
        "body.y": ((0, 0), (0.12, 3), (0.36, -12), (0.85, -11), (1.3, 0)),
        "body.scaleX": ((0, 1), (0.36, 1.035), (0.85, 1.03), (1.3, 1)),
        "head.y": ((0, 0), (0.12, -3), (0.4, 9), (0.85, 8), (1.3, 0)),
        "head.rotation": ((0, 0), (0.12, -0.02), (0.42, 0.11), (0.85, 0.1), (1.3, 0)),
        "face.x": ((0, 0), (0.4, -6), (0.85, -5), (1.3, 0)),
        "arm.spread": ((0, 0), (0.12, -0.1), (0.38, 1.25), (0.6, 1.12), (0.85, 1.18), (1.3, 0)),
        "arm.y": ((0, 0), (0.36, -18), (0.85, -17), (1.3, 0)),
        "brow.y": ((0, 0), (0.12, 3), (0.36, -22), (0.85, -20), (1.3, 0)),
        "brow.spread": ((0, 0), (0.36, -0.14), (0.85, -0.13), (1.3, 0)),
        "lid.y": ((0, 0), (0.36, 9), (0.85, 9), (1.3, 0)),
        "pupil.x": ((0, 0), (0.3, -10), (0.35, -10), (0.9, -10), (0.96, 0), (1.3, 0)),
        "loose.rotation": ((0, 0), (0.45, -0.1), (0.75, 0.03), (1.05, -0.04), (1.3, 0)),
        "loose.spread": ((0, 0), (0.45, -0.22), (0.8, -0.15), (1.3, 0)),
    },
)

GESTURES: Mapping[Gesture, Table] = {
    Gesture.NOD: _NOD,
    Gesture.WAVE: _WAVE,
    Gesture.THINK: _THINK,
    Gesture.CELEBRATE: _CELEBRATE,
    Gesture.SHRUG: _SHRUG,
}

# Faces without a mouth's help: brows, lids, cheeks, tilt; the corners of the mouth join in where
# the mouth is parametric (in its own units: half of a resting mouth is 60 wide).
EMOTIONS: Mapping[Emotion, Mapping[str, float]] = {
    Emotion.HAPPY: {
        "brow.y": -9,
        "brow.spread": -0.05,
        "lower-lid.y": -25,
        "lid.y": 2,
        "cheek.y": -9,
        "cheek.scaleX": 1.12,
        "cheek.scaleY": 1.15,
        "head.rotation": 0.03,
        "head.y": -4,
        "pupil.scaleX": 1.05,
        "pupil.scaleY": 1.05,
        "loose.spread": 0.16,
        "mouth-corner.y": -15,
        "mouth-corner.out": 8,
        "mouth-middle.y": 4,
    },
    Emotion.SAD: {
        "brow.y": 2,
        "brow.spread": -0.3,
        "brow.out": -5,
        "lid.y": 20,
        "lower-lid.y": -5,
        "pupil.y": 9,
        "face.y": 9,
        "head.y": 9,
        "head.rotation": -0.045,
        "body.scaleY": 0.98,
        "cheek.y": 4,
        "loose.spread": -0.4,
        "loose.rotation": 0.09,
        "mouth-corner.y": 22,
        "mouth-corner.out": -6,
        "mouth-middle.y": -14,
    },
    Emotion.SURPRISED: {
        "brow.y": -31,
        "lid.y": -6,
        "lower-lid.y": 8,
        "pupil.scaleX": 0.84,
        "pupil.scaleY": 0.84,
        "head.y": -7,
        "head.scaleY": 1.018,
        "face.y": -5,
        "body.scaleY": 1.015,
        "loose.spread": 0.42,
        "mouth-corner.y": 3,
        "mouth-corner.out": -12,
        "mouth-middle.y": 4,
    },
    Emotion.THINKING: {
        "brow-left.y": 5,
        "brow-left.rotation": 0.1,
        "brow-right.y": -20,
        "brow-right.rotation": 0.08,
        "lid.y": 11,
        "lower-lid.y": -7,
        "pupil.x": 13,
        "pupil.y": -14,
        "face.x": 8,
        "face.y": -6,
        "head.rotation": -0.06,
        "loose.spread": -0.12,
        "mouth-corner.y": 6,
        "mouth-corner.out": -8,
        "mouth-middle.y": -2,
    },
}
