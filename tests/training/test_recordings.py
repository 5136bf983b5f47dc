from __future__ import annotations

from collections import Counter

import numpy as np

from training.recordings import IGNORED, Timed, doubted, frames_of, timed_from
from training.sentences import cover
from visavis.lips.classes import PHONES
from visavis.lips.phonemes import table


def classes(names: str) -> list[int]:
    return [PHONES.index(name) for name in names.split()]


def timed(names: str, *ends: int) -> Timed:
    return Timed(np.array(classes(names)), np.array(ends))


def test_short_gaps_belong_to_the_sound_before() -> None:
    found = timed_from(classes("SIL B SIL IY SIL"), [0.2, 0.1, 0.03, 0.1, 0.2], 10_080)
    assert list(found.phones) == classes("SIL B IY SIL")
    assert list(found.ends) == [3_200, 5_280, 6_880, 10_080]


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


def test_h_shows_the_vowel_behind_it() -> None:
    _, visemes = frames_of(timed("S HH UW", 160, 320, 480), 3)
    assert [table().order[int(v)] for v in visemes] == ["SS", "U", "U"]


def noise(*levels: float) -> np.ndarray:
    """A tenth of a second at each level."""
    random = np.random.default_rng(3)
    return np.concatenate([random.normal(0.0, 3_000.0 * one, 1_600) for one in levels]).astype(
        "<i2"
    )


def test_nothing_is_learnt_where_silence_is_loud() -> None:
    labels = timed("SIL B IY SIL", 1_600, 3_200, 4_800, 6_400)
    quiet = doubted(labels, noise(0.001, 1.0, 1.0, 0.01))
    assert list(quiet.phones) == list(labels.phones)
    loud = doubted(labels, noise(0.001, 1.0, 1.0, 0.5))
    assert list(loud.phones) == [*classes("SIL B IY"), IGNORED]
    phones, visemes = frames_of(loud, 50)
    assert set(phones[30:40]) == set(visemes[30:40]) == {IGNORED}
    assert IGNORED not in phones[:30]
    assert set(phones[40:]) == {0}


def test_a_recording_with_much_loud_silence_has_another_text() -> None:
    labels = timed("SIL B IY SIL", 1_600, 3_200, 4_800, 8_000)
    assert not len(doubted(labels, noise(0.001, 1.0, 1.0, 0.5, 0.5)).phones)
    assert not len(doubted(timed("SIL", 1_600), noise(0.001)).phones)


def test_rare_pairs_are_chosen_first() -> None:
    common = {f"common {k}": Counter({"th": 5, "he": 5}) for k in range(40)}
    chosen = cover({**common, "rare": Counter({"zʒ": 5, "ʒk": 5})}, 20)
    assert "rare" in chosen
    assert len(chosen) == len(set(chosen)) == 20
