"""What an operator can set: flags of `visavis serve` win over VISAVIS_* variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, SecretStr

DEFAULT_PORT = 8300
MAX_SESSIONS = 8
"""A guess for people who do not all speak at the same moment; not measured yet."""


class LlmSettings(BaseModel):
    """An OpenAI-compatible endpoint instead of the local model."""

    model_config = ConfigDict(frozen=True)

    base_url: str | None = None
    model: str | None = None
    api_key: SecretStr | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> LlmSettings:
        """Read VISAVIS_LLM_BASE_URL, VISAVIS_LLM_MODEL and VISAVIS_LLM_API_KEY."""
        key = environment.get("VISAVIS_LLM_API_KEY")
        return cls(
            base_url=environment.get("VISAVIS_LLM_BASE_URL"),
            model=environment.get("VISAVIS_LLM_MODEL"),
            api_key=SecretStr(key) if key else None,
        )


class ServeSettings(BaseModel):
    """How the server listens and whom it lets in."""

    model_config = ConfigDict(frozen=True)

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    max_sessions: int = MAX_SESSIONS
    allow_origins: tuple[str, ...] = ()
    """Origins of other sites whose pages may talk to this server."""
