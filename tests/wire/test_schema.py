"""Schema, prose, classes and examples name the same messages: a new one can't escape its tests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.wire.examples import EXAMPLES
from visavis.wire import codec, injected
from visavis.wire import messages as wire
from visavis.wire.schema import (
    GATEWAY_FILE,
    SPEC_FILE,
    build_schema,
    gateway_schema_text,
    schema_text,
)

SCHEMA = json.loads(SPEC_FILE.read_text("utf-8"))
PROSE = (Path(__file__).parents[2] / "spec" / "wire.md").read_text("utf-8")
CLIENT: tuple[type[wire.Message], ...] = get_args(get_args(wire.ClientMessage)[0])
SERVER: tuple[type[wire.Message], ...] = get_args(get_args(wire.ServerMessage)[0])
ALL = CLIENT + SERVER


def type_of(message: type[wire.Message]) -> str:
    return str(message.model_fields["type"].default)


def validator(union: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{union}", "$defs": SCHEMA["$defs"]})


VALID = {"ClientMessage": validator("ClientMessage"), "ServerMessage": validator("ServerMessage")}


def union_of(message: wire.Message) -> str:
    return "ClientMessage" if type(message) in CLIENT else "ServerMessage"


def all_subclasses(base: type[wire.Message]) -> set[type[wire.Message]]:
    direct = set(base.__subclasses__())
    return direct.union(*map(all_subclasses, direct))


def test_the_schema_file_is_what_the_classes_say() -> None:
    assert SPEC_FILE.read_text("utf-8") == schema_text(), "run `make spec`"


def test_the_gateways_schema_and_prose_are_what_the_classes_say() -> None:
    assert GATEWAY_FILE.read_text("utf-8") == gateway_schema_text(), "run `make spec`"
    for message in get_args(get_args(injected.InjectedMessage)[0]):
        kind = message.model_fields["type"].default
        assert kind.startswith("visavis.")
        row = next(line for line in PROSE.splitlines() if line.startswith(f"| `{kind}`"))
        for name in message.model_fields:
            assert name == "type" or f"`{name}`" in row, f"{kind}: {name}"


def test_the_schema_itself_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert Draft202012Validator(SCHEMA).is_valid({"type": "interrupt"})


def test_every_message_class_is_in_a_union() -> None:
    typed = {
        cls
        for cls in all_subclasses(wire.Message)
        if "type" in cls.model_fields and cls.__module__ == wire.__name__
    }
    assert typed == set(ALL)


def test_types_are_distinct_and_examples_are_complete() -> None:
    types = [type_of(message) for message in ALL]
    assert len(types) == len(set(types))
    assert {type(example) for example in EXAMPLES} == set(ALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_examples_round_trip_and_fit_the_schema(example: wire.Message) -> None:
    text = codec.encode(example)
    decode = codec.decode_client if type(example) in CLIENT else codec.decode_server
    assert decode(text) == example
    VALID[union_of(example)].validate(json.loads(text))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_a_missing_field_is_refused_by_schema_and_codec_alike(example: wire.Message) -> None:
    whole = json.loads(codec.encode(example))
    for name in whole:
        cut = {key: value for key, value in whole.items() if key != name}
        accepted = VALID[union_of(example)].is_valid(cut)
        assert accepted == _decodes(example, cut), name
        assert accepted == (name != "type" and not type(example).model_fields[name].is_required())


@given(
    st.sampled_from(EXAMPLES),
    st.data(),
    st.none()
    | st.booleans()
    | st.integers(-2, 2**33)
    | st.floats(-2, 2)
    | st.sampled_from(["", "on", "ended", "é"])
    | st.lists(st.integers(), max_size=1)
    | st.dictionaries(st.just("a"), st.integers()),
)
def test_what_the_codec_takes_fits_the_schema(
    example: wire.Message, data: st.DataObject, value: Any
) -> None:
    """The browser's types come from the schema: nothing else may get through."""
    fields = json.loads(codec.encode(example))
    fields[data.draw(st.sampled_from(sorted(fields)))] = value
    fits = VALID[union_of(example)].is_valid(fields)
    if fields.get("type") != json.loads(codec.encode(example))["type"]:
        return
    if _decodes(example, fields):
        assert fits
    elif fits:  # only "1.0 is an integer", of which JSON Schema is sure and pydantic is not
        assert isinstance(value, float)
        assert value.is_integer()


def _decodes(example: wire.Message, fields: dict[str, Any]) -> bool:
    decode = codec.decode_client if type(example) in CLIENT else codec.decode_server
    try:
        decode(json.dumps(fields))
    except codec.ProtocolError:
        return False
    return True


def test_the_type_is_required_on_the_wire() -> None:
    for message in ALL:
        assert "type" in build_schema()["$defs"][message.__name__]["required"]


@pytest.mark.parametrize("message", ALL, ids=type_of)
def test_the_prose_has_a_row_for_every_message_with_all_its_fields(
    message: type[wire.Message],
) -> None:
    row = re.search(rf"^\| `{re.escape(type_of(message))}` .*$", PROSE, re.MULTILINE)
    assert row is not None, "add it to the tables of spec/wire.md"
    for name in message.model_fields:
        if name != "type":
            assert f"`{name}`" in row.group(), name


def test_the_prose_has_no_row_for_a_message_that_is_gone() -> None:
    section = PROSE.split("## Messages", 1)[1].split("\n## ", 1)[0]
    rows = set(re.findall(r"^\| `([a-z.]+)` ", section, re.MULTILINE))
    assert rows == {type_of(message) for message in ALL}
