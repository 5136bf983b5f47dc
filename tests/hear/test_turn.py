"""The rule that decides when to answer: from signs to a delay."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.hear.turn import (
    LONGEST_DELAY_MS,
    SHORTEST_DELAY_MS,
    Signs,
    commit_rule,
    is_dangling,
    is_spelling,
    p_finished,
)

probabilities = st.floats(0.0, 1.0)
maybe = st.none() | probabilities
texts = st.sampled_from(["", "What does it cost?", "I would like to", "So"])


@given(st.builds(Signs, maybe, maybe, texts))
def test_the_delay_is_always_one_to_live_with(signs: Signs) -> None:
    assert 0.0 <= p_finished(signs) <= 1.0
    delay = commit_rule(signs)
    assert math.isfinite(delay)
    assert SHORTEST_DELAY_MS <= delay <= LONGEST_DELAY_MS


@given(probabilities, probabilities, maybe, texts)
def test_a_surer_melody_never_waits_longer(a: float, b: float, words: float, text: str) -> None:
    low, high = sorted((a, b))
    assert commit_rule(Signs(low, words, text)) >= commit_rule(Signs(high, words, text))


@given(probabilities, probabilities, maybe, texts)
def test_surer_words_never_wait_longer(a: float, b: float, audio: float, text: str) -> None:
    low, high = sorted((a, b))
    assert commit_rule(Signs(audio, low, text)) >= commit_rule(Signs(audio, high, text))


@given(probabilities, probabilities, texts)
def test_a_question_known_better_never_waits_longer(a: float, b: float, text: str) -> None:
    low, high = sorted((a, b))
    assert commit_rule(Signs(text=text, likeness=low)) >= commit_rule(
        Signs(text=text, likeness=high)
    )


@given(st.floats(0.01, 0.98), probabilities)
def test_there_is_no_step(p_audio: float, p_words: float) -> None:
    """A hundredth of probability is worth a small part of the range: no fixed timer."""
    step = commit_rule(Signs(p_audio, p_words)) - commit_rule(Signs(p_audio + 0.01, p_words))
    assert step <= 0.4 * (LONGEST_DELAY_MS - SHORTEST_DELAY_MS)


def test_all_signs_together_answer_soon_and_none_late() -> None:
    question = "What does it cost to come in on a Sunday?"
    assert commit_rule(Signs(0.99, 0.6, question)) < SHORTEST_DELAY_MS + 60.0
    assert commit_rule(Signs(0.02, 0.01, "I would like to")) > 1_000.0


@pytest.mark.parametrize(
    "text", ["I would like to", "Tell me about the", "Because, um...", "It's for my", "and, UH"]
)
def test_a_dangling_last_word_promises_another(text: str) -> None:
    assert is_dangling(text)
    assert p_finished(Signs(0.9, 0.3, text)) < p_finished(Signs(0.9, 0.3, "Who are you?"))


@pytest.mark.parametrize(
    "text",
    ["", "...", "42", "What does it cost", "Who are you?", "Where are you from?", "another"],
)
def test_other_endings_promise_nothing(text: str) -> None:
    assert not is_dangling(text)


@pytest.mark.parametrize(
    "text", ["My number is 5, 5", "order three", "M-e-y", "It's B.", "room 9?"]
)
def test_whoever_dictates_gets_patience(text: str) -> None:
    assert is_spelling(text)
    assert p_finished(Signs(0.9, 0.3, text)) < p_finished(Signs(0.9, 0.3, f"{text} days"))


@pytest.mark.parametrize("text", ["", "?", "How many?", "What time", "It costs 5 euros."])
def test_other_words_are_not_dictated(text: str) -> None:
    assert not is_spelling(text)
