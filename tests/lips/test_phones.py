"""A voice's own phonemes become mouth shapes, word by word."""

# ruff: noqa: RUF001 - phonetic letters look like Latin ones

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.lips.phonemes import SIL, Timed, table
from visavis.lips.phones import PhoneSource
from visavis.lips.spans import Span

RATE_HZ = 22_050


def names(spans: tuple[Span, ...]) -> list[str]:
    return [table().order[span.viseme] for span in spans]


def whole(phones: list[Timed], lead_ms: float = 0.0) -> tuple[Span, ...]:
    source = PhoneSource(RATE_HZ, lead_ms)
    return source.push(phones) + source.finish()


def test_a_word_has_the_shapes_of_its_sounds() -> None:
    spans = whole([("^", 100), ("h", 500), ("ˈ", 50), ("a", 1_000), ("ɪ", 400), (" ", 200)])
    assert names(spans) == ["sil", "aa", "aa", "I", "sil"], "the h borrows the vowel's mouth"
    assert [span.start_sample for span in spans] == [0, 100, 600, 1_650, 2_050]
    assert spans[-1].end_sample == 2_250


def test_an_affricate_of_two_symbols_is_one_shape() -> None:
    spans = whole([("t", 500), ("ʃ", 700), ("ɪ", 900), ("p", 800)])
    assert names(spans) == ["CH", "I", "PP"]
    assert spans[0].n_samples == 1_200


def test_a_word_waits_for_the_space_behind_it() -> None:
    source = PhoneSource(RATE_HZ)
    assert source.push([("m", 500), ("a", 900)]) == ()
    assert names(source.push([("p", 600), (" ", 100), ("ɪ", 300)])) == ["PP", "aa", "PP", "sil"]
    assert names(source.finish()) == ["I"]


def test_shapes_come_earlier_by_the_lead_and_the_time_is_kept() -> None:
    lead = round(0.03 * RATE_HZ)
    spans = whole([("^", 2_000), ("m", 1_000), ("a", 2_000)], lead_ms=30.0)
    assert names(spans) == ["sil", "PP", "aa", "sil"]
    assert [span.end_sample for span in spans] == [2_000 - lead, 3_000 - lead, 5_000 - lead, 5_000]


def test_after_a_reset_it_counts_from_zero() -> None:
    source = PhoneSource(RATE_HZ)
    source.push([("m", 500)])
    source.reset()
    assert source.finish() == ()
    assert source.push([("s", 500), (" ", 0)])[0].start_sample == 0


@pytest.mark.parametrize("phones", [[], [("m", -5)], [("?", 100)], [("h", 300)], [("ː", 200)]])
def test_odd_phonemes_do_no_harm(phones: list[Timed]) -> None:
    spans = whole(phones)
    assert all(span.viseme == SIL for span in spans)
    assert sum(span.n_samples for span in spans) == sum(max(0, n) for _, n in phones)


symbols = st.sampled_from([*"ptkmnszfhaɪʊɛɔ", " ", ",", "ˈ", "ː", "tʃ", "oʊ", "^", "$"])
phone_lists = st.lists(st.tuples(symbols, st.integers(0, 3_000)), max_size=40)


@given(phone_lists, st.data(), st.sampled_from([0.0, 30.0]))
def test_however_it_is_cut_it_is_the_same_and_fills_the_time(
    phones: list[Timed], data: st.DataObject, lead_ms: float
) -> None:
    source = PhoneSource(RATE_HZ, lead_ms)
    found: list[Span] = []
    left = list(phones)
    while left:
        n = data.draw(st.integers(1, len(left)))
        found += source.push(left[:n])
        left = left[n:]
    found += source.finish()
    assert tuple(found) == whole(phones, lead_ms)
    assert sum(span.n_samples for span in found) == sum(n for _, n in phones)
    assert all(a.end_sample == b.start_sample for a, b in pairwise(found))
    assert not found or found[0].start_sample == 0
