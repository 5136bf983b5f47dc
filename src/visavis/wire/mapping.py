"""A mapping file: how any WebSocket backend of one's own is listened to. Pure.

    backends:
      mine:
        url: wss://agent.example/session
        headers: {Authorization: "Bearer ${MINE_KEY}"}   # from the server's environment
        sound: pcm_24000
        binary: sound
        server:
          - {means: interrupted, when: {type: clear}}

docs/gateway.md explains every field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from visavis.errors import ConfigError, UnsupportedError
from visavis.wire.dialect import Dialect, Meaning, Rule, parse_format, path

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PLACE = "*"
"""In `wrap`: where our message goes."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
PathText = Annotated[str, Field(max_length=200)]


class _Strict(BaseModel):
    # An unknown field is nearly always a misspelt one, so it is an error and not ignored.
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleEntry(_Strict):
    """One rule: frames that have all of `when` mean `means`."""

    means: Literal["opened", "sound", "interrupted", "ended"]
    when: Annotated[dict[PathText, str | None], Field(min_length=1)]
    sound: PathText = ""
    format: PathText = ""
    event: PathText = ""
    alignment: PathText = ""

    def rule(self) -> Rule:
        """As the reader takes it."""
        return Rule(
            Meaning(self.means),
            tuple((path(where), value) for where, value in self.when.items()),
            path(self.sound),
            path(self.format),
            path(self.event),
            path(self.alignment),
        )


class BackendEntry(_Strict):
    """One backend."""

    url: str
    headers: dict[str, str] = {}
    subprotocol: str | None = None
    sound: str | None = None
    binary: Literal["sound", "opaque"] = "opaque"
    server: tuple[RuleEntry, ...] = ()
    client: tuple[RuleEntry, ...] = ()
    wrap: str = _PLACE
    error: dict[str, Any] | None = None

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise ValueError("must begin with ws:// or wss://")
        return url

    @field_validator("sound")
    @classmethod
    def _is_a_format(cls, sound: str | None) -> str | None:
        if sound is not None:
            try:
                parse_format(sound)
            except UnsupportedError as error:
                raise ValueError(f"{error} {error.hint}") from error
        return sound

    @field_validator("wrap")
    @classmethod
    def _has_a_place(cls, wrap: str) -> str:
        if wrap.count(_PLACE) != 1:
            raise ValueError("must have one * where the message goes")
        return wrap


class _File(_Strict):
    backends: Annotated[dict[Name, BackendEntry], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend and its dialect; the dialect bears its name."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    dialect: Dialect

    @property
    def name(self) -> str:
        """What the mapping file calls it."""
        return self.dialect.name

    @property
    def spends_secrets(self) -> bool:
        """Whether connecting to it shows it something of the operator's."""
        return bool(self.headers)


def parse_backends(text: str, file: str, environment: Mapping[str, str]) -> Mapping[str, Backend]:
    """The backends of a mapping file (YAML), by name. `file` is named in errors, values never.

    Raises:
        ConfigError: it is no mapping file, or a variable that it names is not set.
    """
    try:
        content: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise ConfigError(f"{file}{where}: this is not valid YAML.") from None
    try:
        entries = _File.model_validate(content).backends
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field_name = ".".join(map(str, first["loc"])) or "the file"
        raise ConfigError(
            f"{file}: {field_name}: {first['msg']}", hint="docs/gateway.md explains the fields."
        ) from None
    return {name: _backend(name, entry, file, environment) for name, entry in entries.items()}


def _backend(name: str, entry: BackendEntry, file: str, environment: Mapping[str, str]) -> Backend:
    before, _, after = entry.wrap.partition(_PLACE)
    dialect = Dialect(
        name=name,
        server=tuple(rule.rule() for rule in entry.server),
        client=tuple(rule.rule() for rule in entry.client),
        subprotocol=entry.subprotocol,
        output=None if entry.sound is None else parse_format(entry.sound),
        binary=entry.binary,
        before=before,
        after=after,
        error=entry.error,
    )
    headers = {key: _filled(value, file, environment) for key, value in entry.headers.items()}
    return Backend(entry.url, headers, dialect)


def _filled(value: str, file: str, environment: Mapping[str, str]) -> str:
    def of(found: re.Match[str]) -> str:
        name = cast("str", found[1])
        if name not in environment:
            raise ConfigError(f"{file} wants ${{{name}}}, which is not set.")
        return environment[name]

    return _VARIABLE.sub(of, value)
