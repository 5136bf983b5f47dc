"""Our characters as files: deterministic, sound, complete, with fifteen mouths that differ."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from visavis.characters import build_character, character_names, read_source
from visavis.errors import ConfigError
from visavis.face.contract import CONTROLS, EMOTIONS, VISEMES, ControlType
from visavis.face.keys import property_key
from visavis.face.lint import problems
from visavis.face.mouth import SHAPES
from visavis.face.riv import RivObject, read_riv, write_riv

SPEC = Path(__file__).parents[2] / "spec" / "visemes.json"
FOLDER = Path(__file__).parents[2] / "characters"
# Root of the summed squares of all the mouth's properties, in the mouth's own units (and radians).
LEAST_DISTANCE = 25.0


@pytest.fixture(scope="module", params=character_names())
def character(request: pytest.FixtureRequest) -> bytes:
    return build_character(str(request.param))


@pytest.fixture(scope="module")
def objects(character: bytes) -> tuple[RivObject, ...]:
    return read_riv(character).objects


def test_they_are_there_and_the_template_is_nobody() -> None:
    assert character_names() == ("mara", "pip")


def test_an_unknown_character_is_a_setting_to_mend() -> None:
    with pytest.raises(ConfigError) as caught:
        build_character("pipp")
    assert "did you mean pip?" in str(caught.value)
    assert "mara" in caught.value.hint


def test_the_same_name_gives_the_same_bytes() -> None:
    source = read_source(FOLDER / "pip")
    assert source.build().riv == source.build().riv == build_character("pip")


def test_the_file_is_sound(character: bytes) -> None:
    assert problems(character) == ()


def test_the_file_is_light(character: bytes) -> None:
    assert len(character) < 150_000  # it is fetched before the first hello


def test_the_viseme_order_is_the_wire_s() -> None:
    assert list(VISEMES) == json.loads(SPEC.read_text())["order"]
    assert tuple(SHAPES) == VISEMES


def test_inputs_and_view_model_offer_the_same(objects: Sequence[RivObject]) -> None:
    for control in CONTROLS:
        suffix, model_suffix = control.type.value
        assert RivObject(f"StateMachine{suffix}", {"name": control.name}) in objects
        assert RivObject(f"ViewModelProperty{model_suffix}", {"name": control.name}) in objects
    instances = [o for o in objects if o.kind.startswith("ViewModelInstance")]
    assert len(instances) == 1 + len(CONTROLS)
    assert (
        sum(c.type is ControlType.NUMBER for c in CONTROLS)
        == 1 + len(VISEMES) + 3 + 1 + len(EMOTIONS) - 1
    )


def test_the_background_is_transparent(objects: Sequence[RivObject]) -> None:
    artboard = next(i for i, o in enumerate(objects) if o.kind == "Artboard")
    later = objects[artboard + 1 :]
    painted = [o for o in later if o.kind == "Fill" and o.props.get("parentId") == 0]
    assert not painted


@dataclass(frozen=True)
class Animation:
    name: str
    first_values: dict[tuple[int, int], float]  # (object id, property key) -> value at frame 0


def animations(objects: Sequence[RivObject]) -> Iterator[Animation]:
    current: Animation | None = None
    target, key = 0, 0
    for item in objects:
        if item.kind == "LinearAnimation":
            if current:
                yield current
            current = Animation(str(item.props["name"]), {})
        elif item.kind == "KeyedObject":
            target = int(item.props["objectId"])
        elif item.kind == "KeyedProperty":
            key = int(item.props["propertyKey"])
        elif item.kind.startswith("KeyFrame") and current:
            current.first_values.setdefault((target, key), float(item.props["value"]))
    assert current
    yield current


def mouth_poses(objects: Sequence[RivObject]) -> dict[str, Animation]:
    found = {a.name.removeprefix("mouth_"): a for a in animations(objects)}
    return {viseme: found[viseme] for viseme in VISEMES}


def test_every_mouth_sets_the_same_properties(objects: Sequence[RivObject]) -> None:
    poses = mouth_poses(objects)
    for viseme in VISEMES:
        assert poses[viseme].first_values.keys() == poses["sil"].first_values.keys()


def test_the_mouths_can_be_told_apart(objects: Sequence[RivObject]) -> None:
    poses = mouth_poses(objects)
    for one, other in itertools.combinations(VISEMES, 2):
        a, b = poses[one].first_values, poses[other].first_values
        assert math.dist(list(a.values()), [b[k] for k in a]) > LEAST_DISTANCE, (one, other)


def test_handles_turn_the_short_way(objects: Sequence[RivObject]) -> None:
    turning = {property_key("CubicDetachedVertex", f"{end}Rotation") for end in ("in", "out")}
    poses = mouth_poses(objects)
    for viseme in VISEMES:
        for target, value in poses[viseme].first_values.items():
            if target[1] in turning:
                assert abs(value - poses["sil"].first_values[target]) <= math.pi


def test_pp_is_shut_and_aa_widest_open() -> None:
    assert SHAPES["PP"].gap <= 1.0
    assert SHAPES["sil"].gap <= 1.0
    assert max(SHAPES, key=lambda v: SHAPES[v].gap) == "aa"
    assert all(SHAPES[v].gap > 10 for v in VISEMES if v not in {"PP", "sil"})


def test_width_and_roundness_follow_the_sounds() -> None:
    assert max(SHAPES, key=lambda v: SHAPES[v].half_width) == "I"
    assert min(SHAPES, key=lambda v: SHAPES[v].half_width) == "U"
    rounded = {"CH", "RR", "O", "U"}
    spread = set(VISEMES) - rounded - {"PP", "sil"}
    assert max(SHAPES[v].half_width for v in rounded) < min(SHAPES[v].half_width for v in spread)


def test_ff_shows_upper_teeth_only_and_ss_a_closed_bite() -> None:
    assert SHAPES["FF"].upper_teeth > SHAPES["FF"].gap  # down to the lower lip
    assert SHAPES["FF"].lower_teeth == 0
    for viseme in ("SS", "CH"):
        assert SHAPES[viseme].gap - SHAPES[viseme].upper_teeth - SHAPES[viseme].lower_teeth < 4


def layers(objects: Sequence[RivObject]) -> dict[str, list[RivObject]]:
    found: dict[str, list[RivObject]] = {}
    current: list[RivObject] = []
    for item in objects:
        if item.kind == "StateMachineLayer":
            current = found.setdefault(str(item.props["name"]), [])
        current.append(item)
    return found


def test_one_property_belongs_to_one_layer(objects: Sequence[RivObject]) -> None:
    clips = list(animations(objects))
    owner: dict[tuple[int, int], str] = {}
    for name, items in layers(objects).items():
        if name == "Rest" or name.startswith(("Mouth", "Emotion")):
            continue
        played = {int(o.props["animationId"]) for o in items if "animationId" in o.props}
        for target in itertools.chain.from_iterable(clips[i].first_values for i in played):
            assert owner.setdefault(target, name) == name


def test_rest_comes_first_and_covers_all_but_the_mouth(objects: Sequence[RivObject]) -> None:
    found = layers(objects)
    names = list(found)
    assert names[0] == "Rest"
    assert names[-3:] == ["Mouth", "Mouth weights in", "Mouth weights vm"]
    rest = next(a for a in animations(objects) if a.name == "rest")
    for clip in animations(objects):
        if not clip.name.startswith("mouth_"):
            assert clip.first_values.keys() <= rest.first_values.keys()


def test_nothing_but_the_mouth_moves_what_the_mouth_moves(objects: Sequence[RivObject]) -> None:
    mouth = mouth_poses(objects)["sil"].first_values.keys()
    for clip in animations(objects):
        if not clip.name.startswith("mouth_"):
            assert not mouth & clip.first_values.keys(), clip.name


def test_nothing_but_the_emotions_moves_what_emotions_move(objects: Sequence[RivObject]) -> None:
    found = {clip.name: clip.first_values.keys() for clip in animations(objects)}
    felt = found["emotion_neutral"]
    assert len(felt) > 20
    for name, moved in found.items():
        if name.startswith("emotion_"):
            assert moved == felt
        elif name != "rest":
            assert not felt & moved, name


@pytest.mark.parametrize(
    ("kind", "prop", "value", "complaint"),
    [
        ("ClippingShape", "sourceId", 9999, "no shape"),
        ("Shape", "parentId", 9999, "parent"),
        ("Tendon", "boneId", 1, "no bone"),
        ("TranslationConstraint", "targetId", 9999, "no node"),
        ("KeyedObject", "objectId", 9999, "doesn't exist"),
        ("KeyedProperty", "propertyKey", 9999, "doesn't have"),
        ("AnimationState", "animationId", 9999, "plays animation"),
        ("StateTransition", "stateToId", 9999, "transition"),
    ],
)
def test_silent_faults_are_found(
    objects: Sequence[RivObject], kind: str, prop: str, value: int, complaint: str
) -> None:
    broken = list(objects)
    index = next(i for i, o in enumerate(broken) if o.kind == kind and prop in o.props)
    broken[index] = RivObject(kind, {**broken[index].props, prop: value})
    assert any(complaint in problem for problem in problems(write_riv(broken)))


@pytest.mark.parametrize("kind", ["EntryState", "AnyState", "ExitState", "StateMachineBool"])
def test_missing_parts_are_found(objects: Sequence[RivObject], kind: str) -> None:
    index = next(i for i, o in enumerate(objects) if o.kind == kind)
    assert problems(write_riv([*objects[:index], *objects[index + 1 :]]))
