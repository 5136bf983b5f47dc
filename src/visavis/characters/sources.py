"""The characters at hand: folders with a drawing and a character.yaml, found by name.

First those in the folder that VISAVIS_CHARACTERS names, then our own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from visavis.errors import ConfigError
from visavis.face.puppet import Puppet, make_puppet
from visavis.face.recipe import Recipe, read_recipe
from visavis.face.svg_xml import MAX_BYTES, did_you_mean

RECIPE = "character.yaml"
_ADDRESS = re.compile(r"[a-z0-9_-]+")  # as in personas
_PACKAGE = Path(__file__).parents[1]
_OWN = (_PACKAGE / "characters_data", _PACKAGE.parents[1] / "characters")
"""In a wheel inside, in a checkout beside src."""

Motion = Literal["full", "reduced"]
"""How much a character moves by itself; `reduced` for those who wish to see little of it."""
_LEFT_OF: Mapping[str, float] = {"sway": 0.0, "breath": 0.3, "gestures": 0.3}
"""What reduced motion leaves of each: it breathes a little, so that it is no photograph. Nothing of
the sway, for a little of a pose is a hand that only peeps in."""


@dataclass(frozen=True, slots=True)
class Source:
    """A character's text source, read from disk."""

    folder: Path
    recipe: Recipe
    drawing: Path
    svg: bytes

    def build(self, motion: Motion = "full") -> Puppet:
        """The character; raises as `make_puppet` does."""
        recipe = self.recipe if motion == "full" else _calm(self.recipe)
        return make_puppet(self.svg, recipe, self.drawing.name)


TEMPLATE = "template"
"""What `visavis character new` copies; it can be built, but nobody is called so."""


def character_names() -> tuple[str, ...]:
    """The characters that come with Visavis."""
    found = {f.parent.name for folder in _OWN for f in folder.glob(f"*/{RECIPE}")}
    return tuple(sorted(found - {TEMPLATE}))


def template_folder() -> Path:
    """Where the template's files are."""
    return next(f / TEMPLATE for f in _OWN if (f / TEMPLATE / RECIPE).is_file())


def read_source(folder: Path) -> Source:
    """The source in a folder.

    Raises:
        ConfigError: a file is missing, too large or wrong.
    """
    recipe = read_recipe(_text(folder / RECIPE), RECIPE)
    drawing = folder / recipe.drawing
    if folder.resolve() not in drawing.resolve().parents:
        raise ConfigError(
            f"{RECIPE}: drawing: {recipe.drawing} is not in the character's folder.",
            hint="Put the SVG beside character.yaml.",
        )
    return Source(folder, recipe, drawing, _bytes(drawing))


def build_character(name: str, motion: Motion = "full") -> bytes:
    """A character as a `.riv` file, see docs/reference/rive-contract.md.

    The same source gives the same bytes. Raises ConfigError for an unknown name or a bad source.
    """
    own = os.environ.get("VISAVIS_CHARACTERS")
    if own and name == Path(name).name and (Path(own) / name / RECIPE).is_file():
        return read_source(Path(own) / name).build(motion).riv
    return _built_in(name, motion)


def take_folder(folder: Path) -> tuple[str, str]:
    """Make the character of a folder one that `build_character` finds; returns (name, title).

    Raises:
        ConfigError: it can't be built, or its folder's name can't be in an address.
    """
    name = folder.resolve().name
    if not _ADDRESS.fullmatch(name):
        raise ConfigError(
            f"The folder {name} can't be a character's name.",
            hint="Use small letters, digits, - and _.",
        )
    source = read_source(folder)
    source.build()
    os.environ["VISAVIS_CHARACTERS"] = str(folder.resolve().parent)
    return name, source.recipe.name


@cache
def _built_in(name: str, motion: Motion) -> bytes:
    known = character_names()
    if name not in known:
        guess = did_you_mean(name, [*known])
        raise ConfigError(
            f"There is no character called {name!r}" + (f"; {guess}" if guess else "."),
            hint=f"Choose one of: {', '.join(known)}. Your own are found in the folder that "
            "VISAVIS_CHARACTERS names.",
        )
    folder = next(f / name for f in _OWN if (f / name / RECIPE).is_file())
    return read_source(folder).build(motion).riv


def _calm(recipe: Recipe) -> Recipe:
    """The same character, at peace: lids, lips and feelings as ever."""
    left = {name: share * getattr(recipe, name) for name, share in _LEFT_OF.items()}
    return recipe.model_copy(update=left)


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8.", hint="Save it as UTF-8.") from error


def _bytes(path: Path) -> bytes:
    """A file's content; a byte more than can be used at most, so that a huge one costs nothing."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path} can't be read: {error.strerror}.",
            hint="A character is a folder with character.yaml and its SVG: "
            "`visavis character new NAME` makes one.",
        ) from error
