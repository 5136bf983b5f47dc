"""Language models: a real HTTP endpoint that behaves or not, and the real local model."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from tests.reply.completions import Endpoint, delta, listening
from visavis.errors import EngineError, ProviderError
from visavis.models import SMOLLM2, ModelStore
from visavis.reply.answer import ChatMessage
from visavis.reply.llm_local import LlamaCpp
from visavis.reply.llm_openai import OpenAICompatible

KEY = "sk-s3cret-key"
MESSAGES = (
    ChatMessage("system", "You are Pip."),
    ChatMessage("user", "Hi."),
    ChatMessage("assistant", "Hello!"),
    ChatMessage("user", "Tell me a story about the sea."),
)
WATCHDOG_S = 30.0


@asynccontextmanager
async def connected(endpoint: Endpoint) -> AsyncGenerator[OpenAICompatible]:
    async with asyncio.timeout(WATCHDOG_S), listening(endpoint):
        llm = OpenAICompatible(model="m", base_url=endpoint.base_url, api_key=KEY)
        try:
            yield llm
        finally:
            await llm.aclose()
            await llm.aclose()  # idempotent


async def whole(llm: OpenAICompatible) -> list[str]:
    async with aclosing(llm.stream(MESSAGES, 20)) as pieces:
        return [piece async for piece in pieces]


def failure_of(endpoint: Endpoint) -> ProviderError:
    async def main() -> ProviderError:
        async with connected(endpoint) as llm:
            with pytest.raises(ProviderError) as caught:
                await whole(llm)
            return caught.value

    return asyncio.run(main())


def check(error: ProviderError) -> None:
    assert error.hint
    assert KEY not in str(error) + error.hint
    assert "s3cret" not in str(error) + error.hint, "a provider's own words may quote anything"


def test_text_arrives_piece_by_piece() -> None:
    async def main() -> None:
        events = [
            delta(None),
            delta("Once "),
            delta(""),
            delta("upon"),
            delta(" a time."),
            "[DONE]",
        ]
        endpoint = Endpoint(events, go=asyncio.Semaphore(2))
        async with connected(endpoint) as llm, aclosing(llm.stream(MESSAGES, 20)) as pieces:
            assert await anext(pieces) == "Once ", "and nothing more has been sent yet"
            for _ in range(2):
                endpoint.go.release()
            assert await anext(pieces) == "upon"
            for _ in range(2):
                endpoint.go.release()
            assert [piece async for piece in pieces] == [" a time."]
        (request,) = endpoint.requests
        assert request["stream"] is True
        assert request["max_tokens"] == 20
        assert [(m["role"], m["content"]) for m in request["messages"]] == [
            (m.role, m.content) for m in MESSAGES
        ]
        assert f"bearer {KEY}" in endpoint.heads[0].lower()

    asyncio.run(main())


def test_a_closed_iterator_closes_the_connection() -> None:
    async def main() -> None:
        endpoint = Endpoint([delta(str(i)) for i in range(100)], go=asyncio.Semaphore(1))
        async with connected(endpoint) as llm:
            async with aclosing(llm.stream(MESSAGES, 20)) as pieces:
                assert await anext(pieces) == "0"
                assert not endpoint.hung_up.is_set()
            await endpoint.hung_up.wait()

    asyncio.run(main())


def test_a_cancelled_task_closes_the_connection() -> None:
    async def main() -> None:
        endpoint = Endpoint([delta("a"), delta("b")], go=asyncio.Semaphore(0))
        async with connected(endpoint) as llm:
            task = asyncio.create_task(whole(llm))
            while not endpoint.requests:  # noqa: ASYNC110 - it is the socket that we wait for
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await endpoint.hung_up.wait()

    asyncio.run(main())


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_a_refusal_is_a_provider_error_with_its_status(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openai._constants.INITIAL_RETRY_DELAY", 0.0)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.0)
    error = failure_of(Endpoint(status=status))
    check(error)
    assert str(status) in str(error)


@pytest.mark.parametrize(
    "endpoint",
    [
        {"body": b"<html>Welcome to my router</html>"},
        {"body": b""},
        {"events": ["this is no JSON"]},
        {"events": ['"neither an object"']},
        {"events": ['{"hello": 1}']},
        {"events": ['{"choices": [{"delta": null}]}']},
        {"events": [delta("Once"), '{"error": {"message": "s3cret overload"}}']},
        {"events": [delta("Once ")], "cut_off": True},
        {"events": []},
    ],
    ids="page,empty,no json,string,other,no delta,error event,cut off,no events".split(","),
)
def test_garbage_is_a_provider_error(endpoint: dict[str, object]) -> None:
    check(failure_of(Endpoint(**endpoint)))  # type: ignore[arg-type]


def test_nobody_there_is_a_provider_error() -> None:
    with socket.socket() as closed:  # bound and not listening: refused, and nobody else gets it
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"

        async def main() -> None:
            llm = OpenAICompatible(model="m", base_url=url, api_key=KEY)
            with pytest.raises(ProviderError, match="reached") as caught:
                await whole(llm)
            check(caught.value)
            await llm.aclose()

        asyncio.run(main())


def test_what_is_asked_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with connected(Endpoint([delta("Once upon a time."), "[DONE]"])) as llm:
            assert await whole(llm) == ["Once upon a time."]

    with caplog.at_level(logging.DEBUG):
        asyncio.run(main())
    assert [r for r in caplog.records if r.name.startswith("openai")] == [], "whatever it would be"
    for word in ("story about the sea", "Once upon", KEY):
        assert word not in caplog.text


def test_no_key_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ProviderError, match="key") as caught:
        OpenAICompatible(model="m")
    assert "OPENAI_API_KEY" in caught.value.hint


# ------------------------------------------------------------------ the local model


@pytest.fixture(scope="module")
def local(store: ModelStore) -> LlamaCpp:
    return LlamaCpp(store.path(SMOLLM2), n_threads=1)


async def first(llm: LlamaCpp, messages: tuple[ChatMessage, ...], n_pieces: int) -> str:
    text = ""
    async with aclosing(llm.stream(messages, 40)) as pieces:
        async for piece in pieces:
            text += piece
            n_pieces -= 1
            if n_pieces == 0:
                break
    return text


@pytest.mark.models
def test_the_local_model_streams(local: LlamaCpp) -> None:
    async def main() -> None:
        pieces = [piece async for piece in local.stream(MESSAGES, 12)]
        assert 4 <= len(pieces) <= 13
        assert all(pieces)
        again = [piece async for piece in local.stream(MESSAGES, 12)]
        assert again[:3] == pieces[:3], "temperature 0; later a cached prompt may round otherwise"

    asyncio.run(main())


@pytest.mark.models
def test_the_local_model_stops_within_a_token_or_two(
    local: LlamaCpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_generated = 0
    server = local._server  # pyright: ignore[reportPrivateUsage]

    class Counting:
        def handle_chat_completions(self, request: object, on_chunk: object) -> object:
            def counted(chunk: object) -> object:
                nonlocal n_generated
                n_generated += 1
                return on_chunk(chunk)  # type: ignore[operator]

            return server.handle_chat_completions(request, counted)

    monkeypatch.setattr(local, "_server", Counting())

    async def main() -> None:
        assert await first(local, MESSAGES, 3)
        assert len(asyncio.all_tasks()) == 1, "nothing goes on behind the closed iterator"

    asyncio.run(main())
    assert 3 <= n_generated <= 12, "of the 40 that were asked for"


@pytest.mark.models
def test_two_streams_of_the_local_model_do_not_mix(local: LlamaCpp) -> None:
    other = (MESSAGES[0], ChatMessage("user", "What is the capital of France?"))

    async def main() -> None:
        story, city = await asyncio.gather(first(local, MESSAGES, 10), first(local, other, 10))
        assert "Paris" in city
        assert len(story) > 10
        assert "Paris" not in story

    asyncio.run(main())


@pytest.mark.models
def test_a_cancelled_stream_leaves_the_local_model_fit(local: LlamaCpp) -> None:
    async def main() -> None:
        task = asyncio.create_task(first(local, MESSAGES, 40))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await first(local, MESSAGES, 3)

    asyncio.run(main())


@pytest.mark.parametrize("content", [None, b"", b"no model at all", b"GGUF" + bytes(64)])
def test_a_broken_model_file_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    pytest.importorskip("xllamacpp")
    path = tmp_path / "broken.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=r"broken\.gguf") as caught:
        LlamaCpp(path)
    assert "models verify" in caught.value.hint
    assert str(tmp_path) not in str(caught.value)
