"""Words to phones: the dictionary's, else the letters'."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.lips.letters import letter_model
from visavis.lips.lexicon import Lexicon, letters_only, parse_dictionary, with_stress
from visavis.lips.numbers import LONGEST_DIGITS, cardinal
from visavis.lips.phonemes import strip_marks, table, viseme_of

DICTIONARY = """;;; a comment
cat K AE1 T
dog D AO1 G
house HH AW1 S
read R IY1 D
read(2) R EH1 D
dont D OW1 N T # a remark
b B IY1
odd
"""


def lexicon() -> Lexicon:
    return Lexicon(letter_model(), parse_dictionary(DICTIONARY))


def said(spoken: str) -> str:
    return " ".join(lexicon().phones(spoken))


@pytest.mark.parametrize(
    ("spoken", "phones"),
    [
        ("cat", "K AE1 T"),
        ("read", "R IY1 D"),
        ("cat's", "K AE1 T S"),
        ("dog's", "D AO1 G Z"),
        ("house's", "HH AW1 S IH0 Z"),
        ("don't", "D OW1 N T"),
        ("b.", "B IY1"),
        ("s.", "EH1 S"),
        ("s.'s", "EH1 S IH0 Z"),
        ("w.", "D AH1 B AH0 L Y UW0"),
    ],
)
def test_known_words_and_their_forms(spoken: str, phones: str) -> None:
    assert said(spoken) == phones


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("map", "M AE P"),
        ("ship", "SH IH P"),
        ("phone", "F OW N"),
        ("knight", "N AY T"),
        ("box", "B AA K S"),
        ("think", "TH IH NG K"),
        ("make", "M EY K"),
        ("hello", "HH EH L OW"),
        ("blorping", "B L AO R P IH NG"),
    ],
)
def test_letters_are_read_as_english(word: str, phones: str) -> None:
    assert " ".join(letter_model().phones(word)) == phones


@given(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=20))
def test_every_word_is_said_with_known_sounds(word: str) -> None:
    phones = letters_only().phones(word)
    assert bool(phones) == bool(word.strip("'"))
    for phone in phones:
        bare = strip_marks(phone)
        known = bare in table().diphthongs or bare in table().borrowers
        assert known or viseme_of(bare) is not None, phone


@given(
    st.text("abcdefghijklmnopqrstuvwxyz'", max_size=12),
    st.lists(st.sampled_from("AH B K S T AY NG".split()), max_size=30),
)
def test_alignments_account_for_every_phone(word: str, phones: list[str]) -> None:
    counts = letter_model().align(word, phones)
    assert len(counts) == len(word)
    assert sum(counts) == (len(phones) if word else 0)


@pytest.mark.parametrize(
    ("word", "phones", "onsets"),
    [
        ("knight", "N AY T", (0, 2, 5)),
        ("box", "B AA K S", (0, 1, 2, 2)),
        ("ship", "SH IH P", (0, 2, 3)),
        ("fish", "F IH SH", (0, 1, 2)),
        ("comb", "K OW M", (0, 1, 2)),
        ("piece", "P IY S", (0, 1, 3)),
        ("catch", "K AE CH", (0, 1, 2)),
        ("walk", "W AO K", (0, 1, 3)),
        ("hello", "HH AH L OW", (0, 1, 2, 4)),
        ("music", "M Y UW Z IH K", (0, 1, 1, 2, 3, 4)),
    ],
)
def test_sounds_begin_with_their_letters(word: str, phones: str, onsets: tuple[int, ...]) -> None:
    assert letter_model().onsets(word, phones.split()) == onsets


def test_common_words_are_right_without_a_dictionary() -> None:
    said = [" ".join(letters_only().phones(word)) for word in "the one of he was".split()]
    assert said == ["DH AH0", "W AH1 N", "AH1 V", "HH IY1", "W AA1 Z"]


def test_one_vowel_is_stressed() -> None:
    assert with_stress(("B", "AH", "N", "AE", "N", "AH")) == ("B", "AH0", "N", "AE1", "N", "AH0")
    assert with_stress(("DH", "AH")) == ("DH", "AH1")
    assert with_stress(("HH", "M")) == ("HH", "M")


def test_the_dictionary_knows_what_it_has() -> None:
    assert "cat" in lexicon()
    assert "zebra" not in lexicon()
    assert "cat" not in letters_only()


@given(st.integers(0, 10**LONGEST_DIGITS - 1))
def test_numbers_can_be_read_back(number: int) -> None:
    values = {word: n for n in range(20) for word in cardinal(str(n))}
    values |= {cardinal(str(n))[0]: n for n in range(20, 100, 10)}
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = group = 0
    for word in cardinal(str(number)):
        if word in scales:
            total, group = total + group * scales[word], 0
        else:
            group = group * 100 if word == "hundred" else group + values[word]
    assert total + group == number
