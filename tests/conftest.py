"""What all tests share. A test that can't run here is skipped loudly, or fails where
VISAVIS_REQUIRE names it (`.ci/run` sets browser,firefox,models,redis,sdk)."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from visavis.models import Group, ModelStore

_REQUIRED = frozenset(filter(None, os.environ.get("VISAVIS_REQUIRE", "").split(",")))
SDK_MODULES = [Path(__file__).parent / folder / "node_modules" for folder in ("sdk", "react")]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No deadline per example: on two shared cores it would only measure the neighbours.
settings.register_profile("visavis", deadline=None, print_blob=True)
settings.load_profile("visavis")


def find_browser() -> str | None:
    """A Chromium of this machine."""
    wanted = os.environ.get("VISAVIS_CHROMIUM")
    return wanted or next(filter(None, map(shutil.which, _BROWSERS)), None)


def find_firefox() -> str | None:
    """A Firefox of this machine."""
    wanted = os.environ.get("VISAVIS_FIREFOX")
    return wanted or shutil.which("firefox-esr") or shutil.which("firefox")


def _missing() -> dict[str, str]:
    """Marker -> why its tests can't run on this machine."""
    why: dict[str, str] = {}
    if find_browser() is None:
        why["browser"] = "no Chromium on this machine: install it, or set VISAVIS_CHROMIUM"
    if find_firefox() is None:
        why["firefox"] = "no Firefox on this machine: install it, or set VISAVIS_FIREFOX"
    if shutil.which("redis-server") is None and shutil.which("valkey-server") is None:
        why["redis"] = "no redis-server on this machine: install it"
    if find_spec("elevenlabs") is None or not all(map(Path.is_dir, SDK_MODULES)):
        why["sdk"] = "ElevenLabs' SDKs are missing: run `make sdk`"
    if ModelStore().missing(Group.DEFAULT):
        why["models"] = "weights are missing: run `visavis models pull`"
    return why


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what can't run, unless it is required."""
    for marker, why in _missing().items():
        if marker in _REQUIRED:
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it loudly: a skipped browser test is a page that nobody looked at."""
    for marker, why in _missing().items():
        if marker not in _REQUIRED:
            terminalreporter.write_sep("!", f"{marker} tests did NOT run: {why}", red=True)


@pytest.fixture(scope="session")
def store() -> ModelStore:
    """The real model store."""
    return ModelStore()


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """A Chromium; fails where it is required and missing."""
    found = find_browser()
    if found is None:
        pytest.fail("no Chromium on this machine")
    return Path(found)


@pytest.fixture(scope="session")
def firefox_path() -> Path:
    """A Firefox; fails where it is required and missing."""
    found = find_firefox()
    if found is None:
        pytest.fail("no Firefox on this machine")
    return Path(found)
