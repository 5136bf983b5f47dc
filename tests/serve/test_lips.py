"""The two routes for lips on a real socket, with a scripted voice; characters need no weights."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import wave
from typing import Any

import httpx
import numpy as np
import pytest

from tests.serve.test_app import serving
from visavis.hear.audio import pcm_from_float
from visavis.serve.door import MAX_SOUND_BODY_BYTES
from visavis.wire import lips as wire

SOUND = np.concatenate(
    [0.3 * np.sin(np.arange(16_000) / 8.0), np.zeros(8_000)],
).astype(np.float32)
PCM = pcm_from_float(SOUND).astype("<i2").tobytes()
SAID = {
    "characters": list("a map"),
    "character_start_times_seconds": [0.0, 0.2, 0.3, 0.5, 0.8],
    "character_end_times_seconds": [0.2, 0.3, 0.5, 0.8, 1.0],
}


def wav(pcm: bytes, rate_hz: int = 16_000) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def posted(path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    found: list[httpx.Response] = []

    async def visit(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            found.append(await client.post(path, json=body, headers=headers))

    serving(visit)
    return found[0]


@pytest.mark.parametrize("audio", [PCM, wav(PCM)], ids=["pcm", "wav"])
def test_a_sound_with_its_characters_has_their_mouths(audio: bytes) -> None:
    body = {"audio": in_base64(audio), "sample_rate": 16_000, "alignment": SAID}
    answer = posted("/v1/visemes", body).json()
    assert answer["duration_ms"] == 1_500
    assert answer["made_from"] == "characters and sound"
    shapes = [one["visemeId"] for one in answer["visemes"]]
    assert shapes.count(1) == 2, "m and p"
    assert shapes[-1] == 0
    offsets = [one["offset"] for one in answer["visemes"]]
    assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"audio": "%%%"}, 422, "Base64"),
        ({"audio": ""}, 422, "no sound"),
        ({"audio": in_base64(b"RIFF nonsense")}, 422, "WAV"),
        ({"alignment": {"characters": ["a"]}}, 422, "alignment"),
        ({"text": "a map"}, 422, "one way"),
        ({"sample_rate": 3}, 422, "sample_rate"),
    ],
)
def test_what_can_not_be_read_is_said(change: dict[str, Any], status: int, word: str) -> None:
    body = {"audio": in_base64(PCM), "sample_rate": 16_000, "alignment": SAID} | change
    answer = posted("/v1/visemes", body)
    assert answer.status_code == status
    assert word in json.dumps(answer.json())


def test_a_page_of_another_origin_is_refused() -> None:
    body = {"audio": in_base64(PCM), "alignment": SAID}
    assert posted("/v1/visemes", body, {"Origin": "https://else.example"}).status_code == 403


def test_what_says_that_it_is_huge_is_not_even_read() -> None:
    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /v1/visemes HTTP/1.1\r\nHost: {address}\r\n"
        head += "Content-Type: application/json\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {MAX_SOUND_BODY_BYTES + 1}\r\n\r\n{{}}".encode())
        assert b" 413 " in await reader.readline()
        writer.close()

    serving(visit)


def events_in(text: str) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for block in text.strip().split("\n\n"):
        kind, data = block.split("\n")
        found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_text_comes_as_mouths_and_sound_in_turn() -> None:
    answer = posted("/v1/visemes-audio", {"text": "The first one is here. And the second one."})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_in(answer.text)
    kinds = [kind for kind, _ in events]
    assert kinds == ["visemes", "audio", "visemes", "audio", "done"]
    heard_ms = 0
    for (_, visemes), (_, audio) in zip(events[:-1:2], events[1::2], strict=True):
        n_samples = len(base64.b64decode(audio["data"])) // 2
        lasts_ms = n_samples * 1_000 // audio["sample_rate"]
        assert audio["chunk_duration_ms"] == pytest.approx(lasts_ms, abs=1)
        for one in visemes["visemes"]:
            assert heard_ms <= one["offset"] <= heard_ms + lasts_ms + 1, "of the sound that follows"
        heard_ms += lasts_ms
    assert events[-2][1]["sequence"] == 1
    assert events[-3][1]["chunk_progress"] == 1.0
    assert events[-1][1]["duration_ms"] == pytest.approx(heard_ms, abs=2)


def test_a_text_without_words_is_done_at_once() -> None:
    events = events_in(posted("/v1/visemes-audio", {"text": "..."}).text)
    assert events == [("done", {"type": "done", "duration_ms": 0})]


@pytest.mark.parametrize("text", ["", "a" * (wire.MAX_TEXT_CHARS + 1)])
def test_too_little_and_too_much_text_are_refused(text: str) -> None:
    assert posted("/v1/visemes-audio", {"text": text}).status_code == 422
