"""The table of likeness: orders that phonetics and lip-reading research give."""

from __future__ import annotations

import pytest

from visavis.lips.likeness import likeness
from visavis.lips.phonemes import table


def test_likeness_is_symmetric_and_a_shape_is_most_like_itself() -> None:
    alike = likeness().alike
    for a in range(len(alike)):
        assert alike[a][a] == 100
        for b in range(len(alike)):
            assert alike[a][b] == alike[b][a]
            assert 0 <= alike[a][b] <= (100 if a == b else 95)


@pytest.mark.parametrize(
    ("a", "b", "c"),
    [
        ("DD", "nn", "aa"),  # /t d s k n g l/ look alike (Owens & Blazek 1985)
        ("DD", "SS", "CH"),
        ("DD", "kk", "TH"),
        ("E", "I", "U"),  # the vowel chart: unrounded and front, rounded and back
        ("U", "O", "I"),
        ("U", "RR", "I"),  # /w r/ are one group
        ("CH", "RR", "SS"),
        ("PP", "sil", "FF"),  # both closed
        ("PP", "FF", "aa"),
    ],
)
def test_a_shape_is_more_like_one_than_another(a: str, b: str, c: str) -> None:
    alike, index = likeness().alike, table().index
    assert alike[index(a)][index(b)] > alike[index(a)][index(c)]


def test_lip_readers_groups_stand_out_more_than_those_that_look_alike() -> None:
    distinct = {name: likeness().distinct[table().index(name)] for name in table().order}
    plain = max(distinct[name] for name in ("DD", "kk", "nn"))
    assert all(distinct[name] > plain for name in "PP FF TH CH RR U".split())
    assert distinct["PP"] == max(distinct.values())
    assert {table().order[viseme] for viseme in likeness().critical} == {"PP", "FF"}
