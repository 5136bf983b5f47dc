"""Speech services of others in place of the local voice and speech-to-text: what an operator sets.

Both are OpenAI's documented endpoints, or whatever answers like them. The key that OpenAI's own
tools read is used for OpenAI itself, and for nobody else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from visavis.errors import ConfigError
from visavis.serve.environment import (
    checked_url,
    read_number,
    read_secret,
    read_text,
    read_url,
)
from visavis.serve.settings import is_loopback

OPENAI_URL = "https://api.openai.com/v1"

VOICE_MODEL, VOICE_NAME = "gpt-4o-mini-tts", "alloy"
WORDS_MODEL = "gpt-4o-mini-transcribe"
"""OpenAI's; a service of one's own has other names."""

VOICE_RATE_HZ = 24_000
"""Of `response_format: pcm`, as OpenAI documents it."""

_RATES_HZ = range(8_000, 48_001)


class Service(BaseModel):
    """An endpoint, and its model."""

    model_config = ConfigDict(frozen=True)

    base_url: str = OPENAI_URL
    model: str
    key: SecretStr | None = None

    @property
    def metered(self) -> bool:
        """Whether somebody may have to pay for each request."""
        return not is_loopback(urlsplit(self.base_url).hostname or "")


class VoiceService(Service):
    """`POST {base_url}/audio/speech`."""

    model: str = VOICE_MODEL
    voice: str = VOICE_NAME
    rate_hz: int = Field(VOICE_RATE_HZ, ge=_RATES_HZ.start, lt=_RATES_HZ.stop)


class WordsService(Service):
    """`POST {base_url}/audio/transcriptions`."""

    model: str = WORDS_MODEL
    language: str | None = None
    """ISO 639-1, as OpenAI wants it; None: the service finds out."""


class SpeechSettings(BaseModel):
    """What is not None takes the place of the local engine."""

    model_config = ConfigDict(frozen=True)

    voice: VoiceService | None = None
    words: WordsService | None = None

    @classmethod
    def read(
        cls,
        flags: Mapping[str, str | None] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> SpeechSettings:
        """Read VISAVIS_TTS_… and VISAVIS_STT_… of docs/gateway.md; a flag wins over its variable.

        `flags` has the names of variables, such as VISAVIS_TTS_MODEL. A service is used if its
        address or its model is set.

        Raises:
            ConfigError: a value is wrong, or a file can't be read.
        """
        said = {**environment, **{name: value for name, value in (flags or {}).items() if value}}
        voice = _service("VISAVIS_TTS", said)
        words = _service("VISAVIS_STT", said)
        rate_hz = read_number("VISAVIS_TTS_RATE_HZ", said, VOICE_RATE_HZ)
        if rate_hz not in _RATES_HZ:
            raise ConfigError(
                f"VISAVIS_TTS_RATE_HZ must be {_RATES_HZ.start} to {_RATES_HZ.stop - 1}."
            )
        name = read_text("VISAVIS_TTS_VOICE", said) or VOICE_NAME
        language = read_text("VISAVIS_STT_LANGUAGE", said)
        return cls(
            voice=None
            if voice is None
            else VoiceService.model_validate(voice | {"voice": name, "rate_hz": rate_hz}),
            words=None
            if words is None
            else WordsService.model_validate(words | {"language": language}),
        )


def _service(prefix: str, said: Mapping[str, str]) -> dict[str, object] | None:
    url = read_url(f"{prefix}_BASE_URL", said)
    model = read_text(f"{prefix}_MODEL", said)
    if url is None and model is None:
        return None
    base_url = checked_url(f"{prefix}_BASE_URL", url or OPENAI_URL)
    key = read_secret(f"{prefix}_API_KEY", said)
    if key is None and urlsplit(base_url).hostname == urlsplit(OPENAI_URL).hostname:
        key = read_secret("OPENAI_API_KEY", said)
        if key is None:
            raise ConfigError(
                "OpenAI wants a key.", hint=f"Set {prefix}_API_KEY or OPENAI_API_KEY."
            )
    fields: dict[str, object] = {"base_url": base_url, "key": SecretStr(key) if key else None}
    return fields if model is None else fields | {"model": model}
