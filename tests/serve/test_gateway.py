"""The gateway between real sockets: a scripted ElevenLabs behind it, plain WebSockets before it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.lips.ear_by_hand import noisy_sound
from tests.serve import scripted_elevenlabs as script
from tests.serve.scripted_elevenlabs import KEY, SIGNATURE, Script, ScriptedElevenLabs, provider
from tests.wire.test_relay import WEIGHTS, cues_of
from visavis.clock import ManualClock
from visavis.errors import ModelMissingError
from visavis.hear.audio import pcm_from_float
from visavis.lips.net import Weights
from visavis.serve.app import create_gateway_app
from visavis.serve.gateway_lips import GatewayLips
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.settings import ServeSettings

CONVAI = [Subprotocol("convai")]
PCM = pcm_from_float(noisy_sound(16_000)).astype("<i2").tobytes()
INITIATION = {"type": "conversation_initiation_client_data"}
WAIT_S = 20


def no_ear() -> Weights:
    raise ModelMissingError("The ear's weights, ear.npz, are missing.", hint="Make them.")


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
        async with httpx.AsyncClient(base_url=f"http://{self.address}") as client:
            return await client.post("/v1/get-signed-url", json=body, headers=headers)

    async def url(self, config: dict[str, Any] | None = None) -> str:
        answer = await self.ask(config)
        assert answer.status_code == 200, answer.text
        return answer.json()["signed_url"]

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://{self.address}") as client:
            return await client.get(path)


Visit = Callable[[House], Awaitable[None]]


def serving(
    visit: Visit,
    play: Script = script.until_closed,
    *,
    ear: Callable[[], Weights] = lambda: WEIGHTS,
    clock: ManualClock | None = None,
    host: ServeSettings | None = None,
    **settings: Any,
) -> None:
    async def main() -> None:
        async with provider(play) as behind:
            values: dict[str, Any] = {"elevenlabs_url": behind.url, "elevenlabs_key": KEY}
            own = GatewaySettings.model_validate(values | settings)
            app = create_gateway_app(host or ServeSettings(), own, clock, GatewayLips(ear))
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
    return next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith(name))


async def closed_by(peer: Any) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(peer.recv(), WAIT_S)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


# ------------------------------------------------------------------ a session


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


# ------------------------------------------------------------------ how it ends


@pytest.mark.parametrize("code", [1000, 1008, 4999])
def test_closes_are_carried_over_both_ways(code: int) -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.close(code, "as I said")

    async def provider_leaves(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send("x")
            assert await closed_by(peer) == (code, "as I said")

    serving(provider_leaves, leave)

    async def client_leaves(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.close(code, "as you said")
        assert await asyncio.wait_for(house.behind.closes.get(), WAIT_S) == code

    serving(client_leaves)


def test_a_provider_that_breaks_off_in_the_middle_of_a_frame() -> None:
    async def break_off(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(json.dumps(script.metadata()))
        socket.transport.write(b"\x81\x7e\x40\x00{")  # a text frame of 16 KiB, and one byte of it
        socket.transport.abort()

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send("x")
            assert json.loads(await peer.recv()) == script.metadata()
            error = json.loads(await peer.recv())
            assert error["error_event"]["error_type"] == "http_exception"
            assert (await closed_by(peer))[0] == error["error_event"]["code"]
        await still_works(house)

    serving(visit, break_off)


def test_a_provider_that_sends_fifty_megabytes() -> None:
    async def flood(socket: ServerConnection) -> None:
        await socket.send("x" * 50_000_000)

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            error = json.loads(await peer.recv())
            assert error["type"] == "error"
            await closed_by(peer)
        await still_works(house)

    serving(visit, flood)


def test_a_client_that_sends_fifty_megabytes() -> None:
    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            with pytest.raises(ConnectionClosed):
                await peer.send("x" * 50_000_000)
                await closed_by(peer)
                raise ConnectionClosed(None, None)
        await still_works(house)

    serving(visit)


def test_a_client_that_vanishes() -> None:
    async def visit(house: House) -> None:
        peer = await connect(await house.url(), subprotocols=CONVAI)
        await peer.send("x")
        peer.transport.abort()
        await asyncio.wait_for(house.behind.closes.get(), WAIT_S)
        await still_works(house)

    serving(visit)


async def still_works(house: House) -> None:
    """All seats are free, and nobody failed."""
    while "visavis_gateway_sessions 0.0" not in (await house.get("/metrics")).text:
        pass
    assert (await house.get("/readyz")).status_code == 200


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"audio"',
        '{"type":"audio","audio_event":{"audio_base_64":"%%%","event_id":1}}',
        json.dumps(script.audio(b"\0\0\0", 1)),
        json.dumps(script.metadata("opus_48000")),
        "[" * 50_000,
    ],
    ids=["cut", "base64", "half a sample", "format", "deep"],
)
def test_frames_that_make_no_sense_pass_and_harm_nobody(frame: str) -> None:
    async def say(socket: ServerConnection) -> None:
        await socket.recv()
        for text in (json.dumps(script.metadata()), frame, json.dumps(script.audio(PCM, 2))):
            await socket.send(text)
        await script.until_closed(socket)

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send("x")
            await peer.recv()
            assert await peer.recv() == frame
            await frames_until(peer, is_shut)
        assert "unreadable_frames_total 1.0" in (await house.get("/metrics")).text

    serving(visit, say)


def test_a_provider_that_sends_the_session_elsewhere() -> None:
    async def visit(house: House) -> None:
        url = await house.url()
        async with provider(script.until_closed) as elsewhere:
            there = elsewhere.url.replace("http", "ws", 1)
            house.behind.redirect_to = f"{there}/?conversation_signature={SIGNATURE}"
            async with connect(url, subprotocols=CONVAI) as peer:
                error = json.loads(await peer.recv())
                assert "can't be reached" in error["error_event"]["message"]
                await closed_by(peer)
            assert elsewhere.closes.empty(), "a redirect is not followed"

    serving(visit)


# ------------------------------------------------------------------ who may


async def refused(url: str, **how: Any) -> dict[str, Any]:
    with pytest.raises(InvalidStatus) as denied:
        await connect(url, subprotocols=CONVAI, **how)
    response = denied.value.response
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.body or b"")
    assert problem["status"] == response.status_code
    return problem


def test_an_address_holds_once_and_only_here(caplog: pytest.LogCaptureFixture) -> None:
    async def visit(house: House) -> None:
        url = await house.url()
        evil = Origin("https://evil.example")
        assert (await refused(url, origin=evil))["status"] == 403, "and the ticket is still good"
        async with connect(url, subprotocols=CONVAI):
            assert (await refused(url))["status"] == 401, "used"
        forged = url[:-4] + ("AAAA" if not url.endswith("AAAA") else "BBBB")
        for wrong in (forged, url.partition("?")[0], f"{url}{'x' * 500}"):
            assert (await refused(wrong))["code"] == "ticket"

    serving(visit)
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert not errors, "whoever knocks does not fill the log"


def test_of_many_who_come_with_the_same_ticket_one_is_let_in() -> None:
    async def visit(house: House) -> None:
        url = await house.url()

        async def come() -> bool:
            try:
                async with connect(url, subprotocols=CONVAI):
                    return True
            except InvalidStatus:
                return False

        assert sum(await asyncio.gather(*(come() for _ in range(12)))) == 1

    serving(visit)


def test_an_address_expires() -> None:
    clock = ManualClock()

    async def visit(house: House) -> None:
        url, late = await house.url(), await house.url()
        clock.advance(599_000)
        async with connect(url, subprotocols=CONVAI):
            pass
        clock.advance(1_001)
        assert (await refused(late))["status"] == 401

    serving(visit, clock=clock)


def test_a_full_house_says_so() -> None:
    async def visit(house: House) -> None:
        first, second = await house.url(), await house.url()
        async with connect(first, subprotocols=CONVAI):
            assert (await refused(second))["status"] == 503
            assert (await house.get("/readyz")).status_code == 503

    serving(visit, max_sessions=1)


def test_too_many_questions() -> None:
    clock = ManualClock()

    async def visit(house: House) -> None:
        for _ in range(3):
            await house.url()
        answer = await house.ask()
        assert (answer.status_code, answer.json()["code"]) == (429, "rate")
        assert answer.headers["retry-after"] == "21"
        clock.advance(21_000)
        await house.url()

    serving(visit, clock=clock, requests_a_minute=3)


@pytest.mark.parametrize(
    ("config", "headers", "status", "code"),
    [
        ({"provider": "nobody"}, {}, 422, "invalid"),
        ({"provider": "elevenlabs"}, {}, 422, "invalid"),
        ({"provider": "local"}, {}, 501, "no_engine"),
        ({"provider": "custom"}, {}, 422, "no_backend"),
        (None, {"Origin": "https://evil.example"}, 403, "origin"),
        (
            {"provider": "elevenlabs", "provider_config": {"agent_id": "a", "api_key": "wrong"}},
            {},
            422,
            "provider_refused",
        ),
        (
            {
                "provider": "elevenlabs",
                "provider_config": {"agent_id": "a", "dynamic_variables": {"a b": 1}},
            },
            {},
            422,
            "invalid",
        ),
        (
            {
                "provider": "elevenlabs",
                "provider_config": {"agent_id": "a", "dynamic_variables": {"a": [1]}},
            },
            {},
            422,
            "invalid",
        ),
    ],
)
def test_questions_that_are_refused(
    config: dict[str, Any] | None, headers: dict[str, str], status: int, code: str
) -> None:
    async def visit(house: House) -> None:
        answer = await house.ask(config, headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["status"], problem["code"]) == (status, code)
        assert problem["type"] == f"urn:visavis:problem:{code}"
        assert problem["detail"]

    serving(visit)


def test_every_error_of_v1_is_a_problem_document() -> None:
    async def visit(house: House) -> None:
        async with httpx.AsyncClient(base_url=f"http://{house.address}") as client:
            length = {"Content-Length": "9999999"}
            answers = [
                await client.get("/v1/nothing"),
                await client.get("/v1/get-signed-url"),
                await client.post("/v1/get-signed-url", content=b"{"),
                await client.post("/v1/get-signed-url", content=b"[]"),
                await client.post("/v1/get-signed-url", headers=length, content=b"x" * 9_999_999),
            ]

            async def endless() -> AsyncGenerator[bytes, None]:
                yield b"{"

            answers.append(await client.post("/v1/get-signed-url", content=endless()))
        assert [one.status_code for one in answers] == [404, 405, 422, 422, 413, 411]
        for one in answers:
            assert one.headers["content-type"] == "application/problem+json"
            assert one.json()["status"] == one.status_code

    serving(visit)


def test_tokens_of_the_server() -> None:
    async def visit(house: House) -> None:
        assert (await house.ask()).status_code == 401
        wrong = await house.ask(headers={"Authorization": "Bearer nonsense"})
        assert wrong.headers["www-authenticate"] == "Bearer"
        right = await house.ask(headers={"Authorization": "Bearer second-token"})
        assert right.status_code == 200
        async with httpx.AsyncClient(base_url=f"http://{house.address}") as client:
            path = f"{script.SIGNED_URL}?agent_id=agent_7"
            assert (await client.get(path)).status_code == 401
            as_sdk = await client.get(path, headers={"xi-api-key": "first-token"})
            assert as_sdk.status_code == 200
        assert house.behind.asked[-1] == {"agent_id": ["agent_7"]}

    serving(visit, api_tokens=(SecretStr("first-token"), SecretStr("second-token")))


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("0.0.0.0", {}),
        ("127.0.0.1", {"Host": "rebound.example"}),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.1"}),
    ],
)
def test_strangers_may_not_spend_the_operators_key(host: str, headers: dict[str, str]) -> None:
    async def visit(house: House) -> None:
        answer = await house.ask(headers=headers)
        assert answer.status_code == 401
        assert "VISAVIS_API_TOKENS" in answer.json()["hint"]
        assert house.behind.asked == []
        own = {"agent_id": "a", "api_key": KEY}
        config = {"provider": "elevenlabs", "provider_config": own}
        assert (await house.ask(config, headers)).status_code == 200, "with a key of their own"

    serving(visit, host=ServeSettings(host=host))


@pytest.mark.parametrize(
    "url",
    [
        "wss://evil.example/v1/convai/conversation",
        "ws://127.0.0.1:1/v1/convai/conversation",
        "http://127.0.0.1/",
        "ws://user@127.0.0.1/",
        "not an address",
        "",
    ],
)
def test_only_the_host_that_was_set_is_connected_to(url: str) -> None:
    async def visit(house: House) -> None:
        house.behind.signed_url = url or " "
        answer = await house.ask()
        assert answer.status_code == 502
        assert answer.json()["code"] == "provider"

    serving(visit)


@pytest.mark.parametrize(
    ("status", "told"), [(HTTPStatus.NOT_FOUND, 422), (HTTPStatus.INTERNAL_SERVER_ERROR, 502)]
)
def test_what_the_provider_says_of_the_question(status: HTTPStatus, told: int) -> None:
    async def visit(house: House) -> None:
        house.behind.status = status
        assert (await house.ask()).status_code == told

    serving(visit)


def test_no_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a key, the operator's or the caller's, nor a signature or token; at debug."""
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    secret = "sk_caller_fedcba9876543210"

    async def visit(house: House) -> None:
        for config in (
            {"provider": "elevenlabs", "provider_config": {"agent_id": "a", "api_key": secret}},
            {"provider": "elevenlabs", "provider_config": {"agent_id": 1, "api_key": secret}},
            {"provider": "x", "provider_config": {"api_key": secret, "sample_rate": "x"}},
            {"api_key": secret},
        ):
            seen.append((await house.ask(config)).text)
        bad = {"Authorization": f"Bearer {secret}", "xi-api-key": secret}
        seen.append((await house.ask(headers=bad)).text)
        house.behind.signed_url = f"wss://evil.example/?conversation_signature={SIGNATURE}"
        seen.append((await house.ask(headers={"Authorization": "Bearer tok-1234"})).text)
        house.behind.signed_url = None
        answer = await house.ask(headers={"Authorization": "Bearer tok-1234"})
        url = answer.json()["signed_url"]
        ticket = url.partition("visavis_ticket=")[2]
        house.behind.redirect_to = "ws://127.0.0.1:1/"
        async with connect(url, subprotocols=CONVAI, logger=logging.getLogger("test")) as peer:
            seen.append(str(await peer.recv()))
            seen.append(str(await closed_by(peer)))
        seen.append((await house.get("/metrics")).text)
        whole = "\n".join(seen)
        for hidden in (secret, KEY, SIGNATURE, "tok-1234", ticket):
            assert hidden not in whole
        names = ("visavis", "uvicorn", "httpx", "httpcore", "websockets.client")
        ours = [r.getMessage() for r in caplog.records if r.name.startswith(names)]
        for hidden in (secret, KEY, SIGNATURE, "tok-1234"):
            assert not [line for line in ours if hidden in line]

    serving(visit, api_tokens=(SecretStr("tok-1234"),))


# ------------------------------------------------------------------ backends of one's own


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
    from websockets.asyncio.server import serve

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
            app = create_gateway_app(ServeSettings(), own, None, GatewayLips(lambda: WEIGHTS))
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


def test_noise_is_noise() -> None:
    """The sound of these tests moves a mouth at all."""
    assert np.abs(np.frombuffer(PCM, dtype="<i2")).max() > 3_000
