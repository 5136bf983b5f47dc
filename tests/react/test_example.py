"""The example's page, unchanged, with ElevenLabs' unmodified SDKs, against our own gateway."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from tests.e2e.witness import EVERYTHING, best_lag_ms, seen_from
from tests.react.babble import Babbler
from tests.react.bundles import React, build_page, type_faults
from tests.react.site import ask_route, visiting
from tests.serve.gateway_house import listening
from tests.serve.scripted import Script
from visavis.serve.app import create_app
from visavis.serve.settings import ServeSettings

pytestmark = [pytest.mark.sdk, pytest.mark.browser, pytest.mark.timeout(60)]

ANYWHERE = ServeSettings(allow_origins=("*",))
LOUD, QUIET = 0.05, 0.001
FETCHED = (
    "performance.getEntriesByType('resource').filter(e => e.name.includes('get-signed-url')).length"
)


@pytest.mark.parametrize(("entry", "react"), [("page-0.jsx", 18), ("page-1.jsx", 19)])
def test_a_click_and_pip_greets(
    entry: str, react: React, tmp_path: Path, browser_path: Path
) -> None:
    """The address is there before the click; the greeting is heard; the mouth moves with it."""
    build_page(entry, react, tmp_path)

    async def main() -> None:
        app = create_app(Script(tts=Babbler()).engines(), ANYWHERE)
        async with (
            listening(app) as address,
            visiting(tmp_path, browser_path, server=f"http://{address}") as visit,
        ):
            page = visit.page
            await visit.until("document.querySelector('canvas')?.width > 300")
            await visit.until("!document.body.innerText.includes('Loading')")
            await page.evaluate("__witness.roi = [0.3, 0.55, 0.4, 0.3]")
            await visit.until(f"{FETCHED} === 2")  # before any click; strict mode mounts twice
            await page.click("text=Start talking")
            await visit.until(f"__witness.blocks.at(-1)?.[1] > {LOUD}")
            await visit.until(f"{FETCHED} === 3")  # the next one, for each serves once
            await visit.until(f"__witness.blocks.slice(-200).every(([, rms]) => rms < {QUIET})")
            seen = seen_from(*await page.evaluate(EVERYTHING))
            loud_ms = seen.heard_ms[seen.loudness > LOUD]
            lag_ms, correlation = best_lag_ms(seen.between(loud_ms[0] - 300, loud_ms[-1] + 300))
            assert correlation > 0.4
            assert abs(lag_ms) <= 60
            assert "of mouth shapes" in (await page.text_content(".note") or "")
            await page.click("text=End call")
            await visit.until("document.body.innerText.includes('Start talking')")
            assert visit.trouble == []

    asyncio.run(main())


def test_the_page_says_what_is_wrong(tmp_path: Path, browser_path: Path) -> None:
    """No server answers: a sentence for whoever clicked, and the button is there again."""
    build_page("page-0.jsx", 18, tmp_path)

    async def main() -> None:
        async with visiting(tmp_path, browser_path, server="http://127.0.0.1:9") as visit:
            await visit.page.click("text=Start talking")
            await visit.until('document.body.innerText.includes("can\'t be reached")')
            await visit.until("document.body.innerText.includes('Start talking')")

    asyncio.run(main())


def test_the_route_asks_for_the_agent_that_is_set(tmp_path: Path) -> None:
    """Keys go from the environment to the server and nowhere else."""
    asked: list[tuple[str | None, Any]] = []

    async def main() -> None:
        gateway = FastAPI()

        @gateway.post("/v1/get-signed-url")
        async def sign(request: Request) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
            asked.append((request.headers.get("authorization"), await request.json()))
            return {"signed_url": "ws://somewhere/"}

        async with listening(gateway) as address:
            own = {"VISAVIS_URL": f"http://{address}"}
            agent = {"ELEVENLABS_AGENT_ID": "agent_1", "ELEVENLABS_API_KEY": "sk_1"}
            for more in ({}, agent | {"VISAVIS_API_TOKEN": "t"}):
                status, body = await asyncio.to_thread(ask_route, own | more)
                assert (status, json.loads(body)) == (200, {"signedUrl": "ws://somewhere/"})

    asyncio.run(main())
    local: dict[str, Any] = {"provider": "local", "provider_config": {}}
    theirs = {
        "provider": "elevenlabs",
        "provider_config": {"agent_id": "agent_1", "api_key": "sk_1"},
    }
    assert asked == [(None, {"config": local}), ("Bearer t", {"config": theirs})]


def test_the_example_fits_the_types_of_both_sdks(tmp_path: Path) -> None:
    assert type_faults(tmp_path) == ""
