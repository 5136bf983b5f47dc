"""character.yaml: what a drawing can't say. Every field has a default; unknown ones are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from yaml.composer import ComposerError

from visavis.errors import ConfigError
from visavis.face.contract import VISEMES
from visavis.face.svg_xml import did_you_mean

Color = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$")]
Amount = Annotated[float, Field(ge=0, le=5)]
Pair = tuple[float, float]
Keys = Annotated[tuple[Pair, ...], Field(min_length=1, max_length=200)]
Moods = Literal["idle", "listening", "thinking", "speaking"]
MAX_RECIPE_BYTES = 200_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MouthColors(_Part):
    """Colours of what the drawing leaves out."""

    line: Color = "#6A2140"
    lip: Color = "#D9776B"
    inside: Color = "#5A1230"
    teeth: Color = "#FFFFFF"
    teeth_shade: Color = "#EADBDD"
    tongue: Color = "#EF6A80"
    tongue_light: Color = "#FF95A2"


class MouthRecipe(_Part):
    """How a drawn mouth makes fifteen shapes. Amounts are 1 for the usual."""

    kind: Literal["auto", "parametric", "drawn"] = "auto"
    width: Amount = 1.0
    """How far the corners move."""
    open: Amount = 1.0
    lip: Amount = 1.0
    """Width of the ring around the opening; 0 for a mouth without lips."""
    smile: Annotated[float, Field(ge=-2, le=2)] = 0.0
    """Lifts the corners of every shape but the round ones; the drawn rest is 0."""
    line: Amount = 1.0
    """Width of the dark line where the lips meet."""
    scale: Amount | None = None
    """Size of the whole mouth; from the drawn one if left out."""
    colors: MouthColors = MouthColors()
    shapes: Mapping[str, Mapping[str, float]] = {}
    """Single numbers of single shapes, e.g. aa: {bottom: 90}."""

    @model_validator(mode="after")
    def _shapes_are_visemes(self) -> Self:
        for name in self.shapes:
            if name not in VISEMES:
                raise ValueError(f"shapes: {name} is no mouth; {did_you_mean(name, [*VISEMES])}")
        return self


class Swing(_Part):
    """How a loose layer follows."""

    amount: float = Field(1.0, ge=-5, le=5)
    late_s: float = Field(0.0, ge=0, le=1)


class Light(_Part):
    """A part whose colours tell the mood."""

    stops: tuple[int, ...] = (0,)
    """Which colours of its paint change: numbers of gradient stops, from 0."""
    colors: Mapping[Moods, tuple[Color, ...]]
    pulse: Literal["none", "opacity", "scale"] = "none"
    beats: Mapping[Moods, tuple[float, float, Annotated[float, Field(ge=0.2, le=60)]]] = {}
    """Of the pulse: lowest, highest, seconds from one to the next."""


class Gaze(_Part):
    """How far the pupils go, in 1/500 of the head's height; the face follows by a part of it."""

    x: Annotated[float, Field(ge=0, le=60)] = 22.0
    y: Annotated[float, Field(ge=0, le=60)] = 21.0
    face: Annotated[float, Field(ge=0, le=60)] = 9.0


class Recipe(_Part):
    """A whole character.yaml."""

    name: str = Field(min_length=1, max_length=60)
    drawing: str = "character.svg"
    mouth: MouthRecipe = MouthRecipe()
    gaze: Gaze = Gaze()
    sway: Amount = 1.0
    """How much head and body move while at ease, listening, thinking and speaking."""
    breath: Amount = 1.0
    gestures: Amount = 1.0
    """How large gestures are."""
    emotions: Amount = 1.0
    loose: Mapping[str, Swing] = {}
    jaw: Mapping[str, float] = {}
    """Outlines whose lowest point follows the jaw, and by how much of its drop."""
    lights: Mapping[str, Light] = {}
    moves: Mapping[str, Mapping[str, Keys]] = {}
    """Changes to the built-in motions: wave: {arm-right.spread: [[0, 0], [0.3, -120], ...]}."""


class _PlainLoader(yaml.SafeLoader):
    """YAML without references: a few of them, nested, would unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias, otherwise as usual."""
        if self.check_event(yaml.AliasEvent):
            event: Any = cast("Any", self.peek_event())  # pyright: ignore[reportUnknownMemberType]
            mark: Any = event.start_mark
            raise ComposerError(problem="references are not read", problem_mark=mark)
        return super().compose_node(parent, index)


def read_recipe(text: str, file_name: str = "character.yaml") -> Recipe:
    """The recipe in a YAML text.

    Raises:
        ConfigError: it isn't YAML, or a field is unknown or out of range; with its name.
    """
    if len(text) > MAX_RECIPE_BYTES:
        raise ConfigError(f"{file_name} is longer than a recipe can be.", hint="Shorten it.")
    try:
        raw = yaml.load(text, Loader=_PlainLoader)  # a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        mark: Any = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigError(
            f"{file_name}{line}: this is not YAML.", hint="Look for a missing colon or space."
        ) from error
    try:
        return Recipe.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        raise _explained(error, text, file_name) from error


def _explained(error: ValidationError, text: str, file_name: str) -> ConfigError:
    first = error.errors(include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    name = path[-1] if path else ""
    line = _line_of(text, path)
    hint = "docs/characters.md lists every field."
    if first["type"] == "extra_forbidden":
        known = [*Recipe.model_fields, *MouthRecipe.model_fields, *MouthColors.model_fields]
        guess = did_you_mean(name, known)
        return ConfigError(
            f"{file_name}:{line}: there is no field {'.'.join(path)}"
            + (f"; {guess}" if guess else "."),
            hint=hint,
        )
    return ConfigError(f"{file_name}:{line}: {'.'.join(path)}: {first['msg']}.", hint=hint)


def _line_of(text: str, path: list[str]) -> int:
    """Where the deepest part of a field's path is written."""
    compose = cast("Callable[..., Any]", yaml.compose)
    node = compose(text, Loader=_PlainLoader)
    line = 1
    for name in path:
        if not isinstance(node, yaml.MappingNode):
            break
        pairs = cast("list[tuple[Any, Any]]", node.value)
        found = next((pair for pair in pairs if pair[0].value == name), None)
        if found is None:
            break
        line, node = int(found[0].start_mark.line) + 1, found[1]
    return line
