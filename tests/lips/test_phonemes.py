"""The phoneme table, and what happens to symbols before they are looked up in it."""

# ruff: noqa: RUF001 - phonetic letters are meant to be what they are

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.lips.phonemes import (
    SIL,
    Timed,
    merge_marks,
    split_diphthongs,
    strip_marks,
    table,
    viseme_of,
)

ORDER = "sil PP FF TH DD kk CH SS nn RR aa E I O U".split()
"""Oculus's fifteen, in the order that everybody's rigs have them."""

# As published (Meta's viseme reference; IPA extras from Rhubarb, OpenFaceFX and HeadTTS):
# viseme, ARPAbet, IPA.
EXPECTED = [
    ("PP", "P B M", "p b m pʰ m̩"),
    ("FF", "F V", "f v ɱ ʋ"),
    ("TH", "TH DH", "θ ð"),
    ("DD", "T D DX", "t d ʈ ɖ ɾ"),
    ("kk", "K G", "k g ɡ c ɟ q ɢ x ɣ χ"),
    ("CH", "CH JH SH ZH", "ʃ ʒ ʂ ʐ ɕ ʑ tʃ dʒ tɕ dʑ ç t͡ʃ"),
    ("SS", "S Z", "s z ts dz"),
    ("nn", "N L NG", "n l ɲ ɳ ɴ ɫ ʎ ŋ"),
    ("RR", "R ER", "ɹ r ɻ ɽ ʁ ɝ ɚ ɜ"),
    ("aa", "AA AE AH", "ɑ a æ ʌ ɐ ɑ̃"),
    ("E", "EH", "e ɛ œ ə"),
    ("I", "IY IH Y", "i ɪ ɨ j iː"),
    ("O", "AO", "ɔ o ɒ ø ɵ ɔː"),
    ("U", "UW UH W", "u ʊ w ʉ ɥ y uː"),
]
ROWS = [
    (symbol, viseme) for viseme, arpabet, ipa in EXPECTED for symbol in f"{arpabet} {ipa}".split()
]
DIPHTHONGS = {"AY": "aa I", "AW": "aa U", "EY": "E I", "OW": "O U", "OY": "O I"} | {
    "aɪ": "aa I",
    "aʊ": "aa U",
    "eɪ": "E I",
    "oʊ": "O U",
    "ɔɪ": "O I",
}
MARKS = "ˈˌːˑʰʲʷ"

symbols = st.sampled_from(
    [*"ˈˌː", "", " ", ",", "t", "ʃ", "d", "ʒ", "s", "a", "ɪ", "p", "h", "AH0", "AY1", "ˈa", "aː"]
)
timed = st.lists(st.tuples(symbols, st.integers(0, 4_000)), max_size=20)


def name(viseme: int | None) -> str:
    assert viseme is not None
    return table().order[viseme]


def total(phones: list[Timed]) -> int:
    return sum(n_samples for _, n_samples in phones)


def test_the_order_is_the_one_on_the_wire() -> None:
    assert list(table().order) == ORDER
    assert table().order[SIL] == "sil"


@pytest.mark.parametrize(("symbol", "viseme"), ROWS)
def test_the_table_is_the_published_one(symbol: str, viseme: str) -> None:
    assert name(viseme_of(strip_marks(symbol))) == viseme


def test_nothing_else_is_in_the_table() -> None:
    extra = {symbol for symbol in table().viseme_of if symbol not in dict(ROWS)}
    assert extra == {"SIL", "SP", "SPN"}


def test_every_symbol_survives_the_stripping_of_marks() -> None:
    """ç is c with a combining cedilla to Unicode, and another sound to a mouth."""
    for symbol in table().viseme_of:
        assert strip_marks(symbol) == symbol


@pytest.mark.parametrize("alphabet", [1, 2], ids=["arpabet", "ipa"])
def test_every_viseme_can_be_reached(alphabet: int) -> None:
    reached = {
        viseme_of(strip_marks(symbol)) for row in EXPECTED for symbol in row[alphabet].split()
    }
    assert reached | {SIL} == set(range(len(ORDER)))


@pytest.mark.parametrize(("symbol", "visemes"), DIPHTHONGS.items())
def test_diphthongs_are_two_shapes_60_to_40(symbol: str, visemes: str) -> None:
    halves = split_diphthongs([(symbol, 1_000)])
    assert [name(viseme_of(half)) for half, _ in halves] == visemes.split()
    assert [n_samples for _, n_samples in halves] == [600, 400]


def test_stressed_arpabet_diphthongs_too() -> None:
    assert len(split_diphthongs(merge_marks([("AY1", 10)]))) == 2


def test_closures_are_lips_and_teeth_on_lips() -> None:
    assert {name(viseme) for viseme in table().critical} == {"PP", "FF"}


@given(st.sampled_from(ROWS), st.text(MARKS, max_size=3), st.text("ˈˌ", max_size=2))
def test_marks_do_not_change_the_shape(row: tuple[str, str], after: str, before: str) -> None:
    symbol, viseme = row
    assert name(viseme_of(strip_marks(before + symbol + after))) == viseme


@pytest.mark.parametrize("stress", "012")
def test_stress_digits_do_not_change_the_shape(stress: str) -> None:
    assert viseme_of(strip_marks(f"AH{stress}")) == viseme_of("AH")


@pytest.mark.parametrize("symbol", ["", " ", ",", ".", "?", "^", "$", "_", "7", "🙂", "XX"])
def test_signs_have_no_shape(symbol: str) -> None:
    assert viseme_of(strip_marks(symbol)) is None


@given(timed)
def test_no_sample_is_lost_or_made(phones: list[Timed]) -> None:
    merged = merge_marks(phones)
    assert total(merged) == total(phones)
    split = split_diphthongs(merged)
    assert total(split) == total(phones)
    assert all(n_samples >= 0 for _, n_samples in split)


@given(timed)
def test_sounds_keep_their_order(phones: list[Timed]) -> None:
    def sounds(of: list[Timed]) -> str:
        return "".join(strip_marks(symbol) for symbol, _ in of)

    assert sounds(merge_marks(phones)) == sounds(phones)


def test_stress_belongs_to_the_sound_behind_it_and_length_to_the_one_before() -> None:
    phones = [("ˈ", 5), ("ɑ", 10), ("ː", 7), ("b", 20), ("ˈ", 3)]
    assert merge_marks(phones) == [("ɑ", 22), ("b", 23)]


def test_affricates_become_one_sound_but_not_across_words() -> None:
    assert merge_marks([("t", 3), ("ʃ", 4)]) == [("tʃ", 7)]
    assert merge_marks([("t", 3), (" ", 1), ("ʃ", 4)]) == [("t", 3), (" ", 1), ("ʃ", 4)]
