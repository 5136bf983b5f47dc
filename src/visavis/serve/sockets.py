"""FastAPI's WebSocket as the client's side of a session."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect

from visavis.errors import VisavisError
from visavis.serve.closing import Close, SideClosedError
from visavis.serve.problems import problem_of

_TURNS_TO_CLOSE = 3
"""Of the loop."""


class SocketSide:
    """See `bridge.Side`. Text stays text, bytes stay bytes."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes:
        """See Side."""
        message = await self._socket.receive()
        if message["type"] != "websocket.receive":
            raise SideClosedError(message.get("code"), message.get("reason") or "")
        text = message.get("text")
        return text if text is not None else message["bytes"]

    async def send(self, frame: str | bytes) -> None:
        """See Side."""
        try:
            if isinstance(frame, str):
                await self._socket.send_text(frame)
            else:
                await self._socket.send_bytes(frame)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise SideClosedError(1006) from error

    async def close(self, close: Close) -> None:
        """See Side."""
        try:
            await self._socket.close(close.code, close.reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise SideClosedError(1006) from error


async def accepted(socket: WebSocket, subprotocol: str | None) -> SocketSide:
    """Let it in; `subprotocol` is echoed if it was asked for.

    Raises:
        SideClosedError: it has left meanwhile.
    """
    asked: list[str] = socket.scope.get("subprotocols", [])
    try:
        await socket.accept(subprotocol if subprotocol in asked else None)
    except (WebSocketDisconnect, RuntimeError) as error:
        raise SideClosedError(1006) from error
    return SocketSide(socket)


async def deny(socket: WebSocket, error: VisavisError) -> None:
    """Refuse the handshake with a problem document: a browser sees only that it failed."""
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_denial_response(problem_of(error))
        # uvicorn 0.54 calls a refusal an error, in the log, if we return before its connection is
        # closed, which it has put on the loop by now.
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)
