"""Where the gateway connects to: hosts that the operator has set, and no other."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, Protocol, cast
from urllib.parse import urlencode, urlsplit

import httpx
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from visavis import __version__
from visavis.errors import ProviderError
from visavis.serve.closing import Close, SideClosedError
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.problems import RefusedError

MAX_FRAME_BYTES = 16 * 1024 * 1024
"""As much as ElevenLabs' own Python client takes in one frame."""

_OPEN_S = 10.0
_CLOSE_S = 2.0
_ASK_S = 10.0
_QUEUED_FRAMES = 8
"""Not yet forwarded; then the provider has to wait."""

_MAX_ANSWER_BYTES = 64 * 1024
_SIGNED_URL_PATH = "/v1/convai/conversation/get-signed-url"
_SECURE = {"https": "wss", "http": "ws"}

_log = logging.getLogger(__name__)
_silent = logging.getLogger(f"{__name__}.frames")
_silent.setLevel(logging.CRITICAL + 1)  # at debug, websockets logs addresses and every frame


class Upstream(Protocol):
    """The provider's side of a session."""

    async def receive(self) -> str | bytes:
        """The next frame. Raises SideClosedError."""
        ...

    async def send(self, frame: str | bytes) -> None:
        """Send it; waits while the other side does not read. Raises SideClosedError."""
        ...

    async def close(self, close: Close) -> None:
        """Close; harmless if it is closed already."""
        ...


class _Connect(connect):
    """A redirect would lead to a host that nobody has set."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class SocketUpstream:
    """A WebSocket to a provider."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes:
        """See Upstream."""
        try:
            return await self._socket.recv()
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def send(self, frame: str | bytes) -> None:
        """See Upstream."""
        try:
            await self._socket.send(frame)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self, close: Close) -> None:
        """See Upstream."""
        await self._socket.close(close.code, close.reason)


async def open_upstream(
    url: str, subprotocol: str | None, headers: Mapping[str, str] | None = None
) -> SocketUpstream:
    """Connect.

    Raises:
        ProviderError: it refuses or does not answer. The message names neither address nor key.
    """
    try:
        socket = await _Connect(
            url,
            subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
            additional_headers=dict(headers or {}),
            user_agent_header=f"visavis/{__version__}",
            compression=None,  # sound does not shrink, and it would cost latency
            max_size=MAX_FRAME_BYTES,
            max_queue=_QUEUED_FRAMES,
            open_timeout=_OPEN_S,
            close_timeout=_CLOSE_S,
            logger=_silent,
        )
    except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
        _log.warning("the provider was not reached: %s", type(error).__name__)
        raise ProviderError(
            "The provider can't be reached.", hint="Try again; if it lasts, look at its status."
        ) from None
    return SocketUpstream(socket)


class ElevenLabs:
    """The provider's HTTP side: addresses that are signed for one session."""

    def __init__(self, settings: GatewaySettings, http: httpx.AsyncClient | None = None) -> None:
        self._base = settings.elevenlabs_url
        self._http = http or httpx.AsyncClient(timeout=_ASK_S, follow_redirects=False)

    async def signed_url(self, agent_id: str, key: SecretStr, query: Mapping[str, str]) -> str:
        """Ask for a session of an agent; the address holds for a few minutes.

        Raises:
            RefusedError: the key or the agent is not known there.
            ProviderError: it does not answer, or not as it says it would.
        """
        try:
            async with asyncio.timeout(_ASK_S):
                answer = await self._http.get(
                    f"{self._base}{_SIGNED_URL_PATH}?{urlencode({'agent_id': agent_id, **query})}",
                    headers={"xi-api-key": key.get_secret_value()},
                )
        except (httpx.HTTPError, TimeoutError) as error:
            _log.warning("ElevenLabs was not reached: %s", type(error).__name__)
            raise ProviderError("ElevenLabs can't be reached.", hint="Try again.") from None
        if answer.status_code in {400, 401, 403, 404, 422}:
            raise RefusedError(
                502 if answer.status_code == 400 else 422,
                "provider_refused",
                f"ElevenLabs refused with status {answer.status_code}.",
                hint="Check the API key and the agent_id.",
            )
        if answer.status_code != 200 or len(answer.content) > _MAX_ANSWER_BYTES:
            raise ProviderError(f"ElevenLabs answered with status {answer.status_code}.")
        return self._checked(answer.content)

    def _checked(self, content: bytes) -> str:
        """Only the host that was asked may be the one to connect to."""
        try:
            fields: Any = json.loads(content)
            url = cast("object", fields["signed_url"])
        except (ValueError, KeyError, TypeError):
            raise ProviderError("ElevenLabs' answer has no signed_url.") from None
        base = urlsplit(self._base)
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        if parts.netloc != base.netloc or parts.scheme != _SECURE[base.scheme]:
            raise ProviderError("ElevenLabs' answer names another host.")
        return parts.geturl()

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._http.aclose()


def _closed(error: ConnectionClosed) -> SideClosedError:
    """What the other side said; if we failed the connection ourselves, why."""
    if error.rcvd is not None:
        return SideClosedError(error.rcvd.code, error.rcvd.reason)
    if error.sent is not None:
        return SideClosedError(1006, error.sent.reason)
    return SideClosedError(1006)
