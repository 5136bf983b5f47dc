"""Pip's postures: at ease, listening, thinking, speaking.

Each is a loop that animates the same properties, so that any one can fade into any other. Eyes
lead, the head follows, leaves and antenna come last. Times in seconds, angles in radians (0.0175
is one degree), lengths in artboard units.
"""

from __future__ import annotations

from collections.abc import Iterator

from visavis.face.joint import Motion
from visavis.face.motion import Clip, Loop, Track, cycle
from visavis.face.pip_art import LIGHT, LIGHT_EDGE, PipArt
from visavis.face.rig import Mood
from visavis.face.scene import argb


class _Glow:
    """The colours and the size of the bead's light in one mood."""

    def __init__(self, core: str, edge: str, low: float, high: float, pulse_s: float) -> None:
        self.core, self.edge = core, edge
        self.low, self.high, self.pulse_s = low, high, pulse_s

    def tracks(self, art: PipArt, loop_s: float) -> Iterator[Track]:
        ball, halo = art.bead_paint.children[0].children, art.halo_paint.children[0].children
        yield cycle(ball[1], "colorValue", loop_s, (0, argb(self.core)))
        yield cycle(ball[2], "colorValue", loop_s, (0, argb(self.edge)))
        yield cycle(halo[0], "colorValue", loop_s, (0, argb(self.core, 0.75)))
        yield cycle(halo[1], "colorValue", loop_s, (0, argb(self.core, 0.0)))
        beats = max(1, round(loop_s / self.pulse_s))
        step_s = loop_s / beats
        keys: list[tuple[float, float]] = []
        for beat in range(beats):
            keys += [(beat * step_s, self.low), ((beat + 0.5) * step_s, self.high)]
        yield cycle(art.halo, "opacity", loop_s, *keys)
        swell = [(at_s, 1 + 0.07 * (value - self.low)) for at_s, value in keys]
        yield cycle(art.bead[Motion.MOOD], "scaleX", loop_s, *swell)
        yield cycle(art.bead[Motion.MOOD], "scaleY", loop_s, *swell)


def _glance(at_s: float, stay_s: float, value: float) -> list[tuple[float, float]]:
    """A small jump of the eyes and back; a saccade takes about 50 ms."""
    return [(at_s, 0), (at_s + 0.05, value), (at_s + stay_s, value), (at_s + stay_s + 0.05, 0)]


def idle(art: PipArt) -> Clip:
    """At ease: weight shifts slowly, a glance now and then, mostly looking at the viewer."""
    loop_s = 13.0
    m = Motion.MOOD
    tracks = [
        cycle(
            art.head[m], "rotation", loop_s, (0, -0.018), (4.1, 0.02), (7.7, 0.004), (10.2, 0.024)
        ),
        cycle(art.head[m], "x", loop_s, (0, -3), (4.4, 4), (8.6, -1), (10.4, 3)),
        cycle(art.head[m], "y", loop_s, (0, 0)),
        cycle(art.head[m], "scaleX", loop_s, (0, 1)),
        cycle(art.head[m], "scaleY", loop_s, (0, 1)),
        cycle(art.face[m], "x", loop_s, (0, -2), (3.9, 3), (7.4, 0), (10.0, 4)),
        cycle(art.face[m], "y", loop_s, (0, 0), (6.0, 2)),
        cycle(
            art.antenna[m], "rotation", loop_s, (0, 0.03), (4.8, -0.05), (8.3, 0.01), (11.0, -0.04)
        ),
        cycle(
            art.antenna_tip[m],
            "rotation",
            loop_s,
            (0, 0.06),
            (5.2, -0.09),
            (8.8, 0.03),
            (11.4, -0.07),
        ),
        cycle(art.whole[m], "rotation", loop_s, (0, 0.004), (5.0, -0.006)),
        cycle(art.torso[m], "rotation", loop_s, (0, 0)),
        *_Glow(LIGHT, LIGHT_EDGE, 0.4, 0.65, 3.2).tracks(art, loop_s),
    ]
    for eye in art.eyes:
        x = [*_glance(3.6, 1.1, 13), *_glance(8.9, 0.7, -9)]
        y = [*_glance(3.6, 1.1, 3), *_glance(8.9, 0.7, 6)]
        tracks += [
            cycle(eye.iris[m], "x", loop_s, (0, 0), *x),
            cycle(eye.iris[m], "y", loop_s, (0, 0), *y),
            cycle(eye.lid[m], "y", loop_s, (0, 0)),
            cycle(eye.lower_lid[m], "y", loop_s, (0, 0)),
        ]
    for sign, leaf in zip((1, -1), art.leaves, strict=True):
        keys = ((0, 0.0), (3.7, -0.05 * sign), (6.0, 0.02 * sign), (9.1, 0.09 * sign), (9.5, 0.0))
        tracks.append(cycle(leaf[m], "rotation", loop_s, *keys))
    for brow in art.brows:
        tracks.append(cycle(brow[m], "y", loop_s, (0, 0), (3.6, 0), (4.0, -4), (5.0, 0)))
        tracks.append(cycle(brow[m], "rotation", loop_s, (0, 0)))
    for arm in art.arms:
        tracks.append(cycle(arm[m], "rotation", loop_s, (0, 0)))
        tracks.append(cycle(arm[m], "x", loop_s, (0, 0)))
        tracks.append(cycle(arm[m], "y", loop_s, (0, 0)))
    return Clip("idle", loop_s, tuple(tracks), Loop.LOOP)


def listening(art: PipArt) -> Clip:
    """All attention: leans in, tilts, brows and leaves up, eyes wide on the viewer, small nods."""
    loop_s = 5.6
    m = Motion.MOOD
    nods = ((0, 4), (1.3, 4), (1.55, 12), (1.9, 3), (3.6, 5), (3.85, 13), (4.2, 3))
    tracks = [
        cycle(art.head[m], "rotation", loop_s, (0, 0.085), (2.8, 0.07)),
        cycle(art.head[m], "x", loop_s, (0, 8)),
        cycle(art.head[m], "y", loop_s, *nods),
        cycle(art.head[m], "scaleX", loop_s, (0, 1.035)),
        cycle(art.head[m], "scaleY", loop_s, (0, 1.035)),
        cycle(art.face[m], "x", loop_s, (0, 3)),
        cycle(art.face[m], "y", loop_s, *((at_s, value * 0.7) for at_s, value in nods)),
        cycle(
            art.antenna[m],
            "rotation",
            loop_s,
            (0, -0.10),
            (1.7, -0.03),
            (2.2, -0.12),
            (4.0, -0.03),
            (4.5, -0.12),
        ),
        cycle(
            art.antenna_tip[m],
            "rotation",
            loop_s,
            (0, 0.12),
            (1.8, 0.22),
            (2.4, 0.08),
            (4.1, 0.22),
            (4.7, 0.1),
        ),
        cycle(art.whole[m], "rotation", loop_s, (0, 0.012)),
        cycle(art.torso[m], "rotation", loop_s, (0, -0.02)),
        *_Glow("#9DF3FF", "#159FE6", 0.8, 1.0, 1.4).tracks(art, loop_s),
    ]
    for eye in art.eyes:
        tracks += [
            cycle(eye.iris[m], "x", loop_s, (0, 0)),
            cycle(eye.iris[m], "y", loop_s, (0, -1)),
            cycle(eye.lid[m], "y", loop_s, (0, -8)),
            cycle(eye.lower_lid[m], "y", loop_s, (0, 3)),
        ]
    for sign, leaf in zip((1, -1), art.leaves, strict=True):
        keys = (
            (0, 0.44 * sign),
            (1.6, 0.36 * sign),
            (2.1, 0.5 * sign),
            (3.9, 0.36 * sign),
            (4.4, 0.48 * sign),
        )
        tracks.append(cycle(leaf[m], "rotation", loop_s, *keys))
    for sign, brow in zip((1, -1), art.brows, strict=True):
        tracks.append(cycle(brow[m], "y", loop_s, (0, -16), (1.5, -12), (2.0, -18)))
        tracks.append(cycle(brow[m], "rotation", loop_s, (0, -0.05 * sign)))
    for sign, arm in zip((1, -1), art.arms, strict=True):
        tracks.append(cycle(arm[m], "rotation", loop_s, (0, -0.5 * sign)))
        tracks.append(cycle(arm[m], "x", loop_s, (0, 0)))
        tracks.append(cycle(arm[m], "y", loop_s, (0, 0)))
    return Clip("listening", loop_s, tuple(tracks), Loop.LOOP)


def thinking(art: PipArt) -> Clip:
    """Looks up and aside, one brow higher, a hand at the chin, the bead pulses violet."""
    loop_s = 4.8
    m = Motion.MOOD
    tracks = [
        cycle(art.head[m], "rotation", loop_s, (0, -0.075), (2.4, -0.05)),
        cycle(art.head[m], "x", loop_s, (0, -6), (2.4, -2)),
        cycle(art.head[m], "y", loop_s, (0, -4), (2.0, -7)),
        cycle(art.head[m], "scaleX", loop_s, (0, 1)),
        cycle(art.head[m], "scaleY", loop_s, (0, 1)),
        cycle(art.face[m], "x", loop_s, (0, 13), (2.4, 16)),
        cycle(art.face[m], "y", loop_s, (0, -11), (2.4, -9)),
        cycle(art.antenna[m], "rotation", loop_s, (0, 0.1), (1.2, 0.17), (2.4, 0.08), (3.6, 0.16)),
        cycle(
            art.antenna_tip[m],
            "rotation",
            loop_s,
            (0, 0.1),
            (0.9, 0.3),
            (2.1, 0.02),
            (3.3, 0.28),
            (4.2, 0.04),
        ),
        cycle(art.whole[m], "rotation", loop_s, (0, -0.01)),
        cycle(art.torso[m], "rotation", loop_s, (0, 0.01)),
        *_Glow("#DDBBFF", "#9456E8", 0.45, 1.0, 0.8).tracks(art, loop_s),
    ]
    for eye in art.eyes:
        tracks += [
            cycle(eye.iris[m], "x", loop_s, (0, 17), (2.2, 17), (2.26, 10), (3.9, 10), (3.96, 17)),
            cycle(
                eye.iris[m], "y", loop_s, (0, -20), (2.2, -20), (2.26, -22), (3.9, -22), (3.96, -20)
            ),
            cycle(eye.lid[m], "y", loop_s, (0, 6)),
            cycle(eye.lower_lid[m], "y", loop_s, (0, 0)),
        ]
    for sign, leaf in zip((1, -1), art.leaves, strict=True):
        tracks.append(
            cycle(leaf[m], "rotation", loop_s, (0, -0.22 * sign + 0.06), (2.4, -0.12 * sign))
        )
    for lift, turn, brow in zip((-2, -24), (0.06, 0.1), art.brows, strict=True):
        tracks.append(cycle(brow[m], "y", loop_s, (0, lift), (2.3, lift - 3)))
        tracks.append(cycle(brow[m], "rotation", loop_s, (0, turn)))
    left, right = art.arms
    tracks += [
        cycle(left[m], "rotation", loop_s, (0, -0.55)),
        cycle(left[m], "x", loop_s, (0, 0)),
        cycle(left[m], "y", loop_s, (0, 0)),
        cycle(right[m], "rotation", loop_s, (0, 2.42), (2.4, 2.5)),
        cycle(right[m], "x", loop_s, (0, -8)),
        cycle(right[m], "y", loop_s, (0, -12), (2.0, -15)),
    ]
    return Clip("thinking", loop_s, tuple(tracks), Loop.LOOP)


def speaking(art: PipArt) -> Clip:
    """Lively: the head sways and dips, brows and arms join in, nothing in step."""
    loop_s = 7.2
    m = Motion.MOOD
    tracks = [
        cycle(
            art.head[m],
            "rotation",
            loop_s,
            (0, -0.03),
            (1.1, 0.035),
            (2.5, -0.01),
            (3.6, -0.045),
            (4.7, 0.02),
            (5.9, 0.04),
        ),
        cycle(art.head[m], "x", loop_s, (0, -4), (1.2, 5), (3.7, -6), (6.0, 5)),
        cycle(
            art.head[m],
            "y",
            loop_s,
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
        cycle(art.head[m], "scaleX", loop_s, (0, 1.01)),
        cycle(art.head[m], "scaleY", loop_s, (0, 1.01)),
        cycle(art.face[m], "x", loop_s, (0, -4), (1.0, 6), (2.4, 0), (3.5, -7), (5.8, 6)),
        cycle(
            art.face[m],
            "y",
            loop_s,
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
        cycle(
            art.antenna[m],
            "rotation",
            loop_s,
            (0, 0.06),
            (0.7, -0.05),
            (1.5, -0.08),
            (2.8, 0.05),
            (4.0, 0.09),
            (5.1, -0.02),
            (6.3, -0.08),
        ),
        cycle(
            art.antenna_tip[m],
            "rotation",
            loop_s,
            (0, 0.1),
            (0.85, -0.1),
            (1.7, -0.14),
            (3.0, 0.1),
            (4.25, 0.16),
            (5.3, -0.06),
            (6.6, -0.14),
        ),
        cycle(
            art.whole[m], "rotation", loop_s, (0, -0.008), (1.8, 0.01), (3.9, -0.01), (5.7, 0.008)
        ),
        cycle(
            art.torso[m], "rotation", loop_s, (0, 0.01), (1.8, -0.014), (3.9, 0.014), (5.7, -0.01)
        ),
        *_Glow("#FFEE9C", "#FFA51F", 0.7, 1.0, 0.9).tracks(art, loop_s),
    ]
    for eye in art.eyes:
        x = [*_glance(2.5, 0.6, -8), *_glance(5.2, 0.5, 7)]
        tracks += [
            cycle(eye.iris[m], "x", loop_s, (0, 0), *x),
            cycle(eye.iris[m], "y", loop_s, (0, 0)),
            cycle(eye.lid[m], "y", loop_s, (0, -2)),
            cycle(eye.lower_lid[m], "y", loop_s, (0, -8), (2.0, -4), (4.0, -10)),
        ]
    for sign, leaf in zip((1, -1), art.leaves, strict=True):
        keys = ((0, 0.08), (0.7, 0.0), (1.3, 0.12), (2.5, 0.03), (4.2, 0.14), (5.8, 0.04))
        tracks.append(cycle(leaf[m], "rotation", loop_s, *((at_s, v * sign) for at_s, v in keys)))
    for sign, brow in zip((1, -1), art.brows, strict=True):
        keys = (
            (0, -3),
            (0.4, -11),
            (1.2, -2),
            (3.4, -3),
            (3.9, -12),
            (4.8, -3),
            (5.5, -8),
            (6.2, -2),
        )
        tracks.append(cycle(brow[m], "y", loop_s, *keys))
        tracks.append(cycle(brow[m], "rotation", loop_s, (0, 0), (3.9, -0.06 * sign), (5.0, 0)))
    for sign, arm, late_s in zip((1, -1), art.arms, (0.0, 0.5), strict=True):
        keys = (
            (0, 0.2),
            (0.5 + late_s, 0.75),
            (1.6 + late_s, 0.3),
            (3.8 + late_s, 0.85),
            (5.4 + late_s, 0.25),
        )
        tracks.append(cycle(arm[m], "rotation", loop_s, *((at_s, v * sign) for at_s, v in keys)))
        tracks.append(cycle(arm[m], "x", loop_s, (0, 0)))
        tracks.append(cycle(arm[m], "y", loop_s, (0, -2)))
    return Clip("speaking", loop_s, tuple(tracks), Loop.LOOP)


MOODS = {
    Mood.IDLE: idle,
    Mood.LISTENING: listening,
    Mood.SPEAKING: speaking,
    Mood.THINKING: thinking,
}
