"""Components and hooks in React 18 and 19, in strict mode, in real Chromium."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection

from tests.e2e.witness import best_lag_ms, seen_from
from tests.react.babble import Babbler, babble
from tests.react.bundles import React, build_page
from tests.react.site import Visit, visiting
from tests.sdk.test_browser import ANYWHERE, signed_url
from tests.serve import scripted_elevenlabs as script
from tests.serve.scripted import Script
from tests.serve.test_gateway import listening
from visavis.hear.audio import pcm_from_float
from visavis.serve.app import create_app, create_gateway_app
from visavis.serve.gateway_lips import GatewayLips
from visavis.serve.gateway_settings import GatewaySettings

pytestmark = [pytest.mark.sdk, pytest.mark.browser, pytest.mark.timeout(60)]

FEW_ALIVE = 6
"""Canvases and Rive objects of the last mounts may wait for a later collection."""

LOCAL = {"provider": "local", "provider_config": {"sample_rate": 16_000}}


async def mount(visit: Visit, how: str = "{}") -> None:
    await visit.page.evaluate(f"window.mount({how})")
    await visit.until("window.mascot?.isRiveLoaded")
    await visit.page.evaluate("__witness.roi = [0.3, 0.55, 0.4, 0.3]")


@pytest.mark.parametrize("react", [18, 19])
def test_nothing_is_left_behind(react: React, tmp_path: Path, browser_path: Path) -> None:
    build_page("mascot.jsx", react, tmp_path)

    async def main() -> None:
        async with visiting(tmp_path, browser_path) as visit:
            page = visit.page
            assert (await page.evaluate("reactVersion")).startswith(f"{react}.")
            assert await page.evaluate("rounds(3)") <= FEW_ALIVE
            few = await page.evaluate("leftBehind()")
            assert await page.evaluate("rounds(97)") <= FEW_ALIVE
            assert await page.evaluate("leftBehind()") == few
            assert (few["canvases"], few["contexts"], few["stoodIn"]) == (0, 0, [])
            assert visit.trouble == []

    asyncio.run(main())


@pytest.mark.parametrize("react", [18, 19])
def test_a_new_config_on_each_render_changes_nothing(
    react: React, tmp_path: Path, browser_path: Path
) -> None:
    """The place that is heard is measured, to the end; the mouth is where it should be."""
    build_page("mascot.jsx", react, tmp_path)

    async def main() -> None:
        app = create_app(Script(tts=Babbler()).engines(), ANYWHERE)
        async with listening(app) as address, visiting(tmp_path, browser_path) as visit:
            page = visit.page
            await mount(visit, "{ inline: true }")
            await page.evaluate(f"talk({json.dumps(await signed_url(address, LOCAL))})")
            await visit.until("elevenlabs.seen()?.evidence === 'measured'")
            await visit.until("__witness.samples.at(-1)[3] > 0.05")
            await visit.until("elevenlabs.seen()?.heardSample === null")
            seen = seen_from(await page.evaluate("__witness.samples"))
            loud = seen.time_ms[seen.loudness > 0.05]
            whole = seen.between(loud[0] - 300, loud[-1] + 300)
            late = seen.between(loud[-1] - 1_200, loud[-1] + 300)
            print(best_lag_ms(whole), best_lag_ms(late), await page.evaluate("nRenders"))
            print(await page.evaluate("latency.print()"), await page.evaluate("latency.turns()"))
            print(await page.evaluate("elevenlabs.messageCount"))
            assert visit.trouble == []

    asyncio.run(main())


def test_an_interruption_shuts_the_mouth_while_the_sound_still_fades(
    tmp_path: Path, browser_path: Path
) -> None:
    build_page("mascot.jsx", 19, tmp_path)
    pcm = pcm_from_float(babble(20)).astype("<i2").tobytes()
    said = {
        "chars": list("ma" * 20),
        "char_start_times_ms": [t for i in range(20) for t in (300 * i, 300 * i + 120)],
        "char_durations_ms": [120, 180] * 20,
    }

    async def agent(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(json.dumps(script.metadata()))
        await socket.send(json.dumps(script.audio(pcm, 3, said)))
        async for frame in socket:
            if json.loads(frame).get("type") == "user_message":
                await socket.send(json.dumps(script.interruption(4)))

    async def main() -> None:
        async with script.provider(agent) as behind:
            own = GatewaySettings(elevenlabs_url=behind.url, elevenlabs_key=SecretStr(script.KEY))
            app = create_gateway_app(ANYWHERE, own, None, GatewayLips(lambda: None))
            async with listening(app) as address, visiting(tmp_path, browser_path) as visit:
                page = visit.page
                await mount(visit)
                config = {"provider": "elevenlabs", "provider_config": {"agent_id": "a"}}
                await page.evaluate(f"talk({json.dumps(await signed_url(address, config))})")
                await visit.until("elevenlabs.seen()?.evidence === 'measured'")
                await visit.until("elevenlabs.seen()?.heardSample > 16000")
                await page.evaluate("conversation.sendUserMessage('stop')")
                await visit.until("elevenlabs.seen()?.heardSample === null")
                told_ms = await page.evaluate("performance.now()")
                await page.wait_for_timeout(1_000)
                seen = seen_from(await page.evaluate("__witness.samples"))
                after = seen.between(told_ms + 250, told_ms + 1_000)
                print(after.opening.max(), after.loudness.max(), seen.opening.max())
                assert visit.trouble == []

    asyncio.run(main())
