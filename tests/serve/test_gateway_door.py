"""Who may have a session through the gateway, and what is told of whom."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import CONVAI, House, closed_by, serving
from tests.serve.scripted_elevenlabs import KEY, SIGNATURE
from visavis.clock import ManualClock
from visavis.serve.settings import ServeSettings


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
