"""Writes spec/events.schema.json from the message classes: `python -m visavis.wire.schema`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from visavis.wire.messages import ClientMessage, ServerMessage

SPEC_FILE = Path(__file__).parents[3] / "spec" / "events.schema.json"


def build_schema() -> dict[str, Any]:
    """JSON Schema 2020-12: `$defs` of all messages, unions `ClientMessage` and `ServerMessage`."""
    definitions: dict[str, Any] = {}
    adapters: dict[str, TypeAdapter[Any]] = {
        "ClientMessage": TypeAdapter(ClientMessage),
        "ServerMessage": TypeAdapter(ServerMessage),
    }
    for name, adapter in adapters.items():
        schema = adapter.json_schema(ref_template="#/$defs/{model}")
        definitions.update(schema.pop("$defs"))
        definitions[name] = schema
    for definition in definitions.values():
        properties = definition.get("properties", {})
        if "type" in properties:  # a default makes it optional in Python, not on the wire
            properties["type"].pop("default", None)
            definition["required"] = ["type", *definition.get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Visavis wire, version 1",
        "oneOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The schema file's exact text."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SPEC_FILE.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"wrote {SPEC_FILE.name}\n")
