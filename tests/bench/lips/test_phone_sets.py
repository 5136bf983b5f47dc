from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.lips.tracks import index
from visavis.bench.lips.phone_sets import Label, PhoneSet, choose_set, mouth_of
from visavis.bench.lips.track import UNSCORED
from visavis.lips.phonemes import SIL, table
from visavis.spec import spec_text

LENGTH_S = 0.1


def labels(*symbols: str) -> list[Label]:
    return [Label(s, i * LENGTH_S, (i + 1) * LENGTH_S) for i, s in enumerate(symbols)]


def shapes(*symbols: str, phone_set: PhoneSet = PhoneSet.AUTO) -> list[tuple[str, int]]:
    """Names of visemes and their lengths in ms."""
    found = mouth_of(labels(*symbols), 1_000, 100 * len(symbols), phone_set)
    return [
        ("?" if s.viseme == UNSCORED else table().order[s.viseme], s.n_samples)
        for s in found.track.spans
    ]


def names(*symbols: str, phone_set: PhoneSet = PhoneSet.AUTO) -> list[str]:
    return [name for name, _ in shapes(*symbols, phone_set=phone_set)]


def test_arpabet_in_any_case_with_stress_and_kaldi_places() -> None:
    assert names("P", "AA1", "th_B", "UW0_E") == ["PP", "aa", "TH", "U"]


def test_ipa_with_marks() -> None:
    marked = ("ˈpʰ", "ɑː", "t͡ʃ", "ʊ", "m̩")  # noqa: RUF001
    assert names(*marked) == ["PP", "aa", "CH", "U", "PP"]


def test_diphthongs_are_two_shapes() -> None:
    assert shapes("B", "AY1") == [("PP", 100), ("aa", 60), ("I", 40)]
    assert shapes("ɹ", "aʊ") == [("RR", 100), ("aa", 60), ("U", 40)]
    assert shapes("ɹ", "ɔj") == [("RR", 100), ("O", 60), ("I", 40)]


def test_h_borrows_the_vowel_that_follows() -> None:
    assert names("HH", "UW1") == ["U", "U"]
    assert names("hh", "er0") == ["RR", "RR"]
    assert names("HH", "Y", "UW1") == ["U", "I", "U"]  # a glide is no vowel
    assert names("hv", "ay") == ["aa", "aa", "I"]
    assert names("AA", "HH") == ["aa", "aa"]  # nothing follows: what was there stays


def test_timits_closures_go_with_their_release() -> None:
    assert names("bcl", "b", "iy") == ["PP", "PP", "I"]
    assert names("tcl", "ch", "dcl", "jh", "dcl", "d") == ["CH", "CH", "CH", "CH", "DD", "DD"]


def test_an_affricate_is_one_ch() -> None:
    assert shapes("JH", "AH0") == [("CH", 100), ("aa", 100)]


def test_silences_and_noises() -> None:
    assert names("AA1", "", "sp", "pau", "<p:>") == ["aa", "sil", "sil", "sil", "sil"]
    assert names("AA1", "spn", "<laugh>", "{B_TRANS}", "++um++") == ["aa", "?", "?", "?", "?"]


def test_an_unknown_label_is_told_and_not_scored() -> None:
    found = mouth_of(labels("AA1", "PT", "O", "PT"), 1_000, 400, PhoneSet.ARPABET)
    assert found.unknown == ("PT", "O")
    assert [span.viseme for span in found.track.spans] == [
        index("aa"),
        UNSCORED,
        UNSCORED,
        UNSCORED,
    ]


def test_russian_letters_mean_something_else() -> None:
    russian = PhoneSet.FESTVOX_RU
    assert names("c", "h", "y", "ae", phone_set=russian) == ["SS", "kk", "I", "E"]
    assert names("ch", "h", "y", "ae") == ["CH", "aa", "I", "aa"]


def test_every_phone_of_the_russian_voice_is_known() -> None:
    phones = (
        "pau a ay i aa oo t n ae j s r k ee v l p ll m ii nn d u tt rr z e ss uu g b sh vv ch zh "
        "f dd h mm y yy c pp ur kk sch bb zz gg ff hh"
    )
    found = mouth_of(labels(*phones.split()), 1_000, 100_000, PhoneSet.FESTVOX_RU)
    assert found.unknown == ()


def test_the_alphabet_is_chosen_by_what_it_knows() -> None:
    assert choose_set(labels("sh", "iy", "hv", "ae", "y")) is PhoneSet.ARPABET
    assert choose_set(labels("m", "ə", "r", "i")) is PhoneSet.IPA
    assert choose_set(labels("y", "m")) is PhoneSet.ARPABET


def test_sampa_has_case_and_digits() -> None:
    assert names("d", "eI", "m", "@", "n", "S", "3:", "tS", '"A:') == (
        ["DD", "E", "I", "PP", "E", "nn", "CH", "RR", "CH", "aa"]
    )
    assert choose_set(labels("d", "eI", "@", "n", "s", "E", "T")) is PhoneSet.XSAMPA
    assert names("h", "3`", phone_set=PhoneSet.XSAMPA) == ["RR", "RR"]


def test_outside_the_labels_nobody_knows_and_between_them_is_silence() -> None:
    apart = [Label("AA", 0.1, 0.2), Label("M", 0.3, 0.4)]
    found = mouth_of(apart, 1_000, 500)
    assert [(s.viseme, s.n_samples) for s in found.track.spans] == [
        (UNSCORED, 100),
        (index("aa"), 100),
        (SIL, 100),
        (index("PP"), 100),
        (UNSCORED, 100),
    ]


def test_labels_longer_than_the_sound_are_cut() -> None:
    assert mouth_of(labels("AA", "M"), 1_000, 150).track.n_samples == 150


@pytest.mark.parametrize("name", ["arpabet", "ipa", "xsampa", "festvox-ru"])
def test_the_table_has_no_symbol_twice(name: str) -> None:
    own = json.loads(spec_text("phone_sets.json"))[name]
    assert own["source"]
    order = table().order
    symbols = [symbol for viseme in order for symbol in own.get(viseme, ())]
    assert len(symbols) == len(set(symbols))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["AA", "M", "HH", "AY", "", "spn", "xyzzy", "tcl"]),
            st.floats(0, 3),
            st.floats(0, 1),
        )
    ),
    st.integers(0, 3_000),
)
def test_any_labels_make_a_mouth_as_long_as_the_sound(
    found: list[tuple[str, float, float]], n_samples: int
) -> None:
    ascending = sorted(
        (Label(s, start, start + length) for s, start, length in found), key=lambda x: x.start_s
    )
    assert mouth_of(ascending, 1_000, n_samples).track.n_samples == n_samples
