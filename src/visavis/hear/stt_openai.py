"""Speech to text at any endpoint that answers like OpenAI's `POST /v1/audio/transcriptions`."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from http import HTTPStatus
from typing import cast

import httpx
import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.speech_service import TIMEOUT, Address

_AT_ONCE = 8
_POLL_S = 0.02
_MAX_ANSWER_CHARS = 10_000


class OpenAITranscriber:
    """A `SpeechToText` elsewhere. Whoever gives up is let go at once; the request ends by itself.

    Raises:
        ProviderError: (from `transcribe`) it refuses, is not there, is too slow, or answers with
            something else. No message holds the key or the provider's own words.
    """

    def __init__(
        self, address: Address, language: str | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._address = address
        self._fields = {"model": address.model, "response_format": "json"}
        if language:
            self._fields["language"] = language
        self._http = httpx.Client(timeout=timeout, headers=address.headers)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="stt")

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        """See `SpeechToText.transcribe`; `expected` is of no use here."""
        asking: Future[str] = self._pool.submit(self._ask, wav_of(sound))
        while True:
            try:
                return asking.result(_POLL_S)
            except FutureTimeoutError:
                if asking.done():
                    raise
                if cancelled():
                    asking.cancel()
                    return ""

    def close(self) -> None:
        """Let go of connections and threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _ask(self, wav: bytes) -> str:
        address = self._address
        try:
            answer = self._http.post(
                f"{address.base_url}/audio/transcriptions",
                data=self._fields,
                files={"file": ("speech.wav", wav, "audio/wav")},
            )
        except httpx.HTTPError as error:
            raise address.unreachable(error) from None
        if answer.status_code != HTTPStatus.OK:
            raise address.refused(answer.status_code)
        return self._text_of(answer)

    def _text_of(self, answer: httpx.Response) -> str:
        hint = "Check VISAVIS_STT_BASE_URL: it answers, but not as OpenAI's transcriptions do."
        try:
            told: object = answer.json()
        except ValueError:
            raise self._address.misunderstood("sent no JSON", hint) from None
        text = cast("dict[str, object]", told).get("text") if isinstance(told, dict) else None
        if not isinstance(text, str) or len(text) > _MAX_ANSWER_CHARS:
            raise self._address.misunderstood("sent no text", hint)
        return text.strip()


def wav_of(sound: NDArray[np.float32]) -> bytes:
    """float32 [n] at 16 kHz as a WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(pcm_from_float(sound).astype("<i2").tobytes())
    return file.getvalue()
