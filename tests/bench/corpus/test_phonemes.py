"""Spellings: where the joints are, and how Kokoro writes what espeak-ng says."""

# ruff: noqa: RUF001 - phonetic letters look like Latin ones

from __future__ import annotations

from collections.abc import Sequence

import pytest

from visavis.bench.corpus import phonemes
from visavis.bench.corpus.phonemes import Part, Phonemes, kokoro_spelling


@pytest.mark.parametrize(
    ("ipa", "accent", "spelt"),
    [
        ("dʒˈoʊk", "us", "ʤˈOk"),
        ("tʃˈeɪndʒ maɪ vˈɔɪs", "us", "ʧˈAnʤ mI vˈYs"),
        ("wˈɔːɾɚ", "us", "wˈɔTəɹ"),
        ("wˈɜːdz", "gb", "wˈɜːdz"),
        ("wˈɜːdz", "us", "wˈɜɹdz"),
        ("sˈəʊ fˈeə", "gb", "sˈQ fˈɛː"),
        ("bˈʌʔn\u0329", "us", "bˈʌtᵊn"),
    ],
)
def test_kokoros_spelling(ipa: str, accent: phonemes.Accent, spelt: str) -> None:
    assert kokoro_spelling(ipa, accent) == spelt


def test_parts_are_joined_by_commas_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def espeak(parts: Sequence[Part]) -> list[str]:
        return [f"<{part.words}>." for part in parts]

    monkeypatch.setattr(phonemes, "_espeak", espeak)
    words = ("so, I", "um", "two")
    found = Phonemes(Part("us", part) for part in words)
    text, commas = found.joined("us", words)
    assert text == "<so, I>, <um>, <two>."
    assert [text[at] for at in commas] == [",", ","]
    assert commas == (7, 13)


@pytest.mark.models
def test_espeak_runs_in_a_process_of_its_own() -> None:
    found = Phonemes([Part("us", "hello"), Part("gb", "no")])
    assert found.joined("us", ["hello"]) == ("həlˈoʊ", ())
    assert found.joined("gb", ["no"]) == ("nˈəʊ", ())
