"""The gateway's sockets: a session with a ticket, passed through, or held by our own agent.

WS  /v1/convai/conversation?visavis_ticket=…
WS  /v1/convai/conversation?agent_id=local        our own agent, where no token is wanted
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from functools import partial

from fastapi import APIRouter, WebSocket

from visavis.clock import Clock
from visavis.errors import BusyError, VisavisError
from visavis.serve.agent import Session, hold_as_agent
from visavis.serve.backends import Backends
from visavis.serve.bridge import Bridge, Ending
from visavis.serve.closing import INTERNAL, NORMAL, Close, SideClosedError
from visavis.serve.gateway_lips import GatewayLips
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.lips_desk import LipsDesk
from visavis.serve.origins import foreign, is_ours
from visavis.serve.problems import RefusedError
from visavis.serve.seats import Seats
from visavis.serve.signed_urls import LOCAL_AGENT, SOCKET_PATH, TICKET, House, SignedUrls
from visavis.serve.sockets import SocketSide, accepted, deny
from visavis.serve.tickets import MemoryStore, RedisStore, Ticket, Tickets, TicketStore, Variable
from visavis.serve.trouble import place_of
from visavis.serve.upstream import SocketUpstream, open_upstream
from visavis.wire import elevenlabs
from visavis.wire.dialect import Dialect
from visavis.wire.relay import Relay

_HINT = "Ask POST /v1/get-signed-url for a new address; each holds for one session."

_Hold = Callable[[SocketSide], Awaitable[Ending]]

_log = logging.getLogger(__name__)


class Gateway:
    """Routes and sockets. `running` must be entered while the application is up."""

    def __init__(
        self,
        settings: GatewaySettings,
        house: House,
        store: TicketStore | None = None,
        lips: GatewayLips | None = None,
    ) -> None:
        """Raises ConfigError or SetupError: a mapping file or the Redis address is wrong."""
        self._settings = settings
        self._house = house
        self._backends = Backends.load(settings.custom_file)
        self._tickets = Tickets(store or _store(settings, house.clock))
        self._urls = SignedUrls(settings, house, self._tickets, self._backends)
        self._seats = Seats(settings.max_sessions)
        self._lips = lips or GatewayLips()
        self._desk = LipsDesk(house.clock, house.metrics.cue_margin.observe)
        house.metrics.gateway_sessions.set_function(lambda: self._seats.n_taken)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """While it is entered, lips are worked on."""
        await asyncio.to_thread(self._lips.load)
        work = asyncio.create_task(self._desk.run(), name="lips-desk")
        try:
            yield
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self._urls.aclose()
            await self._tickets.aclose()

    async def check(self) -> None:
        """Raises VisavisError if no session could be begun now."""
        await self._tickets.check()
        if self._seats.n_taken >= self._settings.max_sessions:
            raise BusyError("All sessions are taken.", hint="Try again in a minute.")

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        router.include_router(self._urls.router())
        router.add_api_websocket_route(SOCKET_PATH, self.socket)
        return router

    async def socket(self, socket: WebSocket) -> None:
        """One session. Whoever may not have it gets a problem document instead of a handshake."""
        try:
            ticket = await self._let_in(socket)
            subprotocol, hold = self._holder(ticket)
            with self._seats.take(), self._own_seat(ticket):
                side = await accepted(socket, subprotocol)
                await self._held(side, ticket, hold)
        except VisavisError as error:
            self._house.metrics.refused_total.labels(error.code).inc()
            await deny(socket, error)
        except SideClosedError:
            _log.debug("a client left before its session began")

    async def _held(self, side: SocketSide, ticket: Ticket, hold: _Hold) -> None:
        try:
            ending = await hold(side)
        except Exception as error:  # noqa: BLE001 - a bug in one session must not end the others
            ending = Ending.ERROR
            _log.error("a session through the gateway failed: %s", place_of(error))
            with suppress(SideClosedError):
                await side.close(Close(INTERNAL, "Something went wrong on the server."))
        self._house.metrics.gateway_ended.labels(ticket.provider, ending.value).inc()

    async def _let_in(self, socket: WebSocket) -> Ticket:
        """What the client may have. Raises RefusedError, or StoreError."""
        if not is_ours(socket, self._house.settings):
            raise foreign(socket)
        token = socket.query_params.get(TICKET, "")
        ticket = await self._tickets.take(token) if token else self._without_ticket(socket)
        if ticket is None:
            message = "This address was used already, has expired, or was never given out."
            raise RefusedError(401, "ticket", message, hint=_HINT)
        return ticket

    def _without_ticket(self, socket: WebSocket) -> Ticket | None:
        """Our own agent costs nothing: where nobody needs a token, it needs no ticket either."""
        if self._settings.api_tokens or socket.query_params.get("agent_id") != LOCAL_AGENT:
            return None
        return Ticket("local")

    def _own_seat(self, ticket: Ticket) -> AbstractContextManager[None]:
        seats = self._house.seats
        return nullcontext() if ticket.provider != "local" or seats is None else seats.take()

    def _holder(self, ticket: Ticket) -> tuple[str | None, _Hold]:
        """The subprotocol, and what holds the session. Raises RefusedError."""
        match ticket.provider:
            case "local":
                self._house.own_agent()
                return elevenlabs.SUBPROTOCOL, partial(self._hold_own, ticket)
            case "custom":
                backend = self._backends.find(ticket.upstream)
                dialect = backend.dialect
                opening = partial(open_upstream, backend.url, dialect.subprotocol, backend.headers)
            case _:
                dialect = elevenlabs.DIALECT
                opening = partial(open_upstream, ticket.upstream, dialect.subprotocol)
        return dialect.subprotocol, partial(self._pass, ticket, dialect, opening)

    async def _hold_own(self, ticket: Ticket, side: SocketSide) -> Ending:
        house = self._house
        house.metrics.sessions_total.inc()
        session = Session(secrets.token_hex(8), house.clock, ticket.variables, ticket.rate_hz)
        try:
            async with asyncio.timeout(self._settings.max_session_s):
                await hold_as_agent(side, house.own_agent(), session, house.metrics.note_turn)
        except TimeoutError:
            with suppress(SideClosedError):
                await side.close(Close(NORMAL, "The session has lasted as long as it may."))
            return Ending.LIMIT
        return Ending.CLIENT

    async def _pass(
        self,
        ticket: Ticket,
        dialect: Dialect,
        opening: Callable[[], Awaitable[SocketUpstream]],
        side: SocketSide,
    ) -> Ending:
        cues = self._house.metrics.cues
        relay = Relay(dialect, self._lips.at_rate, self._lips.notice)
        variables: Mapping[str, Variable] = {}
        if ticket.provider == "elevenlabs":
            variables = ticket.variables
        cues.begin(relay.tally)
        try:
            bridge = Bridge(side, dialect, relay, self._desk, self._house.clock)
            amend = partial(elevenlabs.with_variables, variables=variables)
            return await bridge.run(opening, self._settings.max_session_s, amend)
        finally:
            cues.end(relay.tally)


def _store(settings: GatewaySettings, clock: Clock) -> TicketStore:
    if settings.redis_url is not None:
        return RedisStore(settings.redis_url.get_secret_value())
    return MemoryStore(clock)
