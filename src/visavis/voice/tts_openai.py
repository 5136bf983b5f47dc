"""A voice at any endpoint that answers like OpenAI's `POST /v1/audio/speech`.

Its sound streams in as raw PCM and is handed on in pieces as it comes. It tells no phonemes, so the
lips are made from the text and the sound together (`lips/heard.py`), a little ahead of each piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from http import HTTPStatus

import httpx
import numpy as np
from numpy.typing import NDArray

from visavis.events import Cue
from visavis.lips.lipsync import LipSync
from visavis.lips.phonemes import SIL
from visavis.speech_service import TIMEOUT, Address
from visavis.voice.playout import lead_in_samples
from visavis.voice.tts import Part, Voiced, VoiceStyle

Sound = NDArray[np.float32]
NewLips = Callable[[int], LipSync]
"""Lips at a sample rate, which can follow a text."""

FIRST_MS = 280.0
"""Sound of a phrase's first piece."""

NEXT_MS = 200.0
"""The least of each later one; it has more where more came meanwhile. As long as a service is
faster than speech, a piece is there before the one before it has been heard."""

AHEAD_MS = 120.0
"""Sound that was heard behind a piece before its lips are settled: they look better for it."""

CHARS_A_S = 15.0
"""About how fast English is read aloud: 160 words a minute of 5.6 characters with their space. Says
which words a piece holds before the whole phrase is known."""

_MAX_PHRASE_S = 60.0
_MIN_SPEED, _MAX_SPEED = 0.25, 4.0
"""As OpenAI documents `speed`."""

_OTHER_FORMATS = {b"RIFF": "WAV", b"ID3": "MP3", b"OggS": "Opus", b"fLaC": "FLAC"}
_FORMAT_HINT = "It must offer response_format pcm: 16 bits, little-endian, one channel, no header."


class OpenAIVoice:
    """A `TextToSpeech` elsewhere. A style's pitch is left as the service has it.

    Raises:
        ProviderError: (from `speak`) it refuses, is not there, is too slow, or sends no PCM. No
            message holds the key or the provider's own words.
    """

    def __init__(
        self,
        address: Address,
        voice: str,
        rate_hz: int,
        new_lips: NewLips,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """`rate_hz` is what the service sends; `new_lips` is called for each phrase."""
        self._address = address
        self._voice = voice
        self._rate_hz = rate_hz
        self._new_lips = new_lips
        self._http = httpx.AsyncClient(timeout=timeout, headers=address.headers)

    @property
    def rate_hz(self) -> int:
        """See `TextToSpeech.rate_hz`."""
        return self._rate_hz

    @property
    def lead_ms(self) -> float:
        """See `TextToSpeech.lead_ms`: its lips come from its sound."""
        return 0.0

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        """See `TextToSpeech.speak`."""
        speed = min(_MAX_SPEED, max(_MIN_SPEED, style.speed))
        lips = await asyncio.to_thread(self._new_lips, self._rate_hz)
        phrase = Phrased(text, self._rate_hz, lips, CHARS_A_S * speed)
        async with aclosing(self._sound(text, speed)) as blocks:
            async for block in blocks:
                phrase.add(block)
                if phrase.has_piece:
                    yield await asyncio.to_thread(phrase.piece)
        yield await asyncio.to_thread(phrase.rest)

    async def aclose(self) -> None:
        """See `TextToSpeech.aclose`."""
        await self._http.aclose()

    async def _sound(self, text: str, speed: float) -> AsyncGenerator[Sound, None]:
        """float32 blocks, [n] each, as they come."""
        address = self._address
        asked = {
            "model": address.model,
            "voice": self._voice,
            "input": text,
            "response_format": "pcm",
        }
        request = asked if speed == 1.0 else asked | {"speed": speed}
        url = f"{address.base_url}/audio/speech"
        pcm = _Pcm(address, round(_MAX_PHRASE_S * self._rate_hz))
        try:
            async with self._http.stream("POST", url, json=request) as answer:
                if answer.status_code != HTTPStatus.OK:
                    raise address.refused(answer.status_code)
                pcm.check_type(answer.headers.get("content-type", ""))
                async for data in answer.aiter_bytes():
                    yield pcm.sound_in(data)
        except httpx.HTTPError as error:
            raise address.unreachable(error) from None
        pcm.check_end()


class _Pcm:
    """Raw PCM as it streams in; a sample may lie across two blocks."""

    def __init__(self, address: Address, max_samples: int) -> None:
        self._address = address
        self._max_samples = max_samples
        self._half: bytes = b""
        self._n_samples = 0
        self._type = ""

    def check_type(self, content_type: str) -> None:
        """Raises ProviderError if it is a page, or an error that calls itself a success."""
        self._type = content_type
        if content_type.startswith(("text/", "application/json", "application/problem")):
            raise self._address.misunderstood("sent text, not sound", _FORMAT_HINT)

    def sound_in(self, data: bytes) -> Sound:
        """The samples that are whole by now. Raises ProviderError if it is something else."""
        if self._n_samples == 0:
            self._check_format(self._half + data)
        data = self._half + data
        n_bytes = len(data) // 2 * 2
        self._half = data[n_bytes:]
        self._n_samples += n_bytes // 2
        if self._n_samples > self._max_samples:
            raise self._address.misunderstood("does not stop", "Check VISAVIS_TTS_RATE_HZ.")
        return np.frombuffer(data[:n_bytes], dtype="<i2").astype(np.float32) / np.float32(32_768.0)

    def check_end(self) -> None:
        """Raises ProviderError if nothing came."""
        if self._n_samples == 0:
            raise self._address.misunderstood("sent no sound", "Check VISAVIS_TTS_VOICE.")

    def _check_format(self, head: bytes) -> None:
        for magic, name in _OTHER_FORMATS.items():
            if head.startswith(magic):
                raise self._address.misunderstood(f"sent {name}, not raw PCM", _FORMAT_HINT)
        # An MP3 without tags begins with eleven bits set; so may PCM, where a sample is about -1.
        if self._type.startswith("audio/mpeg") and head[:1] == b"\xff" and head[1:2] >= b"\xe0":
            raise self._address.misunderstood("sent MP3, not raw PCM", _FORMAT_HINT)


class Phrased:
    """A phrase's sound as it comes, and its pieces. Silence before the voice is left out."""

    def __init__(self, text: str, rate_hz: int, lips: LipSync, chars_a_s: float) -> None:
        self._words = text.split()
        self._rate_hz = rate_hz
        self._lips = lips
        self._chars_a_sample = chars_a_s / rate_hz
        self._sound: Sound = np.zeros(0, dtype=np.float32)
        self._n_heard, self._n_given, self._n_words = 0, 0, 0
        self._cues: list[Cue] = []
        self._begins: Part = Part.HEAD
        lips.push(text=text)

    def add(self, sound: Sound) -> None:
        """The next block, [n]."""
        self._sound = np.concatenate([self._sound, sound])
        if not self._n_heard:
            lead_in = lead_in_samples(self._sound, self._rate_hz)
            self._sound = self._sound[len(self._sound) if lead_in is None else lead_in :]

    @property
    def has_piece(self) -> bool:
        """Whether enough has come for another one."""
        least_ms = (FIRST_MS if self._begins is Part.HEAD else NEXT_MS) + AHEAD_MS
        return len(self._sound) - self._n_given >= self._samples(least_ms)

    def piece(self) -> Voiced:
        """What may be heard by now. Blocking, about a hundredth of the sound's length."""
        end = len(self._sound) - self._samples(AHEAD_MS)
        n_words = max(1, self._n_words)
        n_chars = end * self._chars_a_sample
        while n_words < len(self._words) - 1 and self._chars(n_words + 1) <= n_chars:
            n_words += 1
        part, self._begins = self._begins, Part.MIDDLE
        self._hear()
        return self._voiced(part, end, n_words, [*self._cues, *self._lips.forecast()])

    def rest(self) -> Voiced:
        """The sound is complete. Blocking."""
        part = Part.WHOLE if self._begins is Part.HEAD else Part.TAIL
        self._hear()
        cues = [*self._cues, *self._lips.finish()]
        return self._voiced(part, len(self._sound), len(self._words), cues)

    def _hear(self) -> None:
        self._cues += self._lips.push(self._sound[self._n_heard :])
        self._n_heard = len(self._sound)

    def _voiced(self, part: Part, end: int, n_words: int, cues: list[Cue]) -> Voiced:
        start, self._n_given = self._n_given, end
        words, self._n_words = self._words[self._n_words : n_words], n_words
        shown = [cue for cue in cues if cue.at_sample <= start][-1:] or [Cue(start, SIL, 0.0)]
        later = [cue for cue in cues if start < cue.at_sample < end]
        if part in {Part.WHOLE, Part.TAIL}:
            later += [cue for cue in cues if cue.at_sample == end > start]
        moved = [replace(cue, at_sample=max(0, cue.at_sample - start)) for cue in (*shown, *later)]
        sound = self._sound[start:end]
        return Voiced(sound, self._rate_hz, (), " ".join(words), part, tuple(moved))

    def _chars(self, n_words: int) -> int:
        return sum(len(word) + 1 for word in self._words[:n_words])

    def _samples(self, ms: float) -> int:
        return round(ms * self._rate_hz / 1_000.0)
