"""End to end means today's page: whoever runs pytest without make has it built first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def todays_page() -> None:
    """The built page, brought up to date with web/."""
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "hatch_build.py"], cwd=root, check=True)
