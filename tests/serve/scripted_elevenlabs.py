"""A provider that follows a script, on a real socket: ElevenLabs' two doors, without its agents.

Every frame that it can send is in `FRAMES`; tests/sdk checks them against the types that the
provider publishes, so that the script can't drift from the protocol.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

SIGNED_URL = "/v1/convai/conversation/get-signed-url"
KEY = "sk_operator_0123456789abcdef"
SIGNATURE = "cvtkn_0123456789"

Json = dict[str, Any]
Script = Callable[[ServerConnection], Awaitable[None]]


def metadata(form: str = "pcm_16000") -> Json:
    event = {
        "conversation_id": "conv_1",
        "agent_output_audio_format": form,
        "user_input_audio_format": "pcm_16000",
    }
    return {
        "type": "conversation_initiation_metadata",
        "conversation_initiation_metadata_event": event,
    }


def audio(pcm: bytes, event_id: int, said: Json | None = None) -> Json:
    event: Json = {"audio_base_64": base64.b64encode(pcm).decode(), "event_id": event_id}
    if said is not None:
        event["alignment"] = said
    return {"type": "audio", "audio_event": event}


def ping(event_id: int) -> Json:
    return {"type": "ping", "ping_event": {"event_id": event_id, "ping_ms": 12}}


def interruption(event_id: int) -> Json:
    return {"type": "interruption", "interruption_event": {"event_id": event_id}}


def user_transcript(text: str, event_id: int) -> Json:
    event = {"user_transcript": text, "event_id": event_id}
    return {"type": "user_transcript", "user_transcription_event": event}


def agent_response(text: str, event_id: int) -> Json:
    event = {"agent_response": text, "event_id": event_id}
    return {"type": "agent_response", "agent_response_event": event}


SAID: Json = {
    "chars": ["h", "i"],
    "char_start_times_ms": [0, 60],
    "char_durations_ms": [60, 90],
}

FRAMES: dict[str, Json] = {
    "ConversationMetadata": metadata(),
    "Audio": audio(b"\0\0", 1, SAID),
    "Ping": ping(1),
    "Interruption": interruption(2),
    "UserTranscript": user_transcript("hello", 3),
    "AgentResponse": agent_response("hi", 4),
}
"""By the name of its type in the provider's package."""


@dataclass
class ScriptedElevenLabs:
    """Refuses keys and signatures that it does not know; notes what it was asked and sent."""

    script: Script
    url: str = ""
    status: HTTPStatus = HTTPStatus.OK
    signed_url: str | None = None
    """Instead of its own, to see whether it is believed."""
    redirect_to: str | None = None
    asked: list[dict[str, list[str]]] = field(default_factory=list[dict[str, list[str]]])
    said: list[str | bytes] = field(default_factory=list[str | bytes])
    closes: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue[int | None])
    """With which code each session was left."""

    async def hear(self, socket: ServerConnection) -> Any:
        """The client's next frame, decoded."""
        frame = await socket.recv()
        self.said.append(frame)
        return json.loads(frame)

    def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        if parts.path == SIGNED_URL:
            self.asked.append(query)
            status = self.status
            if request.headers.get("xi-api-key") != KEY:
                status = HTTPStatus.UNAUTHORIZED
            own = self.url.replace("http", "ws", 1) + "/v1/convai/conversation"
            own += f"?agent_id={query['agent_id'][0]}&conversation_signature={SIGNATURE}"
            return socket.respond(status, json.dumps({"signed_url": self.signed_url or own}))
        if self.redirect_to is not None:
            return Response(302, "Found", Headers({"Location": self.redirect_to}))
        if query.get("conversation_signature") != [SIGNATURE]:
            return socket.respond(HTTPStatus.FORBIDDEN, "no")
        return None

    async def hold(self, socket: ServerConnection) -> None:
        assert socket.subprotocol == "convai"
        try:
            await self.script(socket)
        finally:
            await socket.wait_closed()
            self.closes.put_nowait(socket.close_code)


@asynccontextmanager
async def provider(script: Script) -> AsyncGenerator[ScriptedElevenLabs, None]:
    """A scripted provider on a free port."""
    found = ScriptedElevenLabs(script)
    async with serve(
        found.hold,
        "127.0.0.1",
        0,
        process_request=found.answer,
        subprotocols=[Subprotocol("convai")],
        compression=None,
        max_size=None,
        logger=None,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        found.url = f"http://127.0.0.1:{port}"
        yield found


async def until_closed(socket: ServerConnection) -> None:
    """Nothing more to say."""
    await asyncio.wait_for(socket.wait_closed(), 20)
