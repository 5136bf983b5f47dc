"""Engines that follow a script: for tests of the edge itself, in virtual time.

The main path runs on real models in tests/e2e; here it is the plumbing that is under test.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from visavis.errors import EngineError
from visavis.reply.answer import ChatMessage, Unsure
from visavis.reply.knowledge import Knowledge
from visavis.reply.persona import Persona, parse_persona
from visavis.serve.allowance import Speculation, TokenCount
from visavis.serve.engines import Engines, Threads
from visavis.testing import InlineExecutor
from visavis.voice.tts import Part, Voiced, VoiceStyle

PERSONA = """
name: Testy
prompt: You are Testy.
greeting: Hello!
suggestions: ["What time is it?"]
declines: ["I don't know."]
facts:
  - {id: time, ask: [what time is it], answer: "It is noon exactly."}
invites: [tell me a story]
"""

LONG_STORY = tuple(f"The fox met {first}{last}. " for first in "BDFHJKLM" for last in "aeiouy")
"""Does not repeat itself."""


class WordEmbedder:
    """Vectors of hashed words: texts without a common word are at right angles."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[crc32(word.encode()) % 384] += 1.0
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


class LoudDetector:
    """Speech is what is loud."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return float(np.abs(frame).max() > 0.1)


class ScriptedTurn:
    p = 1.0

    def p_end(self, sound: NDArray[np.float32]) -> float:
        return self.p


class ScriptedStt:
    text = "what time is it"

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        return self.text


@dataclass
class ScriptedLlm:
    pieces: tuple[str, ...] = ("Once there ", "was a story. ", "The end.")
    piece_s: float = 0.02
    n_open: int = 0
    asked: list[Sequence[ChatMessage]] = field(default_factory=list[Sequence[ChatMessage]])

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        self.n_open += 1
        self.asked.append(messages)
        try:
            for piece in self.pieces:
                await asyncio.sleep(self.piece_s)
                yield piece
        finally:
            self.n_open -= 1

    async def warm(self, messages: Sequence[ChatMessage]) -> None:
        pass

    async def aclose(self) -> None:
        pass


@dataclass
class ScriptedTts:
    """Half a second of sound for each phrase, after `delay_s`."""

    delay_s: float = 0.05
    error: EngineError | None = None
    manner: Literal["whole", "in two"] = "whole"
    said: list[str] = field(default_factory=list[str])
    """What was voiced: phrases, or their pieces."""
    rate_hz: int = 16_000
    lead_ms: float = 0.0

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        await asyncio.sleep(self.delay_s)
        if self.error is not None:
            raise self.error
        sound = np.full(8_000, 0.3, dtype=np.float32)
        first, _, rest = text.partition(" ")
        if self.manner == "in two" and rest:
            self.said.append(first)
            yield Voiced(sound, self.rate_hz, (("h", 1_000), ("ə", 7_000)), first, Part.HEAD)
            await asyncio.sleep(self.delay_s)
            self.said.append(rest)
            phones = (("m", 3_000), ("a", 5_000))
            yield Voiced(sound, self.rate_hz, phones, rest, Part.TAIL)
            return
        self.said.append(text)
        yield Voiced(sound, self.rate_hz, (("h", 1_000), ("ə", 3_000), ("m", 4_000)), text)

    async def aclose(self) -> None:
        pass


@dataclass
class Script:
    """All engines of one test."""

    persona: Persona = field(default_factory=lambda: parse_persona(PERSONA, "test.yaml"))
    turn: ScriptedTurn = field(default_factory=ScriptedTurn)
    stt: ScriptedStt = field(default_factory=ScriptedStt)
    llm: ScriptedLlm = field(default_factory=ScriptedLlm)
    tts: ScriptedTts = field(default_factory=ScriptedTts)
    unsure: Unsure = Unsure.OFFER
    speculation: Speculation = field(default_factory=Speculation)
    tokens: TokenCount = field(default_factory=TokenCount)
    brains: Executor = field(default_factory=InlineExecutor)

    def engines(self) -> Engines:
        return Engines(
            persona=self.persona,
            knowledge=Knowledge(self.persona, WordEmbedder()),
            new_detector=LoudDetector,
            turn=self.turn,
            stt=self.stt,
            llm=self.llm,
            tts=self.tts,
            threads=Threads(ears=InlineExecutor(), brains=self.brains),
            unsure=self.unsure,
            speculation=self.speculation,
            tokens=self.tokens,
        )
