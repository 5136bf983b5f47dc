"""The `.riv` vocabulary as values: types, their properties, and how each value is written.

The numbers are in `riv_schema`, which is made from the definition files of the open-source Rive
runtime.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from visavis.face.riv_schema import SCHEMA


class Wire(Enum):
    """How a value is written; the number is its field type in the file's table of contents."""

    UINT = ("uint", 0)
    BOOL = ("bool", 0)
    TEXT = ("text", 1)
    BYTES = ("bytes", 1)
    FLOAT = ("float", 2)
    COLOR = ("color", 3)

    @property
    def field_type(self) -> int:
        """The two bits that tell an older runtime how to skip a property it doesn't know."""
        return self.value[1]


Default = int | float | str | bytes | bool


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a type: its name, its key in the file and how its value is written.

    `other_keys` are older keys that mean the same; `default` is what the runtime takes where a
    file leaves the property out.
    """

    name: str
    key: int
    wire: Wire
    default: Default
    other_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type: its name, its key in the file and its properties, inherited ones first."""

    name: str
    key: int
    properties: tuple[Property, ...]
    lineage: tuple[str, ...]
    """Itself, the type it extends, and so on to the root."""

    def find(self, name: str) -> Property | None:
        """The property called `name`, or None."""
        return next((p for p in self.properties if p.name == name), None)

    def is_a(self, name: str) -> bool:
        """Whether this is that type or extends it."""
        return name in self.lineage


_WIRES = {
    "u": Wire.UINT,
    "b": Wire.BOOL,
    "s": Wire.TEXT,
    "y": Wire.BYTES,
    "f": Wire.FLOAT,
    "c": Wire.COLOR,
}


def _default(wire: Wire, text: str) -> Default:
    match wire:
        case Wire.BOOL:
            return text == "true"
        case Wire.TEXT:
            return text
        case Wire.BYTES:
            return b""
        case Wire.FLOAT:
            return float(text or 0)
        case Wire.UINT | Wire.COLOR:
            return int(text or "0", 0)


def _property(word: str) -> Property:
    name, keys, rest = word.split(":", 2)
    letter, _, default = rest.partition("=")
    key, *others = (int(number) for number in keys.split("/"))
    wire = _WIRES[letter]
    return Property(name, key, wire, _default(wire, default), tuple(others))


@dataclass(frozen=True, slots=True)
class _Line:
    """A type as the schema has it: only what it adds to the type it extends."""

    name: str
    key: int
    parent: str
    is_abstract: bool
    properties: tuple[Property, ...]


def _line(text: str) -> _Line:
    name, key, parent, *words = text.split()
    is_abstract = name.startswith("*")
    return _Line(
        name.removeprefix("*"), int(key), parent, is_abstract, tuple(map(_property, words))
    )


def _kinds() -> tuple[Kind, ...]:
    lines = {line.name: line for line in map(_line, SCHEMA.splitlines())}
    found: list[Kind] = []
    for line in lines.values():
        if line.is_abstract:
            continue
        chain: list[_Line] = [line]
        while chain[-1].parent != "-":
            chain.append(lines[chain[-1].parent])
        properties = {p.name: p for item in reversed(chain) for p in item.properties}
        lineage = tuple(item.name for item in chain)
        found.append(Kind(line.name, line.key, tuple(properties.values()), lineage))
    return tuple(found)


KINDS: tuple[Kind, ...] = _kinds()
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
KIND_BY_KEY = {kind.key: kind for kind in KINDS}


def property_key(kind: str, name: str) -> int:
    """The key of property `name` of type `kind`; KeyError names both if there is none."""
    found = KIND_BY_NAME[kind].find(name)
    if found is None:
        raise KeyError(f"{kind} has no property {name!r}")
    return found.key
