"""An answer in the making: looked up, phrased, voiced, and held until somebody wants it.

A draft belongs to words, not to an attempt. It may be begun while the user still speaks, from words
that may not be the last ones; if the turn then ends on the same words the attempt finds the draft
and has its answer at once, and if not, nothing was heard, remembered or sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from visavis.clock import Clock
from visavis.errors import EngineError
from visavis.events import Phrase, Utterance
from visavis.reply.feeling import Feelings, feelings_at, parted
from visavis.reply.lines import Line
from visavis.serve.allowance import Allowance
from visavis.serve.answering import Answer, same_words, think
from visavis.serve.engines import Engines
from visavis.serve.limits import PHRASE_S, within
from visavis.voice.playout import Playout, is_audible
from visavis.voice.tts import Voiced


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage was reached for the first time, at `at_ms` of the edge's clock."""

    stage: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a question that the persona knows the words are, 0…1."""

    value: float


@dataclass(frozen=True, slots=True)
class VoicedPhrase:
    """The next piece of the answer, ready to be heard."""

    phrase: Phrase
    rate_hz: int


Made = Reached | Likeness | VoicedPhrase


class _Progress(Enum):
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Draft:
    """Voices lines. Works at once as far as the first piece, and on while somebody follows it."""

    def __init__(
        self,
        lines: AsyncGenerator[Line, None],
        engines: Engines,
        clock: Clock,
        permission: asyncio.Event | None = None,
    ) -> None:
        self._lines = lines
        self._permission = permission or asyncio.Event()
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

    @property
    def permitted(self) -> bool:
        """Its turn was committed."""
        return self._permission.is_set()

    def permit(self) -> None:
        """Its turn is committed: what costs money may be asked now."""
        self._permission.set()

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
        except Exception as error:  # noqa: BLE001 - raised again in whoever follows, who may log it
            self._error = error
            self._progress = _Progress.FAILED
        except asyncio.CancelledError:
            self._progress = _Progress.FAILED
            raise
        finally:
            self._tell()

    async def _voice(self, lines: AsyncGenerator[Line, None]) -> None:
        playout = Playout(lead_ms=self._engines.tts.lead_ms)
        feelings = Feelings()
        n_silent, n_voiced = 0, 0
        async for text, source, tags in lines:
            self.mark("first_phrase")
            marks = feelings.of(text, source, tags)
            async with aclosing(self._speak(text)) as pieces:
                async for piece in pieces:
                    if not is_audible(piece.sound) and not playout.owes_tail:
                        n_silent += 1
                        continue
                    laying = think(self._engines, playout.add, source, piece)
                    laid = await within(PHRASE_S, laying, "The lips")
                    here, marks = parted(marks, len(laid.text.split()))
                    phrase = replace(laid, feelings=feelings_at(here, laid))
                    n_voiced += 1
                    self.mark("first_audio")
                    self._make(VoicedPhrase(phrase, piece.rate_hz))
                    await self._followed.wait()
        if n_silent and not n_voiced:
            raise EngineError("The voice stayed silent.", hint="Read on, or ask again.")

    async def _speak(self, text: str) -> AsyncGenerator[Voiced, None]:
        """One phrase. Raises EngineError if a piece does not come in time, or is no sound."""
        engines = self._engines
        async with aclosing(engines.tts.speak(text, engines.style)) as pieces:
            while True:
                try:
                    piece = await within(PHRASE_S, anext(pieces), "The voice")
                except StopAsyncIteration:
                    return
                if not np.isfinite(piece.sound).all():
                    raise EngineError(
                        "The voice made a noise that can't be played.", hint="Ask again."
                    )
                yield piece

    def mark(self, stage: str) -> None:
        """Note when a stage is reached for the first time."""
        if stage not in self._reached:
            self._reached.add(stage)
            self._make(Reached(stage, self._clock.now_ms()))

    def recognise(self, likeness: float) -> None:
        """Note how like a known question this one is."""
        self._make(Likeness(likeness))

    def _make(self, made: Made) -> None:
        self._made.append(made)
        self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


@dataclass(frozen=True, slots=True)
class _Kept:
    key: tuple[str, tuple[Utterance, ...]]
    answer: Answer
    draft: Draft


class Drafts:
    """One conversation's drafts: one at a time, found again by its words and what went before."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._allowance = Allowance(engines.speculation, engines.tokens)
        self._current: _Kept | None = None
        self._leaving: list[Draft] = []

    def take(self, question: str, history: tuple[Utterance, ...]) -> Draft:
        """The draft for these words; a new one if the last was for others."""
        key, kept = (same_words(question), history), self._current
        if kept is not None and kept.key == key and not kept.draft.failed:
            return kept.draft
        self.drop()
        permission = asyncio.Event()
        answer = Answer(question, history, self._engines, self._allowance, permission)
        draft = Draft(answer.lines(), self._engines, self._clock, permission)
        answer.mark, answer.recognise = draft.mark, draft.recognise
        self._current = _Kept(key, answer, draft)
        return draft

    def drop(self) -> None:
        """Forget the current one."""
        kept, self._current = self._current, None
        if kept is None:
            return
        kept.draft.cancel()
        if not kept.draft.permitted:
            self._allowance.discard(kept.answer.bill)
        leaving = (*self._leaving, kept.draft)
        self._leaving = [draft for draft in leaving if not draft.ended]

    async def aclose(self) -> None:
        """Forget them all; returns when no work is left."""
        self.drop()
        for draft in self._leaving:
            await draft.drop()
        self._leaving = []
