"""What an operator sets for the gateway: VISAVIS_* variables, or files that hold the secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt, SecretStr

from visavis.serve.environment import read_number, read_secret, read_url

ELEVENLABS_URL = "https://api.elevenlabs.io"

MAX_GATEWAY_SESSIONS = 100
"""What `visavis bench gateway` runs at once."""

MAX_SESSION_S = 3_600
REQUESTS_A_MINUTE = 60
"""From one address; an app asks once a session."""


class GatewaySettings(BaseModel):
    """Keys, limits, and the only hosts that the gateway ever connects to."""

    model_config = ConfigDict(frozen=True)

    elevenlabs_url: str = ELEVENLABS_URL
    elevenlabs_key: SecretStr | None = None
    api_tokens: tuple[SecretStr, ...] = ()
    """Whoever asks for a session must have one of them; none: anyone who reaches the server."""
    redis_url: SecretStr | None = None
    public_url: str | None = None
    """How clients reach this server, if not by the name by which they asked."""
    custom_file: Path | None = None
    max_sessions: PositiveInt = MAX_GATEWAY_SESSIONS
    max_session_s: PositiveInt = MAX_SESSION_S
    requests_a_minute: PositiveInt = REQUESTS_A_MINUTE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> GatewaySettings:
        """Read the variables of docs/gateway.md. A secret may be in a file: NAME_FILE.

        Raises:
            ConfigError: a value is wrong, or a file can't be read.
        """
        tokens = read_secret("VISAVIS_API_TOKENS", environment) or ""
        key = read_secret("ELEVENLABS_API_KEY", environment)
        redis = read_secret("VISAVIS_REDIS_URL", environment)
        custom = environment.get("VISAVIS_CUSTOM_BACKENDS")
        return cls(
            elevenlabs_url=read_url("VISAVIS_ELEVENLABS_URL", environment) or ELEVENLABS_URL,
            elevenlabs_key=SecretStr(key) if key else None,
            api_tokens=tuple(SecretStr(token) for token in tokens.replace(",", " ").split()),
            redis_url=SecretStr(redis) if redis else None,
            public_url=read_url("VISAVIS_PUBLIC_URL", environment),
            custom_file=Path(custom) if custom else None,
            max_sessions=read_number(
                "VISAVIS_GATEWAY_MAX_SESSIONS", environment, MAX_GATEWAY_SESSIONS
            ),
            max_session_s=read_number("VISAVIS_GATEWAY_MAX_SESSION_S", environment, MAX_SESSION_S),
            requests_a_minute=read_number(
                "VISAVIS_GATEWAY_REQUESTS_A_MINUTE", environment, REQUESTS_A_MINUTE
            ),
        )
