"""Components and hooks in React 18 and 19, in strict mode, in real Chromium."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection

from tests.e2e.witness import EVERYTHING, best_lag_ms, seen_from
from tests.react.babble import Babbler, babble
from tests.react.bundles import React, build_page
from tests.react.site import Visit, visiting
from tests.sdk.test_browser import ANYWHERE, signed_url
from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import desk_here, listening
from tests.serve.scripted import Script
from tests.wire.test_relay import WEIGHTS
from visavis.hear.audio import pcm_from_float
from visavis.serve.app import create_app, create_gateway_app
from visavis.serve.gateway_settings import GatewaySettings

VISEMES: list[str] = json.loads(
    (Path(__file__).parents[2] / "spec" / "visemes.json").read_text("utf-8")
)["order"]

pytestmark = [pytest.mark.sdk, pytest.mark.browser, pytest.mark.timeout(60)]

FEW_ALIVE = 6
"""Canvases and Rive objects of the last mounts may wait for a later collection."""

LOUD = 0.05
"""RMS: far above the m, far below the a."""

AUDIBLE = 0.0001  # of full scale, while it fades; digital silence is 0
SHUT_MS = 120
"""From the frame that tells of an interruption: a drawn frame, or a few on a busy machine."""

LOCAL = {"provider": "local", "provider_config": {"sample_rate": 16_000}}


async def mount(visit: Visit, how: str = "{}") -> None:
    await visit.page.evaluate(f"window.mount({how})")
    await visit.until("window.mascot?.isRiveLoaded")
    await visit.page.evaluate("__witness.roi = [0.3, 0.55, 0.4, 0.3]")


@pytest.mark.parametrize("react", [18, 19])
def test_mounts_renders_and_lips(react: React, tmp_path: Path, browser_path: Path) -> None:
    """100 mounts leave nothing; then a config that is new on each render changes nothing: the place
    that is heard is measured, and the mouth is where it should be until the last syllable."""
    build_page("mascot.jsx", react, tmp_path)

    async def main() -> None:
        app = create_app(Script(tts=Babbler()).engines(), ANYWHERE)
        async with listening(app) as address, visiting(tmp_path, browser_path) as visit:
            assert (await visit.page.evaluate("reactVersion")).startswith(f"{react}.")
            await _mount_often(visit)
            await mount(visit, "{ inline: true }")
            await _lips(visit, await signed_url(address, LOCAL))
            assert visit.trouble == []

    asyncio.run(main())


async def _mount_often(visit: Visit) -> None:
    page = visit.page
    assert await page.evaluate("rounds(3)") <= FEW_ALIVE
    few = await page.evaluate("leftBehind()")
    assert await page.evaluate("rounds(97)") <= FEW_ALIVE
    assert await page.evaluate("leftBehind()") == few
    assert (few["canvases"], few["contexts"], few["stoodIn"]) == (0, 0, [])


async def _lips(visit: Visit, address: str) -> None:
    page = visit.page
    await page.evaluate(f"talk({json.dumps(address)})")
    await visit.until("elevenlabs.seen()?.evidence === 'measured'")
    n_renders = await page.evaluate("nRenders")
    await visit.until("elevenlabs.seen()?.heardSample === null")
    assert await page.evaluate("nRenders") > n_renders + 10
    seen = seen_from(*await page.evaluate(EVERYTHING))
    loud_ms = seen.heard_ms[seen.loudness > LOUD]
    for from_ms in (loud_ms[0], loud_ms[-1] - 1_200):
        lag_ms, correlation = best_lag_ms(seen.between(from_ms - 300, loud_ms[-1] + 300))
        assert correlation > 0.4
        assert abs(lag_ms) <= 60
    counts = await page.evaluate("elevenlabs.messageCount")
    assert counts["viseme"] >= 1
    assert counts["audio"] > 10
    (turn,) = await page.evaluate("latency.turns()")
    marks = [turn["marks"][name] for name in ("firstAudio", "audioHeard", "faceSpeaks")]
    assert marks == sorted(marks)


def test_texts_and_recordings_move_the_mouth_too(tmp_path: Path, browser_path: Path) -> None:
    """The server's voice says two texts; then shapes are played beside the app's own sound."""
    build_page("mascot.jsx", 18, tmp_path)

    async def main() -> None:
        app = create_app(Script(tts=Babbler(n_syllables=4)).engines(), ANYWHERE)
        async with listening(app) as address, visiting(tmp_path, browser_path) as visit:
            page = visit.page
            await page.evaluate(f"window.server = 'http://{address}'")
            await mount(visit)
            rest = (await page.evaluate("__witness.frames.at(-1)"))[1]
            await page.evaluate("window.said = speech.speak('One.'); speech.addToQueue('Two.'); 0")
            await visit.until("speech.isSpeaking")
            assert await page.evaluate("said") is True
            await visit.until("!speech.isProcessingQueue")
            seen = seen_from(*await page.evaluate(EVERYTHING))
            loud_ms = seen.heard_ms[seen.loudness > LOUD]
            lag_ms, correlation = best_lag_ms(seen.between(loud_ms[0] - 300, loud_ms[-1] + 300))
            assert correlation > 0.4
            assert abs(lag_ms) <= 60
            assert await page.evaluate("speech.playbackStartDelay") > 0

            aa, sil = VISEMES.index("aa"), VISEMES.index("sil")
            shapes = [{"offset": 0, "visemeId": aa}, {"offset": 600, "visemeId": sil}]
            await page.evaluate(f"playback.add({json.dumps(shapes)}); playback.play()")
            await visit.until(f"__witness.frames.at(-1)[1] > {rest + 0.1}")
            assert await page.evaluate("playback.getSpeakingState()")
            await visit.until("!playback.getSpeakingState()")
            await page.evaluate("playback.add([{offset: 0, visemeId: 0}]); speech.speak('x'); 0")
            await visit.until("speech.isSpeaking")
            await page.evaluate("speech.stopAndClear()")
            await visit.until("!speech.isProcessingQueue")
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
            app = create_gateway_app(ANYWHERE, own, desk=desk_here(lambda: WEIGHTS))
            async with listening(app) as address, visiting(tmp_path, browser_path) as visit:
                page = visit.page
                await mount(visit)
                rest = (await page.evaluate("__witness.frames.at(-1)"))[1]
                config = {"provider": "elevenlabs", "provider_config": {"agent_id": "a"}}
                await page.evaluate(f"talk({json.dumps(await signed_url(address, config))})")
                await visit.until("elevenlabs.seen()?.evidence === 'measured'")
                await visit.until(f"__witness.frames.at(-1)[1] > {rest + 0.1}")
                await page.evaluate("conversation.sendUserMessage('stop')")
                told_ms = await visit.until("latency.turns().at(-1)?.marks.interrupted")
                await page.wait_for_timeout(1_000)
                seen = seen_from(*await page.evaluate(EVERYTHING))
                after = seen.between(told_ms + SHUT_MS, told_ms + 1_000)
                assert after.loudness.max() > AUDIBLE  # the SDK fades for two seconds
                assert after.opening.max() < 0.25 * seen.opening.max()
                assert visit.trouble == []

    asyncio.run(main())
