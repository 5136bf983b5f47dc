"""Writes the schemas of spec/ from the message classes: `python -m visavis.wire.schema`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from visavis.wire.injected import InjectedMessage
from visavis.wire.messages import ClientMessage, ServerMessage

SPEC_FILE = Path(__file__).parents[3] / "spec" / "events.schema.json"
GATEWAY_FILE = SPEC_FILE.with_name("gateway.schema.json")


def build_schema() -> dict[str, Any]:
    """JSON Schema 2020-12: `$defs` of all messages, unions `ClientMessage` and `ServerMessage`."""
    return _schema_of(
        "Visavis wire, version 1",
        {"ClientMessage": TypeAdapter(ClientMessage), "ServerMessage": TypeAdapter(ServerMessage)},
    )


def build_gateway_schema() -> dict[str, Any]:
    """The same of what the gateway adds to other sessions."""
    return _schema_of(
        "Visavis in other sessions, version 1", {"InjectedMessage": TypeAdapter(InjectedMessage)}
    )


def schema_text() -> str:
    """The exact text of spec/events.schema.json."""
    return _text(build_schema())


def gateway_schema_text() -> str:
    """The exact text of spec/gateway.schema.json."""
    return _text(build_gateway_schema())


def _schema_of(title: str, unions: dict[str, TypeAdapter[Any]]) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    for name, adapter in unions.items():
        schema = adapter.json_schema(ref_template="#/$defs/{model}")
        definitions.update(schema.pop("$defs"))
        definitions[name] = schema
    for definition in definitions.values():
        properties = definition.get("properties", {})
        fixed = [name for name in ("type", "version") if "const" in properties.get(name, {})]
        for name in fixed:  # a default makes it optional in Python, not on the wire
            properties[name].pop("default", None)
        if fixed:
            definition["required"] = [*fixed, *definition.get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in unions],
        "$defs": dict(sorted(definitions.items())),
    }


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for file, text in ((SPEC_FILE, schema_text()), (GATEWAY_FILE, gateway_schema_text())):
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {file.name}\n")
