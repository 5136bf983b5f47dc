"""Remembers how a persona's own lines sound: they are said again and again.

Only those. What else is voiced, a model's words, may hold what one user said; it is gone when the
conversation it was said in is over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Set

from visavis.voice.playout import is_audible
from visavis.voice.tts import TextToSpeech, Voiced, VoiceStyle

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

    async def speak(self, text: str, style: VoiceStyle) -> Voiced:
        """See `TextToSpeech.speak`."""
        key = text, style
        voiced = self._known.get(key)
        if voiced is None:
            voiced = await self._inner.speak(text, style)
            if text in self._lines and is_audible(voiced.sound):
                self._keep(key, voiced)
        else:
            self._known.move_to_end(key)
        return voiced

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
