"""A file of labels that can't be read."""

from __future__ import annotations

from visavis.errors import ConfigError


class LabelError(ConfigError):
    """Labels are not as they should be; the message names file and line."""

    def __init__(self, file_name: str, line: int, message: str, *, hint: str = "") -> None:
        super().__init__(f"{file_name}, line {line}: {message}", hint=hint)
        self.line = line
