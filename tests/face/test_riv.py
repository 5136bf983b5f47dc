"""The .riv codec: every object that can be written is read back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.characters import read_source
from visavis.errors import ConfigError
from visavis.face.keys import KINDS, Kind, Wire
from visavis.face.riv import (
    RivFile,
    RivObject,
    Value,
    encode_varuint,
    read_riv,
    rewrite_riv,
    write_riv,
)

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


@given(st.lists(riv_objects(), max_size=12), st.integers(0, 99), st.integers(0, 2**32))
def test_what_is_read_is_written_byte_for_byte(
    objects: list[RivObject], minor: int, file_id: int
) -> None:
    contents = read_riv(write_riv(objects)).contents
    data = rewrite_riv(RivFile(7, minor, tuple(objects), file_id, contents))
    assert read_riv(data) == RivFile(7, minor, tuple(objects), file_id, contents)
    assert rewrite_riv(read_riv(data)) == data


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
@settings(max_examples=4)
def test_every_type_with_all_its_properties_survives(kind: Kind, data: st.DataObject) -> None:
    props = {prop.name: data.draw(VALUES[prop.wire]) for prop in kind.properties}
    assert read_riv(write_riv([RivObject(kind.name, props)])).objects == (
        RivObject(kind.name, props),
    )


@pytest.mark.parametrize("name", ["pip", "mara", "template"])
def test_our_own_files_are_written_back_byte_for_byte(name: str) -> None:
    data = read_source(Path(__file__).parents[2] / "characters" / name).build().riv
    file = read_riv(data)
    assert rewrite_riv(file) == data
    assert write_riv(file.objects) == data  # nothing but the objects is in it


def test_what_is_newer_than_our_tables_is_kept() -> None:
    contents = encode_varuint(9300) + encode_varuint(9301) + b"\0" + bytes([0b0110, 0, 0, 0])
    body = encode_varuint(9999) + encode_varuint(9300) + b"\0\0\x80\x3f"
    body += encode_varuint(9301) + b"\2\xff\0" + b"\0" + bytes([23, 0])
    data = b"RIVE" + bytes([7, 0, 0]) + contents + body
    file = read_riv(data)
    assert file.objects[0] == RivObject("#9999", {"#9300": 1.0, "#9301": b"\xff\0"})
    assert rewrite_riv(file) == data


def test_text_that_is_not_utf_8_is_kept_but_never_written_by_us() -> None:
    data = b"RIVE" + bytes([7, 0, 0, 0]) + bytes([2, 4, 2, 0xFF, 0x41, 0])
    file = read_riv(data)
    assert rewrite_riv(file) == data
    with pytest.raises(ValueError, match="UTF-8"):
        write_riv(file.objects)


def test_an_older_key_means_the_same() -> None:
    old = b"RIVE" + bytes([7, 0, 0, 0]) + bytes([1, 9, 0, 0, 0x80, 0x3F, 0])
    assert read_riv(old).objects == (RivObject("Artboard", {"x": 1.0}),)
    assert rewrite_riv(read_riv(old)) == old


def test_the_vocabulary_is_whole_and_inherits() -> None:
    by_name = {kind.name: kind for kind in KINDS}
    assert len(KINDS) > 290
    assert by_name["Artboard"].is_a("ContainerComponent")
    assert {p.name for p in by_name["Rectangle"].properties} >= {"name", "x", "width"}
    default = by_name["Ellipse"].find("originX")
    assert default is not None
    assert default.default == 0.5
    keys = [kind.key for kind in KINDS]
    assert len(set(keys)) == len(keys)


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
    # Key 9300 (float) and type 9999 are in no table of ours; the file says how to step over them.
    contents = encode_varuint(9300) + b"\0" + bytes([2, 0, 0, 0])
    body = encode_varuint(9999) + encode_varuint(9300) + b"\0\0\x80\x3f" + b"\0" + bytes([23, 0])
    objects = read_riv(b"RIVE" + bytes([7, 0, 0]) + contents + body).objects
    assert objects == (RivObject("#9999", {"#9300": 1.0}), RivObject("Backboard", {}))


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
