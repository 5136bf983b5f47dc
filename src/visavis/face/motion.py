"""Poses and clips: what moves, when, how softly; and their way into a file.

A *pose* sets properties to values. A *clip* gives them keys in time. Times are seconds, values
the unit of the property (artboard units, radians, 0...1 for opacity, 0xAARRGGBB for colours).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from visavis.face.keys import KIND_BY_NAME, Wire
from visavis.face.riv import RivObject, Value
from visavis.face.scene import FlatScene, Part

FRAMES_PER_S = 60


class Ease(Enum):
    """How a key is left. The numbers are the control points of a CSS-like cubic curve."""

    HOLD = None
    LINEAR = (0.0, 0.0, 1.0, 1.0)
    SOFT = (0.42, 0.0, 0.58, 1.0)  # starts and ends gently
    OUT = (0.16, 0.7, 0.3, 1.0)  # quick start, long settle
    IN = (0.5, 0.0, 0.9, 0.6)  # gathers speed: falling, closing


class Loop(Enum):
    """What happens at the end of a clip."""

    ONCE = 0
    LOOP = 1


@dataclass(frozen=True, slots=True)
class Key:
    """A value at a time, and how the way to the next key begins and ends."""

    at_s: float
    value: float
    ease: Ease = Ease.SOFT


@dataclass(frozen=True, slots=True)
class Track:
    """The keys of one property of one part."""

    part: Part
    prop: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A named animation."""

    name: str
    duration_s: float
    tracks: tuple[Track, ...]
    loop: Loop = Loop.ONCE


@dataclass(frozen=True, slots=True)
class Setting:
    """One property of one part at one value."""

    part: Part
    prop: str
    value: float


Pose = tuple[Setting, ...]


def track(part: Part, prop: str, *keys: tuple[float, float], ease: Ease = Ease.SOFT) -> Track:
    """A track from (seconds, value) pairs that share an ease."""
    return Track(part, prop, tuple(Key(at_s, value, ease) for at_s, value in keys))


def cycle(part: Part, prop: str, duration_s: float, *keys: tuple[float, float]) -> Track:
    """A track whose end meets its beginning, so that a looping clip never jumps."""
    return track(part, prop, *keys, (duration_s, keys[0][1]))


def pose_clip(name: str, pose: Iterable[Setting]) -> Clip:
    """A still: every property at one value."""
    tracks = tuple(Track(s.part, s.prop, (Key(0.0, s.value, Ease.LINEAR),)) for s in pose)
    return Clip(name, 1 / FRAMES_PER_S, tracks)


def rest_pose(clips: Iterable[Clip]) -> Pose:
    """The drawn values of everything that the clips touch, each property once."""
    found: dict[tuple[int, str], Setting] = {}
    for clip in clips:
        for item in clip.tracks:
            found.setdefault(
                (id(item.part), item.prop), Setting(item.part, item.prop, item.part.rest(item.prop))
            )
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Eases:
    """The interpolators of a file. They follow the drawing and share its ids."""

    first_id: int

    _CURVES = (Ease.SOFT, Ease.OUT, Ease.IN)

    def objects(self) -> Iterator[RivObject]:
        """The interpolator objects, in id order."""
        for ease in self._CURVES:
            x1, y1, x2, y2 = ease.value
            yield RivObject("CubicEaseInterpolator", {"x1": x1, "y1": y1, "x2": x2, "y2": y2})

    def props(self, ease: Ease) -> dict[str, Value]:
        """The keyframe properties that choose an ease."""
        if ease is Ease.HOLD:
            return {"interpolationType": 0}
        if ease is Ease.LINEAR:
            return {"interpolationType": 1}
        return {"interpolationType": 2, "interpolatorId": self.id_of(ease)}

    def id_of(self, ease: Ease) -> int:
        """The id of the interpolator object of a curved ease."""
        return self.first_id + self._CURVES.index(ease)


def clip_objects(clip: Clip, scene: FlatScene, eases: Eases) -> list[RivObject]:
    """A clip as LinearAnimation > KeyedObject > KeyedProperty > KeyFrame objects."""
    frames = max(1, round(clip.duration_s * FRAMES_PER_S))
    head: dict[str, Value] = {"name": clip.name, "fps": FRAMES_PER_S, "duration": frames}
    out = [RivObject("LinearAnimation", head | {"loopValue": clip.loop.value})]
    for tracks in _by_part(clip.tracks):
        out.append(RivObject("KeyedObject", {"objectId": scene.id_of(tracks[0].part)}))
        for item in tracks:
            out.extend(_track_objects(item, eases))
    return out


def _by_part(tracks: Sequence[Track]) -> list[list[Track]]:
    groups: dict[int, list[Track]] = {}
    for item in tracks:
        groups.setdefault(id(item.part), []).append(item)
    return list(groups.values())


def _track_objects(item: Track, eases: Eases) -> Iterator[RivObject]:
    found = KIND_BY_NAME[item.part.kind].find(item.prop)
    if found is None:
        raise ValueError(f"{item.part.kind} has no property {item.prop!r} to animate")
    is_color = found.wire is Wire.COLOR
    frame_kind = "KeyFrameColor" if is_color else "KeyFrameDouble"
    yield RivObject("KeyedProperty", {"propertyKey": found.key})
    for key in item.keys:
        value = int(key.value) if is_color else float(key.value)
        frame = round(key.at_s * FRAMES_PER_S)
        yield RivObject(frame_kind, {"frame": frame, "value": value} | eases.props(key.ease))
