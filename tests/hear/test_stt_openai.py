"""Speech to text at a real HTTP service that behaves or not."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import numpy as np
import pytest

from tests.openai_speech import KEY, SpeechService, serving
from visavis.errors import ProviderError
from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.hear.stt_openai import OpenAITranscriber
from visavis.speech_service import TIMEOUT, Address

SOUND = np.random.default_rng(7).normal(0.0, 0.1, RATE_HZ).astype(np.float32)
FORM = {"model": "whisper-1", "response_format": "json"}


@asynccontextmanager
async def transcriber_at(
    service: SpeechService,
    *,
    url: str | None = None,
    key: str = KEY,
    language: str | None = None,
    read_s: float = 6.0,
) -> AsyncGenerator[OpenAITranscriber, None]:
    address = Address("STT", url or service.url, "whisper-1", key)
    stt = OpenAITranscriber(address, language, httpx.Timeout(read_s, connect=TIMEOUT.connect))
    try:
        yield stt
    finally:
        await asyncio.to_thread(stt.close)
        await asyncio.to_thread(stt.close)  # idempotent


async def words(service: SpeechService, **how: Any) -> str:
    """In a thread, as a conversation asks."""
    async with transcriber_at(service, **how) as stt:
        return await asyncio.to_thread(stt.transcribe, SOUND, lambda: False, "what was expected")


async def failure(service: SpeechService, **how: Any) -> ProviderError:
    """The error is fit to be shown."""
    with pytest.raises(ProviderError) as caught:
        await words(service, **how)
    error = caught.value
    assert KEY not in f"{error} {error.hint}"
    assert error.hint
    return error


def test_a_wav_goes_out_and_words_come_back() -> None:
    async def visit(service: SpeechService) -> None:
        assert await words(service) == "what time is it"
        assert await words(service, language="de") == "what time is it"
        assert service.forms == [FORM, FORM | {"language": "de"}]
        assert np.array_equal(service.heard[0], pcm_from_float(SOUND))

    serving(visit)


REFUSALS = (
    (401, "does not accept the key", "VISAVIS_STT_API_KEY"),
    (404, "no such address or model", "VISAVIS_STT_BASE_URL"),
    (422, "does not accept what it is asked", "VISAVIS_STT_MODEL"),
    (503, "failed", "log"),
)


def test_what_it_refuses_with_is_told_with_the_setting_to_mend(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    async def visit(service: SpeechService) -> None:
        for status, told, setting in REFUSALS:
            service.status = status
            error = await failure(service)
            assert told in str(error)
            assert setting in error.hint
        service.status = 200
        assert "key" in str(await failure(service, key="sk-other"))
        nobody = await failure(service, url="http://127.0.0.1:9/v1")
        assert "can't be reached" in str(nobody)
        assert await words(service) == "what time is it", "and the next one is heard"

    serving(visit)
    assert KEY not in caplog.text


OTHER_ANSWERS = (
    b"<html></html>",
    b"[]",
    b'{"txt": "x"}',
    b'{"text": 5}',
    b'{"text": null}',
    b"",
)


def test_what_is_no_transcript_is_told() -> None:
    async def visit(service: SpeechService) -> None:
        service.media_type = "application/json"
        for service.body in OTHER_ANSWERS:
            error = await failure(service)
            assert "sent no" in str(error)
            assert "VISAVIS_STT_BASE_URL" in error.hint

    serving(visit)


def test_a_service_that_hangs_is_given_up() -> None:
    async def visit(service: SpeechService) -> None:
        service.go = asyncio.Semaphore(0)
        assert "took too long" in str(await failure(service, read_s=0.2))

    serving(visit)


def test_whoever_gives_up_is_let_go_at_once() -> None:
    """While the service still thinks; the next one gets the next answer."""
    given_up = threading.Event()

    async def visit(service: SpeechService) -> None:
        service.go = asyncio.Semaphore(0)
        async with transcriber_at(service) as stt:
            asked = asyncio.create_task(asyncio.to_thread(stt.transcribe, SOUND, given_up.is_set))
            await asyncio.wait_for(service.came.wait(), 20)
            given_up.set()
            assert await asyncio.wait_for(asked, 20) == ""
            service.let_go()
            next_one = await asyncio.to_thread(stt.transcribe, SOUND, lambda: False)
            assert next_one == "what time is it"

    serving(visit)
