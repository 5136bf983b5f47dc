"""What other origins may load, and how a page that may not talk here learns why."""

from __future__ import annotations

import httpx
import pytest

from tests.serve.test_app import serving

SITE = "https://tea.example"
FROM_SITE = {"Origin": SITE}

ANYBODYS = ["/visavis.js", "/capture.worklet.js", "/rive.wasm", "/characters/pip.riv", "/ear.npz"]


def test_anybody_may_load_the_code_and_the_drawing_and_nothing_else() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=FROM_SITE) as client:
            for path in ANYBODYS:
                answer = await client.get(path)
                assert answer.status_code == 200, path
                assert answer.headers["access-control-allow-origin"] == "*", path
                assert answer.headers["cross-origin-resource-policy"] == "cross-origin", path
            for path in ["/", "/healthz", "/metrics"]:
                answer = await client.get(path)
                assert answer.status_code == 200, path
                assert "access-control-allow-origin" not in answer.headers, path

    serving(visit)


def test_what_names_its_build_is_kept_and_the_rest_is_asked_for_again() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            kept = await client.get("/rive.wasm?v=0123")
            assert "immutable" in kept.headers["cache-control"]
            for path in ["/", "/visavis.js", "/rive.wasm", "/characters/pip.riv?v=1", "/no.js?v=1"]:
                asked_again = await client.get(path)
                assert asked_again.headers["cache-control"] == "no-cache", path
            health = await client.get("/healthz")
            assert "cache-control" not in health.headers

    serving(visit)


@pytest.mark.parametrize("origin", [SITE, None])
def test_who_answers_here(origin: str | None) -> None:
    async def visit(address: str) -> None:
        headers = {} if origin is None else {"Origin": origin}
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as client:
            answer = await client.get("/v1/avatar")
            assert answer.json() == {"name": "Testy", "character": "pip"}
            assert answer.headers.get("access-control-allow-origin") == origin

    serving(visit, origins=(SITE,))


def test_a_refused_page_can_read_which_setting_lets_it_in() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}", headers=FROM_SITE) as client:
            answer = await client.get("/v1/avatar")
            assert answer.status_code == 403
            assert answer.headers["access-control-allow-origin"] == "*"
            problem = answer.json()
            assert problem["code"] == "origin"
            assert f"--allow-origin {SITE}" in problem["hint"]
            assert "Testy" not in answer.text

    serving(visit, origins=("https://coffee.example",))


def test_the_page_shows_its_own_persona_from_the_first_frame_on() -> None:
    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            page = (await client.get("/")).text
            assert '<visavis-avatar form="fullscreen" character="pip" name="Testy">' in page
            assert "<title>Testy" in page

    serving(visit)
