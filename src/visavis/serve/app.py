"""The HTTP side: the page, the characters, the socket, health and metrics."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from html import escape
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from visavis import __version__
from visavis.characters import build_character
from visavis.clock import Clock, MonotonicClock
from visavis.errors import BusyError, ConfigError, UnsupportedError
from visavis.reply.persona import Persona
from visavis.serve.ahead import voice_ahead
from visavis.serve.allowance import TokenCount
from visavis.serve.conversation import CLOSE_UNSUPPORTED, Conversation, Peer, PeerGoneError
from visavis.serve.engines import Engines
from visavis.serve.lips import LipRoutes
from visavis.serve.origins import is_ours
from visavis.serve.pcm import converse
from visavis.serve.settings import ServeSettings
from visavis.wire import outgoing
from visavis.wire.codec import encode
from visavis.wire.messages import SUBPROTOCOL
from visavis.wire.pcm import parse_options

STATIC = Path(__file__).parents[1] / "static"
"""The built page; hatch_build.py fills it."""

CLOSE_BUSY = 1013

_SECURITY_HEADERS = {
    # wasm-unsafe-eval: Rive's runtime is WebAssembly. Everything else comes from this server.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; "
        "img-src 'self' data: blob:; style-src 'self'; worker-src 'self'; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}

_log = logging.getLogger(__name__)


class Metrics:
    """What Prometheus sees; one registry an app, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge("visavis_sessions", "Conversations going on", registry=self.registry)
        self.sessions_total = Counter(
            "visavis_sessions_started", "Conversations begun", registry=self.registry
        )
        self.refused_total = Counter(
            "visavis_sessions_refused", "Conversations refused", ["reason"], registry=self.registry
        )


class TokenMetrics(Collector):
    """What the language model costs, and what of it was for nothing; estimates."""

    def __init__(self, count: TokenCount) -> None:
        self._count = count

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See prometheus_client."""
        count = self._count
        yield CounterMetricFamily(
            "visavis_llm_tokens", "Sent to the language model and received", count.asked
        )
        yield CounterMetricFamily(
            "visavis_llm_discarded_tokens",
            "Of those, for answers given up before their turn was over",
            count.discarded,
        )
        yield CounterMetricFamily(
            "visavis_llm_capped_conversations",
            "Conversations that may discard no more",
            count.capped_conversations,
        )


class Seats:
    """At most so many conversations at once."""

    def __init__(self, max_sessions: int) -> None:
        self.max_sessions = max_sessions
        self.n_taken = 0

    @contextmanager
    def take(self) -> Generator[None, None, None]:
        """Hold a seat. Raises BusyError if all are taken."""
        if self.n_taken >= self.max_sessions:
            raise BusyError("All seats are taken.", hint="Try again in a minute.")
        self.n_taken += 1
        try:
            yield
        finally:
            self.n_taken -= 1


class _WebSocketTransport:
    """FastAPI's WebSocket as the conversation's `Transport`."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes:
        message = await self._socket.receive()
        if message["type"] != "websocket.receive":
            raise PeerGoneError
        text = message.get("text")
        return text if text is not None else message["bytes"]

    async def send(self, data: str | bytes) -> None:
        try:
            if isinstance(data, str):
                await self._socket.send_text(data)
            else:
                await self._socket.send_bytes(data)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise PeerGoneError from error

    async def close(self, code: int, reason: str) -> None:
        try:
            await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise PeerGoneError from error


class _Desk:
    """Whom the server lets in, and how many."""

    def __init__(self, settings: ServeSettings, seats: Seats, metrics: Metrics) -> None:
        self._settings = settings
        self._seats = seats
        self._metrics = metrics

    async def lets_in(self, socket: WebSocket) -> bool:
        """Whether the page behind it may talk to us; if not, it is told."""
        if is_ours(socket, self._settings):
            return True
        self._metrics.refused_total.labels("origin").inc()
        _log.warning("refused a page of another origin; allow it with --allow-origin")
        await socket.close(1008, "origin not allowed")
        return False

    async def seat(
        self, socket: WebSocket, clock: Clock, hold: Callable[[Peer], Awaitable[None]]
    ) -> None:
        """Hold a conversation on an accepted socket if a seat is free; otherwise say so."""
        try:
            with self._seats.take():
                self._metrics.sessions_total.inc()
                await hold(Peer(secrets.token_hex(8), _WebSocketTransport(socket), clock))
        except BusyError as error:
            self._metrics.refused_total.labels("busy").inc()
            await _refuse(socket, error, CLOSE_BUSY)


def create_app(engines: Engines, settings: ServeSettings, clock: Clock | None = None) -> FastAPI:
    """The application around engines that are already warm; it closes them when it ends."""
    metrics = Metrics()
    metrics.registry.register(TokenMetrics(engines.tokens))
    seats = Seats(settings.max_sessions)
    metrics.sessions.set_function(lambda: seats.n_taken)
    clock = clock or MonotonicClock()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None, None]:
        ahead = asyncio.create_task(voice_ahead(engines), name="voice-ahead")
        yield
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)
        await engines.aclose()

    app = FastAPI(
        title="Visavis",
        version=__version__,
        summary="A face for voice AI. The conversation itself is a WebSocket: see spec/wire.md.",
        lifespan=lifespan,
        docs_url=None,  # Swagger's page loads its scripts from another host
        redoc_url=None,
    )
    app.state.seats = seats
    lips = LipRoutes(engines, settings)

    @app.middleware("http")
    async def secure(  # pyright: ignore[reportUnusedFunction] - registered by its decorator
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = lips.refusal(request) or await call_next(request)
        response.headers.update(_SECURITY_HEADERS)
        if request.url.path.startswith("/characters") or request.url.path == "/":
            response.headers["Cache-Control"] = "no-cache"
        return response

    _add_http_routes(app, metrics)
    app.include_router(lips.router())
    _add_page(app, engines.persona)

    desk = _Desk(settings, seats, metrics)

    @app.websocket("/v1/talk")
    async def talk(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        """Hold one conversation (spec/wire.md)."""
        if not await desk.lets_in(socket):
            return
        if SUBPROTOCOL not in socket.scope.get("subprotocols", []):
            await socket.accept()
            error = UnsupportedError(
                "This server speaks the subprotocol visavis.v1.", hint="Ask for it by that name."
            )
            await _refuse(socket, error, CLOSE_UNSUPPORTED)
            return
        await socket.accept(subprotocol=SUBPROTOCOL)
        await desk.seat(socket, clock, lambda peer: Conversation(peer, engines).run())

    @app.websocket("/v1/pcm")
    async def pcm(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        """Hold the same conversation in plain PCM (spec/wire.md, "Plain PCM")."""
        if not await desk.lets_in(socket):
            return
        await socket.accept()
        try:
            options = parse_options(socket.query_params)
        except UnsupportedError as error:
            await _refuse(socket, error, CLOSE_UNSUPPORTED)
            return
        await desk.seat(socket, clock, lambda peer: converse(peer, engines, options))

    if STATIC.is_dir():
        app.mount("/", StaticFiles(directory=STATIC, html=True), name="page")
    return app


def _add_http_routes(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/healthz", summary="Is the server up and warm?")
    def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok", "version": __version__}

    @app.get("/metrics", summary="Prometheus metrics", response_class=Response)
    def prometheus() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/characters/{name}.riv", summary="A character, built", response_class=Response)
    def character(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            data = build_character(name)
        except ConfigError as error:
            raise HTTPException(404, f"{error} {error.hint}".strip()) from error
        return Response(data, media_type="application/octet-stream")


def _add_page(app: FastAPI, persona: Persona) -> None:
    """The built page, showing this persona's face and name from the first frame on."""
    index = STATIC / "index.html"
    if not index.is_file():
        return
    page = index.read_text(encoding="utf-8")
    page = page.replace('data-character="pip"', f'data-character="{escape(persona.character)}"')
    page = page.replace('data-name="Pip"', f'data-name="{escape(persona.name)}"')

    @app.get("/", include_in_schema=False)
    def root() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        return HTMLResponse(page)


async def _refuse(socket: WebSocket, error: BusyError | UnsupportedError, code: int) -> None:
    transport = _WebSocketTransport(socket)
    try:
        await transport.send(encode(outgoing.error(error, "fatal")))
        await transport.close(code, str(error))
    except PeerGoneError:
        _log.debug("the peer left before it could be refused")
