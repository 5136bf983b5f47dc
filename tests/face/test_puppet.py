"""From layer names to a character: mouths that morph or fade, slips, recipes, missing parts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from visavis.errors import ConfigError
from visavis.face.contract import VISEMES
from visavis.face.frame_cost import cost
from visavis.face.keys import property_key
from visavis.face.lint import LEAST_SHARE, nearest_mouths, problems
from visavis.face.mouth import SHAPES
from visavis.face.moves import EMOTIONS
from visavis.face.puppet import Puppet, make_puppet
from visavis.face.recipe import Recipe, read_recipe
from visavis.face.rig import Emotion
from visavis.face.riv import RivObject, read_riv
from visavis.face.svg_xml import DrawingError

PLAIN = Recipe(name="Test")
FACE = """<g id="head"><circle cx="50" cy="45" r="40" fill="gold"/>
<g id="eye-left"><circle id="pupil-left" cx="35" cy="40" r="5"/></g>
<g id="eye-right"><circle id="pupil-right" cx="65" cy="40" r="5"/></g>
<g id="brow-left"><path d="M30 30h10" stroke="#333"/></g>
<g id="brow-right"><path d="M60 30h10" stroke="#333"/></g>
{mouth}</g>"""
MOUTH = '<path id="mouth" d="M40 60 Q50 66 60 60 Q50 68 40 60 Z" fill="#411" stroke="#200"/>'


def drawing(mouth: str = MOUTH, more: str = "") -> bytes:
    body = FACE.format(mouth=mouth) + more
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{body}</svg>'.encode()


def made(mouth: str = MOUTH, more: str = "", recipe: Recipe = PLAIN) -> Puppet:
    puppet = make_puppet(drawing(mouth, more), recipe, "a.svg")
    assert problems(puppet.riv) == ()
    return puppet


def refused(svg: bytes, recipe: Recipe = PLAIN) -> str:
    with pytest.raises(ConfigError) as caught:
        make_puppet(svg, recipe, "a.svg")
    return str(caught.value)


def told(puppet: Puppet) -> str:
    return "\n".join(problem.told("a.svg") for problem in puppet.warnings)


def animated(riv: bytes, prefix: str) -> dict[str, dict[tuple[int, int], float]]:
    """First values of the animations whose name begins so: name -> (object, property) -> value."""
    found: dict[str, dict[tuple[int, int], float]] = {}
    name, target, key = "", 0, 0
    for item in read_riv(riv).objects:
        if item.kind == "LinearAnimation":
            name = str(item.props["name"])
        elif item.kind == "KeyedObject":
            target = int(item.props.get("objectId", 0))
        elif item.kind == "KeyedProperty":
            key = int(item.props["propertyKey"])
        elif item.kind.startswith("KeyFrame") and name.startswith(prefix):
            found.setdefault(name, {}).setdefault((target, key), float(item.props["value"]))
    return found


def kinds(objects: Sequence[RivObject]) -> list[str]:
    return [item.kind for item in objects]


def test_the_least_character_is_built_and_silent() -> None:
    puppet = made()
    assert puppet.mouth == "parametric"
    assert puppet.warnings == ()
    assert puppet.riv == made().riv


def test_parametric_mouths_are_far_enough_apart() -> None:
    nearest = nearest_mouths(made().riv)
    assert nearest is not None
    assert nearest.share > LEAST_SHARE
    flat = read_recipe("name: X\nmouth: {open: 0, width: 0, lip: 0}")
    narrow = nearest_mouths(made(recipe=flat).riv)
    assert narrow is not None
    assert narrow.share < nearest.share


def test_a_path_alone_may_be_a_layer() -> None:
    """`mouth` and the pupils above are no groups: a designer need not wrap one shape."""
    names = {str(item.props.get("name", "")) for item in read_riv(made().riv).objects}
    assert {"pupil-left", "mouth_hole"} <= names


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("mouth-pp", "mouth-PP"),
        ("Head", "head"),
        ("eye_left", "eye-left"),
        ("left-brow", "brow-left"),
        ("pupil.L", "pupil-left"),
        ("brow-rigth", "brow-right"),
        ("tounge", "tongue"),
    ],
)
def test_a_slip_in_a_name_is_told_with_its_line(wrong: str, right: str) -> None:
    more = f'\n<g id="{wrong}"><rect width="1" height="1"/></g>'
    assert f"a.svg:7: no layer is called {wrong} (did you mean {right}?)" in refused(
        drawing(more=more)
    )


@pytest.mark.parametrize("name", ["path12", "background", "g4", "bead", "hat", "nose", "shadow"])
def test_other_names_are_nobody_s_business(name: str) -> None:
    made(more=f'<g id="{name}"><rect width="1" height="1"/></g>')


def test_a_name_twice_is_told() -> None:
    again = '<g id="x" data-name="head"><rect width="9" height="9"/></g>'
    assert "a second layer is called head" in refused(drawing(more=again))


def test_without_a_mouth_there_is_nothing_to_speak_with() -> None:
    assert "there is no mouth" in refused(drawing(mouth=""))
    assert "holds no outline" in refused(drawing(mouth='<g id="mouth"></g>'))


def test_what_is_missing_is_told_not_invented() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">'
    svg += MOUTH.encode() + b'<g id="head"/></svg>'
    warnings = told(make_puppet(svg, PLAIN, "a.svg"))
    for missing in ("pupil-left", "brow-right", "lid-left"):
        assert missing in warnings


def mouth_group(viseme: str, depth: float, extra: str = "") -> str:
    hidden = "" if viseme == "sil" else ' display="none"'
    return (
        f'<g id="mouth-{viseme}"{hidden}><path d="M40 60 Q50 {60 + depth} 60 60 Q50 62 40 60 Z" '
        f'fill="#411"/>{extra}</g>'
    )


def test_drawn_mouths_with_the_same_points_morph() -> None:
    mouths = "".join(mouth_group(v, 2 + 2 * i) for i, v in enumerate(VISEMES))
    puppet = made(mouth=f'<g id="mouth">{mouths}</g>')
    assert puppet.mouth == "drawn, morphing"
    assert puppet.warnings == ()
    poses = animated(puppet.riv, "mouth_")
    assert set(poses) == {f"mouth_{v}" for v in VISEMES}
    assert len({tuple(pose.values()) for pose in poses.values()}) == len(VISEMES)
    assert len({frozenset(pose) for pose in poses.values()}) == 1


def test_drawn_mouths_with_other_points_cross_fade_and_the_reason_is_told() -> None:
    mouths = "".join(mouth_group(v, 4) for v in VISEMES if v != "FF")
    extra = '<rect x="45" y="60" width="9" height="2" fill="#fff"/>'
    puppet = made(mouth=mouths + mouth_group("FF", 4, extra))
    assert puppet.mouth == "drawn, cross-fading"
    assert "mouth-FF can't morph from mouth-sil: 1 objects here, 2 there" in told(puppet)
    glass = made(mouth=mouths + mouth_group("FF", 4, extra.replace("#fff", "#fff8")))
    for one, opacity in ((puppet, 1.8), (glass, 1.0)):  # what is half-transparent stays so
        poses = animated(one.riv, "mouth_")
        for viseme in VISEMES:
            shown = [value for value in poses[f"mouth_{viseme}"].values() if value > 0]
            assert shown == pytest.approx([opacity]), viseme


def test_mouths_that_were_not_drawn_are_taken_from_the_nearest() -> None:
    few = "".join(mouth_group(v, d) for v, d in (("sil", 2), ("aa", 30), ("O", 20), ("SS", 6)))
    puppet = made(mouth=few)
    assert "mouth-U from mouth-O" in told(puppet)
    alike = nearest_mouths(puppet.riv)
    assert alike is not None
    assert alike.share == 0.0
    poses = animated(puppet.riv, "mouth_")
    assert poses["mouth_U"] == poses["mouth_O"] != poses["mouth_aa"]
    assert poses["mouth_PP"] == poses["mouth_sil"]
    assert "mouth-aa isn't drawn" in refused(drawing(mouth=mouth_group("sil", 2)))


@pytest.mark.parametrize(
    "mouth",
    [
        f'<g display="none">{MOUTH}</g>',
        '<g id="mouth-aa"><g id="mouth-sil"><rect width="9" height="9"/></g></g>',
    ],
)
def test_a_mouth_that_would_never_be_seen_is_refused(mouth: str) -> None:
    assert "can't be reached" in refused(drawing(mouth=mouth))


def test_a_lid_reaches_its_shut_shape_or_the_reason_is_told() -> None:
    lid = '<path id="lid-left" d="M28 30 L42 30 L42 34 Z" fill="gold"/>'
    shut = '<path id="lid-left-shut" display="none" d="M28 30 L42 30 L42 46 Z" fill="gold"/>'
    blink = animated(made(more=lid + shut).riv, "blink_at_rest")["blink_at_rest"]
    assert len(blink) >= 2  # a point's y, and its handles'
    other = shut.replace("L42 46", "L42 46 L30 46")
    assert "lid-left-shut can't be reached from lid-left" in refused(drawing(more=lid + other))


def test_lips_hang_on_bones_so_that_feelings_bend_every_shape() -> None:
    objects = read_riv(made().riv).objects
    assert kinds(objects).count("RootBone") == 3
    assert kinds(objects).count("Tendon") == 3 * kinds(objects).count("Skin")
    weights = [
        tuple(int(o.props[name]) for name in ("indices", "inIndices", "outIndices"))
        for o in objects
        if o.kind == "CubicWeight"
    ]
    # Each path's points: left corner, top, right corner, bottom; bone 3 is the middle, which every
    # handle follows too (a second bone is in the second byte).
    both = [b | 3 << 8 for b in (1, 3, 2, 3)]
    points = list(zip((1, 3, 2, 3), both, both, strict=True))
    assert weights == points * kinds(objects).count("Skin")
    poses = list(animated(made().riv, "emotion_").values())
    assert all(one != two for one, two in itertools.combinations(poses, 2))
    calm = made(recipe=Recipe(name="Test", emotions=0))
    still = list(animated(calm.riv, "emotion_").values())
    assert all(pose == still[0] for pose in still)


@pytest.mark.parametrize("emotion", [e for e in Emotion if e is not Emotion.NEUTRAL])
@pytest.mark.parametrize("viseme", VISEMES)
def test_no_feeling_turns_a_ring_inside_out(viseme: str, emotion: Emotion) -> None:
    """The corners stay between the lips: a sad U is a ring, not a heart."""
    form, wish = SHAPES[viseme], EMOTIONS[emotion]
    corner = form.corner + form.bend * wish["mouth-corner.y"]
    lips = [y + form.bend * wish["mouth-middle.y"] for y in (form.top, form.bottom)]
    if form.pinch < 0.2:  # the round ones, and aa
        assert lips[0] + 4 < corner < lips[1] - 4


def test_each_mouth_says_how_far_its_bones_follow_a_feeling() -> None:
    strength = property_key("TranslationConstraint", "strength")
    poses = animated(made().riv, "mouth_")
    for viseme, form in SHAPES.items():
        found = [v for (_, key), v in poses[f"mouth_{viseme}"].items() if key == strength]
        assert found == pytest.approx([form.bend] * 3), viseme


def test_feelings_are_mirrored() -> None:
    """Sad brows rise towards the middle on both sides."""
    riv = made().riv
    objects = read_riv(riv).objects
    first = next(i for i, o in enumerate(objects) if o.kind == "Artboard")
    names = {str(o.props.get("name")): i for i, o in enumerate(objects[first:])}
    sad = animated(riv, "emotion_sad")["emotion_sad"]
    turn = property_key("Node", "rotation")
    left, right = (sad[names[f"brow-{side}.emotion"], turn] for side in ("left", "right"))
    assert left == pytest.approx(-right)
    assert left < -0.1


def test_eyes_without_lids_are_pressed_flatter_where_lids_would_narrow() -> None:
    riv = made().riv
    objects = read_riv(riv).objects
    first = next(i for i, o in enumerate(objects) if o.kind == "Artboard")
    eye = next(
        i for i, o in enumerate(objects[first:]) if o.props.get("name") == "eye-left.emotion"
    )
    tall = property_key("Node", "scaleY")
    felt = {name: pose[eye, tall] for name, pose in animated(riv, "emotion_").items()}
    assert felt["emotion_sad"] < felt["emotion_neutral"] == 1 < felt["emotion_surprised"]


def test_what_never_moves_costs_nothing() -> None:
    """A brow has nodes for what moves it, a plain shape has none."""
    assert cost(made().riv).shapes < 30
    nodes = [o for o in read_riv(made().riv).objects if o.kind == "Node"]
    assert not [o for o in nodes if str(o.props.get("name", "")).startswith("eye-left.gaze")]


def test_a_recipe_changes_motion_in_degrees() -> None:
    moves = {"wave": {"head.rotation": ((0.0, 0.0), (0.5, 90.0), (1.5, 0.0))}}
    one, two = made().riv, made(recipe=Recipe(name="Test", moves=moves)).riv
    values = [
        round(float(o.props["value"]), 4)
        for o in read_riv(two).objects
        if o.kind == "KeyFrameDouble"
    ]
    assert 1.5708 in values
    assert one != two


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name: X\nmuoth: {}", "c.yaml:2: there is no field muoth; did you mean mouth?"),
        ("name: X\nmouth:\n  with: 1", "there is no field mouth.with; did you mean width?"),
        ("name: X\nmouth: {width: 99}", "c.yaml:2: mouth.width"),
        ("name: X\nmouth: {shapes: {pp: {}}}", "did you mean PP?"),
        ("drawing: a.svg", "name"),
        ("name: [", "c.yaml:1: this is not YAML"),
        ("a: &a [x]\nb: *a", "not YAML"),
        ("name: X\nlights: {b: {colors: {idle: [red]}}}", "lights"),
        ("- 1", "c.yaml:1"),
        ("", "name"),
    ],
)
def test_a_bad_recipe_is_told_with_its_field(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_recipe(text, "c.yaml")
    assert complaint in str(caught.value)


def test_a_shape_s_unknown_number_is_told() -> None:
    recipe = read_recipe("name: X\nmouth: {shapes: {aa: {botom: 90}}}")
    assert "did you mean bottom?" in refused(drawing(), recipe)


def test_names_in_a_recipe_that_lead_nowhere_are_told() -> None:
    recipe = read_recipe("name: X\njaw: {skul: 0.3}\nloose: {tail: {amount: 2}}")
    warnings = told(made(more='<g id="skull"><rect width="9" height="9"/></g>', recipe=recipe))
    assert "skul, which isn't drawn (did you mean skull?)" in warnings
    assert "loose tail needs a layer loose-tail" in warnings


def test_a_drawing_larger_than_its_frame_is_cut_at_its_edge() -> None:
    head = next(o for o in read_riv(made().riv).objects if o.kind == "Artboard")
    assert "clip" not in head.props
    wide = made(more='<rect x="50" y="50" width="99" height="9" fill="red"/>')
    head = next(o for o in read_riv(wide.riv).objects if o.kind == "Artboard")
    assert head.props["clip"] is True


def test_hostile_drawings_are_refused_here_too() -> None:
    with pytest.raises(DrawingError):
        make_puppet(b"<svg/>" * 2_000_000, PLAIN)


def test_the_documents_list_every_field() -> None:
    """A field of character.yaml without a word in docs/characters.md is a field nobody finds."""
    text = (Path(__file__).parents[2] / "docs" / "characters.md").read_text("utf-8")
    for field in Recipe.model_fields:
        assert f"`{field}`" in text, field
