"""The .riv codec: every object that can be written is read back as it was."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import ConfigError
from visavis.face.keys import KINDS, Kind, Wire
from visavis.face.riv import RivObject, Value, encode_varuint, read_riv, write_riv

VALUES: Mapping[Wire, st.SearchStrategy[Value]] = {
    Wire.UINT: st.integers(0, 2**64 - 1),
    Wire.BOOL: st.booleans(),
    Wire.TEXT: st.text(),
    Wire.BYTES: st.binary(),
    Wire.FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False),
    Wire.COLOR: st.integers(0, 2**32 - 1),
}


@st.composite
def riv_objects(draw: st.DrawFn) -> RivObject:
    kind: Kind = draw(st.sampled_from(KINDS))
    props: dict[str, Value] = {}
    for prop in kind.properties:
        if draw(st.booleans()):
            props[prop.name] = draw(VALUES[prop.wire])
    return RivObject(kind.name, props)


@given(st.lists(riv_objects(), max_size=12))
def test_objects_survive_the_file(objects: list[RivObject]) -> None:
    assert read_riv(write_riv(objects)).objects == tuple(objects)


@given(st.integers(0, 2**64 - 1))
def test_varuint_is_leb128(value: int) -> None:
    data = encode_varuint(value)
    assert sum((byte & 0x7F) << (7 * i) for i, byte in enumerate(data)) == value
    assert all(byte & 0x80 for byte in data[:-1])
    assert not data[-1] & 0x80
    assert len(data) == max(1, -(-value.bit_length() // 7))


@pytest.mark.parametrize("value", [-1, 2**64])
def test_varuint_refuses_what_does_not_fit(value: int) -> None:
    with pytest.raises(ValueError, match="unsigned"):
        encode_varuint(value)


def test_a_file_byte_by_byte() -> None:
    data = write_riv([RivObject("Backboard", {}), RivObject("Ellipse", {"width": 1.0})])
    head = b"RIVE" + bytes([7, 0, 0])
    contents = bytes([20, 0]) + bytes([2, 0, 0, 0])  # key 20 is a float: 2 in the low two bits
    body = bytes([23, 0]) + bytes([4, 20, 0, 0, 0x80, 0x3F, 0])
    assert data == head + contents + body


def test_the_table_of_contents_holds_four_keys_a_word() -> None:
    props: dict[str, Value] = {"x": 1.0, "name": "a", "parentId": 3, "y": 2.0, "opacity": 0.5}
    data = write_riv([RivObject("Node", props)])
    assert data[7:13] == bytes([13, 4, 5, 14, 18, 0])
    assert data[13:21] == bytes([0b10_00_01_10, 0, 0, 0, 0b10, 0, 0, 0])


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        (RivObject("Blob", {}), "unknown object type"),
        (RivObject("Node", {"thickness": 1.0}), "no property"),
        (RivObject("Node", {"x": float("nan")}), "Node.x"),
        (RivObject("Node", {"parentId": -1}), "Node.parentId"),
        (RivObject("SolidColor", {"colorValue": 2**32}), "SolidColor.colorValue"),
        (RivObject("Node", {"name": 3}), "not a text"),
    ],
)
def test_what_cannot_be_written_is_named(item: RivObject, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        write_riv([item])


def test_an_unknown_property_is_skipped_by_its_field_type() -> None:
    # Key 300 (float) and type 999 are in no table of ours; the file says how to step over them.
    contents = encode_varuint(300) + b"\0" + bytes([2, 0, 0, 0])
    body = encode_varuint(999) + encode_varuint(300) + b"\0\0\x80\x3f" + b"\0" + bytes([23, 0])
    objects = read_riv(b"RIVE" + bytes([7, 0, 0]) + contents + body).objects
    assert objects == (RivObject("#999", {"#300": 1.0}), RivObject("Backboard", {}))


@given(st.binary(max_size=64))
def test_no_bytes_crash_the_reader(tail: bytes) -> None:
    try:
        read_riv(b"RIVE\x07\x00\x00" + tail)
    except ConfigError as error:
        assert error.hint


@pytest.mark.parametrize("data", [b"", b"PNG!", b"RIVE", b"RIVE\x08\x00\x00\x00"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ConfigError):
        read_riv(data)
