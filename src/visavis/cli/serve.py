"""`visavis serve`: fetch what is missing, warm every model, serve the page."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from visavis.characters.sources import take_folder
from visavis.errors import ConfigError, PortInUseError
from visavis.models import Group, ModelStore
from visavis.models.places import cache_dir
from visavis.models.progress import console_progress
from visavis.reply.persona import Persona, load_persona
from visavis.serve.app import STATIC, create_app
from visavis.serve.engines import N_STEPS, Engines, load_engines
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.lan import ROOT_PATH, LanFiles, lan_address, lan_files, qr_text
from visavis.serve.origins import read_origins
from visavis.serve.settings import (
    DEFAULT_PORT,
    MAX_SESSIONS,
    LlmSettings,
    ServeSettings,
    Speculate,
)

WS_MAX_BYTES = 1024 * 1024
"""The codec's own, smaller limits answer with a reason."""

_SHUTDOWN_TIMEOUT_S = 3

console = Console(stderr=True)


def serve(  # noqa: PLR0913, PLR0917 - one parameter for each option
    persona: Annotated[
        str, typer.Option(help="Who answers: pip, support, museum, or a persona.yaml.")
    ] = "pip",
    character: Annotated[
        Path | None, typer.Option(help="A folder with character.yaml: who is seen instead.")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; 127.0.0.1, or with --lan that of your network."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = (
        DEFAULT_PORT
    ),
    llm_base_url: Annotated[
        str | None, typer.Option(help="An OpenAI-compatible endpoint instead of the local model.")
    ] = None,
    llm_model: Annotated[str | None, typer.Option(help="The model's name there.")] = None,
    speculate: Annotated[
        Speculate | None,
        typer.Option(
            help="Ask the language model before the user has surely finished; "
            "auto does so where that costs nothing."
        ),
    ] = None,
    max_discarded_tokens: Annotated[
        int | None,
        typer.Option(min=0, help="With --speculate on: tokens a conversation may spend in vain."),
    ] = None,
    max_sessions: Annotated[int, typer.Option(min=1, help="Conversations at once.")] = MAX_SESSIONS,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="Origin whose pages may use this server; may be given again, * is all."),
    ] = None,
    lan: Annotated[
        bool, typer.Option("--lan", help="HTTPS for phones on your network, with a QR code.")
    ] = False,
) -> None:
    """Serve the talking character; prints one URL."""
    tls: LanFiles | None = None
    if lan:
        host = host or lan_address()
        tls = lan_files(host, cache_dir() / "lan")
    settings = ServeSettings(
        host=host or "127.0.0.1",
        lan_root=tls and tls.root,
        port=port,
        max_sessions=max_sessions,
        allow_origins=read_origins(allow_origin or ()),
    )
    llm = LlmSettings.from_environment()
    flags = {
        "base_url": llm_base_url or None,
        "model": llm_model or None,
        "speculate": speculate,
        "max_discarded_tokens": max_discarded_tokens,
    }
    llm = llm.model_copy(update={k: value for k, value in flags.items() if value is not None})
    who = load_persona(persona)
    if character is not None:
        name, title = take_folder(character)
        who = who.model_copy(update={"character": name, "name": title})
    serve_until_stopped(who, llm, settings, tls=tls)


def serve_until_stopped(
    persona: Persona,
    llm: LlmSettings,
    settings: ServeSettings,
    change: Callable[[Engines], Engines] = lambda engines: engines,
    tls: LanFiles | None = None,
) -> None:
    """Serve until Ctrl-C. `change` may put other engines in place; the benchmark slows some down.

    Raises:
        ConfigError: the page is not built, this machine has no such address, or a variable of the
            gateway's is wrong.
        PortInUseError: something else listens there.
    """
    _require_page(STATIC)
    gateway = GatewaySettings.from_environment()
    with bind(settings) as listening:
        store = ModelStore()
        if store.missing(Group.DEFAULT):
            console.print("Fetching the models, once:")
            with console_progress(console) as progress:
                store.pull(Group.DEFAULT, progress)
        configure_logging()
        with suppress(KeyboardInterrupt):  # the way to end it, not a failure
            asyncio.run(
                _serve(_warm(persona, store, llm), change, settings, gateway, listening, tls)
            )


async def _serve(
    warming: Awaitable[Engines],
    change: Callable[[Engines], Engines],
    settings: ServeSettings,
    gateway: GatewaySettings,
    listening: socket.socket,
    tls: LanFiles | None,
) -> None:
    engines = change(await warming)
    try:
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(engines, settings, gateway_settings=gateway),
                log_config=None,
                log_level="warning",  # at debug it logs every frame, and so what users say
                access_log=False,
                ws="websockets-sansio",
                ws_max_size=WS_MAX_BYTES,
                ws_per_message_deflate=False,  # sound does not shrink, and it would cost latency
                timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_S,
                ssl_certfile=tls and tls.certificate,
                ssl_keyfile=tls and tls.key,
            )
        )
        name, port = listening.getsockname()[:2]
        shown = "localhost" if name in {"127.0.0.1", "0.0.0.0", "::", "::1"} else name
        url = f"{'https' if tls else 'http'}://{shown}:{port}"
        console.print(f"[bold]{engines.persona.name}[/] is listening:  {url}", soft_wrap=True)
        if tls is not None:
            _invite_phones(url)
        console.print("[dim]Ctrl-C ends it.[/]")
        await server.serve(sockets=[listening])
    finally:
        await engines.aclose()


def _invite_phones(url: str) -> None:
    console.print(qr_text(url), highlight=False)
    console.print(
        "A phone on this network may scan it. Its browser warns, for this machine vouches for\n"
        f"itself: go on, or have the phone trust {url}{ROOT_PATH} (docs/embed.md).",
        soft_wrap=True,
    )


async def _warm(persona: Persona, store: ModelStore, llm: LlmSettings) -> Engines:
    with Progress(
        TextColumn("Waking {task.fields[what]:<18}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("waking", total=N_STEPS, what="up")

        def step(name: str) -> None:
            progress.update(task, advance=1, what=name)

        return await load_engines(persona, store, llm, step)


def bind(settings: ServeSettings) -> socket.socket:
    """Take the port first: finding it in use after loading half a gigabyte is no fun.

    Raises:
        PortInUseError: something else listens there.
        ConfigError: this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(128)
    except socket.gaierror as error:
        listening.close()
        raise ConfigError(f"'{settings.host}' is no address of this machine.") from error
    except OSError as error:
        listening.close()
        if isinstance(error, PermissionError):
            raise ConfigError(
                f"Port {settings.port} is reserved.", hint="Choose one above 1023: --port 8300"
            ) from error
        raise PortInUseError(
            f"Port {settings.port} on {settings.host} is in use.",
            hint=f"End what listens there, or choose another: --port {settings.port + 1}",
        ) from error
    return listening


def _require_page(static: Path) -> None:
    if not (static / "index.html").is_file():
        raise ConfigError(
            "The page is not built.",
            hint="Run `make` in the checkout, or install the package again.",
        )


def configure_logging() -> None:
    """Warnings, to the error stream."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
