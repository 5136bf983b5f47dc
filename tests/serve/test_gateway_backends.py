"""The gateway before backends of one's own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import (
    PCM,
    House,
    closed_by,
    desk_here,
    frames_until,
    is_shut,
    listening,
)
from tests.serve.scripted_elevenlabs import ScriptedElevenLabs
from tests.wire.test_relay import WEIGHTS
from visavis.serve.app import create_gateway_app
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.settings import ServeSettings

MAPPING = """
backends:
  mine:
    url: {url}
    headers: {{Authorization: "Bearer ${{MINE_KEY}}"}}
    sound: pcm_16000
    binary: sound
    server:
      - {{means: interrupted, when: {{event: clear}}}}
      - {{means: ended, when: {{event: done}}}}
    error: {{event: error, text: "{{message}}"}}
"""


def test_a_backend_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE_KEY", "mine-0123")
    seen: list[str | None] = []

    async def hold(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.append(socket.request.headers.get("Authorization"))
        await socket.send(PCM)
        await socket.send('{"event":"done"}')
        await socket.recv()
        socket.transport.abort()

    async def main() -> None:
        async with serve(hold, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            file = tmp_path / "backends.yaml"
            file.write_text(MAPPING.format(url=f"ws://127.0.0.1:{port}"))
            own = GatewaySettings(custom_file=file)
            app = create_gateway_app(ServeSettings(), own, desk=desk_here(lambda: WEIGHTS))
            async with asyncio.timeout(30), listening(app) as address:
                house = House(address, ScriptedElevenLabs(script.until_closed), None)
                url = await house.url(
                    {"provider": "custom", "provider_config": {"backend": "mine"}}
                )
                async with connect(url) as peer:
                    assert await peer.recv() == PCM
                    assert await peer.recv() == '{"event":"done"}'
                    frames = await frames_until(peer, is_shut)
                    await peer.send("x")
                    error = json.loads(await peer.recv())
                    await closed_by(peer)
                assert frames[0]["first_event_id"] is None
                assert error == {"event": "error", "text": "The connection to the provider broke."}
        assert seen == ["Bearer mine-0123"]

    asyncio.run(main())
