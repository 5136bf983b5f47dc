"""A speech service on 127.0.0.1 in OpenAI's documented shapes, which behaves or not.

POST /v1/audio/speech            JSON in, raw PCM out, streamed
POST /v1/audio/transcriptions    multipart in, JSON out
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, cast

import numpy as np
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from numpy.typing import NDArray

from tests.serve.gateway_house import listening

KEY = "sk-s3cret-speech-key"
RATE_HZ = 24_000
SPEECH_FIELDS = {"input", "model", "voice", "instructions", "response_format", "speed"}
BLOCK_BYTES = 4_801
"""Odd: a sample lies across two blocks."""

PCM_TYPE = "audio/pcm"


def error(status: int, message: str) -> Response:
    """As OpenAI documents its errors; the message quotes the key, as some services do."""
    told = {"message": f"{message} {KEY}", "type": "invalid_request_error", "code": None}
    return JSONResponse({"error": told}, status)


@dataclass
class SpeechService:
    """What it answers, and what it was asked."""

    pcm: bytes = b""
    text: str = "what time is it"
    status: int = 200
    """Of both, until it is set back."""
    body: bytes | None = None
    """In place of what should come."""
    media_type: str = PCM_TYPE
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    heard: list[NDArray[np.int16]] = field(default_factory=list[NDArray[np.int16]])
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    go: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(100_000))
    """Each block, and each transcript, takes one."""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Sound to be transcribed."""
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[SpeechService, None]:
        async with listening(self._app()) as address:
            self.url = f"http://{address}/v1"
            try:
                yield self
            finally:
                self.let_go()

    def let_go(self) -> None:
        """Whoever waits goes on."""
        for _ in range(10_000):
            self.go.release()

    def _app(self) -> FastAPI:
        app = FastAPI()
        for path, route in (("speech", self._speak), ("transcriptions", self._transcribe)):
            app.add_api_route(f"/v1/audio/{path}", route, methods=["POST"], response_model=None)
        return app

    async def _speak(self, request: Request) -> Response:
        asked: dict[str, Any] = await request.json()
        self.asked.append(asked)
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if not set(asked) <= SPEECH_FIELDS or not {"input", "model", "voice"} <= set(asked):
            return error(400, "Unknown or missing parameter.")
        if not 0 < len(asked["input"]) <= 4_096 or asked.get("response_format") != "pcm":
            return error(400, "Invalid value.")
        return StreamingResponse(self._blocks(request), media_type=self.media_type)

    async def _blocks(self, request: Request) -> AsyncGenerator[bytes, None]:
        data = self.pcm if self.body is None else self.body
        try:
            for at in range(0, len(data), BLOCK_BYTES):
                if not await self._may_go_on(request):
                    self.hung_up.set()
                    return
                yield data[at : at + BLOCK_BYTES]
        except asyncio.CancelledError:
            self.hung_up.set()
            raise

    async def _may_go_on(self, request: Request) -> bool:
        """Waits for its turn, or until the client has left."""
        turn: asyncio.Task[Any] = asyncio.create_task(self.go.acquire())
        leaving: asyncio.Task[Any] = asyncio.create_task(_left(request))
        try:
            await asyncio.wait({turn, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return turn.done()
        finally:
            for task in (turn, leaving):
                task.cancel()
            await asyncio.gather(turn, leaving, return_exceptions=True)

    async def _transcribe(self, request: Request) -> Response:
        form = await _form(request)
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if not {"file", "model"} <= set(form) or form.get("response_format") != b"json":
            return error(400, "Unknown or missing parameter.")
        self.heard.append(_samples(form.pop("file")))
        self.forms.append({name: value.decode() for name, value in form.items()})
        self.came.set()
        await self.go.acquire()
        if self.body is not None:
            return Response(self.body, media_type=self.media_type)
        usage = {"type": "tokens", "input_tokens": 14, "output_tokens": 5, "total_tokens": 19}
        return JSONResponse({"text": f" {self.text}\n", "usage": usage})

    def _refusal(self, request: Request) -> Response | None:
        if self.status != 200:
            return error(self.status, "No.")
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, "Incorrect API key provided.")
        return None


async def _left(request: Request) -> None:
    await request.receive()


async def _form(request: Request) -> dict[str, bytes]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + await request.body())
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in whole.iter_parts()
    }
    return cast("dict[str, bytes]", parts)


def _samples(file: bytes) -> NDArray[np.int16]:
    with wave.open(io.BytesIO(file)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (16_000, 1, 2)
        return np.frombuffer(wav.readframes(wav.getnframes()), dtype="<i2")


def serving(
    visit: Callable[[SpeechService], Any], service: SpeechService | None = None
) -> SpeechService:
    """Run `visit` beside a service; nothing may be left afterwards."""

    async def main() -> SpeechService:
        async with asyncio.timeout(60), (service or SpeechService()).running() as running:
            await visit(running)
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert not left, left
        return running

    return asyncio.run(main())
