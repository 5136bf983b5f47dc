"""The HTTP side: the page, the characters, the socket, health and metrics."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import Lifespan

from visavis import __version__
from visavis.characters import Motion, build_character
from visavis.clock import Clock, MonotonicClock
from visavis.ear_weights import PATH as EAR_PATH
from visavis.errors import BusyError, ConfigError, UnsupportedError, VisavisError
from visavis.reply.persona import Persona
from visavis.serve.ahead import voice_ahead
from visavis.serve.conversation import CLOSE_UNSUPPORTED, Conversation, Peer, PeerGoneError
from visavis.serve.door import answer_at_once
from visavis.serve.embedding import asset_headers, card_router
from visavis.serve.engines import Engines
from visavis.serve.gateway import Gateway
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.lan import ROOT_PATH
from visavis.serve.lips import LipRoutes
from visavis.serve.lips_desk import Desk
from visavis.serve.metrics import Metrics, TokenMetrics
from visavis.serve.origins import foreign, is_ours, shared
from visavis.serve.pcm import converse
from visavis.serve.problems import problem_of, tell_problems
from visavis.serve.seats import Seats
from visavis.serve.settings import ServeSettings
from visavis.serve.signed_urls import House
from visavis.serve.sockets import deny
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


class _Hall:
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
        error = foreign(socket)
        _log.warning("%s %s", error, error.hint)
        await deny(socket, error)
        return False

    async def seat(
        self, socket: WebSocket, clock: Clock, hold: Callable[[Peer], Awaitable[None]]
    ) -> None:
        """Hold a conversation on an accepted socket if a seat is free; otherwise say so."""
        try:
            with self._seats.take():
                self._metrics.sessions_total.inc()
                transport = _WebSocketTransport(socket)
                note_turn = self._metrics.note_turn
                await hold(Peer(secrets.token_hex(8), transport, clock, note_turn))
        except BusyError as error:
            self._metrics.refused_total.labels("busy").inc()
            await _refuse(socket, error, CLOSE_BUSY)


def create_app(
    engines: Engines,
    settings: ServeSettings,
    clock: Clock | None = None,
    gateway_settings: GatewaySettings | None = None,
    desk: Desk | None = None,
) -> FastAPI:
    """The application around engines that are already warm; it closes them when it ends.

    `desk` is where the gateway's lips are worked on: on this event loop, unless said.

    Raises ConfigError or SetupError: the gateway's settings are wrong.
    """
    metrics = Metrics()
    metrics.registry.register(TokenMetrics(engines.tokens))
    seats = Seats(settings.max_sessions)
    metrics.sessions.set_function(lambda: seats.n_taken)
    clock = clock or MonotonicClock()
    house = House(settings, metrics, clock, engines, seats)
    gateway = Gateway(gateway_settings or GatewaySettings(), house, desk=desk)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None, None]:
        ahead = asyncio.create_task(voice_ahead(engines), name="voice-ahead")
        async with gateway.running():
            yield
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)
        await engines.aclose()

    app = _application(settings, lifespan)
    app.state.seats = seats
    _add_health(app, metrics, gateway)
    _add_characters(app)
    _add_ear(app)
    app.include_router(gateway.router())
    app.include_router(LipRoutes(engines).router())
    app.include_router(card_router(engines.persona, settings))
    _add_lan_root(app, settings.lan_root)
    _add_page(app, engines.persona)

    hall = _Hall(settings, seats, metrics)

    @app.websocket("/v1/talk")
    async def talk(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        """Hold one conversation (spec/wire.md)."""
        if not await hall.lets_in(socket):
            return
        if SUBPROTOCOL not in socket.scope.get("subprotocols", []):
            await socket.accept()
            error = UnsupportedError(
                "This server speaks the subprotocol visavis.v1.", hint="Ask for it by that name."
            )
            await _refuse(socket, error, CLOSE_UNSUPPORTED)
            return
        await socket.accept(subprotocol=SUBPROTOCOL)
        await hall.seat(socket, clock, lambda peer: Conversation(peer, engines).run())

    @app.websocket("/v1/pcm")
    async def pcm(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        """Hold the same conversation in plain PCM (spec/wire.md, "Plain PCM")."""
        if not await hall.lets_in(socket):
            return
        await socket.accept()
        try:
            options = parse_options(socket.query_params)
        except UnsupportedError as error:
            await _refuse(socket, error, CLOSE_UNSUPPORTED)
            return
        await hall.seat(socket, clock, lambda peer: converse(peer, engines, options))

    if STATIC.is_dir():
        app.mount("/", StaticFiles(directory=STATIC, html=True), name="page")
    return app


def create_gateway_app(
    settings: ServeSettings,
    gateway_settings: GatewaySettings,
    clock: Clock | None = None,
    desk: Desk | None = None,
) -> FastAPI:
    """The gateway alone: no engines, no page. Raises as `create_app`."""
    metrics = Metrics()
    house = House(settings, metrics, clock or MonotonicClock())
    gateway = Gateway(gateway_settings, house, desk=desk)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None, None]:
        async with gateway.running():
            await gateway.ready()
            yield

    app = _application(settings, lifespan)
    _add_health(app, metrics, gateway)
    app.include_router(gateway.router())
    return app


def _application(settings: ServeSettings, lifespan: Lifespan[FastAPI]) -> FastAPI:
    """What all our applications have in common: headers, refusals, and how errors are told."""
    app = FastAPI(
        title="Visavis",
        version=__version__,
        summary="A face for voice AI. The conversation itself is a WebSocket: see spec/wire.md.",
        lifespan=lifespan,
        docs_url=None,  # Swagger's page loads its scripts from another host
        redoc_url=None,
    )
    tell_problems(app)

    @app.middleware("http")
    async def secure(  # pyright: ignore[reportUnusedFunction] - registered by its decorator
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = answer_at_once(request, settings) or await call_next(request)
        response.headers.update(_SECURITY_HEADERS)
        response.headers.update(shared(request, settings))
        response.headers.update(asset_headers(request, response.status_code))
        return response

    return app


def _add_health(app: FastAPI, metrics: Metrics, gateway: Gateway) -> None:
    @app.get("/healthz", summary="Is the server up?")
    def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok", "version": __version__}

    @app.get("/readyz", summary="Could a session begin now?")
    async def readyz() -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            await gateway.check()
        except VisavisError as error:
            return problem_of(error)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", summary="Prometheus metrics", response_class=Response)
    def prometheus() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_characters(app: FastAPI) -> None:
    @app.get("/characters/{name}.riv", summary="A character, built", response_class=Response)
    def character(  # pyright: ignore[reportUnusedFunction]
        name: str, request: Request, motion: Motion = "full"
    ) -> Response:
        try:
            data = build_character(name, motion)
        except ConfigError as error:
            raise HTTPException(404, f"{error} {error.hint}".strip()) from error
        # The same source gives the same bytes: a page that has them is told so in a few.
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(data, media_type="application/octet-stream", headers={"ETag": tag})


def _add_ear(app: FastAPI) -> None:
    @app.get(
        "/ear.npz", summary="The ear's weights, for faces of any sound", response_class=Response
    )
    def ear() -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        return FileResponse(EAR_PATH, media_type="application/octet-stream")


def _add_lan_root(app: FastAPI, root: Path | None) -> None:
    if root is None:
        return

    @app.get(ROOT_PATH, summary="This machine's own authority", response_class=Response)
    def lan_root() -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        return FileResponse(root, media_type="application/x-x509-ca-cert")


def _add_page(app: FastAPI, persona: Persona) -> None:
    """The built page, showing this persona's face and name from the first frame on."""
    index = STATIC / "index.html"
    if not index.is_file():
        return
    page = index.read_text(encoding="utf-8")
    page = page.replace(' character="pip"', f' character="{escape(persona.character)}"')
    page = page.replace(' name="Pip"', f' name="{escape(persona.name)}"')
    page = page.replace("<title>Pip", f"<title>{escape(persona.name)}")

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
