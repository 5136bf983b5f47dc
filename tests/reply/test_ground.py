"""What a small model may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.reply.ground import (
    Supported,
    Unsupported,
    judge,
    names_in,
    next_step,
    stem,
    stem_set,
    support_of,
)

FACTS = ["The museum opens at ten and closes at six.", "Edith Fane painted this harbor."]
strict = support_of([*FACTS, "When do you open?"], mode="strict")
free = support_of(["Tell me a story"], mode="free", subjects=["Marlow", "Museum"])


@pytest.mark.parametrize(
    "phrase",
    [
        "The museum opens at ten.",
        "We're open from ten, and we close at six!",
        "Edith Fane painted the harbor.",
        "I don't know.",
        "Yes, of course you can,",
        "It is the museum's harbor.",
        "",
    ],
)
def test_what_the_facts_say_may_be_said(phrase: str) -> None:
    phrase = phrase or "Well."
    assert judge(phrase, strict) == Supported()


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("The museum opens at nine.", "nine"),
        ("The museum opens at 10.", "10"),
        ("John Smith painted this harbor.", "John"),
        ("It closes at six on Fridays.", "Fridays"),
        ("The museum is famous.", "famous"),
        ("The museum opens at", "at"),
        ("Edith", "Edith"),
    ],
)
def test_what_they_do_not_say_may_not(phrase: str, word: str) -> None:
    assert judge(phrase, strict) == Unsupported(word)


@pytest.mark.parametrize(
    "phrase",
    ["Once upon a time,", "there was a snail called Luna.", "She had three brave friends!"],
)
def test_a_story_is_free(phrase: str) -> None:
    assert judge(phrase, free) == Supported()


@pytest.mark.parametrize(
    "phrase",
    [
        "It happened in 1912.",
        "It cost a thousand coins.",
        "One Monday she left.",
        "Marlow was built by pirates.",
        "The museum has a dragon.",
        "And then the snail",
    ],
)
def test_but_for_figures_and_the_personas_own_subjects(phrase: str) -> None:
    assert isinstance(judge(phrase, free), Unsupported)


def test_a_trusted_model_is_not_checked() -> None:
    assert judge("Anything at all, in 1912", support_of([], mode="trusted")) == Supported()


def test_an_unsupported_beginning_becomes_a_decline_a_later_one_the_end() -> None:
    assert next_step(Supported(), 0) == "speak"
    assert next_step(Supported(), 3) == "speak"
    assert next_step(Unsupported("x"), 0) == "decline"
    assert next_step(Unsupported("x"), 1) == "end"


def test_names_are_capitals_inside_sentences() -> None:
    assert names_in("You are Pip. The Visavis mascot: It says I am nice.") == {"Pip", "Visavis"}


@pytest.mark.parametrize(
    "family", [("open", "opens", "opened", "opening"), ("ticket", "tickets", "ticket's")]
)
def test_endings_do_not_matter(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_stem_set_leaves_out_words_that_say_nothing() -> None:
    assert stem_set("Yes, the lens is in the room.") == {stem("lens"), stem("room")}


words = st.sampled_from(" ".join(FACTS).replace(".", "").split())


@given(st.lists(words, min_size=1, max_size=12))
def test_whatever_is_made_of_the_facts_is_supported(chosen: list[str]) -> None:
    assert judge(" ".join(chosen) + ".", strict) == Supported()


@given(st.lists(words, max_size=6), st.integers(100, 10**6), st.lists(words, max_size=6))
def test_no_strange_figure_slips_through(before: list[str], figure: int, after: list[str]) -> None:
    phrase = " ".join([*before, str(figure), *after]) + "."
    assert judge(phrase, strict) == Unsupported(str(figure))
