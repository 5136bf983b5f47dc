"""Text to words: what is said, and for which characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.lips.text import Word, settled_chars, words_of

KNOWN = frozenset("nasa stop it now us cat's hmm github".split())

SAID = {
    "Hello, world!": "hello world",
    "don\u2019t 'cause": "don't cause",
    "twenty-one": "twenty one",
    "42": "forty two",
    "1,000": "one thousand",
    "1,234,567": ("one million two hundred thirty four thousand five hundred sixty seven"),
    "3.5": "three point five",
    "-2": "minus two",
    "2026 1905 2000 2006": ("twenty twenty six nineteen oh five two thousand two thousand six"),
    "1990s": "nineteen nineties",
    "$5 $1 $5.50 $3.5M": (
        "five dollars one dollar five dollars and fifty cents three point five million dollars"
    ),
    "$0.50 £2.20": "fifty cents two pounds and twenty pence",
    "20% 5 %": "twenty percent five percent",
    "1st 22nd 30th 112th": "first twenty second thirtieth one hundred twelfth",
    "10:30 10:00 9:05pm": "ten thirty ten o'clock nine oh five p. m.",
    "(555) 123-4567": "five five five one two three four five six seven",
    "+1-800-555-0199": "plus one eight zero zero five five five zero one nine nine",
    "007": "zero zero seven",
    "1/2 3/4 24/7": "one half three quarters twenty four seven",
    "12/25/2026": "twelve twenty five twenty twenty six",
    "5-10": "five to ten",
    "#1": "number one",
    "5km 10am mp3": "five kilometers ten a. m. mp three",
    "5 km, 9ms": "five kilometers nine milliseconds",
    "Ph.D. in Oct.": "p. h. d. in october",
    "Dr. Smith, etc.": "doctor smith et cetera",
    "e.g. this, i.e. that": "for example this that is that",
    "USA U.S.A. TTS TTSs": "u. s. a. u. s. a. t. t. s. t. t. s.'s",
    "NASA STOP IT NOW": "nasa stop it now",
    "OpenAI GitHub": "open a. i. github",
    "pdf Hmm": "p. d. f. hmm",
    "A B I a": "a b. i a",
    "café naïve cafe\u0301 Ærø": "cafe naive cafe aro",
    "example.com v1.2": "example dot com v. one point two",
    "a & b @ 5° + €3": "a and b. at five degrees plus three euros",
    "**bold** `code` _so_ # head": "bold code so head",
    "[the docs](http://x.y/z) end": "the docs end",
    "[whispers softly] hi": "hi",
    "<break time='1s' /> hi <b>you</b>": "hi you",
    "a < b and c > d": "a b. and c. d.",
    "😀 hi 👋🏽": "hi",
    "Да 你好": "uh uh uh uh",
    "٣": "three",
    "": "",
    " \n\t\u200b": "",
}


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_it_is_read_aloud(text: str, said: str) -> None:
    words = words_of(text, KNOWN)
    assert " ".join(part for word in words for part in word.spoken) == said


def test_capitals_without_a_dictionary() -> None:
    assert [word.spoken for word in words_of("STOP the TTS")] == [
        ("stop",),
        ("the",),
        ("t.",),
        ("t.",),
        ("s.",),
    ]


def test_words_keep_their_characters() -> None:
    text = "It's $5, “OK”?"
    assert words_of(text) == (
        Word(0, 4, ("it's",)),
        Word(5, 7, ("five", "dollars")),
        Word(10, 11, ("o.",)),
        Word(11, 12, ("k.",)),
    )


plain_text = st.text(
    st.sampled_from("abcdeEIOUTSstx0123456789 ..,,''\u2019--/:$€%+#&@()*_é\u0301😀Ж你\n")
)


@given(plain_text)
def test_ranges_ascend_and_cover_all_that_is_spoken(text: str) -> None:
    covered: set[int] = set()
    at = 0
    for word in words_of(text, KNOWN):
        assert at <= word.start_char < word.end_char <= len(text)
        assert word.spoken
        at = word.end_char
        covered.update(range(word.start_char, word.end_char))
    links = text.replace("](", "")  # the address of a link is not spoken
    assert links == text
    for place, char in enumerate(text):
        if char.isascii() and char.isalnum():
            assert place in covered, (text, place)


@given(st.text(st.characters() | st.sampled_from("<>[]()'\"/.$ aA1")))
def test_no_text_is_too_odd(text: str) -> None:
    at = 0
    for word in words_of(text):
        assert at <= word.start_char < word.end_char <= len(text)
        at = word.end_char


@given(
    st.text(st.sampled_from("abAB12 <>[]()/.,'-$\n")),
    st.text(st.sampled_from("abAB12 <>[]()/.,'-$\n")),
)
def test_what_is_settled_stays(text: str, more: str) -> None:
    n_settled = settled_chars(text)
    settled = words_of(text[:n_settled])
    assert words_of(text + more)[: len(settled)] == settled


def test_text_settles_at_spaces_and_tags_when_they_end() -> None:
    assert settled_chars("one tw") == 4
    assert settled_chars("one two ") == 8
    assert settled_chars("one <break time") == 4
    assert settled_chars("one [laughs") == 4
    assert settled_chars("x" * 1_000) >= 600, "no run may be kept for ever"
    assert settled_chars("<a " + "x" * 1_000) > 0
