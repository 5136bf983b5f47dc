"""ElevenLabs Agents over WebSocket, as a table. Pure.

Facts, from the provider's own SDKs (`@elevenlabs/client`, Python `elevenlabs`): the client asks for
the subprotocol `convai`; the first frame of the server's must be its metadata; a frame of an
unknown type is harmless, one without a type ends the Python client's loop; sound whose `event_id`
is not above the interruption's is stale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from visavis.wire.dialect import Dialect, ErrorName, Meaning, Path, Rule, path

SUBPROTOCOL: Final = "convai"
INITIATION: Final = "conversation_initiation_client_data"
METADATA: Final = "conversation_initiation_metadata"


def _typed(name: str) -> tuple[tuple[Path, str | None], ...]:
    return ((("type",), name),)


DIALECT: Final = Dialect(
    name="elevenlabs",
    subprotocol=SUBPROTOCOL,
    server=(
        Rule(
            Meaning.OPENED,
            _typed(METADATA),
            format=path(f"{METADATA}_event.agent_output_audio_format"),
        ),
        Rule(
            Meaning.SOUND,
            _typed("audio"),
            sound=path("audio_event.audio_base_64"),
            event=path("audio_event.event_id"),
            alignment=path("audio_event.alignment"),
        ),
        Rule(
            Meaning.INTERRUPTED, _typed("interruption"), event=path("interruption_event.event_id")
        ),
    ),
    error={
        "type": "error",
        "error_event": {
            "code": "{close_code}",
            "error_type": "{name}",
            "message": "{message}",
            "reason": "{message}",
        },
    },
    error_names={
        "": ErrorName("unknown", 1011),
        "protocol": ErrorName("invalid_message", 1008),
        "too_large": ErrorName("invalid_message", 1008),
        "unsupported": ErrorName("value_error", 1008),
        "missing_variable": ErrorName("missing_dynamic_variable", 1008),
        "too_slow": ErrorName("asyncio_timeout", 1002),
        "too_long": ErrorName("max_duration_exceeded", 1000),
        "provider": ErrorName("http_exception", 1002),
        "engine": ErrorName("cascade_brain_error", 1002),
        "busy": ErrorName("http_exception", 1002),
    },
)
"""Types and codes are those of the SDK's `ErrorType` and `WebSocketCloseCode`."""


def with_variables(frame: str | bytes, variables: Mapping[str, object]) -> str | bytes:
    """The client's initiation with dynamic variables added; where both have one, `variables` wins:
    the server that asked for the session is to be believed, not the page. Anything else, and any
    frame where there are no variables, stays as it is.
    """
    if not variables or isinstance(frame, bytes):
        return frame
    try:
        message: Any = json.loads(frame)
    except (ValueError, RecursionError):
        return frame
    if not isinstance(message, dict) or message.get("type") != INITIATION:  # pyright: ignore[reportUnknownMemberType]
        return frame
    fields = cast("dict[str, object]", message)
    told = fields.get("dynamic_variables")
    known = cast("dict[str, object]", told) if isinstance(told, dict) else {}
    return json.dumps(fields | {"dynamic_variables": known | dict(variables)})
