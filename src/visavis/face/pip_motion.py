"""How Pip moves, whatever the mood: breath, blinks, the nod, loudness, gaze, mouths.

Times in seconds, angles in radians (0.0175 is one degree), lengths in artboard units.
"""

from __future__ import annotations

from collections.abc import Iterator

from visavis.face.contract import VISEMES, Plane
from visavis.face.joint import Motion, energy, gaze
from visavis.face.motion import Clip, Ease, Key, Loop, Pose, Setting, Track, track
from visavis.face.mouth import SHAPES
from visavis.face.pip_art import CHEEK_X, CHEEK_Y, CHIN_Y, MASK_CHIN_Y, PipArt
from visavis.face.rig import Slider
from visavis.face.scene import Part

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
