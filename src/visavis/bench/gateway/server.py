"""The gateway, or a bare relay on the same libraries, in a process of its own.

    python -m visavis.bench.gateway.server gateway|bare PROVIDER_URL [EAR_FILE]

Prints its port when it listens. The bare relay forwards frames and does nothing else: what it takes
is what any gateway takes.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, WebSocket
from pydantic import SecretStr

from visavis.serve.app import create_gateway_app
from visavis.serve.closing import Close, SideClosedError
from visavis.serve.garbage import settle
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.lips_process import LipsProcess
from visavis.serve.settings import ServeSettings
from visavis.serve.signed_urls import SOCKET_PATH
from visavis.serve.sockets import SocketSide, accepted
from visavis.serve.upstream import SocketUpstream, open_upstream
from visavis.wire.elevenlabs import SUBPROTOCOL

MANY = 1_000_000
KEY = "bench"


def gateway_app(provider_url: str, ear: Path | None) -> FastAPI:
    """The gateway as it is, without the limits that a benchmark would run into."""
    own = GatewaySettings(
        elevenlabs_url=provider_url,
        elevenlabs_key=SecretStr(KEY),
        max_sessions=MANY,
        requests_a_minute=MANY,
    )
    return create_gateway_app(ServeSettings(), own, desk=LipsProcess(ear))


def bare_app(provider_url: str) -> FastAPI:
    """Two sockets and two loops."""
    app = FastAPI()
    upstream_url = provider_url.replace("http", "ws", 1) + SOCKET_PATH

    @app.websocket(SOCKET_PATH)
    async def relay(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        client = await accepted(socket, SUBPROTOCOL)
        upstream = await open_upstream(upstream_url, SUBPROTOCOL)
        tasks = [
            asyncio.create_task(_pump(client, upstream)),
            asyncio.create_task(_pump(upstream, client)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await upstream.close(Close(1000))

    return app


async def _pump(source: SocketSide | SocketUpstream, sink: SocketSide | SocketUpstream) -> None:
    try:
        while True:
            await sink.send(await source.receive())
    except SideClosedError:
        return


async def _serve(app: FastAPI) -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(1_024)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
    )
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    settle()  # as `visavis gateway` does
    await uvicorn.Server(config).serve(sockets=[listening])


def main(arguments: list[str]) -> None:
    """The command line."""
    kind, provider_url = arguments[:2]
    ear = Path(arguments[2]) if len(arguments) > 2 else None
    app = bare_app(provider_url) if kind == "bare" else gateway_app(provider_url, ear)
    asyncio.run(_serve(app))


if __name__ == "__main__":
    main(sys.argv[1:])
