"""The instrument itself: 30 ms lost in any stage are seen, and the right stage is blamed.

Nobody guesses ahead here: what is prepared before the turn ends is not on the waterfall's way.
The harness, the conversation and the session are real; the engines follow a script, time is
virtual. `visavis bench delay` does the same with real models and real time.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.bench.in_memory import MemoryContender, recording, script
from visavis.bench.contender import run
from visavis.bench.sensitivity import blame, shifts
from visavis.bench.slowed import SLOW_STAGES, SlowStage, slow_down
from visavis.bench.tradeoff import timer
from visavis.bench.turns import Turn
from visavis.testing import run_virtual

FACT, STORY = "what time is it", "tell me a story"


def ask(question: str, stage: SlowStage | None = None, delay_ms: float = 30.0) -> list[Turn]:
    engines = script(question).engines()
    engines = replace(engines, rule=timer(180.0), foresight=asyncio.Semaphore(0))
    if stage is not None:
        engines = slow_down(engines, stage, delay_ms)
    turns: list[Turn] = []
    lengths_ms = (700, 800, 900, 1_010, 1_120, 1_230, 1_500)
    asked = [recording(speech_ms=length) for length in lengths_ms]
    run_virtual(run([MemoryContender("visavis", engines)], asked, len(asked), turns.append))
    return turns


@pytest.mark.parametrize("stage", SLOW_STAGES)
@pytest.mark.parametrize("question", [FACT, STORY])
def test_a_delay_is_attributed_to_its_stage(stage: SlowStage, question: str) -> None:
    found = shifts(ask(question), ask(question, stage))
    blamed = blame(found)
    if question == FACT and stage in {"first_token", "first_phrase"}:
        assert blamed is None, "a fact needs no language model"
        return
    assert blamed is not None
    assert blamed.leg == stage
    assert blamed.later_ms.value == pytest.approx(30.0, abs=1.0)


@pytest.mark.parametrize("question", [FACT, STORY])
def test_nothing_is_blamed_when_nothing_is_slow(question: str) -> None:
    assert blame(shifts(ask(question), ask(question))) is None


def test_a_delay_behind_the_commit_is_heard_one_before_it_is_hidden() -> None:
    plain, late = ask(STORY), ask(STORY, "first_audio", 90.0)
    assert 0.0 < _voice(late) - _voice(plain) < 90.0, "the wait for the commit hides a part"
    hidden = ask(FACT, "look_up", 10.0)
    assert _held(ask(FACT)) > 10.0
    assert _voice(hidden) == pytest.approx(_voice(ask(FACT)), abs=1.0)


def _voice(turns: list[Turn]) -> float:
    """Of the first turn: how a later one falls on the detector's frames depends on it."""
    voice_ms = turns[0].voice_ms
    assert voice_ms is not None
    return voice_ms


def _held(turns: list[Turn]) -> float:
    """How long the ready answer waited for its commit."""
    stages_ms = turns[0].stages_ms
    return max(0.0, stages_ms["commit"] - stages_ms["first_audio"])
