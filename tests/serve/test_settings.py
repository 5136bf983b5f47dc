"""What an operator can set, and what it means for guessing."""

from __future__ import annotations

import pytest

from visavis.errors import ConfigError
from visavis.serve.allowance import Guessing, Speculation
from visavis.serve.settings import LlmSettings, Speculate, speculation_of

REMOTE = "https://api.example.com/v1"
HERE = ["http://localhost:11434/v1", "http://127.0.0.1/v1", "http://[::1]:8080/v1", None]


@pytest.mark.parametrize("base_url", HERE)
def test_a_model_on_this_machine_may_be_asked_in_vain(base_url: str | None) -> None:
    settings = LlmSettings(base_url=base_url, model="m" if base_url else None)
    assert speculation_of(settings).guessing is Guessing.FREE


@pytest.mark.parametrize(
    "base_url", [REMOTE, "http://192.168.1.5/v1", "http://localhost.example.com/v1", "nonsense"]
)
def test_an_endpoint_elsewhere_may_not(base_url: str) -> None:
    assert speculation_of(LlmSettings(base_url=base_url)).guessing is Guessing.NEVER


def test_a_model_without_an_address_is_openais_own() -> None:
    assert speculation_of(LlmSettings(model="gpt")).guessing is Guessing.NEVER


def test_the_operator_decides() -> None:
    allowed = LlmSettings(base_url=REMOTE, speculate=Speculate.ON, max_discarded_tokens=9)
    assert speculation_of(allowed) == Speculation(Guessing.CAPPED, 9)
    assert speculation_of(LlmSettings(speculate=Speculate.ON)).guessing is Guessing.FREE
    assert speculation_of(LlmSettings(speculate=Speculate.OFF)).guessing is Guessing.NEVER


def test_the_environment_is_read() -> None:
    settings = LlmSettings.from_environment(
        {
            "VISAVIS_LLM_BASE_URL": REMOTE,
            "VISAVIS_LLM_API_KEY": "k",
            "VISAVIS_SPECULATE": "on",
            "VISAVIS_MAX_DISCARDED_TOKENS": "0",
        }
    )
    assert settings.api_key is not None
    assert speculation_of(settings) == Speculation(Guessing.CAPPED, 0)
    assert LlmSettings.from_environment({}) == LlmSettings()


@pytest.mark.parametrize(
    "name_and_value",
    [("VISAVIS_SPECULATE", "maybe"), ("VISAVIS_MAX_DISCARDED_TOKENS", "-1")],
)
def test_a_wrong_value_is_named(name_and_value: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match=name_and_value[0]):
        LlmSettings.from_environment(dict([name_and_value]))
