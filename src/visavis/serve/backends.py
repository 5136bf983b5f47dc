"""The operator's own backends: read from the mapping file once, when the server starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from visavis.errors import ConfigError
from visavis.serve.problems import RefusedError
from visavis.wire.mapping import Backend, parse_backends

_MAX_FILE_BYTES = 256 * 1024


class Backends:
    """By name."""

    def __init__(self, found: Mapping[str, Backend]) -> None:
        self._found = found

    @classmethod
    def load(cls, file: Path | None, environment: Mapping[str, str] = os.environ) -> Backends:
        """Those of a mapping file; none without a file.

        Raises:
            ConfigError: it can't be read, or is no mapping file.
        """
        if file is None:
            return cls({})
        try:
            if file.stat().st_size > _MAX_FILE_BYTES:
                raise ConfigError(f"{file.name} is too large for a mapping file.")
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"The mapping file {file.name} can't be read.",
                hint="Check VISAVIS_CUSTOM_BACKENDS.",
            ) from error
        return cls(parse_backends(text, file.name, environment))

    def find(self, name: str) -> Backend:
        """The backend of that name; "" is the only one, if there is one. Raises RefusedError."""
        if not name and len(self._found) == 1:
            return next(iter(self._found.values()))
        found = self._found.get(name)
        if found is None:
            raise RefusedError(
                422,
                "no_backend",
                "This server has no such backend.",
                hint="Set config.provider_config.backend to a name in its mapping file.",
            )
        return found
