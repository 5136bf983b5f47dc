"""Before commit: no log, no cost, and nothing that is left when the conversation is over."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from types import FunctionType, ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.serve.scripted import Script, ScriptedLlm, ScriptedStt, ScriptedTts
from tests.serve.test_conversation import Stage, past_greeting, perform
from visavis import events as ev
from visavis.hear.turn import Signs
from visavis.hear.words import JudgedWords
from visavis.reply.answer import ChatMessage, Unsure
from visavis.reply.lines import own_phrases
from visavis.serve.allowance import Guessing, Speculation
from visavis.serve.attempt import AttemptRun
from visavis.serve.draft import Drafts
from visavis.serve.engines import Engines
from visavis.serve.transcribe import Transcriber
from visavis.testing import LoopClock, run_virtual
from visavis.voice.cached import CachedVoice
from visavis.voice.tts import Voiced, VoiceStyle
from visavis.wire import messages as wire
from visavis.wire.codec import encode

SECRET = "".join(("Xylo", "phonia"))  # not a constant: the search below must not find this module's
WORDS = f"tell me a story about {SECRET}"


class Forgetful(ScriptedTts):
    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        async for voiced in super().speak(text, style):
            self.said.clear()
            yield voiced


class Echo(ScriptedLlm):
    """Answers with the user's own words, and says when it was asked."""

    def __init__(self) -> None:
        super().__init__(piece_s=0.01)
        self.asked_ms: list[float] = []

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        self.asked_ms.append(asyncio.get_running_loop().time() * 1_000.0)
        for piece in ("You said ", messages[-1].content, ". And then some more."):
            await asyncio.sleep(self.piece_s)
            yield piece


async def likely(words: str) -> float:
    return 0.1


class Whole(Script):
    """With all that remembers: the same engines for as long as the test lives."""

    def __init__(self, **changes: object) -> None:
        super().__init__(tts=Forgetful(), llm=Echo(), unsure=Unsure.TRUSTED_MODEL)
        self.stt.text = WORDS
        tts = CachedVoice(self.tts, own_phrases(self.persona))
        real = replace(super().engines(), tts=tts, words=JudgedWords(likely))
        self.whole = replace(real, **changes)  # type: ignore[arg-type]

    def engines(self) -> Engines:
        return self.whole


async def discarded_turn(stage: Stage) -> None:
    """Speaks, pauses long enough for an answer to be held ready, goes on, and leaves."""
    await past_greeting(stage)
    await stage.speak(900)
    await stage.silence(240)
    await stage.speak(400)


def held(stage: Stage) -> list[wire.ReplyPhrase]:
    return [m for m in stage.messages() if isinstance(m, wire.ReplyPhrase) and m.reply_id > 1]


def revealed(stage: Stage) -> list[int]:
    ids = [m.reply_id for m in stage.messages() if isinstance(m, wire.ReplyCommit)]
    return [reply_id for reply_id in ids if reply_id > 1]


def patient(script: Whole) -> Whole:
    def a_second(_signs: Signs) -> float:
        return 1_000.0

    script.whole = replace(script.whole, rule=a_second)
    return script


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """All but asyncio's word that a loop was made."""
    return [r.getMessage() for r in caplog.records if not r.message.startswith("Using selector")]


def test_a_discarded_turn_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        stage = perform(discarded_turn, patient(Whole()))
    assert SECRET in held(stage)[0].text, "there was something to log"
    assert revealed(stage) == []
    assert logged(caplog) == []


def _raises(*_: object) -> str:
    raise ValueError(f"can't cope with {WORDS}")


class RaisingStt(ScriptedStt):
    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        return _raises()


class RaisingLlm(ScriptedLlm):
    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        yield _raises()


class RaisingTts(ScriptedTts):
    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        _raises()
        yield Voiced(np.zeros(0, dtype=np.float32), self.rate_hz, (), text)


class RaisingWords:
    async def p_complete(self, words: str) -> float | None:
        _raises()


BUGS = {"stt": RaisingStt(), "llm": RaisingLlm(), "tts": RaisingTts(), "words": RaisingWords()}


@pytest.mark.parametrize("engine", BUGS)
def test_a_guess_that_meets_a_bug_is_not_logged(
    engine: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(stage: Stage) -> None:
        await asyncio.sleep(1.0)
        caplog.clear()  # a greeting that could not be voiced is no guess
        await stage.speak(1_500)

    with caplog.at_level(logging.DEBUG):
        perform(play, Whole(**{engine: BUGS[engine]}))
        gc.collect()  # a task's exception that nobody looked at is logged when it is freed
    assert logged(caplog) == []


@pytest.mark.parametrize("engine", BUGS)
def test_a_bug_in_a_committed_turn_is_logged_without_words(
    engine: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(900)
        await stage.silence(15_000)

    with caplog.at_level(logging.DEBUG):
        perform(play, Whole(**{engine: BUGS[engine]}))
        gc.collect()
    assert "ValueError at " in caplog.text
    assert "session test: attempt " in caplog.text
    assert "test_no_trace.py:" in caplog.text
    assert SECRET not in caplog.text


def test_what_could_not_be_understood_over_a_reply_is_logged_without_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(encode(wire.Text(text="what time is it")))
        await asyncio.sleep(0.5)
        stage.play(2, 1_000, "playing")
        await stage.speak(300)
        await stage.silence(600)
        assert logged(caplog) == [], "nothing is committed, nobody was told"
        stage.transport.arrive(encode(wire.Text(text="what time is it")))
        await asyncio.sleep(0.5)

    with caplog.at_level(logging.DEBUG):
        perform(play, Whole(stt=RaisingStt()))
    assert "said over a reply" in caplog.text
    assert SECRET not in caplog.text


def test_what_an_attempt_has_to_say_to_the_log_waits_for_the_commit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    events: list[ev.Event] = []
    notes: list[str] = []

    async def main() -> None:
        engines, clock = Whole(stt=RaisingStt()).engines(), LoopClock()
        attempt = ev.Attempt(1, 1, 2, ev.SpokenPrompt(0, 16_000), ())
        drafts = Drafts(engines, clock)
        run = AttemptRun(
            attempt, engines, Transcriber(engines), drafts, clock, events.append, notes.append
        )
        await run.run(np.zeros(16_000, dtype=np.float32))
        await drafts.aclose()

    with caplog.at_level(logging.DEBUG):
        run_virtual(main())
    (failure,) = [event for event in events if isinstance(event, ev.AttemptFailed)]
    assert SECRET not in failure.message + failure.hint
    assert [note.split(" at ")[0] for note in notes] == ["attempt 2 failed: ValueError"]
    assert logged(caplog) == []


def test_nothing_of_a_discarded_turn_is_left_when_the_conversation_is_over() -> None:
    script = patient(Whole())
    stage = perform(discarded_turn, script)
    assert SECRET in held(stage)[0].text
    conversation = weakref.ref(stage.conversation)
    del stage
    gc.collect()
    assert conversation() is None
    assert strings_within(script.whole, SECRET) == []


def test_the_search_for_traces_can_find_one() -> None:
    script = Whole()
    script.stt.text = "".join(("deep", "ly hidden"))
    assert strings_within(script.whole, script.stt.text) == [script.stt.text]


def strings_within(root: object, part: str) -> list[str]:
    """Every string with `part` in it that can be reached from `root`, but for the script itself."""
    seen: set[int] = set()
    found: list[str] = []
    waiting: list[object] = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (type, ModuleType, FunctionType)):
            continue
        seen.add(id(one))
        if isinstance(one, str) and part in one and one is not WORDS:
            found.append(one)
        waiting += gc.get_referents(one)
    return found


# ------------------------------------------------------------------ cost


def story(speculation: Speculation) -> tuple[Stage, Echo]:
    script = patient(Whole(speculation=speculation))
    llm = script.whole.llm
    assert isinstance(llm, Echo)

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(900)
        await stage.silence(240)
        await stage.speak(400)
        await stage.silence(3_000)

    return perform(play, script), llm


def test_a_model_that_costs_money_is_asked_when_the_turn_is_over() -> None:
    stage, llm = story(Speculation(Guessing.NEVER))
    assert len(llm.asked_ms) == 1
    assert llm.asked_ms[0] >= 1_100 + 900 + 240 + 400 + 1_000 - 64, "a second after the last word"
    assert SECRET in held(stage)[0].text
    assert len(revealed(stage)) == 1


def test_typed_words_are_committed_at_once() -> None:
    script = Whole(speculation=Speculation(Guessing.NEVER))

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(encode(wire.Text(text=WORDS)))
        await asyncio.sleep(1.0)

    assert SECRET in held(perform(play, script))[0].text


def test_one_that_does_not_is_asked_while_the_user_speaks() -> None:
    stage, llm = story(Speculation(Guessing.FREE))
    assert llm.asked_ms[0] < 1_100 + 900
    assert SECRET in held(stage)[0].text
    assert len(revealed(stage)) == 1
