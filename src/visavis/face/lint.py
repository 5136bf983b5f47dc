"""Faults of a `.riv` file that the player doesn't mention.

The runtime refuses a file whose layers lack a state, but a wrong parent, object, property or
interpolator id loads silently: something just doesn't move. `problems` finds them, and checks
that the file offers what docs/reference/rive-contract.md asks for. Pure: bytes in, sentences out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visavis.face.contract import ARTBOARD, CONTROLS, STATE_MACHINE, VIEW_MODEL
from visavis.face.keys import KIND_BY_NAME
from visavis.face.riv import RivObject, read_riv

BUDGET_BYTES = 200_000
"""A character is fetched before the first hello."""
_NOT_COMPONENTS = ("LinearAnimation", "StateMachine")  # the first of these ends the drawing
_LAYER_STATES = frozenset({"EntryState", "AnyState", "ExitState"})
_STATES = _LAYER_STATES | {
    "AnimationState",
    "BlendState1DInput",
    "BlendState1DViewModel",
    "BlendStateDirect",
}


@dataclass(frozen=True, slots=True)
class NearestMouths:
    """The two mouths that are most alike, and how far apart: a share of the two most different."""

    one: str
    two: str
    share: float

    def __str__(self) -> str:
        return (
            f"nearest mouths: {self.one} and {self.two}, {100 * self.share:.0f} % as different as "
            "the two most different"
        )


LEAST_SHARE = 0.05
"""Below, two mouths look the same in motion. Pip's nearest are at four times that."""


def nearest_mouths(data: bytes) -> NearestMouths | None:
    """From the poses of the file; None where there are no two.

    The distance is the root of the summed squares of what the mouths set, each property by its
    own range, so that points, thicknesses, angles and opacities count alike.
    """
    poses = _mouth_poses(read_riv(data).objects)
    names = sorted(poses)
    if len(names) < 2:
        return None
    places = list(poses[names[0]])
    ranges = {p: max(v[p] for v in poses.values()) - min(v[p] for v in poses.values()) or 1.0
              for p in places}  # fmt: skip
    apart = {
        (a, b): math.sqrt(sum(((poses[a][p] - poses[b][p]) / ranges[p]) ** 2 for p in places))
        for a, b in itertools.combinations(names, 2)
    }
    one, two = min(apart, key=lambda pair: apart[pair])
    farthest = max(apart.values())
    return NearestMouths(one, two, apart[one, two] / farthest if farthest else 0.0)


def _mouth_poses(objects: Sequence[RivObject]) -> dict[str, dict[tuple[int, int], float]]:
    poses: dict[str, dict[tuple[int, int], float]] = {}
    name, target, key = "", 0, 0
    for item in objects:
        if item.kind == "LinearAnimation":
            name = str(item.props.get("name", ""))
        elif item.kind == "KeyedObject":
            target = _number(item, "objectId", 0)
        elif item.kind == "KeyedProperty":
            key = _number(item, "propertyKey")
        elif item.kind == "KeyFrameDouble" and name.startswith("mouth_"):
            value = item.props.get("value", 0.0)
            pose = poses.setdefault(name.removeprefix("mouth_"), {})
            pose.setdefault((target, key), float(value))
    return poses


def problems(data: bytes) -> tuple[str, ...]:
    """What is wrong with a character file, one sentence each; nothing if it is sound.

    Raises ConfigError if the file can't be read at all.
    """
    objects = read_riv(data).objects
    starts = [i for i, item in enumerate(objects) if item.kind == "Artboard"]
    if len(starts) != 1:
        return (f"there must be one artboard, there are {len(starts)}",)
    rest = objects[starts[0] :]
    end = next((i for i, item in enumerate(rest) if item.kind in _NOT_COMPONENTS), len(rest))
    drawing, behaviour = rest[:end], rest[end:]
    machine = next((i for i, o in enumerate(behaviour) if o.kind == "StateMachine"), len(behaviour))
    return (
        *_drawing_problems(drawing),
        *_animation_problems(behaviour[:machine], drawing),
        *_machine_problems(behaviour),
        *_contract_problems(objects),
    )


def _number(item: RivObject, prop: str, default: int = -1) -> int:
    value = item.props.get(prop, default)
    return value if isinstance(value, int) else default


def _drawing_problems(drawing: Sequence[RivObject]) -> Iterator[str]:
    for index, item in enumerate(drawing):
        if index and not item.kind.endswith("Interpolator"):
            parent = _number(item, "parentId", 0)
            if parent >= index:
                yield f"{item.kind} {index} has parent {parent}, which doesn't come before it"
        if item.kind == "ClippingShape":
            source = _number(item, "sourceId")
            if not 0 < source < len(drawing) or drawing[source].kind != "Shape":
                yield f"clip {index} refers to {source}, which is no shape"
        if item.kind == "Tendon":
            bone = _number(item, "boneId")
            if not 0 < bone < len(drawing) or drawing[bone].kind not in {"Bone", "RootBone"}:
                yield f"tendon {index} refers to {bone}, which is no bone"
        if item.kind == "TranslationConstraint":
            target = _number(item, "targetId")
            if not 0 < target < len(drawing) or drawing[target].kind != "Node":
                yield f"constraint {index} follows {target}, which is no node"


def _animation_problems(
    animations: Sequence[RivObject], drawing: Sequence[RivObject]
) -> Iterator[str]:
    name, target = "", ""
    for item in animations:
        if item.kind == "LinearAnimation":
            name = str(item.props.get("name", ""))
        elif item.kind == "KeyedObject":
            object_id = _number(item, "objectId", 0)
            target = drawing[object_id].kind if object_id < len(drawing) else ""
            if not target:
                yield f"{name} moves object {object_id}, which doesn't exist"
        elif item.kind == "KeyedProperty":
            key = _number(item, "propertyKey")
            if target in KIND_BY_NAME and key not in {
                p.key for p in KIND_BY_NAME[target].properties
            }:
                yield f"{name} moves property {key}, which {target} doesn't have"
        elif item.kind.startswith("KeyFrame") and _number(item, "interpolationType", 0) == 2:
            ease = _number(item, "interpolatorId")
            if not 0 <= ease < len(drawing) or drawing[ease].kind != "CubicEaseInterpolator":
                yield f"{name} eases with {ease}, which is no interpolator"


def _machine_problems(behaviour: Sequence[RivObject]) -> Iterator[str]:
    animation_count = sum(item.kind == "LinearAnimation" for item in behaviour)
    for item in behaviour:
        animation = _number(item, "animationId")
        if animation >= animation_count:
            yield f"{item.kind} plays animation {animation} of {animation_count}"
    for layer in _layers(behaviour):
        name = layer[0].props.get("name")
        states = [item.kind for item in layer if item.kind in _STATES]
        missing = sorted(_LAYER_STATES - set(states))
        if missing:
            yield f"layer {name} has no {', '.join(missing)}: the player will refuse the file"
        for item in layer:
            if item.kind == "StateTransition" and not 0 <= _number(item, "stateToId") < len(states):
                yield f"layer {name} has a transition to state {_number(item, 'stateToId')}"


def _layers(behaviour: Sequence[RivObject]) -> Iterator[Sequence[RivObject]]:
    starts = [i for i, item in enumerate(behaviour) if item.kind == "StateMachineLayer"]
    for start, end in zip(starts, [*starts[1:], len(behaviour)], strict=False):
        yield behaviour[start:end]


def _contract_problems(objects: Sequence[RivObject]) -> Iterator[str]:
    present = {(item.kind, str(item.props.get("name", ""))) for item in objects}
    wanted = [("Artboard", ARTBOARD), ("StateMachine", STATE_MACHINE), ("ViewModel", VIEW_MODEL)]
    for control in CONTROLS:
        wanted.append((f"StateMachine{control.type.value[0]}", control.name))
        wanted.append((f"ViewModelProperty{control.type.value[1]}", control.name))
    for kind, name in wanted:
        if (kind, name) not in present:
            yield f"there is no {kind} called {name}"
