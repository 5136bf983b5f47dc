"""The `.riv` file format, both ways: a list of objects to bytes, bytes to a list of objects.

    "RIVE"  major  minor  file id      version 7.x; all varuints
    property keys ... 0                table of contents, then their field types:
    uint32 per four keys               2 bits each, in the LOW byte of a little-endian word
    objects: type key, (property key, value) ..., 0

A varuint is LEB128. A property that is left out has its default. Nothing here knows what an
object means: ids and order are the business of `scene` and `machine`.

What an editor newer than our tables has put into a file is kept under its number (`#999`), and
written back as it was: the table of contents says how.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from visavis.errors import ConfigError
from visavis.face.keys import KIND_BY_KEY, KIND_BY_NAME, KINDS, Kind, Wire

Value = int | float | str | bytes | bool

MAGIC = b"RIVE"
MAJOR = 7
MINOR = 0
_UINT_MAX = 2**64 - 1
_COLOR_MAX = 2**32 - 1
_KEYS_PER_WORD = 4  # the runtime reads only the low byte of each word: 4 keys of 2 bits
_VARUINT_BYTES_MAX = 10

_WIRE_BY_KEY = {
    key: p.wire for kind in KINDS for p in kind.properties for key in (p.key, *p.other_keys)
}
_NAMES_BY_KEY = {
    kind.key: {key: p.name for p in kind.properties for key in (*p.other_keys, p.key)}
    for kind in KINDS
}
_OLDER_KEYS = frozenset(key for kind in KINDS for p in kind.properties for key in p.other_keys)
_UNKNOWN_WIRES = (Wire.UINT, Wire.BYTES, Wire.FLOAT, Wire.COLOR)
# A text of another encoding is kept byte for byte; what we write ourselves is always UTF-8.
_KEEP_BYTES = "surrogateescape"


@dataclass(frozen=True, slots=True)
class RivObject:
    """One object of the file: a type name and the properties that differ from their defaults.

    Types and properties that `keys` doesn't list are called `#<key>`.
    """

    kind: str
    props: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RivFile:
    """What a `.riv` file holds.

    `contents` is its table of contents: (key, field type 0...3). `older_keys` are the
    (type, key) of older editors that it uses for properties which have newer ones.
    """

    major: int
    minor: int
    objects: tuple[RivObject, ...]
    file_id: int = 0
    contents: tuple[tuple[int, int], ...] = ()
    older_keys: frozenset[tuple[str, int]] = frozenset()


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

    Raises ValueError for a type, property or value that the format can't carry, or that no
    character should: a number that isn't finite, a text that isn't UTF-8.
    """
    seen: dict[int, Wire] = {}
    body = bytearray()
    for item in objects:
        _check(item)
        body += _encode_object(item, seen)
    return _encode_head(MAJOR, MINOR, 0) + _encode_contents(_field_types(seen)) + body


def rewrite_riv(file: RivFile) -> bytes:
    """A file that was read, with its own version, id and table of contents.

    Nothing in it is judged: what `read_riv` has read is written. Raises ValueError where objects
    were added that the format can't carry.
    """
    seen: dict[int, Wire] = {key: _UNKNOWN_WIRES[field_type] for key, field_type in file.contents}
    body = b"".join(_encode_object(item, seen, file.older_keys) for item in file.objects)
    head = _encode_head(file.major, file.minor, file.file_id)
    return head + _encode_contents(file.contents) + body


def read_riv(data: bytes) -> RivFile:
    """The objects of a file. Raises ConfigError where it is cut short or not version 7."""
    reader = _Reader(data)
    if reader.take(len(MAGIC)) != MAGIC:
        raise _broken("it doesn't begin with RIVE")
    major, minor, file_id = reader.varuint(), reader.varuint(), reader.varuint()
    if major != MAJOR:
        raise _broken(f"its format is {major}.{minor}, not {MAJOR}.x")
    contents = _decode_contents(reader)
    wires = {key: _UNKNOWN_WIRES[field_type] for key, field_type in contents}
    objects: list[RivObject] = []
    older: set[tuple[str, int]] = set()
    while not reader.at_end:
        objects.append(_decode_object(reader, wires, older))
    return RivFile(major, minor, tuple(objects), file_id, contents, frozenset(older))


def _broken(why: str) -> ConfigError:
    return ConfigError(
        f"This is not a character file that can be read: {why}.",
        hint="Export it again from Rive, or build one with `visavis character build`.",
    )


def _check(item: RivObject) -> None:
    for name, value in item.props.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{item.kind}.{name} = {value!r}: not a finite number")
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError(f"{item.kind}.{name} = {value!r}: not UTF-8")


def _encode_object(
    item: RivObject, seen: dict[int, Wire], older_keys: frozenset[tuple[str, int]] = frozenset()
) -> bytes:
    kind = KIND_BY_NAME.get(item.kind)
    out = bytearray(encode_varuint(kind.key if kind else _number_of(item.kind, "object type")))
    for name, value in item.props.items():
        key, wire = _key_and_wire(item.kind, kind, name, seen, older_keys)
        seen.setdefault(key, wire)
        try:
            out += encode_varuint(key) + _encode_value(wire, value)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(f"{item.kind}.{name} = {value!r}: {error}") from error
    out.append(0)
    return bytes(out)


def _number_of(name: str, what: str) -> int:
    digits = name.removeprefix("#")
    if digits == name or not digits.isdecimal():
        raise ValueError(f"unknown {what} {name!r}")
    return int(digits)


def _key_and_wire(
    kind_name: str,
    kind: Kind | None,
    name: str,
    seen: Mapping[int, Wire],
    older_keys: frozenset[tuple[str, int]],
) -> tuple[int, Wire]:
    found = kind.find(name) if kind else None
    if found is not None:
        older = next((key for key in found.other_keys if (kind_name, key) in older_keys), None)
        return older or found.key, found.wire
    if not name.startswith("#"):
        raise ValueError(f"{kind_name} has no property {name!r}")
    key = _number_of(name, "property")
    wire = _WIRE_BY_KEY.get(key) or seen.get(key)
    if wire is None:
        raise ValueError(f"{kind_name}.{name}: nothing says how this property is written")
    return key, wire


def _encode_value(wire: Wire, value: Value) -> bytes:
    match wire, value:
        case Wire.BOOL, bool():
            return b"\1" if value else b"\0"
        case Wire.TEXT, str():
            text = value.encode("utf-8", _KEEP_BYTES)
            return encode_varuint(len(text)) + text
        case Wire.BYTES, bytes():
            return encode_varuint(len(value)) + value
        case Wire.FLOAT, float() | int() if not isinstance(value, bool):
            return struct.pack("<f", value)
        case Wire.COLOR, int() if not isinstance(value, bool) and 0 <= value <= _COLOR_MAX:
            return struct.pack("<I", value)
        case Wire.UINT, int() if not isinstance(value, bool):
            return encode_varuint(value)
        case _:
            raise TypeError(f"not a {wire.value[0]}")


def _encode_head(major: int, minor: int, file_id: int) -> bytes:
    return MAGIC + b"".join(map(encode_varuint, (major, minor, file_id)))


def _field_types(seen: Mapping[int, Wire]) -> tuple[tuple[int, int], ...]:
    return tuple((key, wire.field_type) for key, wire in seen.items())


def _encode_contents(contents: tuple[tuple[int, int], ...]) -> bytes:
    out = bytearray(b"".join(encode_varuint(key) for key, _ in contents) + b"\0")
    for start in range(0, len(contents), _KEYS_PER_WORD):
        word = 0
        for index, (_, field_type) in enumerate(contents[start : start + _KEYS_PER_WORD]):
            word |= field_type << (2 * index)
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


def _decode_contents(reader: _Reader) -> tuple[tuple[int, int], ...]:
    keys: list[int] = []
    while key := reader.varuint():
        keys.append(key)
    contents: list[tuple[int, int]] = []
    for start in range(0, len(keys), _KEYS_PER_WORD):
        (word,) = struct.unpack("<I", reader.take(4))
        for index, key in enumerate(keys[start : start + _KEYS_PER_WORD]):
            contents.append((key, (word >> (2 * index)) & 3))
    return tuple(contents)


def _decode_object(
    reader: _Reader, contents: Mapping[int, Wire], older: set[tuple[str, int]]
) -> RivObject:
    type_key = reader.varuint()
    kind = KIND_BY_KEY.get(type_key)
    names = _NAMES_BY_KEY.get(type_key, {})
    props: dict[str, Value] = {}
    while key := reader.varuint():
        wire = _WIRE_BY_KEY.get(key) or contents.get(key)
        if wire is None:
            raise _broken(f"property {key} is neither known nor in its table of contents")
        if kind and key in _OLDER_KEYS:
            older.add((kind.name, key))
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
            return reader.take(reader.varuint()).decode("utf-8", _KEEP_BYTES)
