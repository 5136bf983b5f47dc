"""What models send is not always words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.plain import is_garbage, is_looped, plain, words_heard_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is 3 < 5, and 6 > 2.", "It is 3 < 5, and 6 > 2."),
        ("Zoë ate a crème brûlée\nat noon.", "Zoë ate a crème brûlée\nat noon."),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07hot", " red   hot"),
        ("<b>Bold</b> <|im_end|><!-- no -->", " Bold    "),
        ("nul\x00bell\x07", "nul bell "),
        ("turned \u202eround\u200b", "turned round"),
        ("half \ud83d a pair", "half  a pair"),
        ("caf\ufffd", "caf"),
        ("z" + "\u0301" * 40, "z" + "\u0301" * 3),
    ],
)
def test_only_what_can_be_shown_stays(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text())
def test_nothing_unprintable_is_left_and_it_can_be_sent(text: str) -> None:
    cleaned = plain(text)
    cleaned.encode()
    for char in cleaned:
        assert char == "\n" or unicodedata.category(char)[0] != "C"


@given(st.lists(st.sampled_from("fox ran home and the sea was calm".split()), max_size=5))
def test_few_words_are_no_loop(words: list[str]) -> None:
    assert not is_looped(" ".join(words))


@given(st.lists(st.from_regex("[a-z]{1,8}", fullmatch=True), min_size=1, max_size=12))
def test_the_same_words_six_times_are_a_loop(words: list[str]) -> None:
    assert is_looped("So: " + " ".join(words * 6))


@pytest.mark.parametrize(
    "phrase",
    [
        "No, no, no, no, never!",
        "Ha ha ha ha ha!",
        "Hmmmm, pneumonoultramicroscopicsilicovolcanoconiosis.",
        "It has 1000000000 stars.",
    ],
)
def test_people_may_exaggerate(phrase: str) -> None:
    assert not is_garbage(phrase)


@pytest.mark.parametrize("phrase", ["a" * 7, "x1" * 40, "you you you you you you", "We aaaaaaare."])
def test_garbage_is_known(phrase: str) -> None:
    assert is_garbage(phrase)


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        (" What time is it? ", "What time is it?"),
        ("[Music]", ""),
        ("♪ ♪", ""),
        ("(applause) thank you", "thank you"),
        (". . .", ""),
        ("you you you you you you you", ""),
        ("\ufffd\ufffd", ""),
    ],
)
def test_what_a_speech_model_makes_of_music_is_no_speech(transcript: str, words: str) -> None:
    assert words_heard_in(transcript) == words
