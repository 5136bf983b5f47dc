"""Bad input and broken engines: each has an outcome that the user can hear or read."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.serve.scripted import Script, ScriptedLlm, ScriptedStt, ScriptedTts
from tests.serve.test_conversation import Stage, past_greeting, perform
from visavis.errors import EngineError
from visavis.hear.audio import RATE_HZ
from visavis.hear.turn import Signs
from visavis.reply.answer import ChatMessage
from visavis.reply.phrase import MAX_CHARS
from visavis.serve.engines import Engines
from visavis.serve.foresight import EVERY_SAMPLES, LONGEST_SAMPLES
from visavis.session import APOLOGY
from visavis.testing import InlineExecutor
from visavis.voice.tts import Voiced, VoiceStyle
from visavis.wire import messages as wire
from visavis.wire.codec import encode

T = TypeVar("T")
P = ParamSpec("P")

FOREVER_S = 1e6
STORY, FACT = "tell me a story", "what time is it"


def phrases(stage: Stage) -> list[wire.ReplyPhrase]:
    """Of what came after the greeting."""
    return [m for m in stage.messages() if isinstance(m, wire.ReplyPhrase) and m.reply_id > 1]


def commits(stage: Stage) -> list[int]:
    """Replies that were revealed after the greeting."""
    revealed = [m.reply_id for m in stage.messages() if isinstance(m, wire.ReplyCommit)]
    return [reply_id for reply_id in revealed if reply_id > 1]


def errors(stage: Stage) -> list[wire.Error]:
    return [m for m in stage.messages() if isinstance(m, wire.Error)]


def states(stage: Stage) -> list[str]:
    return [m.value for m in stage.messages() if isinstance(m, wire.State)]


def typed(script: Script, text: str, wait_s: float = 60.0) -> Stage:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        stage.transport.arrive(encode(wire.Text(text=text)))
        await asyncio.sleep(wait_s)

    return perform(play, script)


def spoken(script: Script, wait_ms: int = 1_500) -> Stage:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(800)
        await stage.silence(wait_ms)

    return perform(play, script)


def apologised_aloud(stage: Stage) -> bool:
    last = phrases(stage)[-1]
    said = " ".join(p.text for p in phrases(stage) if p.reply_id == last.reply_id)
    return (last.source, said) == ("apology", APOLOGY) and last.reply_id in commits(stage)


# ------------------------------------------------------------------ who speaks


class CountingStt(ScriptedStt):
    def __init__(self, text: str) -> None:
        self.text = text
        self.seconds: list[float] = []

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        self.seconds.append(len(sound) / RATE_HZ)
        return self.text


@pytest.mark.parametrize("text", ["", " ", "♪", "[Music]", "you you you you you you you", "\ufffd"])
def test_a_sound_without_words_is_no_turn(text: str) -> None:
    script = Script(stt=CountingStt(text))
    stage = spoken(script)
    assert states(stage)[-2:] == ["hearing", "listening"]
    assert phrases(stage) == []
    assert errors(stage) == []
    assert "transcript" not in stage.types()


def test_music_is_listened_to_and_never_answered() -> None:
    stt = CountingStt("♪")
    most_tasks = 0

    async def play(stage: Stage) -> None:
        nonlocal most_tasks
        await past_greeting(stage)
        n_tasks = len(asyncio.all_tasks())
        for _ in range(150):
            await stage.speak(200)
            await stage.silence(200)
            most_tasks = max(most_tasks, len(asyncio.all_tasks()) - n_tasks)
        await stage.silence(1_500)

    stage = perform(play, Script(stt=stt))
    assert phrases(stage) == []
    assert states(stage)[-1] == "listening"
    assert 100 <= len(stt.seconds) <= 300 + 60_000 * 16 / EVERY_SAMPLES, "once a beat, and guesses"
    assert most_tasks <= 3


def test_who_never_stops_costs_no_more_and_no_more_and_is_answered_in_the_end() -> None:
    stt = CountingStt(FACT)

    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        await stage.speak(180_000)
        assert commits(stage) == []
        await stage.silence(1_500)

    stage = perform(play, Script(stt=stt))
    assert len(stt.seconds) <= LONGEST_SAMPLES / EVERY_SAMPLES + 1
    assert max(stt.seconds) == 20.0, "and that is long enough"
    assert [p.text for p in phrases(stage)] == ["It is noon exactly."]


class Patient(Script):
    """Waits long for whoever is not surely finished, by voice and words."""

    def engines(self) -> Engines:
        return replace(super().engines(), rule=patient_rule)


def patient_rule(signs: Signs) -> float:
    return 130.0 if (signs.p_audio or 0.0) * (signs.p_words or 0.0) > 0.99 else 1_200.0


UNFINISHED = "so then we went along the river to the bridge and then to the"


def test_after_a_minute_the_next_pause_is_the_end() -> None:
    async def play(stage: Stage) -> None:
        await past_greeting(stage)
        for _ in range(12):
            await stage.speak(4_700)
            await stage.silence(300)
        assert commits(stage) == [], "it sounded unfinished each time"
        await stage.speak(4_700)
        await stage.silence(300)

    stage = perform(play, Patient(stt=CountingStt(UNFINISHED)))
    assert len(commits(stage)) == 1
    finals = [m for m in stage.messages() if isinstance(m, wire.Transcript) if m.status == "final"]
    assert [m.text for m in finals] == [UNFINISHED]


def test_two_people_at_once_get_one_answer_to_what_was_understood() -> None:
    stage = spoken(Script(stt=CountingStt("what tell time a me is it")))
    assert commits(stage) == [2]


# ------------------------------------------------------------------ ears


class StuckOn(InlineExecutor):
    """One function never returns, as in a thread that hangs."""

    def __init__(self, name: str) -> None:
        self.name = name

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if getattr(fn, "__name__", "") == self.name:
            return Future()
        return super().submit(fn, *args, **kwargs)


def test_speech_to_text_that_hangs_is_given_up() -> None:
    stage = spoken(Script(brains=StuckOn("transcribe")), wait_ms=40_000)
    assert "Speech to text took too long." in {e.message for e in errors(stage)}
    assert apologised_aloud(stage)


def test_speech_to_text_that_fails_is_told() -> None:
    class Deaf(ScriptedStt):
        def transcribe(
            self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
        ) -> str:
            raise EngineError("The ears hurt.")

    stage = spoken(Script(stt=Deaf()), wait_ms=10_000)
    assert "The ears hurt." in {e.message for e in errors(stage)}
    assert apologised_aloud(stage)


class Speechless:
    """Never says what it thinks of words."""

    async def p_complete(self, words: str) -> float | None:
        await asyncio.sleep(FOREVER_S)


class WithSpeechless(Script):
    def engines(self) -> Engines:
        return replace(super().engines(), words=Speechless())


@pytest.mark.parametrize("script", [Script(brains=StuckOn("p_end")), WithSpeechless()])
def test_an_end_of_turn_that_hangs_costs_only_time(script: Script) -> None:
    stage = spoken(script, wait_ms=5_000)
    assert [p.text for p in phrases(stage)] == ["It is noon exactly."]
    assert errors(stage) == []


def test_knowledge_that_hangs_is_given_up() -> None:
    stage = typed(Script(brains=StuckOn("look_up")), FACT)
    assert "The knowledge took too long." in {e.message for e in errors(stage)}
    assert apologised_aloud(stage)


# ------------------------------------------------------------------ language model


@dataclass
class Misbehaving(ScriptedLlm):
    """Stalls before piece `stalls_at`, sends `forever` again and again behind the others."""

    stalls_at: int | None = None
    forever: str | None = None
    n_sent: int = 0

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        self.n_open += 1
        endless = itertools.repeat(self.forever) if self.forever is not None else ()
        try:
            for index, piece in enumerate(itertools.chain(self.pieces, endless)):
                await asyncio.sleep(FOREVER_S if index == self.stalls_at else 0.001)
                self.n_sent += 1
                yield piece
        finally:
            self.n_open -= 1


def test_a_model_that_never_begins_is_given_up() -> None:
    llm = Misbehaving(stalls_at=0)
    stage = typed(Script(llm=llm), STORY)
    assert "The language model took too long." in {e.message for e in errors(stage)}
    assert apologised_aloud(stage)
    assert llm.n_open == 0


def test_a_model_that_stalls_in_the_middle_leaves_what_was_said() -> None:
    llm = Misbehaving(stalls_at=2)
    stage = typed(Script(llm=llm), STORY)
    assert phrases(stage)[0].text == "Once there was a story."
    assert "The language model took too long." in {e.message for e in errors(stage)}
    ends = [m for m in stage.messages() if isinstance(m, wire.ReplyEnd)]
    assert ends[-1].n_samples > 0
    assert llm.n_open == 0


@pytest.mark.parametrize(
    ("pieces", "forever", "texts"),
    [
        (("Once\x00 there\x1b[31m was\u202e a fox. ",), None, ["Once there was a fox."]),
        (("**Once** <b>there</b> was `a` fox. <|im_end|>",), None, ["Once there was a fox."]),
        (("Once \ud83d there was\ufffd a fox. ",), None, ["Once there was a fox."]),
        ((), "x" * 100, ["I don't know."]),
        ((), "... ", ["I don't know."]),
        ((), "\n", ["I don't know."]),
        ((), "and then ", ["I don't know."]),
        ((), "Once there was a fox. ", ["Once there was a fox."]),
        (("Once there was a fox. ",), "o", ["Once there was a fox."]),
        ((), None, ["I don't know."]),
        (("", "", ""), None, ["I don't know."]),
    ],
    ids="control,markup,utf8,no spaces,dots,lines,loop,again,scream,nothing,empty".split(","),
)
def test_garbage_is_neither_heard_nor_read(
    pieces: tuple[str, ...], forever: str | None, texts: list[str]
) -> None:
    llm = Misbehaving(pieces=pieces, forever=forever)
    script = Script(llm=llm)
    stage = typed(script, STORY)
    assert [p.text for p in phrases(stage)] == texts
    assert script.tts.said[1:] == texts, "behind the greeting"
    assert errors(stage) == []
    assert llm.n_open == 0
    assert llm.n_sent < 1_000


RAMBLING = tuple(
    "The fox met " + "".join(letters) + ". " for letters in itertools.product("abcdef", repeat=4)
)


@pytest.mark.parametrize(
    "pieces", [RAMBLING, ("".join(RAMBLING),)], ids="many pieces,one".split(",")
)
def test_a_reply_without_an_end_is_cut(pieces: tuple[str, ...]) -> None:
    llm = Misbehaving(pieces=pieces)
    stage = typed(Script(llm=llm), STORY)
    assert 48 * 4 <= sum(len(p.text) for p in phrases(stage)) <= 48 * 16
    assert all(len(p.text) <= MAX_CHARS for p in phrases(stage))
    assert llm.n_open == 0


# ------------------------------------------------------------------ voice


@dataclass
class Hoarse(ScriptedTts):
    """From phrase `from_phrase` on (the greeting is 0) does what `how` says, `n_times`."""

    how: str = "fails"
    from_phrase: int = 1
    n_times: int = 1
    n_asked: int = 0

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        index, self.n_asked = self.n_asked, self.n_asked + 1
        if not self.from_phrase <= index < self.from_phrase + self.n_times:
            async for voiced in super().speak(text, style):
                yield voiced
            return
        match self.how:
            case "fails":
                raise EngineError("The voice broke.")
            case "hangs":
                await asyncio.sleep(FOREVER_S)
                raise AssertionError
            case _:
                value = {"silent": 0.0, "nan": np.nan, "inf": np.inf}[self.how]
                sound = np.full(8_000, value, dtype=np.float32)
                yield Voiced(sound, self.rate_hz, (("m", 8_000),), text)


MESSAGES = {
    "fails": "The voice broke.",
    "hangs": "The voice took too long.",
    "silent": "The voice stayed silent.",
    "nan": "The voice made a noise that can't be played.",
    "inf": "The voice made a noise that can't be played.",
}


@pytest.mark.parametrize("how", MESSAGES)
def test_a_voice_that_fails_for_good_is_told_and_its_apology_can_be_read(how: str) -> None:
    stage = typed(Script(tts=Hoarse(how=how, n_times=100)), FACT)
    assert phrases(stage) == []
    assert MESSAGES[how] in {e.message for e in errors(stage)}
    assert (errors(stage)[-1].message, errors(stage)[-1].hint) == (APOLOGY, MESSAGES[how])
    assert states(stage)[-1] == "listening"


@pytest.mark.parametrize("how", sorted(MESSAGES.keys() - {"silent"}))
def test_a_voice_that_fails_at_a_later_phrase_leaves_what_was_said(how: str) -> None:
    stage = typed(Script(tts=Hoarse(how=how, from_phrase=2)), STORY)
    assert phrases(stage)[0].text == "Once there was a story."
    assert MESSAGES[how] in {e.message for e in errors(stage)}
    ends = [m for m in stage.messages() if isinstance(m, wire.ReplyEnd)]
    assert ends[-1].n_samples == 8_000 * len([p for p in phrases(stage) if p.source == "llm"])


def test_one_silent_phrase_is_passed_over() -> None:
    stage = typed(Script(tts=Hoarse(how="silent", from_phrase=1)), STORY)
    assert [(p.text, p.index, p.start_sample) for p in phrases(stage)] == [("The end.", 0, 0)]
    assert errors(stage) == []


def test_lips_that_hang_are_given_up() -> None:
    stage = typed(Script(brains=StuckOn("add")), FACT)
    assert errors(stage)[-1].message == APOLOGY
    assert states(stage)[-1] == "listening"
