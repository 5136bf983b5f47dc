# ruff: noqa: RUF001 - phonetic letters look like Latin ones

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from training.recordings import IGNORED, Timed, frames_of, timed_from, words_in
from training.sentences import cover
from training.voices import phones_of
from visavis.lips.classes import PHONES
from visavis.lips.phonemes import table


def classes(names: str) -> list[int]:
    return [IGNORED if name == "?" else PHONES.index(name) for name in names.split()]


def timed(names: str, *ends: int) -> Timed:
    return Timed(np.array(classes(names)), np.array(ends))


def test_short_gaps_belong_to_the_sound_before_and_all_boundaries_move_early() -> None:
    found = timed_from(classes("SIL B SIL IY SIL"), [0.2, 0.1, 0.03, 0.1, 0.2], 10_080, 0.04)
    assert list(found.phones) == classes("SIL B IY SIL")
    assert list(found.ends) == [2_560, 4_640, 6_240, 10_080]


def test_frames_are_what_is_at_their_middle_with_diphthongs_in_two() -> None:
    phones, visemes = frames_of(timed("SIL B OW", 320, 640, 2_240), 16)
    assert [
        PHONES[p] for p in phones
    ] == "SIL SIL B B OW OW OW OW OW OW OW OW OW OW SIL SIL".split()
    shapes = [table().order[int(v)] for v in visemes]
    assert shapes == "sil sil PP PP O O O O O O U U U U sil sil".split()


def test_what_was_stretched_and_put_later_has_its_labels_there() -> None:
    phones, _ = frames_of(timed("B IY", 160, 320), 8, stretch=2.0, lead=320)
    assert [PHONES[p] for p in phones] == "SIL SIL B B IY IY SIL SIL".split()


def test_h_shows_the_vowel_behind_it_and_the_unknown_teaches_nothing() -> None:
    phones, visemes = frames_of(timed("? HH UW", 160, 320, 480), 3)
    assert phones[0] == visemes[0] == IGNORED
    assert table().order[visemes[1]] == "U"


def test_silences_divide_the_aligners_words() -> None:
    assert words_in(timed("SIL B IY SIL S SIL", 1, 2, 3, 4, 5, 6)) == [(("B", "IY"),), (("S",),)]
    assert words_in(timed("B ?", 1, 2)) is None


def test_the_time_of_a_space_is_shared_and_that_of_a_comma_silent() -> None:
    symbols = [(" ", 4), ("b", 2), ("ˈ", 1), ("i", 4), (" ", 2), ("s", 3), (",", 6), (" ", 2)]
    phones, lengths = phones_of([*symbols, ("ə", 2), ("ɹ", 1), (" ", 3)], {})
    assert [PHONES[p] for p in phones] == "SIL B IY S SIL ER SIL".split()
    assert lengths == [4, 2, 6, 4, 8, 4.5, 1.5]
    assert sum(lengths) == 30


@pytest.mark.parametrize(("behind", "expected"), [("a", "AH R AA"), ("t", "ER T")])
def test_a_schwa_and_an_r_are_one_sound_unless_a_vowel_follows(behind: str, expected: str) -> None:
    phones, _ = phones_of([("ə", 2), ("ɹ", 2), (behind, 2)], {})
    assert [PHONES[p] for p in phones][:-1] == expected.split()


def test_rare_pairs_are_chosen_first() -> None:
    common = {f"common {k}": Counter({"th": 5, "he": 5}) for k in range(40)}
    chosen = cover({**common, "rare": Counter({"zʒ": 5, "ʒk": 5})}, 20)
    assert "rare" in chosen
    assert len(chosen) == len(set(chosen)) == 20
