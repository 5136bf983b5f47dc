"""The fitting finds what was put in, and stays polite."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.bench.turns_by_hand import recording
from visavis.bench.recording import Speaker
from visavis.bench.rule_fit import (
    SHAPES,
    Shape,
    choose_shape,
    fit_weights,
    held_out_weights,
    logistic,
    make_rule,
)
from visavis.bench.tradeoff import Case, Heard, Readiness, Silence, outcome
from visavis.hear.turn import WEIGHTS, Signs

READY = Readiness(decided_ms=50.0, ready_ms=60.0, audible_ms=10.0)


def silence(start_ms: float, length_ms: float, p_audio: float, p_words: float) -> Silence:
    signs = Signs(p_audio, p_words, "one two three")
    soft_end_ms = start_ms + 32.0
    return Silence(start_ms, soft_end_ms, start_ms + length_ms, soft_end_ms + 32.0, signs)


def heard(n: int, seed: int = 0) -> list[Heard]:
    """Every second turn has a pause; melodies and words tell, but not always the truth."""
    random = np.random.default_rng(seed)
    found: list[Heard] = []
    for index in range(n):
        pauses = [
            silence(-2_000.0, random.uniform(200.0, 900.0), random.beta(2, 4), random.beta(2, 5))
            for _ in range(index % 2)
        ]
        end = silence(0.0, math.inf, random.beta(4, 2), random.beta(5, 2))
        found.append(Heard(recording(recording_id=f"r{index}"), (*pauses, end)))
    return found


def test_known_weights_are_found_again() -> None:
    random = np.random.default_rng(1)
    rows = np.column_stack([np.ones(20_000), random.normal(size=(20_000, 2))])
    truth = np.array([0.5, -1.0, 2.0])
    p = 1.0 / (1.0 + np.exp(-rows @ truth))
    is_end = (random.random(20_000) < p).astype(np.float64)
    assert logistic(rows, is_end) == pytest.approx(truth, abs=0.1)


def test_both_signs_count_for_an_end() -> None:
    weights = fit_weights(heard(200))
    assert weights.audio > 0.0
    assert weights.words > 0.0


def test_a_gap_within_a_word_teaches_nothing() -> None:
    one = heard(200)
    gap = silence(-900.0, 100.0, 0.99, 0.99)
    gaps = [Heard(found.recording, (gap, *found.silences)) for found in one]
    assert fit_weights(gaps) == fit_weights(one)


def turn_round(signs: Signs) -> Signs:
    return replace(signs, p_audio=1.0 - (signs.p_audio or 0.0))


def test_nobody_is_judged_by_what_was_learnt_from_him() -> None:
    """One speaker's melodies say the opposite: they turn everybody's weights but his own."""
    odd = Speaker("odd", "kokoro", "neural", "fit")
    others = [
        Heard(replace(one.recording, speaker=replace(odd, name=f"s{index % 9}")), one.silences)
        for index, one in enumerate(heard(180))
    ]
    turned = [
        Heard(
            replace(one.recording, speaker=odd),
            tuple(replace(s, signs=turn_round(s.signs)) for s in one.silences),
        )
        for one in heard(180, seed=1)
    ]
    weights = held_out_weights([*others, *turned])
    assert len(weights) == 360
    assert weights[-1] == weights[-2]
    assert weights[-1].audio > max(own.audio for own in weights[:180] if own != weights[-1])


def test_ends_alone_teach_nothing() -> None:
    with pytest.raises(ValueError, match="other silences"):
        fit_weights(heard(1))


def test_the_choice_is_the_fastest_of_the_polite_ones() -> None:
    cases = [Case(one, READY) for one in heard(200)]
    weights = [fit_weights(heard(200))] * 200
    polite, rude = (choose_shape(cases, weights, rate, SHAPES) for rate in (0.05, 0.5))
    assert polite.point.false_cutoff.value <= 0.05
    assert rude.point.p50_ms <= polite.point.p50_ms
    again = outcome(cases, make_rule(weights[0], polite.shape), "")
    assert again.p50_ms == polite.point.p50_ms


def test_if_nothing_is_polite_the_least_rude_is_taken() -> None:
    cases = [Case(one, READY) for one in heard(40)]
    hasty = (Shape(10.0, 20.0, 1.0), Shape(10.0, 400.0, 0.5))
    choice = choose_shape(cases, [WEIGHTS] * 40, 0.0, hasty)
    assert choice.shape == hasty[1]
