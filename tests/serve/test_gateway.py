"""A session through the gateway: everything passes, and gets its visemes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection

from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import (
    CONVAI,
    INITIATION,
    PCM,
    WAIT_S,
    House,
    closed_by,
    frames_until,
    is_shut,
    serving,
    talk,
    value_of,
)
from tests.wire.test_relay import cues_of
from visavis.errors import ModelMissingError
from visavis.lips.net import Weights


def no_ear() -> Weights:
    raise ModelMissingError("The ear's weights, ear.npz, are missing.", hint="Make them.")


def test_a_session_passes_and_gets_its_visemes() -> None:
    async def visit(house: House) -> None:
        url = await house.url()
        assert url.startswith(f"ws://{house.address}/v1/convai/conversation?visavis_ticket=")
        async with connect(f"{url}&source=js_sdk&version=1", subprotocols=CONVAI) as peer:
            assert peer.subprotocol == "convai"
            await peer.send(json.dumps(INITIATION))
            frames = await frames_until(peer, is_shut)
            await peer.close(1000, "done")
        assert frames[:3] == [script.metadata(), script.ping(1), script.audio(PCM, 2)]
        visemes = frames[3:]
        assert {one["first_event_id"] for one in visemes} == {2}
        assert sum(len(one["cues"]) for one in visemes) > 3
        assert house.behind.asked == [{"agent_id": ["agent_1"]}]
        metrics = (await house.get("/metrics")).text
        assert 'ended_total{ending="client",provider="elevenlabs"} 1.0' in metrics
        n_sent = value_of("visavis_cues_sent_total", metrics)
        assert len(cues_of(visemes)) <= n_sent <= sum(len(one["cues"]) for one in visemes)
        assert value_of("visavis_cue_margin_ms_count", metrics) == n_sent
        assert 0 <= value_of("visavis_cues_late_total", metrics) < n_sent

    serving(visit, talk)


def test_payloads_are_the_same_bytes() -> None:
    """Spaces, escapes and order that another encoder would change; text and binary; both ways."""
    texts = ['{ "type" : "x",\n"a": "\\u00e9", "b":1.0}', "not JSON at all", "", "é\u0000😀"]
    down: list[str | bytes] = [json.dumps(script.metadata()), *texts, b"", bytes(range(256))]
    heard: list[str | bytes] = []

    async def echo(socket: ServerConnection) -> None:
        for frame in down:
            await socket.send(frame)
        heard.extend([await socket.recv() for _ in range(len(down) - 1)])
        await socket.close(1000)

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            got = [await asyncio.wait_for(peer.recv(), WAIT_S) for _ in down]
            for frame in down[1:]:
                await peer.send(frame)
            assert await closed_by(peer) == (1000, "")
        assert got == down
        assert heard == down[1:]

    serving(visit, echo)


def test_dynamic_variables_reach_the_provider() -> None:
    told: list[Any] = []

    async def listen(socket: ServerConnection) -> None:
        told.append(json.loads(await socket.recv()))
        told.append(await socket.recv())
        await socket.close()

    async def visit(house: House) -> None:
        own = {"agent_id": "a", "dynamic_variables": {"name": "Ada", "vip": True}}
        url = await house.url({"provider": "elevenlabs", "provider_config": own})
        async with connect(url, subprotocols=CONVAI) as peer:
            sent = INITIATION | {"dynamic_variables": {"name": "Eve", "page": 1}}
            await peer.send(json.dumps(sent))
            await peer.send(json.dumps(sent))
            await closed_by(peer)
        assert told[0]["dynamic_variables"] == {"name": "Ada", "vip": True, "page": 1}
        assert told[1] == json.dumps(sent), "only the first frame is amended"

    serving(visit, listen)


def test_without_an_ear_the_session_says_so_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def say(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(json.dumps(script.metadata()))
        await socket.send(json.dumps(script.audio(PCM, 1)))
        said = {
            "chars": list("a map"),
            "char_start_times_ms": [0, 200, 300, 500, 800],
            "char_durations_ms": [200, 100, 200, 300, 200],
        }
        await asyncio.sleep(1.5)
        await socket.send(json.dumps(script.audio(PCM, 2, said)))
        await script.until_closed(socket)

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send(json.dumps(INITIATION))
            frames = await frames_until(peer, lambda frame: frame.get("source") == "alignment")
        (notice,) = [one for one in frames if one["type"] == "visavis.notice"]
        assert notice["code"] == "model_missing"
        assert frames[0] == script.metadata()
        told = [one for one in frames if one["type"] == "visavis.visemes"]
        shapes = {cue["viseme"] for one in told for cue in one["cues"] if one["source"] == "sound"}
        assert shapes <= {0}, "nothing is guessed"
        assert any(cue["viseme"] for cue in told[-1]["cues"])

    serving(visit, say, ear=no_ear)
    assert "ear's weights are missing" in caplog.text


def test_noise_is_noise() -> None:
    """The sound of these tests moves a mouth at all."""
    assert np.abs(np.frombuffer(PCM, dtype="<i2")).max() > 3_000
