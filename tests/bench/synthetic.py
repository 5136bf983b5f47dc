"""A run that never happened, for the tests and pictures of the report. Seeded."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tests.bench.turns_by_hand import recording
from visavis.bench.recording import Recording
from visavis.bench.tradeoff import Heard, Silence
from visavis.bench.turns import Turn
from visavis.hear.turn import Signs
from visavis.reply.persona import load_persona

SPEEDS = {"visavis": 1.0, "pipecat_default": 3.1, "pipecat_tuned": 2.0}
"""Contenders, and how many times as long their work takes."""


def synthetic_recordings(n: int) -> list[Recording]:
    """Half of them for facts, two in five with a pause."""
    random = np.random.default_rng(0)
    facts = load_persona("pip").facts
    found: list[Recording] = []
    for index in range(n):
        fact = facts[index % len(facts)]
        paused = random.random() < 0.42
        length_ms = float(random.uniform(200.0, 900.0))
        plain = (
            fact.ask[0] if index % 2 else "Tell me a short story about a lamp & a moth, <please>."
        )
        made = recording(
            fact=fact.id if index % 2 else None,
            say=f"Um | {plain}" if paused else plain,
            pauses_ms=[(500.0, 500.0 + length_ms)] if paused else [],
            end_ms=2_900.0,
            recording_id=f"r{index}",
        )
        found.append(replace(made, noise=("quiet", "office", "stand")[index % 3]))
    return found


def synthetic_turns(n: int, contender: str = "visavis") -> list[Turn]:
    """Turns with believable times, a few cut off, one missed and one doubled."""
    random = np.random.default_rng(1)
    slow = SPEEDS[contender]
    facts = load_persona("pip").facts
    turns: list[Turn] = []
    for index, asked in enumerate(synthetic_recordings(n)):
        turn = Turn(asked, contender, kind="knowledge" if index % 2 else "llm", n_replies=1)
        turn.warmth = "warm" if index % 10 else "cold"
        turn.stages_ms = _stages(random, slow, turn)
        reveal_ms = turn.stages_ms["reveal"]
        turn.voice_ms = reveal_ms + 20.0 + 8.0 * random.random()
        turn.face_ms = turn.voice_ms + float(random.normal(6.0, 5.0))
        turn.react_ms = turn.stages_ms["soft_end"] + 12.0
        turn.p_end = float(np.clip(random.normal(0.93, 0.06), 0.0, 1.0))
        turn.transcript = asked.question.text
        turn.text = facts[index % len(facts)].answer if index % 2 else "Once there was a moth."
        if asked.pauses and random.random() < 0.08 * slow:
            turn.cutoffs_ms = [asked.pauses[0][1] / 16.0 - asked.speech_end_ms - 20.0]
        turns.append(turn)
    turns[3].voice_ms, turns[3].text = None, ""
    turns[5].n_replies = 2
    return turns


def _stages(random: np.random.Generator, slow: float, turn: Turn) -> dict[str, float]:
    def about(mean_ms: float) -> float:
        return mean_ms * float(random.lognormal(0.0, 0.18))

    soft_end = about(105.0)
    stages = {"soft_end": soft_end, "stt": soft_end + about(58.0), "turn": soft_end + about(27.0)}
    decided = max(stages["stt"], stages["turn"])
    stages["commit"] = max(decided, about(185.0 * slow))
    stages["look_up"] = (stages["stt"] if slow == 1.0 else stages["commit"]) + about(9.0)
    at = stages["look_up"]
    if turn.kind == "llm":
        at = stages["first_token"] = at + about(48.0)
        at += about(80.0 * slow)
    stages["first_phrase"] = at + 1.0
    stages["first_audio"] = stages["first_phrase"] + about(52.0)
    stages["reveal"] = max(stages["commit"], stages["first_audio"]) + 1.0
    return stages


def synthetic_silences(n: int) -> list[Heard]:
    """What the ears would make of `synthetic_recordings(n)`."""
    random = np.random.default_rng(2)
    return [
        Heard(
            asked,
            (
                *(
                    _silence(
                        start / 16.0 - asked.speech_end_ms,
                        end / 16.0 - asked.speech_end_ms + 64.0,
                        float(random.beta(1.2, 3.0)),
                    )
                    for start, end in asked.pauses
                ),
                _silence(float(random.normal(0.0, 20.0)), math.inf, float(random.beta(9.0, 0.7))),
            ),
        )
        for asked in synthetic_recordings(n)
    ]


def _silence(start_ms: float, resumed_ms: float, p_end: float) -> Silence:
    signs = Signs(p_audio=p_end, text="Tell me")
    return Silence(start_ms, start_ms + 96.0, resumed_ms, start_ms + 96.0, signs)
