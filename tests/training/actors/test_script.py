"""What was heard, put right by what was to be said."""

from __future__ import annotations

from training.actors.script import LIKE_ENOUGH, Script, words

TEXTS = [
    "Although Ironstein IS paying me good money...",
    "I'd be happy to answer them.",
    "!I'd be happy to answer them.",
    "c21b.CUT",
    "It leads back upstairs",
    "I'm Joe King, pilot for hire.",
]


def test_a_line_heard_wrong_is_found() -> None:
    text, alike = Script(TEXTS).nearest("I'm joking, pilot for hire.")
    assert text == "I'm Joe King, pilot for hire."
    assert LIKE_ENOUGH < alike < 1.0


def test_a_line_heard_right_is_itself() -> None:
    assert Script(TEXTS).nearest("it leads back upstairs.") == ("It leads back upstairs", 1.0)


def test_what_nobody_was_to_say_is_not_like_enough() -> None:
    assert Script(TEXTS).nearest("You destroy Doctor Ironstein!")[1] < LIKE_ENOUGH
    assert Script(TEXTS).nearest("Yes.") == ("", 0.0)
    assert Script(TEXTS).nearest("") == ("", 0.0)


def test_a_text_with_digits_has_no_words_whose_sound_is_known() -> None:
    assert words("Hit 24 of 'em, Al!") == []
    assert words("Hit most of 'em, Al!") == ["hit", "most", "of", "'em", "al"]
