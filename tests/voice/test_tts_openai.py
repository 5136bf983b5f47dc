"""A voice at a real HTTP service that behaves or not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from tests.openai_speech import BLOCK_BYTES, KEY, RATE_HZ, SpeechService, serving
from tests.speech import CLOSURES, spoken
from visavis.ear_weights import ear_weights
from visavis.errors import ProviderError
from visavis.events import Cue
from visavis.hear.audio import pcm_from_float
from visavis.lips.lipsync import LipSync
from visavis.models.lexicon import best_lexicon
from visavis.speech_service import TIMEOUT, Address
from visavis.voice.playout import Playout
from visavis.voice.tts import Part, Voiced, VoiceStyle, joined
from visavis.voice.tts_openai import OpenAIVoice

LEAD_IN = 4_000
"""Silence before the voice, as services send it."""


def new_lips(rate_hz: int) -> LipSync:
    return LipSync(rate_hz, lexicon=best_lexicon(), ear=ear_weights())


def said() -> tuple[NDArray[np.int16], bytes]:
    """A sentence of many closures at RATE_HZ, and as a service sends it."""
    voiced = spoken()[CLOSURES]
    sound = soxr.resample(voiced.sound, voiced.rate_hz, RATE_HZ).astype(np.float32)
    pcm = pcm_from_float(sound)
    quiet = np.zeros(LEAD_IN, dtype=np.int16)
    return pcm, np.concatenate([quiet, pcm]).astype("<i2").tobytes()


@asynccontextmanager
async def voice_at(
    service: SpeechService, *, url: str | None = None, key: str = KEY, read_s: float = 6.0
) -> AsyncGenerator[OpenAIVoice, None]:
    address = Address("TTS", url or service.url, "tts-1", key)
    timeout = httpx.Timeout(read_s, connect=TIMEOUT.connect)
    voice = OpenAIVoice(address, "alloy", RATE_HZ, new_lips, timeout)
    try:
        yield voice
    finally:
        await voice.aclose()
        await voice.aclose()  # idempotent


async def pieces_of(voice: OpenAIVoice, text: str = CLOSURES) -> list[Voiced]:
    async with aclosing(voice.speak(text, VoiceStyle())) as pieces:
        return [piece async for piece in pieces]


def test_sound_is_handed_on_as_it_comes() -> None:
    pcm, data = said()

    async def visit(service: SpeechService) -> None:
        service.go = asyncio.Semaphore(8)
        async with (
            voice_at(service) as voice,
            aclosing(voice.speak(CLOSURES, VoiceStyle(speed=1.2))) as coming,
        ):
            pieces = [await anext(coming)]
            assert len(pieces[0].sound) < 8 * BLOCK_BYTES // 2 < len(pcm), "no more was sent yet"
            service.let_go()
            pieces += [piece async for piece in coming]
        assert [piece.part for piece in pieces[:1]] == [Part.HEAD]
        assert {piece.part for piece in pieces[1:-1]} == {Part.MIDDLE}
        assert pieces[-1].part is Part.TAIL
        whole = joined(pieces)
        assert whole.text == CLOSURES
        first = LEAD_IN + len(pcm) - len(whole.sound)
        assert LEAD_IN - 500 < first <= LEAD_IN + 2_000, "silence before the voice is left out"
        sent = np.frombuffer(data, dtype="<i2")[first:]
        assert np.array_equal(np.round(whole.sound * 32_768.0), sent), "not one sample is lost"
        assert service.asked == [
            {
                "model": "tts-1",
                "voice": "alloy",
                "input": CLOSURES,
                "response_format": "pcm",
                "speed": 1.2,
            }
        ]

    serving(visit, SpeechService(data))


def shapes(cues: tuple[Cue, ...], n_samples: int) -> NDArray[np.int64]:
    """The shape in the middle of every 10 ms."""
    moments = np.arange(RATE_HZ // 200, n_samples, RATE_HZ // 100)
    at = np.searchsorted([cue.at_sample for cue in cues], moments, side="right") - 1
    return np.array([cue.viseme for cue in cues], dtype=np.int64)[at]


def test_lips_come_from_text_and_sound_and_are_those_of_the_whole() -> None:
    """In pieces, each of which knows little of what follows, as if all had been known at once."""
    _, data = said()

    async def visit(service: SpeechService) -> None:
        async with voice_at(service) as voice:
            pieces = await pieces_of(voice)
        playout = Playout(lead_ms=voice.lead_ms)
        phrases = [playout.add("llm", piece) for piece in pieces]
        assert len(phrases) > 5
        whole = joined(pieces)
        n_samples = len(whole.sound)
        lips = new_lips(RATE_HZ)
        at_once = (*lips.push(whole.sound, text=CLOSURES), *lips.finish())
        found = tuple(cue for phrase in phrases for cue in phrase.cues)
        starts = [cue.at_sample for cue in found]
        assert starts == sorted(starts)
        for phrase in phrases:
            assert phrase.cues[0].at_sample == phrase.start_sample
            end = phrase.start_sample + phrase.n_samples
            assert all(cue.at_sample <= end for cue in phrase.cues)
            assert all(word.end_sample <= end for word in phrase.words)
        assert (found[-1].viseme, found[-1].weight) == (0, 0.0), "the mouth is shut at the end"
        same = shapes(found, n_samples) == shapes(at_once, n_samples)
        assert np.mean(same) > 0.85
        closed = shapes(found, n_samples) == 1
        n_closures = int(np.sum(closed[1:] & ~closed[:-1]))
        assert n_closures >= 10, "Bob and Pam put up a big map: lips meet for each of them"
        words = [word.text for phrase in phrases for word in phrase.words]
        assert words == CLOSURES.split()

    serving(visit, SpeechService(data))


async def failure(service: SpeechService, **how: Any) -> ProviderError:
    """Of a phrase; the error is fit to be shown."""
    async with voice_at(service, **how) as voice:
        with pytest.raises(ProviderError) as caught:
            await pieces_of(voice, "Hello.")
    error = caught.value
    assert KEY not in f"{error} {error.hint}"
    assert error.hint
    return error


REFUSALS = (
    (401, "does not accept the key", "VISAVIS_TTS_API_KEY"),
    (404, "no such address or model", "VISAVIS_TTS_BASE_URL"),
    (400, "does not accept what it is asked", "VISAVIS_TTS_VOICE"),
    (429, "asked too often", "limit"),
    (307, "is elsewhere", "VISAVIS_TTS_BASE_URL"),
    (500, "failed", "log"),
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
            assert str(status) in str(error)
            assert setting in error.hint
        service.status = 200
        assert "key" in str(await failure(service, key="sk-other"))
        nobody = await failure(service, url="http://127.0.0.1:9/v1")
        assert "can't be reached" in str(nobody)
        service.pcm = b"\1\2" * RATE_HZ
        async with voice_at(service) as voice:
            assert joined(await pieces_of(voice, "Hello.")).text == "Hello."

    serving(visit)
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("asyncio")]
    assert not [line for line in ours if KEY in line]
    assert KEY not in repr(Address("TTS", "http://localhost/v1", "m", KEY))


OTHER_ANSWERS = (
    ("audio/wav", b"RIFF\x24\x00\x00\x00WAVEfmt " * 300, "sent WAV"),
    ("audio/mpeg", b"\xff\xfb\x90\x64" * 3_000, "sent MP3"),
    ("audio/mpeg", b"ID3\x04" * 3_000, "sent MP3"),
    ("audio/ogg", b"OggS\x00" * 3_000, "sent Opus"),
    ("text/html", b"<html>Welcome to nginx</html>", "sent text"),
    ("application/json", b'{"error": "no"}', "sent text"),
    ("audio/pcm", b"", "sent no sound"),
    ("audio/pcm", b"\0", "sent no sound"),
    ("audio/pcm", bytes(2 * RATE_HZ * 61), "does not stop"),
)


def test_what_is_no_pcm_is_told_apart() -> None:
    async def visit(service: SpeechService) -> None:
        for service.media_type, service.body, told in OTHER_ANSWERS:
            assert told in str(await failure(service))

    serving(visit)


def test_a_service_that_hangs_is_given_up() -> None:
    async def visit(service: SpeechService) -> None:
        service.go = asyncio.Semaphore(3)
        assert "took too long" in str(await failure(service, read_s=0.2))

    serving(visit, SpeechService(bytes(2 * RATE_HZ)))


def test_whoever_stops_listening_hangs_up() -> None:
    _, data = said()

    async def visit(service: SpeechService) -> None:
        service.go = asyncio.Semaphore(10)
        async with voice_at(service) as voice:
            async with aclosing(voice.speak(CLOSURES, VoiceStyle())) as coming:
                await anext(coming)
            await asyncio.wait_for(service.hung_up.wait(), 20)

    serving(visit, SpeechService(data))


def test_silence_is_one_piece_without_sound() -> None:
    async def visit(service: SpeechService) -> None:
        async with voice_at(service) as voice:
            (piece,) = await pieces_of(voice, "Hello.")
        assert (piece.part, len(piece.sound)) == (Part.WHOLE, 0)

    serving(visit, SpeechService(bytes(2 * RATE_HZ)))
