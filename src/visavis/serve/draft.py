"""An answer in the making: looked up, phrased, voiced, and held until somebody wants it.

A draft belongs to words, not to an attempt. It may be begun while the user still speaks, from words
that may not be the last ones; if the turn then ends on the same words the attempt finds the draft
and has its answer at once, and if not, nothing was heard, remembered or sent.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from visavis.clock import Clock
from visavis.errors import VisavisError
from visavis.events import Phrase, Utterance
from visavis.reply.answer import AskModel, Decline, FromFact, choose, decline
from visavis.reply.ground import judge, next_step
from visavis.reply.knowledge import Finding
from visavis.reply.phrase import PhraseCutter
from visavis.serve.engines import Engines
from visavis.voice.playout import Playout
from visavis.wire.messages import Source

T = TypeVar("T")
Line = tuple[str, Source]

_log = logging.getLogger(__name__)
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage was reached for the first time, at `at_ms` of the edge's clock."""

    stage: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class VoicedPhrase:
    """The next phrase, ready to be heard."""

    phrase: Phrase
    rate_hz: int


Made = Reached | VoicedPhrase


class _Progress(Enum):
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Draft:
    """Voices lines. Works at once as far as the first phrase, and on while somebody follows it."""

    def __init__(self, lines: AsyncGenerator[Line, None], engines: Engines, clock: Clock) -> None:
        self._lines = lines
        self._engines = engines
        self._clock = clock
        self._made: list[Made] = []
        self._reached: set[str] = set()
        self._progress = _Progress.WORKING
        self._error: Exception | None = None
        self._changed = asyncio.Event()
        self._followed = asyncio.Event()
        self._task = asyncio.create_task(self._work(), name="draft")

    @property
    def failed(self) -> bool:
        """It will never be whole."""
        return self._progress is _Progress.FAILED

    @property
    def ended(self) -> bool:
        """Nothing works on it any more."""
        return self._task.done()

    async def follow(self) -> AsyncGenerator[Made, None]:
        """Everything made so far and from now on, in order, to the end.

        Raises:
            VisavisError: an engine failed.
        """
        self._followed.set()
        n_seen = 0
        try:
            while True:
                while n_seen < len(self._made):
                    n_seen += 1
                    yield self._made[n_seen - 1]
                if self._error is not None:
                    raise self._error
                if self._progress is not _Progress.WORKING:
                    return
                changed = self._changed
                await changed.wait()
        finally:
            self._followed.clear()

    def cancel(self) -> None:
        """Stop working on it, soon."""
        self._task.cancel()

    async def drop(self) -> None:
        """Stop working on it; returns when it has stopped."""
        self.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        try:
            async with aclosing(self._lines) as lines:
                await self._voice(lines)
            self._progress = _Progress.DONE
        except Exception as error:  # noqa: BLE001 - raised again in whoever follows
            self._error = error
            self._progress = _Progress.FAILED
            if not isinstance(error, VisavisError):
                _log.debug("a draft failed", exc_info=error)
        except asyncio.CancelledError:
            self._progress = _Progress.FAILED
            raise
        finally:
            self._tell()

    async def _voice(self, lines: AsyncGenerator[Line, None]) -> None:
        playout = Playout(lead_ms=self._engines.tts.lead_ms)
        async for text, source in lines:
            self.mark("first_phrase")
            voiced = await self._engines.tts.speak(text, self._engines.style)
            if not len(voiced.sound):
                continue
            phrase = await think(self._engines, playout.add, text, source, voiced)
            self.mark("first_audio")
            self._make(VoicedPhrase(phrase, voiced.rate_hz))
            await self._followed.wait()

    def mark(self, stage: str) -> None:
        """Note when a stage is reached for the first time."""
        if stage not in self._reached:
            self._reached.add(stage)
            self._make(Reached(stage, self._clock.now_ms()))

    def _make(self, made: Made) -> None:
        self._made.append(made)
        self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class Drafts:
    """One conversation's drafts: one at a time, found again by its words and what went before."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._current: tuple[tuple[str, tuple[Utterance, ...]], Draft] | None = None
        self._leaving: list[Draft] = []

    def take(self, question: str, history: tuple[Utterance, ...]) -> Draft:
        """The draft for these words; a new one if the last was for others."""
        key = same_words(question), history
        if self._current is not None:
            known, draft = self._current
            if known == key and not draft.failed:
                return draft
            self.drop()
        answer = _Answer(question, history, self._engines)
        draft = Draft(answer.lines(), self._engines, self._clock)
        answer.mark = draft.mark
        self._current = key, draft
        return draft

    def drop(self) -> None:
        """Forget the current one."""
        if self._current is not None:
            self._current[1].cancel()
            leaving = (*self._leaving, self._current[1])
            self._leaving = [draft for draft in leaving if not draft.ended]
            self._current = None

    async def aclose(self) -> None:
        """Forget them all; returns when no work is left."""
        self.drop()
        for draft in self._leaving:
            await draft.drop()


class _Answer:
    """From a question to lines: the persona's facts, the model's words or a decline."""

    def __init__(self, question: str, history: tuple[Utterance, ...], engines: Engines) -> None:
        self._question = question
        self._history = history
        self._engines = engines
        self.mark: Callable[[str], None] = lambda _stage: None

    async def lines(self) -> AsyncGenerator[Line, None]:
        """The answer's phrases with their sources, as soon as each is certain."""
        engines = self._engines
        finding = await think(engines, engines.knowledge.look_up, self._question)
        self.mark("look_up")
        match choose(engines.persona, finding, self._history, engines.unsure):
            case FromFact(fact):
                lines = spoken_lines(fact.answer, "fact")
            case Decline(text):
                lines = spoken_lines(text, "decline")
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
            text = decline(self._engines.persona, finding.question, self._history).text
            async for line in spoken_lines(text, "decline"):
                yield line

    async def _model_phrases(self, move: AskModel) -> AsyncGenerator[str, None]:
        cutter = PhraseCutter()
        async with aclosing(self._engines.llm.stream(move.messages, move.max_tokens)) as pieces:
            async for piece in pieces:
                self.mark("first_token")
                for phrase in cutter.push(piece):
                    yield phrase
        for phrase in cutter.flush():
            yield phrase


def same_words(text: str) -> str:
    """What two transcripts have in common if they differ in letters only, not in what was said."""
    return " ".join(_WORD.findall(text.casefold()))


async def spoken_lines(text: str, source: Source) -> AsyncGenerator[Line, None]:
    """Words that are known from the start, cut into phrases."""
    cutter = PhraseCutter()
    for phrase in [*cutter.push(text), *cutter.flush()]:
        yield phrase, source


async def think(engines: Engines, function: Callable[..., T], *arguments: object) -> T:
    """Run blocking inference where it disturbs nobody."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(engines.threads.brains, function, *arguments)
