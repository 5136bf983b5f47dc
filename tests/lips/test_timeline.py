"""Cues from phonemes: closures are seen, pauses stay open, nothing lies outside the sound."""

# ruff: noqa: RUF001 - phonetic letters are meant to be what they are

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.events import Cue
from visavis.lips.coarticulation import HOLD_MS
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.phonemes import SIL, Timed, table
from visavis.lips.timeline import MIN_HOLD_MS, Ending, cues_from_phones, words_from_phones

RATE_HZ = 22_050
PP, FF = table().index("PP"), table().index("FF")


def ms(duration_ms: float) -> int:
    return round(duration_ms * RATE_HZ / 1_000.0)


def phones_ms(*phones: tuple[str, float]) -> list[Timed]:
    return [(symbol, ms(duration_ms)) for symbol, duration_ms in phones]


def voiced(phones: list[Timed], silent: str = "_") -> NDArray[np.float32]:
    """A tone as long as `phones`, with silence wherever the symbol is `silent`."""
    parts = [np.full(n, 0.0 if symbol == silent else 0.3) for symbol, n in phones]
    sound = np.concatenate([np.zeros(0), *parts])
    return (sound * np.sin(np.arange(len(sound)) * 0.2)).astype(np.float32)


def named(cues: tuple[Cue, ...]) -> list[str]:
    return [table().order[cue.viseme] for cue in cues]


def shown(phones: list[Timed], lead_ms: float = 0.0) -> tuple[Cue, ...]:
    return cues_from_phones(phones, voiced(phones), RATE_HZ, lead_ms=lead_ms)


vowels = st.tuples(st.sampled_from(["a", "ɪ", "ə", "ɜ", "ʊ", "AY1"]), st.floats(50, 200))
consonants = st.tuples(st.sampled_from(["t", "n", "s", "k", "ɹ", "h", "l"]), st.floats(5, 120))
closures = st.tuples(st.sampled_from(["p", "b", "m", "f", "v"]), st.floats(20, 120))
marks = st.tuples(st.sampled_from(["ˈ", "ː", " ", ","]), st.floats(0, 60))
pauses = st.tuples(st.just("_"), st.floats(200, 500))
syllables = st.tuples(st.lists(consonants | marks, max_size=3), st.none() | closures, vowels).map(
    lambda parts: [*parts[0], *([parts[1]] if parts[1] else []), parts[2]]
)
speech = st.lists(syllables | pauses.map(lambda pause: [pause]), min_size=1, max_size=12).map(
    lambda groups: phones_ms(*(phone for group in groups for phone in group))
)
leads = st.sampled_from([0.0, 30.0, 60.0])
anything = st.lists(
    st.tuples(
        st.sampled_from("p b m f v t ʃ s a ɪ h ˈ ː _ SIL AY1 🙂".split()), st.integers(0, 4_000)
    ),
    max_size=15,
)


@given(anything, leads, st.integers(-3_000, 3_000))
def test_cues_ascend_from_0_to_a_shut_mouth_within_the_sound(
    phones: list[Timed], lead_ms: float, surplus: int
) -> None:
    """Also where durations and sound disagree about how long it is."""
    sound = voiced(phones)
    sound = np.resize(sound, max(0, len(sound) + surplus)) if len(sound) else sound
    cues = cues_from_phones(phones, sound, RATE_HZ, lead_ms=lead_ms)
    assert cues[0].at_sample == 0
    assert cues[-1].viseme == SIL
    assert all(a.at_sample < b.at_sample for a, b in pairwise(cues))
    assert all(a.viseme != b.viseme for a, b in pairwise(cues))
    assert all(0.0 <= cue.weight <= 1.0 for cue in cues)
    assert cues[-1].at_sample <= len(sound)
    assert all(cue.at_sample < len(sound) for cue in cues[:-1])


def test_no_sound_is_a_shut_mouth() -> None:
    assert shown([]) == (Cue(0, SIL, 0.0),)


@given(speech, leads)
def test_no_closure_is_ever_dropped(phones: list[Timed], lead_ms: float) -> None:
    cues = shown(phones, lead_ms)
    ends = [cue.at_sample for cue in cues[1:]] + [sum(n for _, n in phones)]
    at = 0
    for symbol, n_samples in phones:
        start, at = at, at + n_samples
        wanted = {"p": PP, "b": PP, "m": PP, "f": FF, "v": FF}.get(symbol)
        if wanted is None:
            continue
        earliest = start - ms(lead_ms) - ms(60)
        assert any(
            cue.viseme == wanted and cue.at_sample <= at and end > earliest
            for cue, end in zip(cues, ends, strict=True)
        ), (symbol, start)


@given(speech, leads)
def test_closures_are_held_until_they_are_seen(phones: list[Timed], lead_ms: float) -> None:
    for cue, after in pairwise(shown(phones, lead_ms)):
        if cue.viseme in table().critical and after.at_sample < sum(n for _, n in phones):
            assert after.at_sample - cue.at_sample >= ms(MIN_HOLD_MS)


@given(speech)
def test_other_shapes_are_not_flickers(phones: list[Timed]) -> None:
    """Half of what is seen is the least that a closure's lengthening may leave."""
    cues = shown(phones)
    for cue, after in pairwise(cues[:-1]):
        assert after.at_sample - cue.at_sample >= ms(MIN_HOLD_MS) // 2


def test_a_closure_is_lengthened_backwards_and_ends_on_time() -> None:
    cues = shown(phones_ms(("a", 200), ("p", 30), ("a", 200)))
    assert named(cues) == ["aa", "PP", "aa", "sil"]
    assert cues[1].at_sample == pytest.approx(ms(150), abs=2)
    assert cues[2].at_sample == pytest.approx(ms(230), abs=2)


def test_a_closure_takes_no_more_than_60_ms_from_the_shape_before() -> None:
    cues = shown(phones_ms(("a", 200), ("p", 5), ("a", 200)))
    assert cues[1].at_sample == pytest.approx(ms(140), abs=2)


def test_a_closure_leaves_the_shape_before_enough_to_be_seen() -> None:
    cues = shown(phones_ms(("s", 100), ("a", 60), ("p", 20), ("a", 200)))
    assert named(cues) == ["SS", "aa", "PP", "aa", "sil"]
    assert cues[2].at_sample - cues[1].at_sample >= ms(NaturalSettings().min_viseme_interval_ms) - 1
    assert cues[3].at_sample - cues[2].at_sample == pytest.approx(ms(HOLD_MS), abs=2)


def test_a_closure_at_the_very_start_is_not_squeezed_out_by_the_lead() -> None:
    cues = shown(phones_ms(("b", 20), ("a", 45), ("t", 60), ("a", 80)), lead_ms=30)
    assert named(cues)[0] == "PP"
    assert cues[1].at_sample >= ms(MIN_HOLD_MS)


def test_the_lead_shows_shapes_earlier() -> None:
    phones = phones_ms(("a", 200), ("ʊ", 200), ("s", 200))
    late, early = shown(phones), shown(phones, lead_ms=30)
    assert [a.at_sample - b.at_sample for a, b in zip(late[1:], early[1:], strict=True)] == [
        ms(30)
    ] * (len(late) - 1)


@given(st.floats(1, 195), st.sampled_from(["_", ",", " ", "SIL", "SP"]))
def test_a_short_pause_does_not_shut_the_mouth(pause_ms: float, sign: str) -> None:
    phones = phones_ms(("a", 150), (sign, pause_ms), ("ʊ", 150))
    cues = cues_from_phones(phones, voiced(phones, sign), RATE_HZ)
    assert named(cues) == ["aa", "U", "sil"]


@pytest.mark.parametrize("sign", ["_", ",", "SIL"])
def test_a_long_pause_does(sign: str) -> None:
    phones = phones_ms(("a", 150), (sign, 260), ("ʊ", 150))
    cues = cues_from_phones(phones, voiced(phones, sign), RATE_HZ)
    assert named(cues) == ["aa", "sil", "U", "sil"]
    assert cues[1].at_sample == pytest.approx(ms(150), abs=ms(7))
    assert cues[2].at_sample == pytest.approx(ms(410), abs=2)


def test_a_pause_in_the_text_that_nobody_makes_shuts_nothing() -> None:
    phones = phones_ms(("a", 150), (",", 260), ("ʊ", 150))
    assert named(shown(phones)) == ["aa", "U", "sil"]


@pytest.mark.parametrize(
    ("word", "first"),
    [("hat", "aa"), ("hɪt", "I"), ("hʊd", "U"), ("hɜd", "RR"), ("hjuː", "I"), ("həʊ", "E")],
)
def test_h_borrows_the_vowel_that_follows(word: str, first: str) -> None:
    cues = shown([(symbol, ms(80)) for symbol in word])
    assert named(cues)[0] == first
    assert cues[0].at_sample == 0


def test_her_apple_does_not_open_on_the_apple() -> None:
    cues = shown(phones_ms(("HH", 80), ("ER1", 80), ("AE1", 100), ("P", 80)))
    assert named(cues) == ["RR", "aa", "PP", "sil"]


def test_an_h_at_the_end_borrows_nothing() -> None:
    assert named(shown(phones_ms(("a", 100), ("h", 80)))) == ["aa", "sil"]


def test_a_diphthong_moves() -> None:
    assert named(shown(phones_ms(("AY1", 200)))) == ["aa", "I", "sil"]


def test_a_louder_vowel_opens_further_and_a_schwa_less() -> None:
    phones = phones_ms(("a", 200), ("t", 80), ("a", 200), ("t", 80), ("ə", 200))
    sound = voiced(phones)
    sound[: ms(200)] *= 0.1
    cues = [cue for cue in cues_from_phones(phones, sound, RATE_HZ) if cue.viseme in table().vowels]
    quiet, loud, schwa = (cue.weight for cue in cues)
    assert 0.4 <= quiet < 0.7 < loud <= 1.0
    assert schwa == pytest.approx(0.55 * loud, abs=0.05)


# ------------------------------------------------------------------ words


spoken_words = st.lists(
    st.lists(vowels | consonants, min_size=1, max_size=4), min_size=1, max_size=8
)


@given(spoken_words, st.booleans())
def test_there_is_a_time_for_every_word_in_order(
    words: list[list[tuple[str, float]]], joined: bool
) -> None:
    """Also where the voice joined two words into one group."""
    text = " ".join(f"word{i}," for i in range(len(words)))
    separator: tuple[str, float] = (" ", 0.0 if joined else 40.0)
    phones = phones_ms(*(phone for word in words for phone in [*word, separator]))
    if joined:
        phones = [phone for phone in phones if phone[0] != " "]
    n_samples = sum(n for _, n in phones)
    timed = words_from_phones(text, phones, n_samples)
    assert [word.text for word in timed] == text.split()
    edges = [edge for word in timed for edge in (word.start_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= n_samples


def test_a_word_begins_with_its_stress_mark_and_ends_with_its_last_sound() -> None:
    phones = [("ˈ", 10), ("a", 20), ("t", 5), (" ", 7), ("ˈ", 3), ("ɪ", 30), (".", 9)]
    times = [
        (w.text, w.start_sample, w.end_sample) for w in words_from_phones("At it.", phones, 84)
    ]
    assert times == [("At", 0, 35), ("it.", 42, 75)]


def test_where_counts_differ_words_share_the_time_by_letters() -> None:
    phones = [(" ", 100), ("a", 600), (" ", 100)]
    times = [(w.start_sample, w.end_sample) for w in words_from_phones("of the", phones, 800)]
    assert times == [(100, 357), (357, 700)]


def test_words_without_phonemes_share_the_whole_sound() -> None:
    assert [(w.start_sample, w.end_sample) for w in words_from_phones("a b", [], 100)] == [
        (0, 50),
        (50, 100),
    ]
    assert words_from_phones("  ", [("a", 10)], 10) == ()


def test_where_speech_goes_on_the_mouth_shuts_only_in_a_real_pause() -> None:
    def left_open(phones: list[Timed]) -> list[str]:
        return named(cues_from_phones(phones, voiced(phones), RATE_HZ, ending=Ending.OPEN))

    assert left_open(phones_ms(("t", 80), ("a", 150), (" ", 20))) == ["DD", "aa"]
    assert left_open(phones_ms(("t", 80), ("a", 150), ("_", 120)))[-1] == "aa"
    assert left_open(phones_ms(("t", 80), ("a", 150), ("_", 300)))[-1] == "sil"
