"""The provider's browser clients, unmodified, in Chromium: with our agent and the gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Page, async_playwright
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection

from tests.sdk.bundles import bundle
from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import PCM, desk_here, listening
from tests.serve.scripted import Script
from tests.wire.test_relay import WEIGHTS
from visavis.serve.app import create_app, create_gateway_app
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.settings import ServeSettings

pytestmark = [pytest.mark.sdk, pytest.mark.browser, pytest.mark.timeout(180)]

CLIENTS = ["client-1.js", "client-0.js", "react-1.jsx"]
WAIT_MS = 30_000
PAGE = (
    "<!doctype html><meta charset=utf-8><link rel=icon href=data:,>"
    "<body></body><script src=bundle.js></script>"
)


@dataclass
class Visitor:
    """A page with a client in it, which notes whatever the client says."""

    page: Page
    trouble: list[str]

    async def talk(self, signed_url: str) -> None:
        await self.page.wait_for_function("() => window.talk !== undefined", timeout=WAIT_MS)
        await self.page.evaluate(
            "(signedUrl) => window.talk({ signedUrl, useWakeLock: false })", signed_url
        )
        await self.until("connect")

    async def until(self, kind: str, test: str = "() => true") -> Any:
        """The first thing noted of that kind that passes the test."""
        found = f"(window.seen.find(([kind, what]) => kind === '{kind}' && ({test})(what)))"
        try:
            await self.page.wait_for_function(f"() => {found} !== undefined", timeout=WAIT_MS)
        except Exception as error:
            seen = await self.page.evaluate("() => window.seen.map(([kind]) => kind)")
            raise AssertionError(f"no {kind}; seen {seen}, trouble {self.trouble}") from error
        return await self.page.evaluate(f"() => {found}[1]")

    async def all(self, kind: str) -> list[Any]:
        seen = await self.page.evaluate("() => window.seen")
        return [what for kind_seen, what in seen if kind_seen == kind]

    async def leave(self) -> None:
        await self.page.evaluate("() => window.conversation.endSession()")
        await self.until("disconnect")


@asynccontextmanager
async def visitor(entry: str, folder: Path, browser_path: Path) -> AsyncGenerator[Visitor, None]:
    """A page of another server's, whose address is `Visitor.page`'s origin."""
    bundle(entry, folder)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    pages = FastAPI()
    pages.mount("/", StaticFiles(directory=folder, html=True))
    async with listening(pages) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(browser_path),
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        try:
            context = await browser.new_context(permissions=["microphone"])
            page = await context.new_page()
            trouble: list[str] = []
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
            await page.goto(f"http://{address}/")
            yield Visitor(page, trouble)
        finally:
            await browser.close()


async def signed_url(address: str, config: dict[str, Any]) -> str:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"http://{address}/v1/get-signed-url", json={"config": config})
    assert answer.status_code == 200, answer.text
    return answer.json()["signed_url"]


Visit = Callable[[Visitor, str], Any]
ANYWHERE = ServeSettings(allow_origins=("*",))


@pytest.mark.parametrize("entry", CLIENTS)
def test_the_local_agent(entry: str, tmp_path: Path, browser_path: Path) -> None:
    """It greets by voice; a typed question is answered; the page hears sound and sees lips."""

    async def main() -> None:
        app = create_app(Script().engines(), ANYWHERE)
        async with listening(app) as address, visitor(entry, tmp_path, browser_path) as guest:
            config = {"provider": "local", "provider_config": {"sample_rate": 16_000}}
            await guest.talk(await signed_url(address, config))
            greeting = await guest.until("message", "(m) => m.message === 'Hello!'")
            assert greeting["source"] == "ai"
            await guest.until("audio")
            await guest.until("mode", "(m) => m.mode === 'speaking'")
            await guest.until("mode", "(m) => m.mode === 'listening'")
            await guest.page.evaluate(
                "() => window.conversation.sendUserMessage('what time is it')"
            )
            await guest.until("message", "(m) => m.message === 'It is noon exactly.'")
            if entry != "client-0.js":  # older ones tell no events that they do not know
                shapes = await guest.until("incoming", "(e) => e.type === 'visavis.visemes'")
                assert shapes["source"] == "phonemes"
            await guest.leave()
            assert guest.trouble == []

    asyncio.run(main())


@pytest.mark.parametrize("entry", CLIENTS)
def test_through_the_gateway(entry: str, tmp_path: Path, browser_path: Path) -> None:
    """Messages, sound, interruption and ping as without it; and visemes before they are heard."""
    pongs: list[Any] = []
    heard = asyncio.Event()

    async def agent(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv())["type"] == "conversation_initiation_client_data"
        await socket.send(json.dumps(script.metadata()))
        await socket.send(json.dumps(script.user_transcript("hello", 1)))
        await socket.send(json.dumps(script.agent_response("hi", 2)))
        await socket.send(json.dumps(script.audio(PCM, 3)))
        await socket.send(json.dumps(script.ping(4)))
        async for frame in socket:
            message = json.loads(frame)
            if message.get("type") == "pong":
                pongs.append(message)
            elif "user_audio_chunk" in message and pongs and not heard.is_set():
                heard.set()
                await socket.send(json.dumps(script.interruption(5)))

    async def main() -> None:
        async with script.provider(agent) as behind:
            own = GatewaySettings(elevenlabs_url=behind.url, elevenlabs_key=SecretStr(script.KEY))
            app = create_gateway_app(ANYWHERE, own, desk=desk_here(lambda: WEIGHTS))
            async with listening(app) as address, visitor(entry, tmp_path, browser_path) as guest:
                config = {"provider": "elevenlabs", "provider_config": {"agent_id": "a"}}
                await guest.talk(await signed_url(address, config))
                await guest.until("message", "(m) => m.message === 'hello'")
                await guest.until("message", "(m) => m.message === 'hi'")
                await guest.until("audio")
                await guest.until("interruption")
                assert pongs == [{"type": "pong", "event_id": 4}]
                if entry != "client-0.js":
                    await guest.until("incoming", "(e) => e.type === 'visavis.visemes'")
                    await guest.until("incoming", "(e) => e.type === 'visavis.stop'")
                await guest.leave()
                assert await asyncio.wait_for(behind.closes.get(), 20) == 1000
                assert guest.trouble == []

    asyncio.run(main())
