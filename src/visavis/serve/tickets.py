"""Single-use tickets: who asked for a session may open it once, within ten minutes.

A ticket's address carries a random token. The store knows only the token's SHA-256, so that who can
read the store can open nothing; taking a ticket removes it, in one step, so that of two who come
with the same token one is refused, on whichever of several servers.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from visavis.clock import Clock
from visavis.errors import BusyError, SetupError

TICKET_S = 600.0
"""As long as an ElevenLabs client expects; it refreshes after nine minutes."""

MAX_TICKETS = 10_000
"""In memory; a ticket has about 1 KB."""

_PREFIX = "visavis:ticket:"
_TOKEN_BYTES = 32
_MAX_TOKEN_CHARS = 100

Variable = str | int | float | bool


class StoreError(SetupError):
    """The ticket store can't be reached."""

    code = "ticket_store"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a session was promised."""

    provider: str
    """`elevenlabs`, `local` or `custom`."""
    upstream: str = field(default="", repr=False)
    """An address with the provider's own signature, or the name of a backend."""
    variables: Mapping[str, Variable] = field(default_factory=dict[str, Variable], repr=False)
    rate_hz: int = 16_000
    """Of the sound that the local agent sends."""


class TicketStore(Protocol):
    """Where tickets wait. Keys are made here, values are opaque."""

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep a value for so long. Raises StoreError, or BusyError if there is no room."""
        ...

    async def take(self, key: str) -> bytes | None:
        """Remove and return it, at once: only one caller ever gets it. None if it is not there.

        Raises StoreError.
        """
        ...

    async def check(self) -> None:
        """Raises StoreError if tickets could not be kept now."""
        ...

    async def aclose(self) -> None:
        """Let go of connections. Idempotent."""
        ...


class MemoryStore:
    """Tickets of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, bytes]] = {}
        self._ends: list[tuple[float, str]] = []

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """See TicketStore."""
        now_ms = self._clock.now_ms()
        while self._ends and self._ends[0][0] <= now_ms:
            self._kept.pop(heapq.heappop(self._ends)[1], None)
        if len(self._ends) >= MAX_TICKETS:
            raise BusyError("Too many sessions were asked for.", hint="Try again in a minute.")
        end_ms = now_ms + 1_000.0 * ttl_s
        self._kept[key] = (end_ms, value)
        heapq.heappush(self._ends, (end_ms, key))

    async def take(self, key: str) -> bytes | None:
        """See TicketStore."""
        end_ms, value = self._kept.pop(key, (0.0, b""))
        return value if self._clock.now_ms() < end_ms else None

    async def check(self) -> None:
        """See TicketStore."""

    async def aclose(self) -> None:
        """See TicketStore."""


class RedisStore:
    """Tickets of several processes, in Redis 6.2 or newer, or Valkey."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet.

        Raises:
            SetupError: the address is wrong, or the `redis` package is missing.
        """
        try:
            from redis.asyncio import Redis  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise SetupError(
                "VISAVIS_REDIS_URL is set, but the redis package is missing.",
                hint="Install it with `pip install 'visavis[redis]'`.",
            ) from error
        try:
            self._redis: Any = Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0)
        except ValueError:
            raise SetupError(
                "VISAVIS_REDIS_URL is no address of a Redis server.",
                hint="It looks like redis://host:6379/0.",
            ) from None

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """See TicketStore."""
        await self._do("SET", key, value, "PX", round(1_000.0 * ttl_s))

    async def take(self, key: str) -> bytes | None:
        """See TicketStore."""
        return await self._do("GETDEL", key)

    async def check(self) -> None:
        """See TicketStore."""
        await self._do("PING")

    async def aclose(self) -> None:
        """See TicketStore."""
        await self._redis.aclose()

    async def _do(self, *command: str | bytes | int) -> Any:
        from redis.exceptions import RedisError  # noqa: PLC0415 - an extra

        try:
            return await self._redis.execute_command(*command)
        except (RedisError, OSError) as error:
            raise StoreError(  # its own text may name the address, and so a password
                f"The ticket store does not answer ({type(error).__name__}).",
                hint="Look at the server behind VISAVIS_REDIS_URL.",
            ) from None


class Tickets:
    """Issues tickets, and takes each of them once."""

    def __init__(self, store: TicketStore, ttl_s: float = TICKET_S) -> None:
        self._store = store
        self._ttl_s = ttl_s

    async def issue(self, ticket: Ticket) -> str:
        """A new token. Raises StoreError or BusyError."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        fields = asdict(ticket) | {"variables": dict(ticket.variables)}
        await self._store.put(_key(token), json.dumps(fields).encode(), self._ttl_s)
        return token

    async def take(self, token: str) -> Ticket | None:
        """The token's ticket; None if it was used, has expired, or was never issued.

        Raises StoreError.
        """
        if not 0 < len(token) <= _MAX_TOKEN_CHARS:
            return None
        value = await self._store.take(_key(token))
        return None if value is None else Ticket(**json.loads(value))

    async def check(self) -> None:
        """Raises StoreError if tickets could not be kept now."""
        await self._store.check()

    async def aclose(self) -> None:
        """Let go of the store's connections."""
        await self._store.aclose()


def _key(token: str) -> str:
    return _PREFIX + hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()
