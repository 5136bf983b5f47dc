"""What an operator sets for the gateway, in variables and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from visavis.errors import ConfigError
from visavis.serve.gateway_settings import GatewaySettings


def test_the_environment_is_read(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("one, two\nthree\n", encoding="utf-8")
    settings = GatewaySettings.from_environment(
        {
            "ELEVENLABS_API_KEY": " sk_1 ",
            "VISAVIS_API_TOKENS_FILE": str(file),
            "VISAVIS_API_TOKENS": "not these",
            "VISAVIS_REDIS_URL": "redis://:pass@host/0",
            "VISAVIS_PUBLIC_URL": "https://talk.example/",
            "VISAVIS_GATEWAY_MAX_SESSION_S": "60",
        }
    )
    assert settings.elevenlabs_key is not None
    assert settings.elevenlabs_key.get_secret_value() == "sk_1"
    assert [one.get_secret_value() for one in settings.api_tokens] == ["one", "two", "three"]
    assert (settings.public_url, settings.max_session_s) == ("https://talk.example", 60)
    for hidden in ("sk_1", "three", "pass"):
        assert hidden not in repr(settings)
    assert GatewaySettings.from_environment({}) == GatewaySettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VISAVIS_PUBLIC_URL", "talk.example"),
        ("VISAVIS_ELEVENLABS_URL", "ftp://x"),
        ("VISAVIS_GATEWAY_MAX_SESSIONS", "0"),
        ("VISAVIS_GATEWAY_REQUESTS_A_MINUTE", "many"),
        ("ELEVENLABS_API_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        GatewaySettings.from_environment({name: value})
