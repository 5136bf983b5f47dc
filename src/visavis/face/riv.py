"""The `.riv` file format, both ways: a list of objects to bytes, bytes to a list of objects.

    "RIVE"  major  minor  file id      version 7.0; all varuints
    property keys ... 0                table of contents, then their field types:
    uint32 per four keys               2 bits each, in the LOW byte of a little-endian word
    objects: type key, (property key, value) ..., 0

A varuint is LEB128. A property that is left out has its default. Nothing here knows what an
object means: ids and order are the business of `scene` and `machine`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from visavis.errors import ConfigError
from visavis.face.keys import KIND_BY_KEY, KIND_BY_NAME, KINDS, Wire

Value = int | float | str | bytes | bool

MAGIC = b"RIVE"
MAJOR = 7
MINOR = 0
_UINT_MAX = 2**64 - 1
_COLOR_MAX = 2**32 - 1
_KEYS_PER_WORD = 4  # the runtime reads only the low byte of each word: 4 keys of 2 bits
_VARUINT_BYTES_MAX = 10

_WIRE_BY_KEY = {p.key: p.wire for kind in KINDS for p in kind.properties}
_UNKNOWN_WIRES = (Wire.UINT, Wire.BYTES, Wire.FLOAT, Wire.COLOR)


@dataclass(frozen=True, slots=True)
class RivObject:
    """One object of the file: a type name and the properties that differ from their defaults.

    Types and properties that `keys` doesn't list are read as `#<key>`; they can't be written.
    """

    kind: str
    props: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RivFile:
    """What a `.riv` file holds."""

    major: int
    minor: int
    objects: tuple[RivObject, ...]


def encode_varuint(value: int) -> bytes:
    """LEB128: seven bits a byte, low bits first."""
    if not 0 <= value <= _UINT_MAX:
        raise ValueError(f"{value} is not an unsigned 64-bit integer")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_riv(objects: Iterable[RivObject]) -> bytes:
    """The file as bytes; the same objects give the same bytes.

    Raises ValueError for a type, property or value that the format can't carry.
    """
    seen: dict[int, Wire] = {}
    body = b"".join(_encode_object(item, seen) for item in objects)
    return MAGIC + bytes([MAJOR, MINOR, 0]) + _encode_contents(seen) + body


def read_riv(data: bytes) -> RivFile:
    """The objects of a file. Raises ConfigError where it is cut short or not version 7."""
    reader = _Reader(data)
    if reader.take(len(MAGIC)) != MAGIC:
        raise _broken("it doesn't begin with RIVE")
    major, minor, _file_id = reader.varuint(), reader.varuint(), reader.varuint()
    if major != MAJOR:
        raise _broken(f"its format is {major}.{minor}, not {MAJOR}.x")
    contents = _decode_contents(reader)
    objects: list[RivObject] = []
    while not reader.at_end:
        objects.append(_decode_object(reader, contents))
    return RivFile(major, minor, tuple(objects))


def _broken(why: str) -> ConfigError:
    return ConfigError(
        f"This is not a character file that can be read: {why}.",
        hint="Export it again from Rive, or build one with visavis.face.build_character.",
    )


def _encode_object(item: RivObject, seen: dict[int, Wire]) -> bytes:
    kind = KIND_BY_NAME.get(item.kind)
    if kind is None:
        raise ValueError(f"unknown object type {item.kind!r}")
    out = bytearray(encode_varuint(kind.key))
    for name, value in item.props.items():
        found = kind.find(name)
        if found is None:
            raise ValueError(f"{item.kind} has no property {name!r}")
        seen.setdefault(found.key, found.wire)
        try:
            out += encode_varuint(found.key) + _encode_value(found.wire, value)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{item.kind}.{name} = {value!r}: {error}") from error
    out.append(0)
    return bytes(out)


def _encode_value(wire: Wire, value: Value) -> bytes:
    match wire, value:
        case Wire.BOOL, bool():
            return b"\1" if value else b"\0"
        case Wire.TEXT, str():
            text = value.encode()
            return encode_varuint(len(text)) + text
        case Wire.BYTES, bytes():
            return encode_varuint(len(value)) + value
        case Wire.FLOAT, float() | int() if not isinstance(value, bool) and math.isfinite(value):
            return struct.pack("<f", value)
        case Wire.COLOR, int() if not isinstance(value, bool) and 0 <= value <= _COLOR_MAX:
            return struct.pack("<I", value)
        case Wire.UINT, int() if not isinstance(value, bool):
            return encode_varuint(value)
        case _:
            raise TypeError(f"not a {wire.value[0]}")


def _encode_contents(seen: Mapping[int, Wire]) -> bytes:
    out = bytearray(b"".join(encode_varuint(key) for key in seen) + b"\0")
    wires = list(seen.values())
    for start in range(0, len(wires), _KEYS_PER_WORD):
        word = 0
        for index, wire in enumerate(wires[start : start + _KEYS_PER_WORD]):
            word |= wire.field_type << (2 * index)
        out += struct.pack("<I", word)
    return bytes(out)


class _Reader:
    """A cursor over the file's bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._data)

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) != count:
            raise _broken("it is cut short")
        self._at += count
        return piece

    def varuint(self) -> int:
        value = 0
        for index in range(_VARUINT_BYTES_MAX):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << (7 * index)
            if not byte & 0x80:
                return value
        raise _broken("a number in it never ends")


def _decode_contents(reader: _Reader) -> dict[int, Wire]:
    keys: list[int] = []
    while key := reader.varuint():
        keys.append(key)
    wires: dict[int, Wire] = {}
    for start in range(0, len(keys), _KEYS_PER_WORD):
        (word,) = struct.unpack("<I", reader.take(4))
        for index, key in enumerate(keys[start : start + _KEYS_PER_WORD]):
            wires[key] = _UNKNOWN_WIRES[(word >> (2 * index)) & 3]
    return wires


def _decode_object(reader: _Reader, contents: Mapping[int, Wire]) -> RivObject:
    type_key = reader.varuint()
    kind = KIND_BY_KEY.get(type_key)
    names = {p.key: p.name for p in kind.properties} if kind else {}
    props: dict[str, Value] = {}
    while key := reader.varuint():
        wire = _WIRE_BY_KEY.get(key) or contents.get(key)
        if wire is None:
            raise _broken(f"property {key} is neither known nor in its table of contents")
        props[names.get(key, f"#{key}")] = _decode_value(reader, wire)
    return RivObject(kind.name if kind else f"#{type_key}", props)


def _decode_value(reader: _Reader, wire: Wire) -> Value:
    match wire:
        case Wire.BOOL:
            return reader.take(1) != b"\0"
        case Wire.UINT:
            return reader.varuint()
        case Wire.FLOAT:
            (number,) = struct.unpack("<f", reader.take(4))
            return float(number)
        case Wire.COLOR:
            (color,) = struct.unpack("<I", reader.take(4))
            return int(color)
        case Wire.BYTES:
            return reader.take(reader.varuint())
        case Wire.TEXT:
            try:
                return reader.take(reader.varuint()).decode()
            except UnicodeDecodeError as error:
                raise _broken("a text in it is not UTF-8") from error
