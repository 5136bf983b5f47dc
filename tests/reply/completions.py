"""An endpoint on 127.0.0.1 that speaks chat completions, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Endpoint:
    """What it answers, and what it was asked.

    Of `events` (server-sent event data) each is sent when `go` allows it; `hung_up` is set when
    the client closes the connection before the end.
    """

    events: list[str] = field(default_factory=list[str])
    status: int = 200
    body: bytes | None = None
    cut_off: bool = False
    go: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1_000))
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    heads: list[str] = field(default_factory=list[str])
    base_url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its response; returns whether there may be another."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        )
        self.heads.append(head)
        self.requests.append(json.loads(await reader.readexactly(length)))
        if self.body is not None or self.status != 200:
            body = self.body or b'{"error":{"message":"s3cret details"}}'
            writer.write(
                f"HTTP/1.1 {self.status} X\r\nContent-Type: text/html\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
            )
            writer.write(body)
            await writer.drain()
            return True
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        watch = asyncio.create_task(self._watch(reader))
        try:
            for event in self.events:
                await self.go.acquire()
                data = f"data: {event}\n\n".encode()
                writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                await writer.drain()
            if not self.cut_off:
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        return not self.cut_off

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        try:
            gone = not await reader.read(1)
        except ConnectionError:
            gone = True
        if gone:
            self.hung_up.set()
            self.go.release()


def delta(content: str | None) -> str:
    """The event that carries the next piece of text."""
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}],
        }
    )


@asynccontextmanager
async def listening(endpoint: Endpoint) -> AsyncGenerator[Endpoint]:
    """Serve it on a free port until the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(endpoint.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    endpoint.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield endpoint
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
