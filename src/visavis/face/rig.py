"""From a drawn character to a file that follows the contract.

The layers of the state machine are applied from the first to the last, and each one *sets* what
it animates. Two rules keep that simple:

1. *Rest comes first.* The lowest layer puts everything back to the drawing, each frame. Rive's
   blends interpolate from whatever is there; without a fixed start they drift.
2. *One property, one layer.* Where two motions move the same thing (breath and a nod both move
   the head), the character nests one node for each, so that they add up. Only the mouth breaks
   the rule, on purpose: `viseme` sets it, then the weights mix on top of that; at weight 0 they
   leave it alone.

Each control exists as an input and as a view model property. For numbers there is a layer (and a
node) for each plane: the plane that isn't used stays at zero and adds nothing. For booleans,
either plane is enough. A `viseme` in the view model wins over one in the inputs unless it is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from visavis.face.contract import EMOTIONS, VISEMES, Plane, emotion_weight_name, weight_name
from visavis.face.machine import (
    Layer,
    Slide,
    Still,
    Transition,
    Weigh,
    When,
    machine_objects,
    view_model_objects,
)
from visavis.face.motion import Clip, Eases, Pose, clip_objects, pose_clip, rest_pose
from visavis.face.riv import RivObject, write_riv
from visavis.face.scene import Part, flatten

MOOD_FADE_MS = 260  # a change of posture: quick enough to be an answer, slow enough not to pop
LISTEN_FADE_MS = 180  # attention is the first thing that a speaker looks for
MOUTH_FADE_MS = 70  # 60...120 ms reads as soft; for players without weights
CLOSURE_FADE_MS = 30  # lips that close must be on time
GESTURE_FADE_MS = 60
BLINK_FADE_MS = 80
EMOTION_FADE_MS = 280  # a feeling arrives; it does not switch

_CLOSURES = frozenset({"PP"})


class Mood(Enum):
    """Postures, the later ones give way to the earlier: an interruption shows at once."""

    LISTENING = "is_listening"
    SPEAKING = "is_speaking"
    THINKING = "is_thinking"
    IDLE = ""


class Gesture(Enum):
    """Short movements, by the trigger that starts them."""

    NOD = "gesture"
    WAVE = "wave"
    THINK = "think"
    CELEBRATE = "celebrate"
    SHRUG = "shrug"


class Emotion(Enum):
    """What a face tells beside its words; the value is its name in the contract."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISED = "surprised"
    THINKING = "thinking"


@dataclass(frozen=True, slots=True)
class Slider:
    """Poses along a number: (value of the control, pose at that value), in rising order."""

    control: str
    stops: tuple[tuple[float, Pose], ...]


@dataclass(frozen=True, slots=True)
class Character:
    """A drawing and how it moves: all that the rig needs to know."""

    artboard: Part
    breath: Clip
    blink_at_rest: Clip
    blink_in_talk: Clip
    moods: Mapping[Mood, Clip]
    sliders: Mapping[Plane, tuple[Slider, ...]]
    gestures: Mapping[Gesture, Clip]
    emotions: Mapping[Emotion, Pose]
    """All of them, or none; each sets the same properties."""
    mouths: Mapping[str, Pose]


class _Library:
    """The animations of the file, in the order of their ids."""

    def __init__(self) -> None:
        self.clips: list[Clip] = []

    def add(self, clip: Clip) -> int:
        """Take a clip in; returns its animation id."""
        self.clips.append(clip)
        return len(self.clips) - 1


def build(character: Character) -> bytes:
    """The character as a `.riv` file; the same character gives the same bytes."""
    return write_riv(_file_objects(character))


def _file_objects(character: Character) -> Iterator[RivObject]:
    character.artboard.props |= {"defaultStateMachineId": 0, "viewModelId": 0}
    scene = flatten(character.artboard)
    eases = Eases(first_id=len(scene.parts))
    library = _Library()
    layers = _layers(character, library)
    yield RivObject("Backboard", {})
    yield from view_model_objects()
    yield from scene.objects
    yield from eases.objects()
    for clip in library.clips:
        yield from clip_objects(clip, scene, eases)
    yield from machine_objects(layers)


def _layers(character: Character, library: _Library) -> list[Layer]:
    layers = [
        Layer("Breath", (Still(library.add(character.breath)),)),
        _blink_layer(character, library),
        _mood_layer(character, library),
        *_slider_layers(character, library),
        _gesture_layer(character, library),
        *_emotion_layers(character, library),
    ]
    rest = Layer("Rest", (Still(library.add(pose_clip("rest", rest_pose(library.clips)))),))
    return [rest, *layers, *_mouth_layers(character, library)]


def _blink_layer(character: Character, library: _Library) -> Layer:
    at_rest = Still(library.add(character.blink_at_rest))
    in_talk = Still(library.add(character.blink_in_talk))
    silent = tuple(When(Mood.SPEAKING.value, plane, 0) for plane in Plane)
    talking = tuple(
        Transition(1, BLINK_FADE_MS, (When(Mood.SPEAKING.value, plane),)) for plane in Plane
    )
    return Layer("Blink", (at_rest, in_talk), (Transition(0, BLINK_FADE_MS, silent), *talking))


def _mood_layer(character: Character, library: _Library) -> Layer:
    moods = (Mood.IDLE, Mood.LISTENING, Mood.SPEAKING, Mood.THINKING)
    states = tuple(Still(library.add(character.moods[mood])) for mood in moods)
    transitions: list[Transition] = []
    denied: tuple[When, ...] = ()
    for index, mood in enumerate(moods[1:], start=1):
        fade_ms = LISTEN_FADE_MS if mood is Mood.LISTENING else MOOD_FADE_MS
        for plane in Plane:
            asked = (*denied, When(mood.value, plane))
            transitions.append(Transition(index, fade_ms, asked))
        denied = (*denied, *(When(mood.value, plane, 0) for plane in Plane))
    return Layer("Mood", states, (*transitions, Transition(0, MOOD_FADE_MS, denied)))


def _slider_layers(character: Character, library: _Library) -> Iterator[Layer]:
    for plane in Plane:
        for slider in character.sliders[plane]:
            name = f"{slider.control}_{plane.value}"
            stops = tuple(
                (library.add(pose_clip(f"{name}_{value:+.0f}", pose)), value)
                for value, pose in slider.stops
            )
            yield Layer(name, (Slide(slider.control, plane, stops),))


def _gesture_layer(character: Character, library: _Library) -> Layer:
    """At rest, or in one gesture until its end; another is ignored meanwhile."""
    clips = character.gestures
    still = Still(library.add(pose_clip("gesture_rest", rest_pose(clips.values()))))
    moving = tuple(Still(library.add(clip)) for clip in clips.values())
    transitions: list[tuple[int, Transition]] = []
    for index, gesture in enumerate(clips, start=1):
        for plane in Plane:
            asked = (When(gesture.value, plane),)
            transitions.append((0, Transition(index, GESTURE_FADE_MS, asked)))
        transitions.append((index, Transition(0, GESTURE_FADE_MS, at_end=True)))
    return Layer("Gesture", (still, *moving), from_state=tuple(transitions))


def _emotion_layers(character: Character, library: _Library) -> Iterator[Layer]:
    if not character.emotions:
        return
    poses = {name: character.emotions[Emotion(name)] for name in EMOTIONS}
    animations = [library.add(pose_clip(f"emotion_{name}", pose)) for name, pose in poses.items()]
    fades = [EMOTION_FADE_MS] * len(EMOTIONS)
    yield Layer(
        "Emotion", tuple(map(Still, animations)), tuple(_index_transitions("emotion", fades))
    )
    names = [emotion_weight_name(name) for name in EMOTIONS[1:]]
    weights = tuple(zip(animations[1:], names, strict=True))
    for plane in Plane:
        yield Layer(f"Emotion weights {plane.value}", (Weigh(plane, weights),))


def _mouth_layers(character: Character, library: _Library) -> Iterator[Layer]:
    animations = [library.add(pose_clip(f"mouth_{v}", character.mouths[v])) for v in VISEMES]
    fades = [CLOSURE_FADE_MS if v in _CLOSURES else MOUTH_FADE_MS for v in VISEMES]
    states = tuple(Still(animation) for animation in animations)
    yield Layer("Mouth", states, tuple(_index_transitions("viseme", fades)))
    names = [weight_name(viseme) for viseme in VISEMES]
    weights = tuple(zip(animations, names, strict=True))
    for plane in Plane:
        yield Layer(f"Mouth weights {plane.value}", (Weigh(plane, weights),))


def _index_transitions(control: str, fades_ms: Sequence[int]) -> Iterator[Transition]:
    """To the state that a number names; the view model's number wins unless it is 0."""
    for index, fade_ms in enumerate(fades_ms):
        unset = When(control, Plane.VIEW_MODEL, 0)
        yield Transition(index, fade_ms, (When(control, Plane.INPUTS, index), unset))
        if index:
            yield Transition(index, fade_ms, (When(control, Plane.VIEW_MODEL, index),))
