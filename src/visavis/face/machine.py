"""State machine and view model: layers, states, transitions and conditions as file objects.

Traps of the format that this module keeps from the rest of the code:
- a layer without Entry, Any and Exit state makes the runtime refuse the whole file;
- states are numbered by their place in the layer, those three included;
- a data binding belongs to the object before it in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from visavis.face.contract import (
    CONTROLS,
    STATE_MACHINE,
    VIEW_MODEL,
    VIEW_MODEL_INSTANCE,
    ControlType,
    Plane,
    control_index,
)
from visavis.face.keys import property_key
from visavis.face.riv import RivObject, Value, encode_varuint

_VIEW_MODEL_ID = 0  # the only one in the file
_FIRST_STATE = 3  # after Entry, Any and Exit
_FLAG_EXIT_TIME = 4
_FLAG_EXIT_TIME_PERCENT = 8
_FLAG_EARLY_EXIT = 32  # a running cross-fade may be cut by the next one


class Op(Enum):
    """Comparisons, with the number that the file uses."""

    EQUAL = 0
    NOT_EQUAL = 1


@dataclass(frozen=True, slots=True)
class When:
    """A condition on one control in one plane. Triggers have no value: they fire or don't."""

    control: str
    plane: Plane
    value: float = 1


@dataclass(frozen=True, slots=True)
class Still:
    """A state that plays one animation, by its place among the animations."""

    animation: int


@dataclass(frozen=True, slots=True)
class Slide:
    """A state that mixes animations along a number: (animation, value of the number)."""

    control: str
    plane: Plane
    stops: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Weigh:
    """A state that applies animations one after the other: (animation, control of its weight)."""

    plane: Plane
    weights: tuple[tuple[int, str], ...]


State = Still | Slide | Weigh


@dataclass(frozen=True, slots=True)
class Transition:
    """A way to `target`, an index into the layer's own states. All conditions must hold."""

    target: int
    fade_ms: int
    conditions: tuple[When, ...] = ()
    at_end: bool = False  # wait until the state's animation is over


@dataclass(frozen=True, slots=True)
class Layer:
    """States of which one is active. It begins in the first; `from_any` start in any state."""

    name: str
    states: tuple[State, ...]
    from_any: tuple[Transition, ...] = ()
    from_state: tuple[tuple[int, Transition], ...] = ()


def view_model_objects() -> Iterator[RivObject]:
    """The view model with one property for each control, and its instance."""
    yield RivObject("ViewModel", {"name": VIEW_MODEL})
    for control in CONTROLS:
        yield RivObject(f"ViewModelProperty{control.type.value[1]}", {"name": control.name})
    props: dict[str, Value] = {"name": VIEW_MODEL_INSTANCE, "viewModelId": _VIEW_MODEL_ID}
    yield RivObject("ViewModelInstance", props)
    for index, control in enumerate(CONTROLS):
        kind = f"ViewModelInstance{control.type.value[1]}"
        yield RivObject(kind, {"parentId": 0, "viewModelPropertyId": index})


def machine_objects(layers: Sequence[Layer]) -> Iterator[RivObject]:
    """The state machine with one input for each control, and its layers, lowest first."""
    yield RivObject("StateMachine", {"name": STATE_MACHINE})
    for control in CONTROLS:
        yield RivObject(f"StateMachine{control.type.value[0]}", {"name": control.name})
    for layer in layers:
        yield from _layer_objects(layer)


def _layer_objects(layer: Layer) -> Iterator[RivObject]:
    yield RivObject("StateMachineLayer", {"name": layer.name})
    yield RivObject("EntryState", {})
    yield from _transition_objects(Transition(0, 0))
    yield RivObject("AnyState", {})
    for transition in layer.from_any:
        yield from _transition_objects(transition)
    yield RivObject("ExitState", {})
    for index, state in enumerate(layer.states):
        yield from _state_objects(state)
        for source, transition in layer.from_state:
            if source == index:
                yield from _transition_objects(transition)


def _state_objects(state: State) -> Iterator[RivObject]:
    match state:
        case Still(animation):
            yield RivObject("AnimationState", {"animationId": animation})
        case Slide(control, Plane.INPUTS, stops):
            yield RivObject("BlendState1DInput", {"inputId": control_index(control)})
            yield from _slide_stops(stops)
        case Slide(control, _, stops):
            yield from _bound("Number", control)
            yield RivObject("BlendState1DViewModel", {})
            yield from _slide_stops(stops)
        case Weigh(plane, weights):
            yield RivObject("BlendStateDirect", {})
            for animation, control in weights:
                yield from _weight(plane, animation, control)


def _slide_stops(stops: tuple[tuple[int, float], ...]) -> Iterator[RivObject]:
    for animation, value in stops:
        yield RivObject("BlendAnimation1D", {"animationId": animation, "value": value})


def _weight(plane: Plane, animation: int, control: str) -> Iterator[RivObject]:
    if plane is Plane.INPUTS:
        props: dict[str, Value] = {"inputId": control_index(control), "blendSource": 0}
    else:
        yield from _bound("Number", control)
        props = {"blendSource": 2}
    yield RivObject("BlendAnimationDirect", {"animationId": animation} | props)


def _bound(kind: str, control: str) -> Iterator[RivObject]:
    """A value that follows a property of the view model."""
    bindable = f"BindableProperty{kind}"
    path = encode_varuint(_VIEW_MODEL_ID) + encode_varuint(control_index(control))
    key = property_key(bindable, "propertyValue")
    yield RivObject(bindable, {})
    yield RivObject("DataBindContext", {"propertyKey": key, "sourcePathIds": path})


def _transition_objects(transition: Transition) -> Iterator[RivObject]:
    props: dict[str, Value] = {
        "stateToId": _FIRST_STATE + transition.target,
        "duration": transition.fade_ms,
    }
    if transition.at_end:
        props |= {"flags": _FLAG_EXIT_TIME | _FLAG_EXIT_TIME_PERCENT, "exitTime": 100}
    else:
        props["flags"] = _FLAG_EARLY_EXIT
    yield RivObject("StateTransition", props)
    for condition in transition.conditions:
        yield from _condition_objects(condition)


def _condition_objects(when: When) -> Iterator[RivObject]:
    control = CONTROLS[control_index(when.control)]
    if when.plane is Plane.INPUTS:
        yield _input_condition(when, control.type)
    else:
        yield from _view_model_condition(when, control.type)


def _input_condition(when: When, control_type: ControlType) -> RivObject:
    props: dict[str, Value] = {"inputId": control_index(when.control)}
    match control_type:
        case ControlType.BOOLEAN:  # here 0 means "is true" and 1 "is false"
            props["opValue"] = 0 if when.value else 1
        case ControlType.NUMBER:
            props |= {"opValue": Op.EQUAL.value, "value": float(when.value)}
        case ControlType.TRIGGER:
            pass
    return RivObject(f"Transition{control_type.value[0]}Condition", props)


def _view_model_condition(when: When, control_type: ControlType) -> Iterator[RivObject]:
    kind = control_type.value[1]
    fired = control_type is ControlType.TRIGGER  # a trigger counts up from 0 when it is fired
    op = Op.NOT_EQUAL if fired else Op.EQUAL
    yield RivObject("TransitionViewModelCondition", {"opValue": op.value})
    yield from _bound(kind, when.control)
    yield RivObject("TransitionPropertyViewModelComparator", {})
    value: dict[str, Value] = {}
    if control_type is ControlType.BOOLEAN:
        value["value"] = bool(when.value)
    elif control_type is ControlType.NUMBER:
        value["value"] = float(when.value)
    yield RivObject(f"TransitionValue{kind}Comparator", value)
