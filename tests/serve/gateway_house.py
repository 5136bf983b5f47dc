"""A gateway between real sockets, and a scripted ElevenLabs behind it, for the tests of it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.lips.ear_by_hand import noisy_sound
from tests.serve import scripted_elevenlabs as script
from tests.serve.scripted_elevenlabs import KEY, Script, ScriptedElevenLabs, provider
from tests.wire.test_relay import WEIGHTS
from visavis.clock import Clock, ManualClock, MonotonicClock
from visavis.hear.audio import pcm_from_float
from visavis.lips.net import Weights
from visavis.serve.app import create_gateway_app
from visavis.serve.gateway_lips import GatewayLips
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.lips_desk import LipsDesk
from visavis.serve.settings import ServeSettings

CONVAI = [Subprotocol("convai")]
PCM = pcm_from_float(noisy_sound(16_000)).astype("<i2").tobytes()
"""A second that moves a mouth."""

INITIATION = {"type": "conversation_initiation_client_data"}
WAIT_S = 20


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncGenerator[str, None]:
    """The application on a free port: `127.0.0.1:port`. Nothing may be left afterwards."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(64)
    config = uvicorn.Config(
        app,
        log_config=None,
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield f"127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@dataclass
class House:
    """A gateway, and the provider behind it."""

    address: str
    behind: ScriptedElevenLabs
    clock: ManualClock | None

    async def ask(
        self, config: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        body = {
            "config": config
            or {"provider": "elevenlabs", "provider_config": {"agent_id": "agent_1"}}
        }
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=WAIT_S) as client:
            return await client.post("/v1/get-signed-url", json=body, headers=headers)

    async def url(self, config: dict[str, Any] | None = None) -> str:
        answer = await self.ask(config)
        assert answer.status_code == 200, answer.text
        return answer.json()["signed_url"]

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=WAIT_S) as client:
            return await client.get(path)

    async def still_works(self) -> None:
        """All seats are free, and nobody failed."""
        while "visavis_gateway_sessions 0.0" not in (await self.get("/metrics")).text:
            pass
        assert (await self.get("/readyz")).status_code == 200


Visit = Callable[[House], Awaitable[None]]


def desk_here(ear: Callable[[], Weights], clock: Clock | None = None) -> LipsDesk:
    """Lips on this event loop."""
    return LipsDesk(clock or MonotonicClock(), GatewayLips(ear))


def serving(
    visit: Visit,
    play: Script = script.until_closed,
    *,
    ear: Callable[[], Weights] = lambda: WEIGHTS,
    clock: ManualClock | None = None,
    host: ServeSettings | None = None,
    **settings: Any,
) -> None:
    """Run `visit` on a house whose provider plays `play`; nothing may be left afterwards."""

    async def main() -> None:
        async with provider(play) as behind:
            values: dict[str, Any] = {"elevenlabs_url": behind.url, "elevenlabs_key": KEY}
            own = GatewaySettings.model_validate(values | settings)
            desk = desk_here(ear, clock)
            app = create_gateway_app(host or ServeSettings(), own, clock, desk)
            async with asyncio.timeout(60), listening(app) as address:
                await visit(House(address, behind, clock))
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert not left, left

    asyncio.run(main())


async def talk(socket: ServerConnection) -> None:
    """Hears the initiation, says a second, waits until it is left."""
    assert json.loads(await socket.recv())["type"] == INITIATION["type"]
    for frame in (script.metadata(), script.ping(1), script.audio(PCM, 2)):
        await socket.send(json.dumps(frame))
    await script.until_closed(socket)


async def frames_until(peer: Any, stop: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        found.append(json.loads(await asyncio.wait_for(peer.recv(), WAIT_S)))
        if stop(found[-1]):
            return found


def is_shut(frame: dict[str, Any]) -> bool:
    """At the end of a second of sound."""
    if frame["type"] != "visavis.visemes":
        return False
    last = frame["cues"][-1]
    return (last["at_sample"], last["viseme"]) == (len(PCM) // 2, 0)


def value_of(name: str, metrics: str) -> float:
    return next(float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(name))


async def closed_by(peer: Any) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(peer.recv(), WAIT_S)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason
