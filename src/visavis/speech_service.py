"""What the two speech services of others have in common: an address, and how they can fail."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import httpx

from visavis import __version__
from visavis.errors import ProviderError

Kind = Literal["TTS", "STT"]
"""As in the names of its settings."""

_NAMES: dict[Kind, str] = {"TTS": "The voice's service", "STT": "The speech-to-text service"}

TIMEOUT = httpx.Timeout(6.0, connect=4.0)
"""Less than the session's patience with its engines (serve/limits.py), so that it is named."""

# At INFO httpx logs each address; who reads the log need not know who was asked what.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service is, and what it is asked for. The key shows in no text of this object."""

    kind: Kind
    base_url: str
    model: str
    key: str | None = None

    def __repr__(self) -> str:
        return f"Address({self.kind}, {self.base_url})"

    @property
    def name(self) -> str:
        """As an error begins."""
        return _NAMES[self.kind]

    @property
    def headers(self) -> dict[str, str]:
        """Who we are."""
        headers = {"User-Agent": f"visavis/{__version__}"}
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    def refused(self, status: int) -> ProviderError:
        """It answered with this status. Its own words may quote anything, so they are not told."""
        setting = f"VISAVIS_{self.kind}"
        match status:
            case 401 | 403:
                said, hint = "does not accept the key", f"Check {setting}_API_KEY."
            case 404 | 405:
                said = "knows no such address or model"
                hint = (
                    f"Check {setting}_BASE_URL, which as a rule ends in /v1, and {setting}_MODEL."
                )
            case 400 | 415 | 422:
                said = "does not accept what it is asked"
                names = f"{setting}_MODEL" + (
                    " and VISAVIS_TTS_VOICE" if self.kind == "TTS" else ""
                )
                hint = f"Check {names}."
            case 429:
                said, hint = (
                    "is asked too often, or its quota is spent",
                    "Wait, or raise its limit.",
                )
            case _ if 300 <= status < 400:
                said, hint = "is elsewhere", f"Set {setting}_BASE_URL to where it redirects."
            case _:
                said, hint = "failed", "Try again; if it lasts, look at its own log."
        return ProviderError(f"{self.name} {said} (status {status}).", hint=hint)

    def unreachable(self, error: httpx.HTTPError) -> ProviderError:
        """No answer, or half of one."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
            said, hint = "can't be reached", f"Is it running at VISAVIS_{self.kind}_BASE_URL?"
        elif isinstance(error, httpx.TimeoutException):
            said, hint = (
                "took too long",
                "Try again; if it lasts, it is too slow for a conversation.",
            )
        else:
            said, hint = "broke off its answer", "Try again; if it lasts, look at its own log."
        return ProviderError(f"{self.name} {said}.", hint=hint)

    def misunderstood(self, what: str, hint: str) -> ProviderError:
        """It answered, but not so."""
        return ProviderError(f"{self.name} {what}.", hint=hint)
