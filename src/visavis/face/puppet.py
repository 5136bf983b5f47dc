"""From a drawing with named layers to a character file.

drawing + recipe -> layers (names) -> skeleton (joints) -> behaviour (clips, poses) -> rig
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from visavis.face.behaviour import behave
from visavis.face.drawing import Drawing, walk
from visavis.face.layers import LOOSE, Layers, find_layers
from visavis.face.mouths import DrawnMouth, MouthMaker, ParametricMouth
from visavis.face.recipe import Recipe
from visavis.face.rig import build
from visavis.face.skeleton import build_skeleton
from visavis.face.svg import read_svg
from visavis.face.svg_xml import DrawingError, Problem, did_you_mean

_RECIPE = "character.yaml"


@dataclass(frozen=True, slots=True)
class Puppet:
    """A built character: the file, how its mouth works, and what its maker should know."""

    riv: bytes
    mouth: str
    warnings: tuple[Problem, ...]


def make_puppet(svg: bytes, recipe: Recipe, file_name: str = "character.svg") -> Puppet:
    """The character in a drawing. The same drawing and recipe give the same bytes.

    Raises:
        DrawingError: the drawing can't be used, with every fault's line.
        ConfigError: the recipe names something that mouths don't have.
    """
    drawing = read_svg(svg, file_name)
    layers = find_layers(drawing, {*recipe.jaw, *recipe.lights})
    if layers.problems:
        raise DrawingError(file_name, layers.problems)
    mouth = _mouth(drawing, layers, recipe)
    skeleton = build_skeleton(drawing, layers, recipe, mouth)
    character = behave(skeleton, recipe, layers.by_name)
    skeleton.assemble()
    warnings = (*drawing.warnings, *mouth.problems, *_doubts(drawing, layers, recipe))
    return Puppet(build(character), mouth.told, warnings)


def _mouth(drawing: Drawing, layers: Layers, recipe: Recipe) -> MouthMaker:
    kind = recipe.mouth.kind
    if kind == "drawn" or (kind == "auto" and layers.mouths):
        return DrawnMouth(layers, drawing.file_name)
    node = layers.by_name.get("mouth")
    if node is not None:
        return ParametricMouth(node, recipe.mouth, drawing.file_name)
    problem = Problem(
        1,
        "there is no mouth",
        "Draw one and call its group mouth, or draw mouth-sil, mouth-PP ... mouth-U.",
    )
    raise DrawingError(drawing.file_name, (problem,))


def _doubts(drawing: Drawing, layers: Layers, recipe: Recipe) -> Iterator[Problem]:
    """What will not move, and names in the recipe that lead nowhere."""
    line = drawing.root.source_line
    for name, why in (
        ("head", "nothing nods or sways"),
        ("pupil-left", "the left eye can't look around"),
        ("pupil-right", "the right eye can't look around"),
        ("brow-left", "the left brow shows no feeling"),
        ("brow-right", "the right brow shows no feeling"),
    ):
        if name not in layers.by_name:
            yield Problem(line, f"there is no layer {name}: {why}")
    for side in ("left", "right"):
        if not {f"lid-{side}", f"eye-{side}"} & layers.by_name.keys():
            yield Problem(line, f"there is no lid-{side} and no eye-{side}: it never blinks")
    names = sorted({node.name for node in walk(drawing.root) if node.name})
    for name in (*recipe.jaw, *recipe.lights):
        if name not in names:
            hint = did_you_mean(name, names) or "Remove it there, or call a layer so."
            yield Problem(1, f"it names {name}, which isn't drawn", hint, _RECIPE)
    for name in recipe.loose:
        if LOOSE + name not in names:
            hint = did_you_mean(LOOSE + name, names) or "Remove it there, or draw it."
            what = f"its loose {name} needs a layer {LOOSE}{name}"
            yield Problem(1, what, hint, _RECIPE)
