"""How Pip moves. Eyes lead, the head follows, leaves and antenna come last.

Times in seconds, angles in radians (0.0175 is one degree), lengths in artboard units.
"""

from __future__ import annotations

from collections.abc import Iterator

from visavis.face.contract import VISEMES, Plane
from visavis.face.joint import Motion, energy, gaze
from visavis.face.motion import Clip, Ease, Key, Loop, Pose, Setting, Track, cycle, track
from visavis.face.mouth import SHAPES
from visavis.face.pip_art import CHEEK_X, CHEEK_Y, CHIN_Y, LIGHT, LIGHT_EDGE, MASK_CHIN_Y, PipArt
from visavis.face.rig import Mood, Slider
from visavis.face.scene import Part, argb

# Breaths of unequal length: 13 a minute on average (12-16 at rest).
_BREATHS_S = (4.3, 4.9, 4.1, 5.1)
_BREATH_TOTAL_S = sum(_BREATHS_S)
_INHALE_SHARE = 0.42
_HEAD_LAG_S = 0.22  # the chest moves first

# Blinks: 17 a minute at rest, 26 in conversation (Bentivoglio et al. 1997), never even.
_BLINKS_AT_REST_S = (1.9, 5.6, 8.2, 12.9, 13.25, 16.4, 20.8, 23.1, 27.7, 31.0)
_REST_LOOP_S = 34.0
_BLINKS_IN_TALK_S = (0.9, 3.3, 4.7, 7.6, 9.4, 9.75, 12.3, 14.2, 17.1)
_TALK_LOOP_S = 20.0
_LID_DOWN_S, _LID_SHUT_S, _LID_UP_S = 0.065, 0.035, 0.135


def breath(art: PipArt) -> Clip:
    """Chest, then head, then arms and antenna, in breaths of unequal length and depth."""
    depths = (1.0, 0.82, 1.1, 0.9)

    def wave(part: Part, prop: str, rest: float, amount: float, lag_s: float) -> Track:
        keys: list[tuple[float, float]] = [(0.0, rest)]
        start_s = 0.0
        for length_s, depth in zip(_BREATHS_S, depths, strict=True):
            top_s = start_s + length_s * _INHALE_SHARE + lag_s
            keys += [(start_s + lag_s, rest)] if lag_s else []
            keys.append((top_s, rest + amount * depth))
            start_s += length_s
            if not lag_s and start_s < _BREATH_TOTAL_S:
                keys.append((start_s, rest))
        return track(part, prop, *keys, (_BREATH_TOTAL_S, rest))

    tracks = [
        wave(art.torso[Motion.BREATH], "scaleX", 1, 0.022, 0),
        wave(art.torso[Motion.BREATH], "scaleY", 1, 0.03, 0),
        wave(art.head[Motion.BREATH], "y", 0, -6, _HEAD_LAG_S),
        wave(art.antenna[Motion.BREATH], "rotation", 0, 0.035, 0.4),
        wave(art.antenna_tip[Motion.BREATH], "rotation", 0, 0.05, 0.55),
    ]
    for sign, arm, leaf in zip((1, -1), art.arms, art.leaves, strict=True):
        tracks.append(wave(arm[Motion.BREATH], "y", 0, -4, 0.1))
        tracks.append(wave(arm[Motion.BREATH], "rotation", 0, 0.05 * sign, 0.1))
        tracks.append(wave(leaf[Motion.BREATH], "rotation", 0, 0.03 * sign, 0.35))
    return Clip("breath", _BREATH_TOTAL_S, tuple(tracks), Loop.LOOP)


def blink(art: PipArt, name: str, times_s: tuple[float, ...], loop_s: float) -> Clip:
    """Blinks at the given times; two that are close make a double one."""

    def lids(part: Part, prop: str, is_open: float, is_shut: float) -> Track:
        keys = [Key(0, is_open)]
        for at_s in times_s:
            shut_s = at_s + _LID_DOWN_S
            keys += [
                Key(at_s, is_open, Ease.IN),
                Key(shut_s, is_shut, Ease.LINEAR),
                Key(shut_s + _LID_SHUT_S, is_shut, Ease.OUT),
                Key(shut_s + _LID_SHUT_S + _LID_UP_S, is_open),
            ]
        return Track(part, prop, (*keys, Key(loop_s, is_open)))

    tracks: list[Track] = []
    for eye in art.eyes:
        tracks += [lids(v, "y", is_open, is_shut) for v, is_open, is_shut in eye.lid_vertices()]
        tracks.append(lids(eye.lower_lid[Motion.BLINK], "y", 0, -22))
    return Clip(name, loop_s, tuple(tracks), Loop.LOOP)


def blink_at_rest(art: PipArt) -> Clip:
    """17 blinks a minute."""
    return blink(art, "blink_at_rest", _BLINKS_AT_REST_S, _REST_LOOP_S)


def blink_in_talk(art: PipArt) -> Clip:
    """26 blinks a minute."""
    return blink(art, "blink_in_talk", _BLINKS_IN_TALK_S, _TALK_LOOP_S)


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
            cycle(eye.lower_lid[m], "y", loop_s, (0, -9)),
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
        cycle(right[m], "rotation", loop_s, (0, 2.3), (2.4, 2.36)),
        cycle(right[m], "x", loop_s, (0, -8)),
        cycle(right[m], "y", loop_s, (0, 4)),
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


def nod(art: PipArt) -> Clip:
    """A nod of 800 ms: a little up first, down, over-shoot, settle; leaves and antenna late."""
    g = Motion.GESTURE
    head = ((0, 0), (0.13, -13), (0.34, 26), (0.54, -7), (0.69, 2), (0.8, 0))
    face = ((0, 0), (0.12, -12), (0.32, 24), (0.52, -6), (0.68, 2), (0.8, 0))
    squash = ((0, 1), (0.13, 1.012), (0.34, 0.972), (0.54, 1.008), (0.8, 1))
    tracks = [
        track(art.head[g], "y", *head),
        track(art.head[g], "scaleY", *squash),
        track(art.face[g], "y", *face),
        track(art.whole[g], "y", (0, 0), (0.36, 2), (0.6, 0), (0.8, 0)),
        track(
            art.antenna[g], "rotation", (0, 0), (0.18, 0.07), (0.42, -0.16), (0.6, 0.1), (0.8, 0)
        ),
        track(
            art.antenna_tip[g],
            "rotation",
            (0, 0),
            (0.24, 0.14),
            (0.46, -0.3),
            (0.66, 0.18),
            (0.8, 0),
        ),
    ]
    for sign, leaf in zip((1, -1), art.leaves, strict=True):
        keys = ((0, 0), (0.2, -0.1 * sign), (0.42, 0.22 * sign), (0.62, -0.08 * sign), (0.8, 0))
        tracks.append(track(leaf[g], "rotation", *keys))
    for brow in art.brows:
        tracks.append(track(brow[g], "y", (0, 0), (0.13, -8), (0.34, 4), (0.54, -3), (0.8, 0)))
    return Clip("nod", 0.8, tuple(tracks))


def sliders(art: PipArt, plane: Plane) -> tuple[Slider, ...]:
    """Loudness and gaze in one plane."""
    e, g = energy(plane), gaze(plane)

    def loud(amount: float) -> Pose:
        lifts = [Setting(brow[e], "y", -15 * amount) for brow in art.brows]
        swell = [Setting(art.bead[e], prop, 1 + 0.18 * amount) for prop in ("scaleX", "scaleY")]
        head = (
            Setting(art.head[e], "y", -8 * amount),
            Setting(art.head[e], "scaleY", 1 + 0.012 * amount),
        )
        return (*lifts, *swell, *head)

    def aim(prop: str, eye: float, face: float) -> Pose:
        irises = (Setting(item.iris[g], prop, eye) for item in art.eyes)
        return (*irises, Setting(art.face[g], prop, face))

    return (
        Slider("energy", ((0, loud(0)), (100, loud(1)))),
        Slider("gaze_x", ((-100, aim("x", -22, -9)), (0, aim("x", 0, 0)), (100, aim("x", 22, 9)))),
        Slider("gaze_y", ((-100, aim("y", -22, -8)), (0, aim("y", 0, 0)), (100, aim("y", 20, 8)))),
    )


def mouths(art: PipArt) -> dict[str, Pose]:
    """The fifteen mouths, with the chin and the cheeks that follow the jaw."""
    return {viseme: (*art.mouth.pose(viseme), *_jaw(art, viseme)) for viseme in VISEMES}


def _jaw(art: PipArt, viseme: str) -> Iterator[Setting]:
    form, rest = SHAPES[viseme], SHAPES["sil"]
    drop = form.jaw
    chin = (len(art.skull.children)) // 2
    yield Setting(art.skull.children[chin], "y", CHIN_Y + 0.22 * drop)
    mask_chin = len(art.mask.children) // 2
    yield Setting(art.mask.children[mask_chin], "y", MASK_CHIN_Y + 0.30 * drop)
    spread = (form.half_width - rest.half_width) * 0.12
    for sign, cheek in zip((-1, 1), art.cheeks, strict=True):
        yield Setting(cheek.top, "y", CHEEK_Y + 0.1 * drop - max(0.0, spread) * 2)
        yield Setting(cheek.top, "x", sign * (CHEEK_X + spread))


MOODS = {
    Mood.IDLE: idle,
    Mood.LISTENING: listening,
    Mood.SPEAKING: speaking,
    Mood.THINKING: thinking,
}
