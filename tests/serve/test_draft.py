"""An answer belongs to words: begun early, found again, forgotten without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from tests.serve.scripted import Script
from visavis.errors import EngineError
from visavis.events import Speaker, Utterance
from visavis.serve.allowance import Ahead, Guessing, Speculation, TokenCount
from visavis.serve.answering import same_words, spoken_lines
from visavis.serve.draft import Draft, Drafts, Likeness, Reached, VoicedPhrase
from visavis.testing import LoopClock, run_virtual

FACT, STORY = "What time is it?", "tell me a story"


def perform(main: Coroutine[Any, Any, None]) -> None:
    run_virtual(main)


async def followed(draft: Draft) -> tuple[list[str], list[str]]:
    """Stages and texts, to the end."""
    stages: list[str] = []
    texts: list[str] = []
    async for made in draft.follow():
        match made:
            case Reached(stage):
                stages.append(stage)
            case Likeness(value):
                assert 0.0 <= value <= 1.0
                stages.append("known" if value > 0.95 else "unknown")
            case VoicedPhrase(phrase):
                texts.append(phrase.text)
    return stages, texts


def test_a_draft_works_as_far_as_the_first_phrase_and_waits_there() -> None:
    script = Script()

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        draft = drafts.take(STORY, ())
        await asyncio.sleep(10.0)
        assert len(script.tts.said) == 1
        _, texts = await followed(draft)
        assert len(texts) == len(script.tts.said) == 2
        assert script.llm.n_open == 0
        await drafts.aclose()

    perform(main())


def test_a_phrase_in_pieces_is_worked_on_as_far_as_the_first_piece() -> None:
    script = Script()
    script.tts.manner = "in two"

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        draft = drafts.take(FACT, ())
        await asyncio.sleep(10.0)
        assert script.tts.said == ["It"]
        stages, texts = await followed(draft)
        assert texts == script.tts.said == ["It", "is noon exactly."]
        assert stages.count("first_audio") == 1
        await drafts.aclose()

    perform(main())


def test_a_voice_that_is_paid_for_waits_until_the_answer_is_wanted() -> None:
    script = Script()
    engines = replace(script.engines(), voicing_ahead=Ahead.WHEN_WANTED)

    async def main() -> None:
        drafts = Drafts(engines, LoopClock())
        draft = drafts.take(FACT, ())
        following = asyncio.create_task(followed(draft))
        await asyncio.sleep(10.0)
        assert script.tts.said == []
        draft.permit()
        stages, _ = await following
        assert script.tts.said == ["It is noon exactly."]
        assert stages.index("first_phrase") < stages.index("first_audio")
        await drafts.aclose()

    perform(main())


def test_a_draft_that_is_dropped_between_two_pieces_closes_the_voice() -> None:
    script = Script()
    script.tts.manner = "in two"

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        draft = drafts.take(FACT, ())
        await asyncio.sleep(10.0)
        drafts.drop()
        await drafts.aclose()
        assert draft.ended
        assert script.tts.said == ["It"]

    perform(main())


def test_the_same_words_find_it_however_they_are_written() -> None:
    script = Script()

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        first = drafts.take("What time is it", ())
        await asyncio.sleep(1.0)
        assert drafts.take("what time is it?", ()) is first
        started_s = asyncio.get_running_loop().time()
        stages, texts = await followed(first)
        assert asyncio.get_running_loop().time() == started_s, "it was there already"
        assert texts == ["It is noon exactly."]
        assert stages == ["look_up", "known", "first_phrase", "first_audio"]
        await drafts.aclose()

    perform(main())


def test_other_words_or_another_history_start_anew_and_end_the_old_one() -> None:
    script = Script()

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        story = drafts.take(STORY, ())
        await asyncio.sleep(0.03)
        assert script.llm.n_open == 1
        fact = drafts.take(FACT, ())
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        assert story.ended
        assert script.llm.n_open == 0
        later = drafts.take(FACT, (Utterance(Speaker.USER, "hello"),))
        assert later is not fact
        await drafts.aclose()
        assert later.ended

    perform(main())


def test_it_can_be_followed_again_after_whoever_followed_was_cancelled() -> None:
    script = Script()

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        task = asyncio.create_task(followed(drafts.take(STORY, ())))
        await asyncio.sleep(0.09)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        stages, texts = await followed(drafts.take(STORY, ()))
        assert len(texts) == 2
        assert stages.count("first_audio") == 1
        await drafts.aclose()

    perform(main())


def test_a_failure_reaches_who_follows_and_the_next_try_starts_anew() -> None:
    script = Script()
    script.tts.error = EngineError("hoarse")

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        broken = drafts.take(FACT, ())
        await asyncio.sleep(1.0)
        with pytest.raises(EngineError, match="hoarse"):
            await followed(broken)
        script.tts.error = None
        _, texts = await followed(drafts.take(FACT, ()))
        assert texts == ["It is noon exactly."]
        await drafts.aclose()

    perform(main())


def test_words_that_need_no_answer_to_be_found() -> None:
    script = Script()

    async def main() -> None:
        draft = Draft(
            spoken_lines("Hello! How are you?", "greeting"), script.engines(), LoopClock()
        )
        _, texts = await followed(draft)
        assert " ".join(texts) == "Hello! How are you?"
        await draft.drop()

    perform(main())


METERED = Speculation(Guessing.NEVER)


def test_a_draft_that_costs_money_waits_for_permission() -> None:
    script = Script(speculation=METERED)

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        draft = drafts.take(STORY, ())
        await asyncio.sleep(10.0)
        assert (script.llm.n_open, script.tokens.asked) == (0, 0)
        draft.permit()
        _, texts = await followed(draft)
        assert len(texts) == 2
        await drafts.aclose()

    perform(main())
    assert script.tokens.asked > 0
    assert script.tokens.discarded == 0, "it was wanted"


def test_facts_cost_nothing_and_wait_for_nobody() -> None:
    script = Script(speculation=METERED)

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        drafts.take(FACT, ())
        await asyncio.sleep(1.0)
        assert script.tts.said == ["It is noon exactly."]
        await drafts.aclose()

    perform(main())
    assert script.tokens == TokenCount()


def test_what_was_asked_in_vain_is_counted_once_prompt_included() -> None:
    script = Script()

    async def main() -> None:
        drafts = Drafts(script.engines(), LoopClock())
        drafts.take(STORY, ())
        await asyncio.sleep(1.0)
        assert script.tokens.discarded == 0, "it may yet be wanted"
        drafts.drop()
        await drafts.aclose()

    perform(main())
    assert script.tokens.discarded == script.tokens.asked
    # "You are Testy, a small friendly character. ..." is about 80 characters.
    assert 20 < script.tokens.discarded < 60


def test_a_conversation_discards_no_more_than_it_may() -> None:
    script = Script(speculation=Speculation(Guessing.CAPPED, 200))

    async def main() -> None:
        engines = script.engines()
        drafts = Drafts(engines, LoopClock())
        for n in range(50):
            drafts.take(f"{STORY} number {n}", ())
            await asyncio.sleep(1.0)
            drafts.drop()
        assert 0 < script.tokens.discarded <= 200
        assert script.tokens.capped_conversations == 1
        spent = script.tokens.asked
        answer = drafts.take(STORY, ())
        answer.permit()
        assert (await followed(answer))[1][0].startswith("Once there"), "a committed turn is served"
        assert script.tokens.asked > spent
        await drafts.aclose()
        fresh = Drafts(engines, LoopClock())
        fresh.take(STORY, ())
        await asyncio.sleep(1.0)
        await fresh.aclose()
        assert script.tokens.discarded > spent, "another conversation has its own allowance"

    perform(main())


def test_what_counts_as_the_same_words() -> None:
    assert same_words("What's it cost?") == same_words("what's it  cost")
    assert same_words("I'd like two") != same_words("I'd like ten")
