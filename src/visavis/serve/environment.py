"""How settings are read from the environment: secrets may lie in files, addresses are checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from visavis.errors import ConfigError


def read_text(name: str, environment: Mapping[str, str]) -> str | None:
    """The variable's value without the spaces around it; None if there is nothing else."""
    return environment.get(name, "").strip() or None


def read_secret(name: str, environment: Mapping[str, str]) -> str | None:
    """The variable's value, or that of the file which NAME_FILE names.

    Raises:
        ConfigError: the file can't be read.
    """
    file = environment.get(f"{name}_FILE")
    if not file:
        return read_text(name, environment)
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The file that {name}_FILE names can't be read.", hint="Check its path and its rights."
        ) from error


def read_url(name: str, environment: Mapping[str, str]) -> str | None:
    """An address of http or https, without a slash at its end.

    Raises:
        ConfigError: it is none.
    """
    value = read_text(name, environment)
    return None if value is None else checked_url(name, value)


def checked_url(name: str, value: str) -> str:
    """As `read_url`; `name` is the setting that holds `value`."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ConfigError(f"{name} is no address.", hint="It looks like https://example.org.")
    return value.rstrip("/")


def read_number(name: str, environment: Mapping[str, str], default: int) -> int:
    """A whole number from 1 on.

    Raises:
        ConfigError: it is none.
    """
    value = read_text(name, environment)
    if value is None:
        return default
    if not value.isdecimal() or int(value) < 1:
        raise ConfigError(f"{name} must be a whole number from 1 on.")
    return int(value)
