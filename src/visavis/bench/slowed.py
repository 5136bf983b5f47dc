"""Engines with one slow stage, to prove that the instrument finds it: see `visavis bench delay`.

Delays wait on the event loop, so they cost no processor time, and hold in virtual time too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import aclosing
from dataclasses import replace
from typing import Literal, ParamSpec, TypeVar, cast, get_args

from visavis.events import SpeechPaused
from visavis.hear.turn import CommitRule, Signs
from visavis.reply.answer import ChatMessage
from visavis.reply.llm import LanguageModel
from visavis.serve.engines import Engines, Threads
from visavis.voice.tts import TextToSpeech, Voiced, VoiceStyle

P = ParamSpec("P")
T = TypeVar("T")

SlowStage = Literal[
    "soft_end", "stt", "turn", "look_up", "first_token", "first_phrase", "first_audio", "commit"
]
"""Every stage that does or decides something; `reveal` only waits for the later of two."""

SLOW_STAGES: tuple[SlowStage, ...] = get_args(SlowStage)


def slow_down(engines: Engines, stage: SlowStage, delay_ms: float) -> Engines:
    """The same engines, but for one stage that takes `delay_ms` longer."""
    delay_s = delay_ms / 1_000.0
    threads = engines.threads
    match stage:
        case "soft_end":
            slow = SlowExecutor(threads.ears, delay_s, _is_soft_end)
            return replace(engines, threads=Threads(slow, threads.brains))
        case "stt" | "turn" | "look_up":
            work = {
                "stt": engines.stt.transcribe,
                "turn": engines.turn.p_end,
                "look_up": engines.knowledge.look_up,
            }[stage]
            slow = SlowExecutor(threads.brains, delay_s, lambda fn, _result: fn == work)
            return replace(engines, threads=Threads(threads.ears, slow))
        case "first_token":
            return replace(engines, llm=_SlowLlm(engines.llm, delay_s, after_pieces=0))
        case "first_phrase":
            return replace(engines, llm=_SlowLlm(engines.llm, delay_s, after_pieces=1))
        case "first_audio":
            return replace(engines, tts=_SlowTts(engines.tts, delay_s))
        case "commit":
            return replace(engines, rule=_patient(engines.rule, delay_ms))


def _patient(rule: CommitRule, delay_ms: float) -> CommitRule:
    def patient_rule(signs: Signs) -> float:
        return rule(signs) + delay_ms

    return patient_rule


class SlowExecutor(Executor):
    """Hands on some results later than they are there. Used from a running event loop."""

    def __init__(
        self, inner: Executor, delay_s: float, is_slow: Callable[[object, object], bool]
    ) -> None:
        self._inner = inner
        self._delay_s = delay_s
        self._is_slow = is_slow

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it; its result shows up after the delay if it is one of the slow ones."""
        loop = asyncio.get_running_loop()
        late: Future[T] = Future()

        def hand_on(done: Future[T]) -> None:
            if late.set_running_or_notify_cancel():
                error = done.exception()
                if error is not None:
                    late.set_exception(error)
                else:
                    late.set_result(done.result())

        def wait(done: Future[T]) -> None:
            slow = done.exception() is None and self._is_slow(fn, done.result())
            loop.call_later(self._delay_s if slow else 0.0, hand_on, done)

        self._inner.submit(fn, *args, **kwargs).add_done_callback(
            lambda done: loop.call_soon_threadsafe(wait, done)
        )
        return late

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the executor behind it."""
        self._inner.shutdown(wait, cancel_futures=cancel_futures)


def _is_soft_end(_fn: object, result: object) -> bool:
    """What `Ear.hear` returns is a list of events."""
    return isinstance(result, list) and any(
        isinstance(event, SpeechPaused) for event in cast("list[object]", result)
    )


class _SlowLlm:
    """A language model that hesitates once, before or after its first piece."""

    def __init__(self, inner: LanguageModel, delay_s: float, after_pieces: int) -> None:
        self._inner = inner
        self._delay_s = delay_s
        self._after_pieces = after_pieces

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        n_pieces = 0
        async with aclosing(self._inner.stream(messages, max_tokens)) as pieces:
            async for piece in pieces:
                if n_pieces == self._after_pieces:
                    await asyncio.sleep(self._delay_s)
                n_pieces += 1
                yield piece

    async def warm(self, messages: Sequence[ChatMessage]) -> None:
        await self._inner.warm(messages)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _SlowTts:
    """A voice that takes longer for every phrase."""

    def __init__(self, inner: TextToSpeech, delay_s: float) -> None:
        self._inner = inner
        self._delay_s = delay_s

    @property
    def rate_hz(self) -> int:
        return self._inner.rate_hz

    @property
    def lead_ms(self) -> float:
        return self._inner.lead_ms

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        delay_s = self._delay_s
        async with aclosing(self._inner.speak(text, style)) as pieces:
            async for piece in pieces:
                await asyncio.sleep(delay_s)
                delay_s = 0.0
                yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
