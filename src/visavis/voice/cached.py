"""Remembers how a persona's own lines sound: they are said again and again.

Only those. What else is voiced, a model's words, may hold what one user said; it is gone when the
conversation it was said in is over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Set
from contextlib import aclosing

from visavis.voice.playout import is_audible
from visavis.voice.tts import TextToSpeech, Voiced, VoiceStyle, joined

MAX_BYTES = 64 * 1024 * 1024
"""About twelve minutes of speech at 22 kHz; the least recently used goes first."""


class CachedVoice:
    """A voice in front of another one; each of `lines` is voiced once in the same style.

    A sound that can't be heard is not remembered: the next try may be better.
    """

    def __init__(self, inner: TextToSpeech, lines: Set[str], max_bytes: int = MAX_BYTES) -> None:
        self._inner = inner
        self._lines = lines
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._known: OrderedDict[tuple[str, VoiceStyle], Voiced] = OrderedDict()

    @property
    def rate_hz(self) -> int:
        """See `TextToSpeech.rate_hz`."""
        return self._inner.rate_hz

    @property
    def lead_ms(self) -> float:
        """See `TextToSpeech.lead_ms`."""
        return self._inner.lead_ms

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        """See `TextToSpeech.speak`. What is remembered comes whole."""
        key = text, style
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            yield known
            return
        said: list[Voiced] = []
        async with aclosing(self._inner.speak(text, style)) as pieces:
            async for piece in pieces:
                said.append(piece)
                yield piece
        if text in self._lines and said and is_audible((whole := joined(said)).sound):
            self._keep(key, whole)

    async def aclose(self) -> None:
        """See `TextToSpeech.aclose`."""
        await self._inner.aclose()

    def _keep(self, key: tuple[str, VoiceStyle], voiced: Voiced) -> None:
        if key in self._known:  # asked for twice at once
            return
        self._known[key] = voiced
        self._n_bytes += voiced.sound.nbytes
        while self._n_bytes > self._max_bytes:
            _, forgotten = self._known.popitem(last=False)
            self._n_bytes -= forgotten.sound.nbytes
