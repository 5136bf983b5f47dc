"""`visavis gateway`: visemes for other people's agents, without engines of our own."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from visavis.cli.serve import WS_MAX_BYTES, bind, configure_logging, console
from visavis.serve.app import create_gateway_app
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.origins import read_origins
from visavis.serve.settings import DEFAULT_PORT, ServeSettings

_SHUTDOWN_TIMEOUT_S = 3


def gateway(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = (
        DEFAULT_PORT
    ),
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="Origin whose pages may use this server; may be given again, * is all."),
    ] = None,
) -> None:
    """Pass voice sessions of other providers through, and add mouth shapes. See docs/gateway.md."""
    settings = ServeSettings(host=host, port=port, allow_origins=read_origins(allow_origin or ()))
    own = GatewaySettings.from_environment()
    with bind(settings) as listening:
        configure_logging()
        with suppress(KeyboardInterrupt):  # the way to end it, not a failure
            asyncio.run(_serve(settings, own, listening))


async def _serve(settings: ServeSettings, own: GatewaySettings, listening: socket.socket) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            create_gateway_app(settings, own),
            log_config=None,
            log_level="warning",  # at debug it logs every frame, and so what users say
            access_log=False,  # it would log the addresses of sessions
            ws="websockets-sansio",
            ws_max_size=WS_MAX_BYTES,
            ws_per_message_deflate=False,  # sound does not shrink, and it would cost latency
            timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_S,
        )
    )
    port = listening.getsockname()[1]
    console.print(f"The gateway is open:  http://{settings.host}:{port}", soft_wrap=True)
    console.print("[dim]Ctrl-C ends it.[/]")
    await server.serve(sockets=[listening])
