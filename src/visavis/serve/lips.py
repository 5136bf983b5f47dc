"""Lips for other programs: sound to mouth shapes, text to sound with mouth shapes, over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import numpy as np
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from visavis.ear_weights import reading_weights
from visavis.errors import (
    BusyError,
    EngineError,
    ProtocolError,
    TooLargeError,
)
from visavis.lips.alignment import read_alignment
from visavis.lips.heard import Hears
from visavis.lips.lipsync import LipSync
from visavis.models.lexicon import best_lexicon
from visavis.reply.lines import phrases_of
from visavis.serve.engines import Engines
from visavis.serve.limits import PHRASE_S, within
from visavis.sounds import Sound, sound_in
from visavis.voice.playout import Playout
from visavis.voice.tts import VoiceStyle
from visavis.wire import lips as wire

MAX_WAITING = 4
"""Requests at once, the one that is worked on among them: conversations need the processor too."""

_BLOCK_SAMPLES = 4_096
_RIFF = b"RIFF"

_log = logging.getLogger(__name__)


class LipRoutes:
    """`POST /v1/visemes` and `POST /v1/visemes-audio`, one piece of work at a time."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._turn = asyncio.Semaphore(1)
        self._n_inside = 0

    def router(self) -> APIRouter:
        """The two routes."""
        router = APIRouter(prefix="/v1", tags=["lips"])
        router.add_api_route(
            "/visemes",
            self.visemes,
            methods=["POST"],
            summary="The mouth shapes of a sound",
        )
        router.add_api_route(
            "/visemes-audio",
            self.visemes_audio,
            methods=["POST"],
            summary="A text's sound and mouth shapes, as server-sent events",
            response_class=StreamingResponse,
        )
        return router

    async def visemes(self, request: wire.VisemesRequest) -> wire.VisemesResponse:
        """Which shape when, for a WAV file or raw PCM, with or without its words."""
        async with self._seat():
            return await asyncio.to_thread(_visemes, request)

    async def visemes_audio(self, request: wire.VoicedRequest) -> StreamingResponse:
        """First the shapes of each piece, then its sound; `done` at the end, or `error`."""
        if self._n_inside >= MAX_WAITING:
            raise _busy()
        events = self._events(request)
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    @asynccontextmanager
    async def _seat(self) -> AsyncGenerator[None, None]:
        """Wait for one's turn. Raises BusyError if too many do."""
        if self._n_inside >= MAX_WAITING:
            raise _busy()
        self._n_inside += 1
        try:
            async with self._turn:
                yield
        finally:
            self._n_inside -= 1

    async def _events(self, request: wire.VoicedRequest) -> AsyncGenerator[bytes, None]:
        try:
            async with self._seat(), aclosing(self._spoken(request)) as events:
                async for event in events:
                    yield wire.server_sent(event)
        except (EngineError, BusyError) as error:
            _log.warning("a text was not said to its end: %s", error.code)
            failed = wire.FailedEvent(code=error.code, message=str(error), hint=error.hint)
            yield wire.server_sent(failed)

    async def _spoken(self, request: wire.VoicedRequest) -> AsyncGenerator[wire.StreamEvent, None]:
        """Phrase by phrase, as a conversation would hear it."""
        tts = self._engines.tts
        style = VoiceStyle(pitch_semitones=request.pitch_semitones, speed=request.speed)
        phrases = phrases_of(request.text)
        n_chars, n_said, n_samples = max(1, sum(map(len, phrases))), 0, 0
        playout = Playout(lead_ms=tts.lead_ms)
        for phrase in phrases:
            async with aclosing(tts.speak(phrase, style)) as pieces:
                while (
                    voiced := await within(PHRASE_S, anext(pieces, None), "The voice")
                ) is not None:
                    n_said += len(voiced.text)
                    laid = playout.add("llm", voiced)
                    n_samples = laid.start_sample + laid.n_samples
                    for event in wire.events_of(laid, tts.rate_hz, min(1.0, n_said / n_chars)):
                        yield event
        yield wire.DoneEvent(duration_ms=round(n_samples * 1_000.0 / tts.rate_hz))


def _visemes(request: wire.VisemesRequest) -> wire.VisemesResponse:
    """Blocking; about a hundredth of the sound's own length.

    Raises:
        ClientError, SoundError: the request is at fault.
        SetupError: the ear's weights are missing.
    """
    sound, rate_hz = _sound(request)
    said = None if request.alignment is None else read_alignment(request.alignment)
    if said is not None and request.text:
        raise ProtocolError("Words can be told in one way only.", hint="Send text or alignment.")
    told = said is not None or bool(request.text)
    lexicon = best_lexicon() if told else None
    ear = None if said is not None else reading_weights()
    lips = LipSync(rate_hz, lexicon=lexicon, ear=ear, follows=Hears.WORDS_AFTERWARDS)
    cues = list(lips.push(characters=said, text=request.text))
    for at in range(0, len(sound), _BLOCK_SAMPLES):
        cues += lips.push(sound[at : at + _BLOCK_SAMPLES])
    cues += lips.finish()
    made_from = "characters and sound" if said is not None else "text and sound"
    return wire.VisemesResponse(
        visemes=wire.visemes_of(cues, rate_hz),
        duration_ms=round(len(sound) * 1_000.0 / rate_hz),
        sample_rate=rate_hz,
        made_from=made_from if told else "sound",
    )


def _sound(request: wire.VisemesRequest) -> tuple[Sound, int]:
    data = request.audio_bytes()
    if len(data) > wire.MAX_AUDIO_BYTES:
        raise TooLargeError(f"The sound is longer than {wire.MAX_AUDIO_BYTES} bytes.")
    if data.startswith(_RIFF):
        return sound_in(data, "`audio`")
    if len(data) < 2:
        raise ProtocolError("There is no sound in `audio`.")
    samples = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")
    return samples.astype(np.float32) / 32_768.0, request.sample_rate


def _busy() -> BusyError:
    return BusyError("Too many sounds wait for their lips.", hint="Try again in a moment.")
