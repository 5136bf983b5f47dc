"""Which pages may use the server, asked as browsers ask."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.serve.test_app import HELLO, V1, serving
from visavis.errors import ConfigError
from visavis.serve.origins import read_origins
from visavis.wire import messages as wire
from visavis.wire.codec import decode_server

FRIEND = "https://friend.example:8443"
STRANGER = "https://evil.example"
LIPS = "/v1/visemes"
URL = "/v1/get-signed-url"
LOCAL = {"config": {"provider": "local"}}


def asking(origin: str, headers: str = "authorization, content-type") -> dict[str, str]:
    """What a browser asks with before it sends JSON to another origin."""
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }


def allowed(answer: httpx.Response) -> str | None:
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize(("origins", "origin"), [((FRIEND,), FRIEND), (("*",), STRANGER)])
def test_pages_of_allowed_origins_may_ask_and_read(origins: tuple[str, ...], origin: str) -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            first = await client.options(URL, headers=asking(origin))
            assert first.status_code == 204
            assert allowed(first) == origin
            may = first.headers["access-control-allow-headers"].lower().split(", ")
            assert {"authorization", "content-type", "xi-api-key"} <= set(may)
            assert "POST" in first.headers["access-control-allow-methods"]
            then = await client.post(URL, json=LOCAL, headers={"Origin": origin})
            assert then.status_code == 200
            wrong = await client.post(LIPS, json={}, headers={"Origin": origin})
            assert wrong.status_code == 422, "and errors may be read"
            for answer in (first, then, wrong):
                assert allowed(answer) == origin
                assert answer.headers["vary"] == "Origin"
            socket = then.json()["signed_url"]
        convai = [Subprotocol("convai")]
        async with connect(socket, subprotocols=convai, origin=Origin(origin)) as peer:
            assert peer.subprotocol == "convai"

    serving(visit, origins=origins)


def test_other_pages_are_refused_and_told_the_setting(caplog: pytest.LogCaptureFixture) -> None:
    async def visit(address: str) -> None:
        said: list[Any] = []
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            first = await client.options(URL, headers=asking(STRANGER))
            then = await client.post(URL, json=LOCAL, headers={"Origin": STRANGER})
            for answer in (first, then):
                assert allowed(answer) is None
                assert answer.headers["content-type"] == "application/problem+json"
                said.append((answer.status_code, answer.json()))
            read = await client.get("/v1/nothing", headers={"Origin": STRANGER})
            assert allowed(read) is None
            assert read.headers["vary"] == "Origin"
        for path, protocols in (("talk", V1), ("pcm", None), ("convai/conversation", None)):
            with pytest.raises(InvalidStatus) as denied:
                await connect(
                    f"ws://{address}/v1/{path}", subprotocols=protocols, origin=Origin(STRANGER)
                )
            answer = denied.value.response
            said.append((answer.status_code, json.loads(answer.body or b"")))
        for status, problem in said:
            assert (status, problem["code"]) == (403, "origin")
            assert f"--allow-origin {STRANGER}" in problem["hint"]

    serving(visit, origins=(FRIEND,))
    assert f"--allow-origin {STRANGER}" in caplog.text, "the operator reads it, too"


def test_a_page_from_a_file_is_told_why() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            answer = await client.post(URL, json=LOCAL, headers={"Origin": "null"})
        assert answer.status_code == 403
        assert "web server" in answer.json()["hint"]

    serving(visit)


def test_the_servers_own_page_and_programs_need_no_leave() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            for headers in ({}, {"Origin": f"http://{address}"}):
                assert (await client.post(URL, json=LOCAL, headers=headers)).status_code == 200
            plain = await client.options(URL)
            assert plain.status_code == 405, "only a browser's question is answered"
        origin = Origin(f"http://{address}")
        async with connect(f"ws://{address}/v1/talk", subprotocols=V1, origin=origin) as peer:
            await peer.send(HELLO)
            assert isinstance(decode_server(str(await peer.recv())), wire.Ready)

    serving(visit)


def test_origins_are_read_as_browsers_write_them() -> None:
    assert read_origins(["https://Example.org/", " http://localhost:3000", "*"]) == (
        "https://example.org",
        "http://localhost:3000",
        "*",
    )
    assert read_origins(["chrome-extension://abc"]) == ("chrome-extension://abc",)


@pytest.mark.parametrize(
    "name", ["example.org", "localhost:3000", "https://example.org/app", "https://", "", "null"]
)
def test_what_is_no_origin_would_never_match(name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_origins([name])
    assert "--allow-origin https://" in refused.value.hint
