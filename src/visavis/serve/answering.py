"""From a question to lines: the persona's facts, the model's words, or a decline."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from visavis.events import Utterance
from visavis.plain import is_garbage
from visavis.reply.answer import AskModel, Decline, FromFact, choose, decline
from visavis.reply.feeling import Felt, TagReader, unmarked
from visavis.reply.ground import judge, next_step
from visavis.reply.knowledge import Finding
from visavis.reply.lines import Line, phrases_of
from visavis.reply.phrase import PhraseCutter
from visavis.serve.allowance import Allowance, tokens_in
from visavis.serve.engines import Engines
from visavis.serve.limits import LOOK_UP_S, steadily, within
from visavis.wire.messages import Source

T = TypeVar("T")

_WORD = re.compile(r"[\w']+")
_MAX_CHARS_A_TOKEN = 16
"""Of what was asked for; an endpoint that sends more does not keep to it."""


class Answer:
    """One question's. `permission` is set when the turn is committed; a model that costs money
    is asked then, all else is done at once.
    """

    def __init__(
        self,
        question: str,
        history: tuple[Utterance, ...],
        engines: Engines,
        allowance: Allowance,
        permission: asyncio.Event,
    ) -> None:
        self._question = question
        self._history = history
        self._engines = engines
        self._allowance = allowance
        self._permission = permission
        self.bill = allowance.new_bill()
        self.mark: Callable[[str], None] = _note_nothing
        self.recognise: Callable[[float], None] = _note_nothing

    async def lines(self) -> AsyncGenerator[Line, None]:
        """The answer's phrases with their sources, as soon as each is certain.

        Raises:
            EngineError: an engine failed, or took too long.
        """
        engines = self._engines
        looking_up = think(engines, engines.knowledge.look_up, self._question)
        finding = await within(LOOK_UP_S, looking_up, "The knowledge")
        self.mark("look_up")
        self.recognise(max(0.0, finding.evidence.phrasing))
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
        await self._may_ask(move)
        async with aclosing(self._sensible_phrases(move)) as phrases:
            async for phrase in phrases:
                step = next_step(judge(phrase.text, move.support), n_spoken)
                if step == "speak":
                    n_spoken += 1
                    yield Line(phrase.text, "llm", phrase.marks)
                else:
                    break
        if n_spoken == 0:
            text = decline(self._engines.persona, finding.question, self._history).text
            async for line in spoken_lines(text, "decline"):
                yield line

    async def _may_ask(self, move: AskModel) -> None:
        """Returns at once if the answer may be for nothing, else when it is wanted."""
        if not self._allowance.may_guess(tokens_in(_prompt_chars(move)) + move.max_tokens):
            await self._permission.wait()

    async def _sensible_phrases(self, move: AskModel) -> AsyncGenerator[Felt, None]:
        """Up to the first that nobody should say, or that was said already: models get stuck."""
        said: Counter[str] = Counter()
        async with aclosing(self._model_phrases(move)) as phrases:
            async for phrase in phrases:
                if is_garbage(phrase.text) or said[same_words(phrase.text)]:
                    return
                said[same_words(phrase.text)] += 1
                yield phrase

    async def _model_phrases(self, move: AskModel) -> AsyncGenerator[Felt, None]:
        tags, cutter = TagReader(), PhraseCutter()
        n_chars_left = move.max_tokens * _MAX_CHARS_A_TOKEN
        self.bill.add(_prompt_chars(move))
        async with (
            aclosing(self._engines.llm.stream(move.messages, move.max_tokens)) as stream,
            aclosing(steadily(stream, "The language model")) as pieces,
        ):
            async for piece in pieces:
                self.mark("first_token")
                self.bill.add(len(piece))
                for phrase in cutter.push(tags.push(piece[:n_chars_left])):
                    yield unmarked(phrase)
                n_chars_left -= len(piece)
                if n_chars_left <= 0:
                    break
        for phrase in (*cutter.push(tags.flush()), *cutter.flush()):
            yield unmarked(phrase)


def same_words(text: str) -> str:
    """What two transcripts have in common if they differ in letters only, not in what was said."""
    return " ".join(_WORD.findall(text.casefold()))


async def spoken_lines(text: str, source: Source) -> AsyncGenerator[Line, None]:
    """Words that are known from the start, cut into phrases."""
    for phrase in phrases_of(text):
        yield Line(phrase, source)


async def think(engines: Engines, function: Callable[..., T], *arguments: object) -> T:
    """Run blocking inference where it disturbs nobody."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(engines.threads.brains, function, *arguments)


def _prompt_chars(move: AskModel) -> int:
    return sum(len(message.content) for message in move.messages)


def _note_nothing(_what: object) -> None:
    pass
