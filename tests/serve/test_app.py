"""The HTTP side on a real socket, with scripted engines."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.serve.gateway_house import value_of
from tests.serve.scripted import Script
from visavis.ear_weights import PATH as EAR_PATH
from visavis.serve.app import create_app
from visavis.serve.settings import ServeSettings
from visavis.wire import messages as wire
from visavis.wire.codec import decode_server, encode

V1 = [Subprotocol("visavis.v1")]
HELLO = encode(wire.Hello(protocol=1))


def serving(
    visit: Callable[[str], Awaitable[None]], *, max_sessions: int = 2, origins: tuple[str, ...] = ()
) -> None:
    """Run `visit("127.0.0.1:port")` against a real server; nothing may be left afterwards."""

    async def main() -> None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        settings = ServeSettings(max_sessions=max_sessions, allow_origins=origins)
        app = create_app(Script().engines(), settings)
        config = uvicorn.Config(app, log_config=None, ws="websockets-sansio", lifespan="on")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(20):
                await visit(f"127.0.0.1:{listening.getsockname()[1]}")
        finally:
            server.should_exit = True
            await running
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert not left, left

    asyncio.run(main())


def test_pages_health_metrics_and_headers() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            health = await client.get("/healthz")
            assert health.json()["status"] == "ok"
            assert (await client.get("/readyz")).json() == {"status": "ready"}
            metrics = (await client.get("/metrics")).text
            assert "visavis_sessions 0.0" in metrics
            assert "visavis_llm_tokens_total 0.0" in metrics
            assert "visavis_llm_discarded_tokens_total 0.0" in metrics
            character = await client.get("/characters/pip.riv")
            assert character.content.startswith(b"RIVE")
            tag = {"If-None-Match": character.headers["etag"]}
            kept = await client.get("/characters/pip.riv", headers=tag)
            assert (kept.status_code, kept.content) == (304, b"")
            calm = await client.get("/characters/pip.riv?motion=reduced", headers=tag)
            assert (calm.status_code, calm.content[:4]) == (200, b"RIVE")
            assert calm.headers["etag"] != character.headers["etag"]
            assert (await client.get("/characters/pip.riv?motion=none")).status_code == 422
            missing = await client.get("/characters/nobody.riv")
            assert missing.status_code == 404
            assert "pip" in missing.json()["detail"]
            ear = await client.get("/ear.npz")
            assert ear.content == EAR_PATH.read_bytes()
            assert "immutable" in (await client.get("/rive.wasm?v=1")).headers["cache-control"]
            for path in ("/rive.wasm", "/nothing.js?v=1", "/"):
                answer = await client.get(path)
                assert "immutable" not in answer.headers.get("cache-control", ""), path
            policy = health.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe-inline" not in policy
            assert "unsafe-eval" not in policy.replace("wasm-unsafe-eval", "")

    serving(visit)


def test_conversation_on_a_real_socket() -> None:
    async def visit(address: str) -> None:
        async with connect(f"ws://{address}/v1/talk", subprotocols=V1) as peer:
            assert peer.subprotocol == "visavis.v1"
            await peer.send(HELLO)
            ready = decode_server(str(await peer.recv()))
            assert isinstance(ready, wire.Ready)
            assert ready.persona.name == "Testy"
            await peer.send(encode(wire.Text(text="what time is it")))
            texts: list[str] = []
            while "reply.end" not in texts:
                frame = await peer.recv()
                if isinstance(frame, str):
                    texts.append(json.loads(frame)["type"])
            assert "reply.commit" in texts
            assert "trace" not in texts, "nobody asked for it"
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            metrics = (await client.get("/metrics")).text
        assert value_of("visavis_turns_total", metrics) == texts.count("reply.commit") >= 1
        for stage in ("look_up", "first_phrase", "first_audio", "reveal"):
            name = f'visavis_stage_seconds_count{{stage="{stage}"}}'
            assert value_of(name, metrics) >= 1.0, stage

    serving(visit)


def test_wrong_subprotocol_gets_a_reason() -> None:
    async def visit(address: str) -> None:
        async with connect(f"ws://{address}/v1/talk") as peer:
            error = decode_server(str(await peer.recv()))
            assert isinstance(error, wire.Error)
            assert error.code == "unsupported"
            with pytest.raises(ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4406

    serving(visit)


def test_a_full_house_says_so_and_a_seat_becomes_free() -> None:
    async def visit(address: str) -> None:
        url = f"ws://{address}/v1/talk"
        async with connect(url, subprotocols=V1) as first:
            await first.send(HELLO)
            await first.recv()
            async with connect(url, subprotocols=V1) as second:
                error = decode_server(str(await second.recv()))
                assert isinstance(error, wire.Error)
                assert (error.code, error.severity) == ("busy", "fatal")
            await first.send(encode(wire.Ping(nonce="here")))
            while not (isinstance(frame := await first.recv(), str) and "here" in frame):
                pass
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            while "visavis_sessions 0.0" not in (await client.get("/metrics")).text:
                pass
        async with connect(url, subprotocols=V1) as third:
            await third.send(HELLO)
            assert isinstance(decode_server(str(await third.recv())), wire.Ready)

    serving(visit, max_sessions=1)


def test_pages_of_other_sites_may_not_talk_unless_allowed() -> None:
    async def visit(address: str) -> None:
        url = f"ws://{address}/v1/talk"
        with pytest.raises(InvalidStatus):
            await connect(url, subprotocols=V1, origin=Origin("https://evil.example"))
        for origin in (f"http://{address}", "https://friend.example"):
            async with connect(url, subprotocols=V1, origin=Origin(origin)) as peer:
                await peer.send(HELLO)
                assert isinstance(decode_server(str(await peer.recv())), wire.Ready)

    serving(visit, origins=("https://friend.example",))


def test_frame_larger_than_any_limit_closes_only_that_peer() -> None:
    async def visit(address: str) -> None:
        url = f"ws://{address}/v1/talk"
        async with connect(url, subprotocols=V1) as good, connect(url, subprotocols=V1) as bad:
            await good.send(HELLO)
            await bad.send(HELLO)
            await bad.send(b"\1" * 100_000)
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await bad.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
            await good.send(encode(wire.Ping(nonce="alive")))
            while not (isinstance(frame := await good.recv(), str) and "alive" in frame):
                pass

    serving(visit)
