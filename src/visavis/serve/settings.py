"""What an operator can set: flags of `visavis serve` win over VISAVIS_* variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, NonNegativeInt, SecretStr, ValidationError

from visavis.errors import ConfigError
from visavis.serve.allowance import MAX_DISCARDED_TOKENS, Guessing, Speculation

DEFAULT_PORT = 8300
MAX_SESSIONS = 8
"""A guess for people who do not all speak at the same moment; not measured yet."""


class Speculate(StrEnum):
    """Whether the language model is asked before it is certain that the user has finished."""

    AUTO = "auto"
    """Where that costs nothing: a model, or an endpoint, on this machine."""
    ON = "on"
    OFF = "off"


class LlmSettings(BaseModel):
    """An OpenAI-compatible endpoint instead of the local model."""

    model_config = ConfigDict(frozen=True)

    base_url: str | None = None
    model: str | None = None
    api_key: SecretStr | None = None
    speculate: Speculate = Speculate.AUTO
    max_discarded_tokens: NonNegativeInt = MAX_DISCARDED_TOKENS
    """For each conversation, if the endpoint is not on this machine."""

    @property
    def metered(self) -> bool:
        """Whether somebody may have to pay for each token."""
        if self.base_url is None:
            return self.model is not None
        return not is_loopback(urlsplit(self.base_url).hostname or "")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> LlmSettings:
        """Read VISAVIS_LLM_BASE_URL, VISAVIS_LLM_MODEL, VISAVIS_LLM_API_KEY, VISAVIS_SPECULATE
        and VISAVIS_MAX_DISCARDED_TOKENS.

        Raises:
            ConfigError: one of the last two has no such value.
        """
        key = environment.get("VISAVIS_LLM_API_KEY")
        values: dict[str, object] = {
            "base_url": environment.get("VISAVIS_LLM_BASE_URL"),
            "model": environment.get("VISAVIS_LLM_MODEL"),
            "api_key": SecretStr(key) if key else None,
            "speculate": environment.get("VISAVIS_SPECULATE") or Speculate.AUTO,
            "max_discarded_tokens": environment.get("VISAVIS_MAX_DISCARDED_TOKENS")
            or MAX_DISCARDED_TOKENS,
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0]).upper()
            raise ConfigError(
                f"VISAVIS_{name} has no such value.",
                hint="VISAVIS_SPECULATE is auto, on or off; "
                "VISAVIS_MAX_DISCARDED_TOKENS is a number from 0 on.",
            ) from error


class ServeSettings(BaseModel):
    """How the server listens and whom it lets in."""

    model_config = ConfigDict(frozen=True)

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    max_sessions: int = MAX_SESSIONS
    allow_origins: tuple[str, ...] = ()
    """Origins of other sites whose pages may talk to this server."""
    lan_root: Path | None = None
    """With `--lan`: the certificate that a phone may fetch and trust."""


def speculation_of(settings: LlmSettings) -> Speculation:
    """What guessing may cost. Only an endpoint elsewhere is ever capped."""
    match settings.speculate:
        case Speculate.OFF:
            guessing = Guessing.NEVER
        case Speculate.ON:
            guessing = Guessing.CAPPED if settings.metered else Guessing.FREE
        case Speculate.AUTO:
            guessing = Guessing.NEVER if settings.metered else Guessing.FREE
    return Speculation(guessing, settings.max_discarded_tokens)


def is_loopback(host: str) -> bool:
    """Whether this name or number means this very machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
