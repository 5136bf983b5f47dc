"""The names that every character offers: docs/reference/rive-contract.md as code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ARTBOARD = "Character"
STATE_MACHINE = "Avatar"
VIEW_MODEL = "AvatarVM"
VIEW_MODEL_INSTANCE = "Default"

# The order of spec/visemes.json; a test keeps the two together.
VISEMES = tuple("sil PP FF TH DD kk CH SS nn RR aa E I O U".split())


class ControlType(Enum):
    """What kind of value a control takes: (suffix of the input type, of the view model type)."""

    BOOLEAN = ("Bool", "Boolean")
    TRIGGER = ("Trigger", "Trigger")
    NUMBER = ("Number", "Number")


class Plane(Enum):
    """The two ways to reach a control. A player uses one of them; the other stays at zero."""

    INPUTS = "in"
    VIEW_MODEL = "vm"


@dataclass(frozen=True, slots=True)
class Control:
    """One handle of the character."""

    name: str
    type: ControlType


def weight_name(viseme: str) -> str:
    """The control that holds the weight 0...100 of one mouth."""
    return f"v_{viseme}"


EMOTIONS = ("neutral", "happy", "sad", "surprised", "thinking")


def emotion_weight_name(emotion: str) -> str:
    """The control that holds the weight 0...100 of one emotion."""
    return f"e_{emotion}"


CONTROLS = (
    Control("is_speaking", ControlType.BOOLEAN),
    Control("is_listening", ControlType.BOOLEAN),
    Control("is_thinking", ControlType.BOOLEAN),
    Control("gesture", ControlType.TRIGGER),
    Control("viseme", ControlType.NUMBER),
    *(Control(weight_name(viseme), ControlType.NUMBER) for viseme in VISEMES),
    Control("energy", ControlType.NUMBER),
    Control("gaze_x", ControlType.NUMBER),
    Control("gaze_y", ControlType.NUMBER),
    Control("wave", ControlType.TRIGGER),
    Control("think", ControlType.TRIGGER),
    Control("celebrate", ControlType.TRIGGER),
    Control("shrug", ControlType.TRIGGER),
    Control("emotion", ControlType.NUMBER),
    *(Control(emotion_weight_name(emotion), ControlType.NUMBER) for emotion in EMOTIONS[1:]),
)


def control_index(name: str) -> int:
    """The place of a control among the inputs, and among the properties of the view model."""
    return next(i for i, control in enumerate(CONTROLS) if control.name == name)
