"""A real Chromium with a page, a file for a microphone and a witness; and what it costs."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from visavis.bench.browser.notes import Cost
from visavis.errors import SetupError

if TYPE_CHECKING:
    from playwright.async_api import Page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Meter:
    """Processor time of this process's browsers, and of all else it runs to drive them."""

    def __init__(self) -> None:
        self._since_s = time.monotonic()
        self._before = _used_s()

    def read(self) -> Cost:
        """The shares of one core since this meter was made."""
        percent = 100.0 / max(1e-3, time.monotonic() - self._since_s)
        chromium_s, harness_s = _used_s()
        return Cost(
            chromium_percent=percent * (chromium_s - self._before[0]),
            harness_percent=percent * (harness_s - self._before[1]),
        )


def _used_s() -> tuple[float, float]:
    """(browsers, harness): seconds of processor time of this process's family so far.

    The harness is this process and playwright's driver, and not a server that it may have started.
    """
    own = psutil.Process()
    chromium_s = 0.0
    harness_s = sum(own.cpu_times()[:2])
    for member in own.children(recursive=True):
        try:
            name, used_s = member.name(), sum(member.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue  # it has just ended, and what it used is not to be known any more
        if name.startswith(("chrom", "google-chrom")):
            chromium_s += used_s
        elif name.startswith("node"):
            harness_s += used_s
    return chromium_s, harness_s


def arguments(microphone: Path) -> list[str]:
    """Of a Chromium that takes the WAV for its microphone, once, and asks nobody for leave."""
    return [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
        "--disable-background-networking",
        "--no-first-run",
    ]


@asynccontextmanager
async def open_page(page_url: str | None, microphone: Path) -> AsyncGenerator[Page, None]:
    """Open the page in a new browser that takes the file for its microphone; close it afterwards.

    Without an address it is a blank page, whose caller goes where it wants.

    Raises:
        SetupError: playwright or Chromium is not installed.
    """
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - only browsers need it
    except ImportError as error:
        raise SetupError(
            "playwright is needed to drive a browser.",
            hint="Install it: pip install 'visavis[bench]'.",
        ) from error
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            args=arguments(microphone),
        )
        try:
            # The page's policy forbids foreign scripts, and the witness's worklet is one.
            page = await browser.new_page(viewport={"width": 640, "height": 640}, bypass_csp=True)
            await page.add_init_script(script=witness_script())
            if page_url is not None:
                await page.goto(f"{page_url.rstrip('/')}/?debug")
            yield page
        finally:
            await browser.close()


def find_chromium() -> str:
    """A Chromium of this machine; `VISAVIS_CHROMIUM` names another.

    Raises:
        SetupError: there is none.
    """
    wanted = os.environ.get("VISAVIS_CHROMIUM")
    found = wanted or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise SetupError(
            "There is no Chromium on this machine.",
            hint="Install it (apt install chromium), or set VISAVIS_CHROMIUM.",
        )
    return found


def witness_script() -> str:
    """The witness with its worklet, as one script to inject."""
    folder = resources.files("visavis.bench.browser")
    ear = (folder / "witness.worklet.js").read_text("utf-8")
    witness = (folder / "witness.js").read_text("utf-8")
    return f"{{ const EAR = {json.dumps(ear)};\n{witness}\n}}"
