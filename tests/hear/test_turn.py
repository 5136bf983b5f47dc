"""From probability to patience: smooth, monotone, and moved by the last word."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.hear.turn import (
    LONGEST_DELAY_MS,
    SHORTEST_DELAY_MS,
    commit_delay_ms,
    p_end_with_words,
)

probabilities = st.floats(0.0, 1.0)


def test_certainty_is_answered_soonest_and_doubt_latest() -> None:
    assert commit_delay_ms(1.0) == SHORTEST_DELAY_MS
    assert commit_delay_ms(0.0) == LONGEST_DELAY_MS


@given(probabilities, probabilities)
def test_more_certain_never_waits_longer(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert commit_delay_ms(low) >= commit_delay_ms(high)


@given(st.floats(0.0, 0.999))
def test_there_is_no_step(p_end: float) -> None:
    """A hundredth of probability is worth at most a fiftieth of the whole range: no fixed timer."""
    step = commit_delay_ms(p_end) - commit_delay_ms(min(1.0, p_end + 0.001))
    assert 0.0 < step <= 0.002 * (LONGEST_DELAY_MS - SHORTEST_DELAY_MS) + 1e-9


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_the_delay_is_always_one_to_live_with(p_end: float) -> None:
    delay = commit_delay_ms(p_end)
    assert math.isfinite(delay)
    assert SHORTEST_DELAY_MS <= delay <= LONGEST_DELAY_MS


@pytest.mark.parametrize(
    "text", ["I would like to", "Tell me about the", "Because, um...", "It's for my", "and, UH"]
)
def test_a_dangling_last_word_promises_another(text: str) -> None:
    assert p_end_with_words(0.9, text) < 0.5


@pytest.mark.parametrize(
    "text",
    ["", "...", "42", "What does it cost", "Who are you?", "Where are you from?", "another"],
)
def test_other_endings_leave_the_probability_alone(text: str) -> None:
    assert p_end_with_words(0.9, text) == 0.9


@given(probabilities, st.text("ab the'?., é\n", max_size=40))
def test_words_only_ever_lower_it(p_end: float, text: str) -> None:
    assert 0.0 <= p_end_with_words(p_end, text) <= p_end
