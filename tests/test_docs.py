"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)`")


def test_tests_that_are_named_exist() -> None:
    named = [
        (document.name, found["file"], found["test"])
        for document in sorted((ROOT / "docs").glob("*.md"))
        for found in _NAMED.finditer(document.read_text("utf-8"))
    ]
    assert len(named) > 30, "docs/gateway.md names that many"
    gone = [
        one
        for one in named
        if not (ROOT / one[1]).is_file()
        or f"def {one[2]}(" not in (ROOT / one[1]).read_text("utf-8")
    ]
    assert not gone
