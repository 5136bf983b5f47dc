"""What a skeleton does: the tables of `moves`, scaled to the drawing, as clips and poses.

The tables are in 1/500 of the head's height; a layer that isn't there is simply not moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from visavis.face.contract import VISEMES, Plane
from visavis.face.drawing import Node
from visavis.face.joint import Motion, energy, gaze
from visavis.face.layers import LOOSE, SIDES
from visavis.face.motion import Clip, Key, Loop, Pose, Setting, Track
from visavis.face.moves import EMOTIONS, GESTURES, MOODS, Keys, Table
from visavis.face.recipe import Light, Recipe
from visavis.face.reflexes import AT_REST, BREATH_TOTAL_S, IN_TALK, blink_track, breath_track
from visavis.face.rig import Character, Emotion, Gesture, Mood, Slider
from visavis.face.scene import Part, argb
from visavis.face.skeleton import Change, Skeleton, role_of, side_of

_SIGNS = (("left", 1), ("right", -1))
_SHUT_SQUASH = 0.06  # an eye without lids shuts by being pressed flat
_LATER_MAX_S = 0.25
Place = tuple[str, str]
"""A joint's name and a property of its node."""


def behave(skeleton: Skeleton, recipe: Recipe, layers: Mapping[str, Node]) -> Character:
    """The skeleton with all its motions; asks the joints for the nodes that they need."""
    return _Behaviour(skeleton, recipe, layers).character()


class _Behaviour:
    def __init__(self, skeleton: Skeleton, recipe: Recipe, layers: Mapping[str, Node]) -> None:
        self._skeleton = skeleton
        self._joints = skeleton.joints
        self._unit = skeleton.unit
        self._recipe = recipe
        self._layers = layers

    def character(self) -> Character:
        """Every clip and pose that the rig asks for."""
        mouth = self._skeleton.mouth
        moods = {mood: self._changed(mood.name.lower(), t) for mood, t in MOODS.items()}
        return Character(
            artboard=self._skeleton.artboard,
            breath=self._breath(),
            blink_at_rest=self._blink("blink_at_rest", AT_REST),
            blink_in_talk=self._blink("blink_in_talk", IN_TALK),
            moods=self._moods(moods),
            sliders={plane: tuple(self._sliders(plane)) for plane in Plane},
            gestures={
                g: self._gesture(g, self._changed(g.name.lower(), t)) for g, t in GESTURES.items()
            },
            emotions=self._emotions(),
            mouths={v: (*mouth.pose(v), *self._jaw(v)) for v in VISEMES},
        )

    # ---- tables

    def _changed(self, name: str, table: Table) -> Table:
        """A built-in motion with the recipe's tracks, whose angles are degrees."""
        own = self._recipe.moves.get(name, {})
        return Table(table.seconds, {**table.tracks, **_degrees(own)})

    def _resolved(self, table: Table, motion: Motion, gain: float) -> dict[Place, Keys]:
        """Keys in artboard units; a track of one side wins over that of both."""
        found: dict[Place, Keys] = {}
        by_side = sorted(table.tracks.items(), key=lambda t: bool(side_of(t[0].split(".")[0])))
        for track, keys in by_side:
            layer, _, prop = track.rpartition(".")
            for name in self._skeleton.named(layer):
                if not self._joints[name].allows(motion):
                    continue
                if layer == "loose" and (prop == "spread") != bool(side_of(name)):
                    continue  # a pair swings apart, a single one turns
                place, factor = self._place(name, prop)
                amount, late_s = self._swing(name)
                rest = _REST.get(prop, 0.0)
                scaled = tuple((t, rest + (v - rest) * factor * amount * gain) for t, v in keys)
                found[place] = _later(scaled, late_s, table.seconds)
            if role_of(layer) == "lid" and prop == "y":
                found |= self._narrowed(side_of(layer), keys, gain)
        return found

    def _narrowed(self, only: str, keys: Keys, gain: float) -> Iterator[tuple[Place, Keys]]:
        """What a lid would do, for eyes that have none: they are pressed a little flatter."""
        for side in (only,) if only else SIDES:
            eye = f"eye-{side}"
            if f"lid-{side}" in self._joints or eye not in self._joints:
                continue
            box = self._layers[eye].box
            if box is not None and box.height > 0:
                share = gain * self._unit / box.height
                pressed = tuple((t, min(1.3, max(0.3, 1 - v * share))) for t, v in keys)
                yield (eye, "scaleY"), pressed

    def _swing(self, name: str) -> tuple[float, float]:
        swing = self._recipe.loose.get(name.removeprefix(LOOSE))
        if swing is None or role_of(name) != "loose":
            return 1.0, 0.0
        return swing.amount, min(swing.late_s, _LATER_MAX_S)

    def _place(self, name: str, prop: str) -> tuple[Place, float]:
        """The node's property that a track's property sets, and the factor to its units."""
        sign = -1.0 if side_of(name) == "right" else 1.0
        match prop:
            case "spread":
                return (name, "rotation"), sign
            case "out":
                return (name, "x"), -sign * self._unit
            case "x" | "y":
                return (name, prop), self._unit
            case _:
                return (name, prop), 1.0

    # ---- clips

    def _moods(self, tables: Mapping[Mood, Table]) -> dict[Mood, Clip]:
        gain = self._recipe.sway
        found = {m: self._resolved(t, Motion.MOOD, gain) for m, t in tables.items()}
        moved = list(dict.fromkeys(place for tracks in found.values() for place in tracks))
        clips: dict[Mood, Clip] = {}
        for mood, tracks in found.items():
            seconds = tables[mood].seconds
            made = [self._loop(place, tracks.get(place), seconds) for place in moved]
            for name, light in self._recipe.lights.items():
                if name in self._joints:
                    made += self._light(name, light, mood, seconds)
            clips[mood] = Clip(mood.name.lower(), seconds, tuple(made), Loop.LOOP)
        return clips

    def _loop(self, place: Place, keys: Keys | None, seconds: float) -> Track:
        part = self._joints[place[0]][Motion.MOOD]
        given = keys or ((0.0, float(part.rest(place[1]))),)
        return _track(part, place[1], (*given, (seconds, given[0][1])))

    def _light(self, name: str, light: Light, mood: Mood, seconds: float) -> Iterator[Track]:
        stops = [stop for part in self._skeleton.art[name] for stop in _stops(part)]
        colors = {str(key): tuple(map(_argb8, value)) for key, value in light.colors.items()}
        chosen = colors.get(mood.name.lower(), ())
        for place, index in enumerate(light.stops):
            if index < len(stops):
                rest = int(stops[index].rest("colorValue"))
                color = chosen[place] if place < len(chosen) else rest
                yield _track(stops[index], "colorValue", ((0.0, color), (seconds, color)))
        if light.pulse == "none":
            return
        beating = {str(key): value for key, value in light.beats.items()}
        low, high, every_s = beating.get(mood.name.lower(), (1.0, 1.0, seconds))
        beats = max(1, round(seconds / every_s))
        step_s = seconds / beats
        keys: list[tuple[float, float]] = []
        for beat in range(beats):
            keys += [(beat * step_s, low), ((beat + 0.5) * step_s, high)]
        keys.append((seconds, low))
        node = self._joints[name][Motion.MOOD]
        for prop in ("opacity",) if light.pulse == "opacity" else ("scaleX", "scaleY"):
            yield _track(node, prop, tuple(keys))

    def _gesture(self, gesture: Gesture, table: Table) -> Clip:
        found = self._resolved(table, Motion.GESTURE, self._recipe.gestures)
        tracks = tuple(
            _track(self._joints[name][Motion.GESTURE], prop, keys)
            for (name, prop), keys in found.items()
        )
        return Clip(gesture.name.lower(), table.seconds, tracks)

    def _emotions(self) -> dict[Emotion, Pose]:
        gain = self._recipe.emotions
        poses: dict[Emotion, dict[Place, float]] = {Emotion.NEUTRAL: {}}
        bent: dict[Emotion, Pose] = {Emotion.NEUTRAL: self._skeleton.mouth.feeling({})}
        for emotion, values in EMOTIONS.items():
            own = self._recipe.moves.get(f"feel-{emotion.value}", {})
            tracks: dict[str, Keys] = {name: ((0.0, value),) for name, value in values.items()}
            table = Table(0.0, {**tracks, **_degrees(own)})
            resolved = self._resolved(table, Motion.EMOTION, gain)
            poses[emotion] = {place: keys[0][1] for place, keys in resolved.items()}
            wish = {name: keys[0][1] * gain for name, keys in table.tracks.items()}
            bent[emotion] = self._skeleton.mouth.feeling(wish)
        moved = list(dict.fromkeys(place for pose in poses.values() for place in pose))
        return {
            emotion: (*self._feelings(pose, moved), *bent[emotion])
            for emotion, pose in poses.items()
        }

    def _feelings(self, pose: Mapping[Place, float], moved: list[Place]) -> Iterator[Setting]:
        for name, prop in moved:
            part = self._joints[name][Motion.EMOTION]
            yield Setting(part, prop, pose.get((name, prop), float(part.rest(prop))))

    def _breath(self) -> Clip:
        waves: list[tuple[str, str, float, float]] = [
            ("body", "scaleX", 0.022, 0),
            ("body", "scaleY", 0.03, 0),
            ("head", "y", -6 * self._unit, 0.22),
        ]
        for side, sign in _SIGNS:
            waves.append((f"arm-{side}", "y", -4 * self._unit, 0.1))
            waves.append((f"arm-{side}", "rotation", 0.05 * sign, 0.1))
        for name in self._skeleton.named("loose"):
            amount, late_s = self._swing(name)
            sign = -1 if side_of(name) == "right" else 1
            waves.append((name, "rotation", 0.03 * amount * sign, 0.35 + late_s))
        gain = self._recipe.breath
        tracks = tuple(
            breath_track(self._joints[name][Motion.BREATH], prop, amount * gain, lag_s)
            for name, prop, amount, lag_s in waves
            if name in self._joints
        )
        return Clip("breath", BREATH_TOTAL_S, tracks, Loop.LOOP)

    def _blink(self, name: str, plan: tuple[tuple[float, ...], float]) -> Clip:
        tracks = tuple(
            blink_track(part, prop, (is_open, is_shut), plan)
            for part, prop, is_open, is_shut in self._lids()
        )
        return Clip(name, plan[1], tracks, Loop.LOOP)

    def _lids(self) -> Iterator[Change]:
        for side in SIDES:
            lid, lower, eye = f"lid-{side}", f"lower-lid-{side}", f"eye-{side}"
            if lid in self._skeleton.shut:
                yield from self._skeleton.shut[lid]
            elif lid in self._joints:
                white = self._layers.get(f"white-{side}", self._layers[lid])
                height = white.box.height if white.box else 0.0
                yield self._joints[lid][Motion.BLINK], "y", 0.0, 0.94 * height
            elif eye in self._joints:
                yield self._joints[eye][Motion.BLINK], "scaleY", 1.0, _SHUT_SQUASH
            if lower in self._joints:
                yield self._joints[lower][Motion.BLINK], "y", 0.0, -22 * self._unit

    # ---- numbers

    def _sliders(self, plane: Plane) -> Iterator[Slider]:
        aim = self._recipe.gaze
        yield Slider("energy", ((0, self._loud(plane, 0)), (100, self._loud(plane, 1))))
        for control, prop, reach in (("gaze_x", "x", aim.x), ("gaze_y", "y", aim.y)):
            stops = tuple(
                (100.0 * way, self._look(plane, prop, reach * way, aim.face * way))
                for way in (-1, 0, 1)
            )
            yield Slider(control, stops)

    def _loud(self, plane: Plane, amount: float) -> Pose:
        motion, u, joints = energy(plane), self._unit, self._joints
        brows = self._skeleton.named("brow")
        settings = [Setting(joints[name][motion], "y", -15 * amount * u) for name in brows]
        if "head" in joints:
            settings.append(Setting(joints["head"][motion], "y", -8 * amount * u))
            settings.append(Setting(joints["head"][motion], "scaleY", 1 + 0.012 * amount))
        for name, light in self._recipe.lights.items():
            if name in joints and light.pulse == "scale":
                for prop in ("scaleX", "scaleY"):
                    settings.append(Setting(joints[name][motion], prop, 1 + 0.18 * amount))
        return tuple(settings)

    def _look(self, plane: Plane, prop: str, eye: float, face: float) -> Pose:
        motion, u, joints = gaze(plane), self._unit, self._joints
        pupils = self._skeleton.named("pupil")
        settings = [Setting(joints[name][motion], prop, eye * u) for name in pupils]
        if "face" in joints:
            settings.append(Setting(joints["face"][motion], prop, face * u))
        return tuple(settings)

    # ---- what follows the mouth

    def _jaw(self, viseme: str) -> Iterator[Setting]:
        drop, spread = self._skeleton.mouth.jaw(viseme)
        for name, share in self._recipe.jaw.items():
            for vertex in self._skeleton.jaw.get(name, ()):
                yield Setting(vertex, "y", float(vertex.rest("y")) + share * drop)
        for side, sign in _SIGNS:
            if f"cheek-{side}" in self._joints:
                top = self._joints[f"cheek-{side}"].top
                yield Setting(top, "x", float(top.rest("x")) - sign * spread * 0.12)
                lift = 0.1 * drop - max(0.0, spread) * 0.24
                yield Setting(top, "y", float(top.rest("y")) + lift)


_REST = {"scaleX": 1.0, "scaleY": 1.0, "opacity": 1.0}


def _degrees(tracks: Mapping[str, Keys]) -> dict[str, Keys]:
    return {
        track: tuple(
            (t, math.radians(v) if track.endswith((".rotation", ".spread")) else v) for t, v in keys
        )
        for track, keys in tracks.items()
    }


def _argb8(color: str) -> int:
    """'#RRGGBB' or '#RRGGBBAA' as 0xAARRGGBB."""
    return argb(color[:7], int(color[7:9] or "ff", 16) / 255)


def _track(part: Part, prop: str, keys: Keys) -> Track:
    return Track(part, prop, tuple(Key(at_s, value) for at_s, value in keys))


def _later(keys: Keys, late_s: float, end_s: float) -> Keys:
    """The same keys, those between the first and the end later in time."""
    if not late_s:
        return keys
    last_s = end_s - 0.02
    inner = tuple((t + late_s, v) for t, v in keys[1:] if t + late_s < last_s and t < end_s)
    ended = (keys[-1],) if keys[-1][0] >= end_s else ()
    return (keys[0], *inner, *ended)


def _stops(part: Part) -> Iterator[Part]:
    """The gradient stops and flat colours under a part, in painter's order."""
    if part.kind in {"GradientStop", "SolidColor"}:
        yield part
    for child in part.children:
        yield from _stops(child)
