"""Are the peer's engines as fast as ours? Each leg timed alone, both sides alternating.

Ours run in this process through the classes that the server uses, the peer's in its agent through
its Pipecat services. The comparison of latencies is one of orchestration only while these ratios
are within 0.9 and 1.1.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

from visavis.bench.peers.messages import LegRequest, LegTiming, decode_from_agent
from visavis.bench.recording import Recording
from visavis.errors import ProtocolError
from visavis.hear.audio import float_from_pcm, pcm_from_float
from visavis.models import ModelStore
from visavis.reply.answer import AskModel, ChatMessage, choose
from visavis.reply.persona import Persona, load_persona
from visavis.serve.engines import Engines, load_engines
from visavis.serve.settings import LlmSettings
from visavis.voice.tts import spoken_whole

LegName = Literal["stt", "llm", "tts"]
Item = TypeVar("Item")

N_STT = 20
N_LLM = 10
N_TTS = 10
LLM_TOKENS = 30
"""Enough for the first sentence, which is what a listener waits for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One piece of work, done by both."""

    leg: LegName
    ours: LegTiming
    theirs: LegTiming


@dataclass(frozen=True, slots=True)
class Work:
    """What both do."""

    sounds: tuple[NDArray[np.int16], ...]
    questions: tuple[str, ...]
    sentences: tuple[str, ...]

    @property
    def n_items(self) -> int:
        """How many pairs come of it."""
        return len(self.sounds) + len(self.questions) + len(self.sentences)


def choose_work(recordings: Sequence[Recording], persona: Persona) -> Work:
    """The first recordings, open questions and answers; fewer if there are not enough."""
    open_questions = dict.fromkeys(r.question.text for r in recordings if r.question.kind == "llm")
    return Work(
        sounds=tuple(pcm_from_float(r.sound) for r in recordings[:N_STT]),
        questions=tuple(open_questions)[:N_LLM],
        sentences=tuple(_first_sentence(fact.answer) for fact in persona.facts[:N_TTS]),
    )


def _first_sentence(answer: str) -> str:
    """What a listener waits for; both sides voice it before the rest."""
    return answer.partition(". ")[0]


def parity_figures(pairs: Sequence[Pair]) -> dict[str, float]:
    """`leg_LEG_ratio`: the median of peer / ours, pair by pair; and both medians in ms."""
    figures: dict[str, float] = {}
    for leg in ("stt", "llm", "tts"):
        timed = [pair for pair in pairs if pair.leg == leg]
        if not timed:
            continue
        ours = np.array([pair.ours.all_ms for pair in timed])
        theirs = np.array([pair.theirs.all_ms for pair in timed])
        figures[f"leg_{leg}_ratio"] = float(np.median(theirs / ours))
        figures[f"leg_{leg}_ours_p50_ms"] = float(np.median(ours))
        figures[f"leg_{leg}_peer_p50_ms"] = float(np.median(theirs))
    first = [pair.theirs.first_ms / pair.ours.first_ms for pair in pairs if pair.leg == "llm"]
    if first:
        figures["leg_llm_first_token_ratio"] = float(np.median(first))
    return figures


@dataclass(slots=True)
class _Ours:
    """Our side of each leg."""

    engines: Engines
    prompts: dict[str, tuple[ChatMessage, ...]] = field(
        default_factory=dict[str, "tuple[ChatMessage, ...]"]
    )

    def goes_to_the_model(self, question: str) -> bool:
        """Also remembers the prompt, so that the look-up is not timed."""
        move = choose(self.engines.persona, self.engines.knowledge.look_up(question), ())
        if isinstance(move, AskModel):
            self.prompts[question] = move.messages
        return isinstance(move, AskModel)

    async def stt(self, pcm: NDArray[np.int16]) -> LegTiming:
        started_s = time.perf_counter()
        await asyncio.to_thread(self.engines.stt.transcribe, float_from_pcm(pcm), lambda: False)
        return _timing(started_s, None)

    async def llm(self, question: str) -> LegTiming:
        started_s = time.perf_counter()
        first_s: float | None = None
        async with aclosing(self.engines.llm.stream(self.prompts[question], LLM_TOKENS)) as pieces:
            async for _ in pieces:
                first_s = first_s or time.perf_counter()
        return _timing(started_s, first_s)

    async def tts(self, text: str) -> LegTiming:
        started_s = time.perf_counter()
        await spoken_whole(self.engines.tts, text, self.engines.style)
        return _timing(started_s, None)


@dataclass(slots=True)
class _Theirs:
    """The peer's side, over its /legs socket."""

    socket: ClientConnection

    async def stt(self, pcm: NDArray[np.int16]) -> LegTiming:
        await self.socket.send(LegRequest(leg="stt").model_dump_json())
        await self.socket.send(pcm.tobytes())
        return await self._timing()

    async def llm(self, question: str) -> LegTiming:
        return await self._ask("llm", question)

    async def tts(self, text: str) -> LegTiming:
        return await self._ask("tts", text)

    async def _ask(self, leg: LegName, text: str) -> LegTiming:
        await self.socket.send(LegRequest(leg=leg, text=text).model_dump_json())
        return await self._timing()

    async def _timing(self) -> LegTiming:
        frame = await self.socket.recv(decode=True)
        message = decode_from_agent(str(frame))
        if not isinstance(message, LegTiming):
            raise ProtocolError("the peer answered something else than a time")
        return message


async def compare_legs(
    url: str, recordings: Sequence[Recording], persona_name: str, note: Callable[[Pair, int], None]
) -> None:
    """Time everything; `note` is told each pair and how many there will be.

    Our engines are loaded for this and freed again, so that they don't disturb what follows.
    """
    persona = load_persona(persona_name)
    engines = await load_engines(persona, ModelStore(), LlmSettings(), lambda _step: None)
    try:
        async with connect(f"{url}/legs", max_size=None, compression=None) as socket:
            await _compare(_Ours(engines), _Theirs(socket), choose_work(recordings, persona), note)
    finally:
        await engines.aclose()


async def _compare(
    ours: _Ours, theirs: _Theirs, work: Work, note: Callable[[Pair, int], None]
) -> None:
    questions = [question for question in work.questions if ours.goes_to_the_model(question)]
    n_pairs = work.n_items - len(work.questions) + len(questions)
    for index, pcm in enumerate(work.sounds):
        mine, other = await _alternate(index, ours.stt, theirs.stt, pcm)
        note(Pair("stt", mine, other), n_pairs)
    for index, question in enumerate(questions):
        mine, other = await _alternate(index, ours.llm, theirs.llm, question)
        note(Pair("llm", mine, other), n_pairs)
    for index, sentence in enumerate(work.sentences):
        mine, other = await _alternate(index, ours.tts, theirs.tts, sentence)
        note(Pair("tts", mine, other), n_pairs)


async def _alternate(
    index: int,
    ours: Callable[[Item], Awaitable[LegTiming]],
    theirs: Callable[[Item], Awaitable[LegTiming]],
    item: Item,
) -> tuple[LegTiming, LegTiming]:
    """Ours first at even indices, theirs at odd ones: whoever is second finds warmer caches."""
    if index % 2 == 0:
        mine = await ours(item)
        return mine, await theirs(item)
    other = await theirs(item)
    return await ours(item), other


def _timing(started_s: float, first_s: float | None) -> LegTiming:
    ended_s = time.perf_counter()
    return LegTiming(
        first_ms=((first_s or ended_s) - started_s) * 1_000.0,
        all_ms=(ended_s - started_s) * 1_000.0,
    )
