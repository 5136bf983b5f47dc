"""Where a browser that was just started can be reached."""

from __future__ import annotations

import re
from typing import IO

import pytest


def address_from(said: IO[str]) -> str:
    """The WebSocket address that Chromium or Firefox tells as it starts; fails if it tells none."""
    lines: list[str] = []
    for line in said:
        lines.append(line)
        if found := re.search(r"(?:BiDi|DevTools) listening on (ws://\S+)", line):
            return found[1]
    pytest.fail(f"The browser did not start: {''.join(lines)}")
