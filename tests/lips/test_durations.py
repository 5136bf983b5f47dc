"""The table of durations says what phoneticians say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.lips.durations import KINDS, DurationTable, Place, duration_table, place_of


def ms(phones: str) -> tuple[float, ...]:
    return duration_table().durations_ms(phones.split())


def test_stressed_vowels_are_longer() -> None:
    assert ms("B AH1 T")[1] > ms("B AH0 T")[1]
    assert ms("B AH T") == ms("B AH0 T")


def test_means_are_those_of_real_speech() -> None:
    """Means of labelled read speech, in ms, which the table was not fitted to."""
    known = {
        "B": 67,
        "P": 92,
        "M": 81,
        "T": 90,
        "D": 69,
        "S": 124,
        "SH": 119,
        "AH": 63,
        "IH": 70,
        "IY": 120,
        "AA": 111,
        "AW": 175,
    }
    for phone, mean_ms in known.items():
        assert duration_table().mean_ms[phone] == pytest.approx(mean_ms, rel=0.3), phone


@given(st.lists(st.sampled_from(sorted(KINDS)) | st.text(max_size=3), max_size=12))
def test_every_phone_has_a_duration(phones: list[str]) -> None:
    durations = duration_table().durations_ms(phones)
    assert len(durations) == len(phones)
    assert all(10 < one < 400 for one in durations)


def test_places() -> None:
    assert [place_of(at, 3) for at in range(3)] == [Place.FIRST, Place.INNER, Place.LAST]
    assert place_of(0, 1) is Place.ONLY


def test_an_empty_table_shares_evenly() -> None:
    assert len(set(DurationTable({}, {}).durations_ms(["S", "AY1", "M"]))) == 1
