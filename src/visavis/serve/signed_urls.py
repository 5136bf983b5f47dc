"""Who may have a session, and where it can be had: single-use addresses.

    POST /v1/get-signed-url                             -> {"signed_url": "wss://…"}
    GET  /v1/convai/conversation/get-signed-url         -> the same, as ElevenLabs' own SDKs ask

An operator's key is spent only for callers who have one of the server's tokens, or who sit at this
very machine. No key and no ticket goes into a log, an error or an answer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from visavis.clock import Clock
from visavis.errors import UnsupportedError
from visavis.serve.backends import Backends
from visavis.serve.engines import Engines
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.metrics import Metrics
from visavis.serve.origins import foreign, is_ours, is_this_machine
from visavis.serve.problems import RefusedError
from visavis.serve.rates import Rates
from visavis.serve.seats import Seats
from visavis.serve.settings import ServeSettings
from visavis.serve.tickets import Ticket, Tickets, Variable
from visavis.serve.upstream import ElevenLabs
from visavis.wire.agent import RATES_HZ

SOCKET_PATH = "/v1/convai/conversation"
TICKET = "visavis_ticket"
LOCAL_AGENT = "local"
"""The agent_id behind which our own engine answers."""

_CUSTOM_AGENT = "custom:"
_Caller = Literal["known", "near", "stranger"]
"""Has a token; needs none and sits at this machine; needs none."""

VariableName = Annotated[str, StringConstraints(pattern=r"^\w{1,64}$")]
Text = Annotated[str, StringConstraints(max_length=2_000)]


class ProviderConfig(BaseModel):
    """Which agent, and what it is told. What a provider has no use for is ignored."""

    model_config = ConfigDict(frozen=True)

    agent_id: Annotated[str, StringConstraints(max_length=200)] = ""
    api_key: Annotated[
        SecretStr | None, Field(description="Of the provider; better set at the server.")
    ] = None
    backend: Annotated[str, Field(description="For `custom`: which one.", max_length=40)] = ""
    sample_rate: Annotated[int, Field(description="For `local`: of the sound that is sent.")] = (
        16_000
    )
    dynamic_variables: Annotated[
        dict[VariableName, Text | int | float | bool], Field(max_length=50)
    ] = {}


class SessionConfig(BaseModel):
    """With whom."""

    model_config = ConfigDict(frozen=True)

    provider: Annotated[str, Field(pattern="^(elevenlabs|local|custom)$")]
    provider_config: ProviderConfig = ProviderConfig()


class SignedUrlRequest(BaseModel):
    """A session is wanted."""

    model_config = ConfigDict(frozen=True)

    config: SessionConfig


class SignedUrlResponse(BaseModel):
    """Where it can be had, once, within ten minutes."""

    signed_url: str


@dataclass(frozen=True, slots=True)
class House:
    """What the gateway shares with the rest of the server."""

    settings: ServeSettings
    metrics: Metrics
    clock: Clock
    engines: Engines | None = None
    """None: this server has no agent of its own."""
    seats: Seats | None = None
    """The conversations that the engines can hold."""

    def own_agent(self) -> Engines:
        """The engines. Raises RefusedError if there are none."""
        if self.engines is None:
            raise RefusedError(501, "no_engine", "This server has no agent of its own.")
        return self.engines


class SignedUrls:
    """The two routes."""

    def __init__(
        self, settings: GatewaySettings, house: House, tickets: Tickets, backends: Backends
    ) -> None:
        self._settings = settings
        self._house = house
        self._tickets = tickets
        self._backends = backends
        self._rates = Rates(settings.requests_a_minute, house.clock)
        self._elevenlabs = ElevenLabs(settings)

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["gateway"])
        router.add_api_route(
            "/v1/get-signed-url",
            self.get_signed_url,
            methods=["POST"],
            summary="A single-use address for a session",
        )
        router.add_api_route(
            f"{SOCKET_PATH}/get-signed-url",
            self.get_signed_url_as_elevenlabs,
            methods=["GET"],
            summary="The same, as ElevenLabs' own SDKs ask for it",
        )
        return router

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._elevenlabs.aclose()

    async def get_signed_url(self, body: SignedUrlRequest, request: Request) -> SignedUrlResponse:
        """Issue a single-use WebSocket address, valid for ten minutes."""
        caller = self._let_in(request)
        asked = body.config.provider_config
        ticket = await self._ticket(body.config.provider, asked, asked.api_key, caller)
        return await self._issued(ticket, request)

    async def get_signed_url_as_elevenlabs(
        self, request: Request, agent_id: Annotated[str, Query(max_length=200)]
    ) -> SignedUrlResponse:
        """`agent_id=local` is this server's own agent, `custom:NAME` a backend of its mapping file;
        any other is an agent at ElevenLabs. The key in `xi-api-key` is one of this server's tokens
        if it has any, else one of ElevenLabs'.
        """
        caller = self._let_in(request)
        if agent_id == LOCAL_AGENT:
            ticket = await self._ticket("local", ProviderConfig(), None, caller)
        elif agent_id.startswith(_CUSTOM_AGENT):
            asked = ProviderConfig(backend=agent_id.removeprefix(_CUSTOM_AGENT)[:40])
            ticket = await self._ticket("custom", asked, None, caller)
        else:
            key = "" if self._settings.api_tokens else request.headers.get("xi-api-key", "")
            asked = ProviderConfig(agent_id=agent_id)
            ticket = await self._ticket(
                "elevenlabs", asked, SecretStr(key) if key else None, caller
            )
        return await self._issued(ticket, request)

    def _let_in(self, request: Request) -> _Caller:
        """Who asks. Raises RefusedError."""
        if not is_ours(request, self._house.settings):
            raise foreign(request)
        address = "" if request.client is None else request.client.host
        if (wait_s := self._rates.wait_s(address)) > 0.0:
            headers = {"Retry-After": str(int(wait_s) + 1)}
            raise RefusedError(
                429, "rate", "Too many sessions were asked for.", hint="Wait.", headers=headers
            )
        tokens = self._settings.api_tokens
        if not tokens:
            here = is_this_machine(request, self._house.settings)
            return "near" if here else "stranger"
        given = request.headers.get("xi-api-key", "")
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = rest.strip()
        known = [
            secrets.compare_digest(given.encode(), token.get_secret_value().encode())
            for token in tokens
        ]
        if not any(known):
            raise RefusedError(
                401,
                "unauthorised",
                "This server wants a token.",
                hint="Send Authorization: Bearer with one of VISAVIS_API_TOKENS.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return "known"

    async def _ticket(
        self, provider: str, asked: ProviderConfig, key: SecretStr | None, caller: _Caller
    ) -> Ticket:
        variables: dict[str, Variable] = dict(asked.dynamic_variables)
        match provider:
            case "local":
                self._house.own_agent()
                if asked.sample_rate not in RATES_HZ:
                    rates = ", ".join(map(str, RATES_HZ))
                    raise UnsupportedError(f"sample_rate must be one of {rates}.")
                return Ticket("local", "", variables, asked.sample_rate)
            case "custom":
                backend = self._backends.find(asked.backend)
                if backend.spends_secrets:
                    self._may_spend(caller)
                return Ticket("custom", backend.name, variables)
            case _:
                url = await self._elevenlabs_url(asked, key, caller)
                return Ticket("elevenlabs", url, variables)

    async def _elevenlabs_url(
        self, asked: ProviderConfig, key: SecretStr | None, caller: _Caller
    ) -> str:
        if not asked.agent_id:
            raise RefusedError(422, "invalid", "config.provider_config.agent_id is missing.")
        if key is None:
            key = self._settings.elevenlabs_key
            if key is None:
                raise RefusedError(
                    422,
                    "no_key",
                    "There is no key for ElevenLabs.",
                    hint="Set ELEVENLABS_API_KEY at the server.",
                )
            self._may_spend(caller)
        return await self._elevenlabs.signed_url(asked.agent_id, key, {})

    def _may_spend(self, caller: _Caller) -> None:
        """Raises RefusedError if the operator's keys are not for this caller."""
        if caller == "stranger":
            raise RefusedError(
                401,
                "unauthorised",
                "This server's keys are not for everybody.",
                hint="Set VISAVIS_API_TOKENS at the server, and send one of them.",
                headers={"WWW-Authenticate": "Bearer"},
            )

    async def _issued(self, ticket: Ticket, request: Request) -> SignedUrlResponse:
        token = await self._tickets.issue(ticket)
        base = urlsplit(self._settings.public_url or str(request.base_url))
        scheme = "wss" if base.scheme == "https" else "ws"
        path = base.path.rstrip("/") + SOCKET_PATH
        url = f"{scheme}://{base.netloc}{path}?{urlencode({TICKET: token})}"
        return SignedUrlResponse(signed_url=url)
