"""The face: characters drawn in code and written as `.riv` files for the browser's Rive player."""

from __future__ import annotations

from visavis.errors import ConfigError
from visavis.face.pip import pip
from visavis.face.rig import build

_CHARACTERS = {"pip": pip}


def character_names() -> tuple[str, ...]:
    """The characters that can be built."""
    return tuple(_CHARACTERS)


def build_character(name: str) -> bytes:
    """A character as a `.riv` file, see docs/reference/rive-contract.md.

    The same name gives the same bytes. Raises ConfigError for an unknown name.
    """
    make = _CHARACTERS.get(name)
    if make is None:
        known = ", ".join(character_names())
        raise ConfigError(
            f"There is no character called {name!r}.", hint=f"Choose one of: {known}."
        )
    return build(make())
