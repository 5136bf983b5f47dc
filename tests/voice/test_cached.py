"""The same words in the same style are voiced once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import numpy as np
import pytest

from visavis.testing import run_virtual
from visavis.voice.cached import CachedVoice
from visavis.voice.tts import Part, Voiced, VoiceStyle, spoken_whole

PLAIN, HIGH = VoiceStyle(0.0, 1.0), VoiceStyle(3.0, 1.0)


class CountingVoice:
    rate_hz = 16_000
    lead_ms = 5.0

    def __init__(self, level: float = 0.3) -> None:
        self.level = level
        self.said: list[str] = []

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        self.said.append(text)
        first, _, rest = text.partition(" ")
        sound = np.full(1_000, self.level, dtype=np.float32)
        if not rest:
            yield Voiced(sound, self.rate_hz, (), text)
            return
        yield Voiced(sound[:400], self.rate_hz, (("a", 400),), first, Part.HEAD)
        yield Voiced(sound[400:], self.rate_hz, (("b", 600),), rest, Part.TAIL)

    async def aclose(self) -> None:
        self.said.append("closed")


def said(
    *phrases: tuple[str, VoiceStyle], max_bytes: int = 1_000_000, level: float = 0.3
) -> list[str]:
    inner = CountingVoice(level)

    async def main() -> None:
        voice = CachedVoice(inner, frozenset("abc"), max_bytes)
        for text, style in phrases:
            assert (await spoken_whole(voice, text, style)).sound.nbytes == 4_000
        assert (voice.rate_hz, voice.lead_ms) == (16_000, 5.0)
        await voice.aclose()

    run_virtual(main())
    return inner.said


def test_once_for_each_style() -> None:
    assert said(("a", PLAIN), ("a", PLAIN), ("a", HIGH), ("a", HIGH)) == ["a", "a", "closed"]


def test_a_line_in_pieces_is_remembered_whole_once_it_is_complete() -> None:
    inner = CountingVoice()

    async def main() -> None:
        voice = CachedVoice(inner, frozenset({"a b c"}))
        async with aclosing(voice.speak("a b c", PLAIN)) as pieces:
            assert (await anext(pieces)).part is Part.HEAD
        parts = [[p.part async for p in voice.speak("a b c", PLAIN)] for _ in range(2)]
        assert parts == [[Part.HEAD, Part.TAIL], [Part.WHOLE]]
        whole = await spoken_whole(voice, "a b c", PLAIN)
        assert (whole.text, len(whole.sound)) == ("a b c", 1_000)
        assert whole.phones == (("a", 400), ("b", 600))

    run_virtual(main())
    assert inner.said == ["a b c", "a b c"], "what was closed early is not remembered"


def test_the_least_recently_used_goes_first() -> None:
    order = [("a", PLAIN), ("b", PLAIN), ("a", PLAIN), ("c", PLAIN), ("a", PLAIN), ("b", PLAIN)]
    assert said(*order, max_bytes=8_000) == ["a", "b", "c", "b", "closed"]


def test_what_is_not_the_personas_own_is_forgotten_at_once() -> None:
    assert said(("my name is Kim", PLAIN), ("my name is Kim", PLAIN)).count("my name is Kim") == 2


@pytest.mark.parametrize("level", [0.0, np.nan, np.inf])
def test_what_can_not_be_heard_is_tried_again(level: float) -> None:
    assert said(("a", PLAIN), ("a", PLAIN), level=level) == ["a", "a", "closed"]
