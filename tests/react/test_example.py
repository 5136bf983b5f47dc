"""The example's page, unchanged, with ElevenLabs' unmodified SDKs, against our own gateway."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.witness import best_lag_ms, seen_from
from tests.react.babble import Babbler
from tests.react.bundles import React, build_page, type_faults
from tests.react.site import ask_route, visiting
from tests.serve.scripted import Script
from tests.serve.test_gateway import listening
from visavis.serve.app import create_app
from visavis.serve.settings import ServeSettings

pytestmark = [pytest.mark.sdk, pytest.mark.browser, pytest.mark.timeout(60)]

ANYWHERE = ServeSettings(allow_origins=("*",))


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
            await page.wait_for_timeout(300)
            await page.screenshot(path=str(tmp_path / "before.png"))
            prefetched = visit.n_addresses
            await page.click("text=Start talking")
            await visit.until("__witness.samples.at(-1)[3] > 0.05")
            await page.wait_for_timeout(1200)
            await page.screenshot(path=str(tmp_path / "while.png"))
            await visit.until("__witness.samples.at(-1)[3] < 1e-4")
            seen = seen_from(await page.evaluate("__witness.samples"))
            note = await page.text_content(".note")
            print(note, prefetched, visit.n_addresses, len(seen.time_ms), best_lag_ms(seen), seen.latency_s, seen.opening.max())
            await page.click("text=End call")
            await visit.until("document.body.innerText.includes('Start talking')")
            assert visit.trouble == []

    asyncio.run(main())
