"""Carries one attempt out: speech to text, then the draft of the answer to those words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.clock import Clock
from visavis.errors import VisavisError
from visavis.hear.audio import RATE_HZ
from visavis.serve.answering import spoken_lines, think
from visavis.serve.draft import Draft, Drafts, Likeness, Reached, VoicedPhrase
from visavis.serve.engines import Engines
from visavis.serve.limits import SCORE_S, within
from visavis.serve.transcribe import Transcriber
from visavis.serve.trouble import place_of

Emit = Callable[[ev.Event], None]
Note = Callable[[str], None]
"""Takes a line for the log, without a word of anybody's; written when the turn is committed."""

LONGEST_TURN_SAMPLES = 60 * RATE_HZ
"""As much as a microphone's buffer keeps. Whoever has talked for so long is answered at the next
pause, unfinished or not."""


class AttemptRun:
    """One attempt at work. Everything it learns goes to `emit`, in order, on the event loop."""

    def __init__(
        self,
        attempt: ev.Attempt,
        engines: Engines,
        transcriber: Transcriber,
        drafts: Drafts,
        clock: Clock,
        emit: Emit,
        note: Note,
    ) -> None:
        self._attempt = attempt
        self._engines = engines
        self._transcriber = transcriber
        self._drafts = drafts
        self._clock = clock
        self._emit = emit
        self._note = note
        self._draft: Draft | None = None
        self._committed = asyncio.Event()

    @property
    def reply_id(self) -> int:
        """The id of the reply it works on."""
        return self._attempt.reply_id

    def commit(self) -> None:
        """The turn is over: the answer is wanted, whatever it costs."""
        self._committed.set()
        if self._draft is not None:
            self._draft.permit()

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
            self._note(f"attempt {self._attempt.reply_id} failed: {place_of(errors)}")
            self._fail("internal", "Something went wrong while answering.", "")

    async def _run(self, sound: NDArray[np.float32]) -> None:
        history = self._attempt.history
        async with asyncio.TaskGroup() as group:
            match self._attempt.prompt:
                case ev.SpokenPrompt(first_sample, last_sample) as where:
                    question = await self._transcribe(where, sound)
                    if question:  # the scores come after the words, which need the processor first
                        if last_sample - first_sample >= LONGEST_TURN_SAMPLES:
                            self._call_it_finished()
                        else:
                            group.create_task(self._weigh(question), name="words")
                            group.create_task(self._score(sound), name="turn")
                        await self._follow(self._drafts.take(question, history))
                case ev.TypedPrompt(text):
                    await self._follow(self._drafts.take(text, history))
                case ev.ScriptedPrompt(text, source):
                    draft = Draft(spoken_lines(text, source), self._engines, self._clock)
                    draft.permit()  # nobody can take it back by speaking on
                    try:
                        await self._follow(draft)
                    finally:
                        await draft.drop()

    def _call_it_finished(self) -> None:
        now_ms, reply_id = self._clock.now_ms(), self._attempt.reply_id
        self._emit(ev.TurnScored(now_ms, reply_id, 1.0))
        self._emit(ev.WordsScored(now_ms, reply_id, 1.0))

    async def _transcribe(self, where: ev.SpokenPrompt, sound: NDArray[np.float32]) -> str:
        text = await self._transcriber.words(where, sound)
        self._mark("stt")
        self._emit(ev.Transcribed(self._clock.now_ms(), self._attempt.reply_id, text))
        return text

    async def _score(self, sound: NDArray[np.float32]) -> None:
        """From the melody. A model that fails knows nothing: the answer itself fails aloud."""
        try:
            work = think(self._engines, self._engines.turn.p_end, sound)
            p_end = await within(SCORE_S, work, "The end of turn")
        except VisavisError:
            return
        self._mark("turn")
        self._emit(ev.TurnScored(self._clock.now_ms(), self._attempt.reply_id, p_end))

    async def _weigh(self, words: str) -> None:
        """From the words; as `_score`."""
        try:
            work = self._engines.words.p_complete(words)
            p_complete = await within(SCORE_S, work, "The end of turn")
        except VisavisError:
            return
        if p_complete is not None:
            self._mark("words")
            self._emit(ev.WordsScored(self._clock.now_ms(), self._attempt.reply_id, p_complete))

    async def _follow(self, draft: Draft) -> None:
        reply_id = self._attempt.reply_id
        self._draft = draft
        if self._committed.is_set():
            draft.permit()
        async with aclosing(draft.follow()) as made:
            async for step in made:
                match step:
                    case Reached(stage, at_ms):
                        self._emit(ev.StageReached(at_ms, reply_id, stage))
                    case Likeness(value):
                        self._emit(ev.Recognised(self._clock.now_ms(), reply_id, value))
                    case VoicedPhrase(phrase, rate_hz):
                        now_ms = self._clock.now_ms()
                        self._emit(ev.PhraseVoiced(now_ms, reply_id, rate_hz, phrase))
        self._emit(ev.ReplyVoiced(self._clock.now_ms(), reply_id))

    def _mark(self, stage: str) -> None:
        self._emit(ev.StageReached(self._clock.now_ms(), self._attempt.reply_id, stage))

    def _fail(self, code: str, message: str, hint: str) -> None:
        """Say so; what should have been an apology aloud is at least read."""
        match self._attempt.prompt:
            case ev.ScriptedPrompt(text, "apology"):
                message, hint = text, message
            case _:
                pass
        now_ms, reply_id = self._clock.now_ms(), self._attempt.reply_id
        self._emit(ev.AttemptFailed(now_ms, reply_id, code, message, hint))


def _first(errors: ExceptionGroup[VisavisError]) -> VisavisError:
    error: VisavisError | ExceptionGroup[VisavisError] = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
