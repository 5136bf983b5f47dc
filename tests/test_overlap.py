"""What is said over a reply: which words end it, and which do not."""

from __future__ import annotations

import pytest

from visavis.overlap import interrupts, only_follows


@pytest.mark.parametrize(
    "text", ["", "...", "Mm-hmm.", "Uh-huh", "Yeah.", "Okay, right.", "I see.", "Haha!", "Got it"]
)
def test_who_follows_leaves_the_floor(text: str) -> None:
    assert only_follows(text)
    assert not interrupts(text, 700.0)


@pytest.mark.parametrize(
    "text", ["Stop.", "Wait!", "No", "Hold on.", "Hey, Pip", "What?", "Can I ask", "That's enough"]
)
def test_who_wants_to_speak_gets_the_floor(text: str) -> None:
    assert interrupts(text, 400.0)


def test_many_words_are_no_murmur() -> None:
    assert interrupts("a joke about cats", 600.0)
    assert not interrupts("a joke", 600.0)


@pytest.mark.parametrize("text", ["I'm him.", "Hachod,", "A humming.", "The.", "So?"])
def test_what_speech_to_text_makes_of_a_murmur_is_one(text: str) -> None:
    assert not interrupts(text, 500.0)


def test_more_words_than_fit_were_made_up() -> None:
    assert not interrupts("This is the first time I stop", 300.0)
    assert interrupts("This is the first time I stop", 700.0)
