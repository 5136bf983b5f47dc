"""Pipecat services around the engines that Visavis runs: the same files, threads and decoding.

Written the way Pipecat's own local services are (Whisper, Piper, OpenAI-compatible): blocking work
in a thread, frames out as soon as there is something.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, STTSettings, TTSSettings
from pipecat.services.stt_latency import DEFAULT_TTFS_P99
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.services.tts_service import TTSService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from visavis.bench.peers.messages import AnswerSource
from visavis.events import Speaker, Utterance
from visavis.reply.answer import (
    MAX_REPLY_TOKENS,
    AskModel,
    ChatMessage,
    Decline,
    FromFact,
    choose,
)
from visavis.serve.engines import Engines
from visavis.voice.tts import spoken_whole

SAY_AGAIN = "Sorry, I didn't catch that. Could you say it again?"
_SPEAKERS = {"user": Speaker.USER, "assistant": Speaker.CHARACTER}


class MoonshineSTTService(SegmentedSTTService):
    """Moonshine tiny-en on each segment that the VAD cuts out."""

    def __init__(self, engines: Engines, *, trailing_silence_secs: float = 0.5) -> None:
        super().__init__(
            trailing_silence_secs=trailing_silence_secs,
            # Only a safety net: the transcript of a segment is final and ends the wait.
            ttfs_p99_latency=DEFAULT_TTFS_P99,
            settings=STTSettings(model="moonshine-tiny-en", language=Language.EN),
        )
        self._engine = engines.stt

    @property
    def wants_wav_segments(self) -> bool:
        """Raw PCM, as Pipecat's own local Whisper takes it."""
        return False

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """Transcribe int16 PCM at 16 kHz."""
        sound = np.frombuffer(audio, dtype=np.int16).astype(np.float32) / 32_768.0
        text = await asyncio.to_thread(self._engine.transcribe, sound, lambda: False)
        if text:
            yield TranscriptionFrame(text, self._user_id, time_now_iso8601(), Language.EN)


class KnowledgeProcessor(FrameProcessor):
    """Retrieval before the model: Visavis's own look-up and policy, so that both know the same.

    A fact (or an honest "I don't know") goes to the voice at once; an open request goes on to the
    model with the very messages that Visavis would send.
    """

    def __init__(self, engines: Engines, tell: Callable[[AnswerSource], None]) -> None:
        super().__init__()
        self._engines = engines
        self._tell = tell

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer contexts; pass everything else on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame) and direction is FrameDirection.DOWNSTREAM:
            await self._answer(frame.context)
        else:
            await self.push_frame(frame, direction)

    async def _answer(self, context: LLMContext) -> None:
        said = _said(context)
        if said[-1].role == "developer":
            # Pipecat's own request after an interruption without words: ask the user to repeat.
            self._tell("decline")
            await self._say(SAY_AGAIN)
            return
        question, history = said[-1].text, _heard(said[:-1])
        finding = await asyncio.to_thread(self._engines.knowledge.look_up, question)
        match choose(self._engines.persona, finding, history, self._engines.unsure):
            case FromFact(fact):
                self._tell("fact")
                await self._say(fact.answer)
            case Decline(text):
                self._tell("decline")
                await self._say(text)
            case AskModel(messages):
                self._tell("llm")
                asked = [{"role": m.role, "content": m.content} for m in messages]
                await self.push_frame(
                    LLMContextFrame(LLMContext(cast("list[LLMContextMessage]", asked)))
                )

    async def _say(self, text: str) -> None:
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(text))
        await self.push_frame(LLMFullResponseEndFrame())


class LlamaCppLLMService(LLMService):
    """SmolLM2 through llama.cpp in this process, prompt cache on."""

    def __init__(self, engines: Engines) -> None:
        super().__init__(
            settings=LLMSettings(
                model="smollm2",
                system_instruction=None,
                temperature=0.0,
                max_tokens=MAX_REPLY_TOKENS,
                top_p=None,
                top_k=None,
                frequency_penalty=None,
                presence_penalty=None,
                seed=None,
                filter_incomplete_user_turns=False,
                user_turn_completion_config=None,
            )
        )
        self._engine = engines.llm

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Complete contexts; pass everything else on."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        await self.start_processing_metrics()
        await self.start_ttfb_metrics()
        try:
            async with aclosing(self.complete(_messages(frame.context))) as pieces:
                async for piece in pieces:
                    await self.stop_ttfb_metrics()
                    await self._push_llm_text(piece)
        finally:
            await self.stop_processing_metrics()
            await self.push_frame(LLMFullResponseEndFrame())

    def complete(
        self, messages: list[ChatMessage], max_tokens: int = MAX_REPLY_TOKENS
    ) -> AsyncGenerator[str, None]:
        """Stream the model's pieces of text."""
        return self._engine.stream(messages, max_tokens)


class PiperTTSService(TTSService):
    """The Piper voice in its worker process, at the persona's pitch and speed.

    Flags as in Pipecat's own PiperTTSService; a sentence is synthesised whole, as there.
    """

    def __init__(self, engines: Engines) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            sample_rate=engines.tts.rate_hz,
            settings=TTSSettings(model="piper", voice="joe", language=None),
        )
        self._engine = engines.tts
        self._style = engines.style

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        """Speak one sentence."""
        async for frame in self._stream_audio_frames_from_iterator(
            self._speak(text), in_sample_rate=self._engine.rate_hz, context_id=context_id
        ):
            await self.stop_ttfb_metrics()
            yield frame

    async def _speak(self, text: str) -> AsyncIterator[bytes]:
        voiced = await spoken_whole(self._engine, text, self._style)
        yield np.round(voiced.sound * 32_767.0).astype("<i2").tobytes()


@dataclass(frozen=True)
class _Said:
    role: str
    text: str


def _said(context: LLMContext) -> list[_Said]:
    """The texts of a context, oldest first."""
    return [
        _Said(message["role"], text)
        for message in context.get_messages()
        if isinstance(message, dict) and isinstance(text := message.get("content"), str)
    ]


def _heard(said: list[_Said]) -> list[Utterance]:
    return [Utterance(_SPEAKERS[one.role], one.text) for one in said if one.role in _SPEAKERS]


def _messages(context: LLMContext) -> list[ChatMessage]:
    return [ChatMessage(cast("Any", one.role), one.text) for one in _said(context)]
