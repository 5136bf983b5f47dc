"""Carries one attempt out: speech to text, answer, phrases, voice. Cancellable at every await."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.clock import Clock
from visavis.errors import VisavisError
from visavis.reply.answer import AskModel, Decline, FromFact, choose, decline
from visavis.reply.ground import judge, next_step
from visavis.reply.knowledge import Finding
from visavis.reply.phrase import PhraseCutter
from visavis.serve.engines import Engines
from visavis.voice.playout import Playout
from visavis.wire.messages import Source

Emit = Callable[[ev.Event], None]
Line = tuple[str, Source]
T = TypeVar("T")

_log = logging.getLogger(__name__)


class AttemptRun:
    """One attempt at work. Everything it learns goes to `emit`, in order, on the event loop."""

    def __init__(self, attempt: ev.Attempt, engines: Engines, clock: Clock, emit: Emit) -> None:
        self._attempt = attempt
        self._engines = engines
        self._clock = clock
        self._emit = emit
        self._reached: set[str] = set()
        self._cancelled = threading.Event()

    async def run(self, sound: NDArray[np.float32]) -> None:
        """Work until the reply is voiced; `sound` is the user's turn, empty if it was typed.

        Never raises but for cancellation: an engine's failure becomes an `AttemptFailed`.
        """
        self._mark("soft_end")
        try:
            await self._run(sound)
        except* VisavisError as errors:
            error = _first(errors)
            self._fail(error.code, str(error), error.hint)
        except* Exception as errors:  # noqa: BLE001 - a bug must not take the conversation with it
            _log.error("attempt %d failed", self._attempt.reply_id, exc_info=errors)
            self._fail("internal", "Something went wrong while answering.", "")
        finally:
            self._cancelled.set()  # a thread still at work for this attempt stops at its next token

    async def _run(self, sound: NDArray[np.float32]) -> None:
        async with asyncio.TaskGroup() as group:
            match self._attempt.prompt:
                case ev.SpokenPrompt():
                    group.create_task(self._score(sound), name="turn")
                    question = await self._transcribe(sound)
                    lines = self._answer(question) if question else None
                case ev.TypedPrompt(text):
                    lines = self._answer(text)
                case ev.ScriptedPrompt(text, source):
                    lines = _cut(text, source)
            if lines is not None:
                async with aclosing(lines):
                    await self._voice(lines)

    async def _score(self, sound: NDArray[np.float32]) -> None:
        p_end = await self._think(self._engines.turn.p_end, sound)
        self._mark("turn")
        self._emit(ev.TurnScored(self._clock.now_ms(), self._attempt.reply_id, p_end))

    async def _transcribe(self, sound: NDArray[np.float32]) -> str:
        text = await self._think(self._engines.stt.transcribe, sound, self._cancelled.is_set)
        self._mark("stt")
        self._emit(ev.Transcribed(self._clock.now_ms(), self._attempt.reply_id, text))
        return text

    async def _answer(self, question: str) -> AsyncGenerator[Line, None]:
        """The reply's phrases with their sources, as soon as each is certain."""
        finding = await self._think(self._engines.knowledge.look_up, question)
        self._mark("look_up")
        persona, history = self._engines.persona, self._attempt.history
        match choose(persona, finding, history, self._engines.unsure):
            case FromFact(fact):
                lines = _cut(fact.answer, "fact")
            case Decline(text):
                lines = _cut(text, "decline")
            case AskModel() as move:
                lines = self._ask_model(move, finding)
        async with aclosing(lines):
            async for line in lines:
                yield line

    async def _ask_model(self, move: AskModel, finding: Finding) -> AsyncGenerator[Line, None]:
        n_spoken = 0
        async with aclosing(self._model_phrases(move)) as phrases:
            async for phrase in phrases:
                step = next_step(judge(phrase, move.support), n_spoken)
                if step == "speak":
                    n_spoken += 1
                    yield phrase, "llm"
                else:
                    break
        if n_spoken == 0:
            text = decline(self._engines.persona, finding.question, self._attempt.history).text
            async for line in _cut(text, "decline"):
                yield line

    async def _model_phrases(self, move: AskModel) -> AsyncGenerator[str, None]:
        cutter = PhraseCutter()
        async with aclosing(self._engines.llm.stream(move.messages, move.max_tokens)) as pieces:
            async for piece in pieces:
                self._mark("first_token")
                for phrase in cutter.push(piece):
                    yield phrase
        for phrase in cutter.flush():
            yield phrase

    async def _voice(self, lines: AsyncGenerator[Line, None]) -> None:
        playout = Playout(lead_ms=self._engines.tts.lead_ms)
        async for text, source in lines:
            self._mark("first_phrase")
            voiced = await self._engines.tts.speak(text, self._engines.style)
            if not len(voiced.sound):
                continue
            phrase = await self._think(playout.add, text, source, voiced)
            self._mark("first_audio")
            now_ms, reply_id = self._clock.now_ms(), self._attempt.reply_id
            self._emit(ev.PhraseVoiced(now_ms, reply_id, voiced.rate_hz, phrase))
        self._emit(ev.ReplyVoiced(self._clock.now_ms(), self._attempt.reply_id))

    async def _think(self, function: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._engines.threads.brains, function, *arguments)

    def _mark(self, stage: str) -> None:
        """Tell when a stage is reached for the first time."""
        if stage not in self._reached:
            self._reached.add(stage)
            self._emit(ev.StageReached(self._clock.now_ms(), self._attempt.reply_id, stage))

    def _fail(self, code: str, message: str, hint: str) -> None:
        now_ms, reply_id = self._clock.now_ms(), self._attempt.reply_id
        self._emit(ev.AttemptFailed(now_ms, reply_id, code, message, hint))


async def _cut(text: str, source: Source) -> AsyncGenerator[Line, None]:
    cutter = PhraseCutter()
    for phrase in [*cutter.push(text), *cutter.flush()]:
        yield phrase, source


def _first(errors: ExceptionGroup[VisavisError]) -> VisavisError:
    error: VisavisError | ExceptionGroup[VisavisError] = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
