"""The natural pass: calm, but every closure is seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.lips import natural_vectors
from tests.lips.sentences import RATE_HZ, SENTENCES, joined, ms, spans_ms, spans_of
from visavis.lips.coarticulation import HOLD_MS
from visavis.lips.natural import NaturalPass, naturalize
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

DEFAULT, SIBILANT = NaturalSettings(), NaturalSettings.preset("sibilant")
PP, FF = table().index("PP"), table().index("FF")


def shown(*shapes: tuple[str, float], settings: NaturalSettings = DEFAULT) -> list[tuple[str, int]]:
    """Shapes and their lengths in ms after the pass."""
    return [
        (table().order[span.viseme], round(span.n_samples * 1_000.0 / RATE_HZ))
        for span in naturalize(spans_ms(*shapes), RATE_HZ, settings)
    ]


def test_a_closure_begins_earlier_and_ends_on_time() -> None:
    assert shown(("aa", 200), ("PP", 40), ("aa", 200)) == [("aa", 160), ("PP", 80), ("aa", 200)]


def test_a_closure_takes_no_more_than_60_ms() -> None:
    assert shown(("aa", 300), ("PP", 5), ("aa", 200))[1] == ("PP", 65)


def test_a_closure_leaves_the_shape_before_enough_to_be_seen() -> None:
    assert shown(("aa", 90), ("PP", 60), ("aa", 200)) == [("aa", 70), ("PP", 80), ("aa", 200)]


def test_a_closure_that_would_flash_takes_more() -> None:
    assert shown(("aa", 80), ("PP", 20), ("aa", 200)) == [("aa", 40), ("PP", 60), ("aa", 200)]


def test_lips_stay_closed_until_the_sound_opens_them() -> None:
    natural = shown(("aa", 200), ("PP", 150), ("I", 45), ("kk", 200))
    assert natural[1] == ("PP", 150)


def test_a_closure_does_not_take_the_only_sound_of_the_one_before() -> None:
    """The second f of "five-f…b" is short, though it joins the first one."""
    joins = (("FF", 120), ("kk", 20), ("FF", 25), ("PP", 40), ("aa", 200))
    assert shown(("aa", 200), *joins)[1:3] == [("FF", 165), ("PP", 40)]
    assert shown(("aa", 200), ("FF", 165), *joins[3:])[1:3] == [("FF", 125), ("PP", 80)]


def test_what_looks_alike_merges_and_the_less_distinct_gives_way() -> None:
    assert shown(("nn", 150), ("DD", 55), ("aa", 150)) == [("nn", 205), ("aa", 150)]
    assert shown(("aa", 150), ("nn", 55), ("DD", 150)) == [("aa", 150), ("DD", 205)]


def test_a_threshold_of_1_merges_nothing_for_likeness() -> None:
    strict = NaturalSettings(similarity_threshold=1.0, key_viseme_preference=1.0)
    assert ("DD", 70) in shown(("nn", 150), ("DD", 55), ("aa", 150), settings=strict)


def test_a_short_shape_that_does_not_stand_out_gives_way() -> None:
    assert shown(("aa", 150), ("kk", 30), ("O", 150)) == [("aa", 180), ("O", 150)]


def test_higher_preference_keeps_more() -> None:
    """On real speech; at 1 everything that can be made long enough stays."""
    counts = [
        sum(
            len(naturalize(spans_of(s), RATE_HZ, NaturalSettings(key_viseme_preference=share)))
            for s in SENTENCES.values()
        )
        for share in (0.0, 0.4, 0.6, 1.0)
    ]
    assert counts == sorted(set(counts)), counts


def test_a_lower_threshold_merges_more() -> None:
    counts = [
        sum(
            len(naturalize(spans_of(s), RATE_HZ, NaturalSettings(similarity_threshold=share)))
            for s in SENTENCES.values()
        )
        for share in (0.1, 0.4, 0.9)
    ]
    assert counts == sorted(set(counts)), counts


def test_a_distinct_shape_that_is_too_short_begins_earlier() -> None:
    assert shown(("aa", 150), ("U", 38), ("E", 150)) == [("aa", 118), ("U", 70), ("E", 150)]


def test_a_shape_too_short_for_half_its_hold_gives_way_however_distinct() -> None:
    assert shown(("aa", 150), ("U", 30), ("E", 150)) == [("aa", 180), ("E", 150)]


def test_where_the_shape_before_has_no_time_the_next_begins_later() -> None:
    assert shown(("PP", 80), ("U", 50), ("E", 150)) == [("PP", 80), ("U", 70), ("E", 130)]


def test_a_vowel_makes_room_for_the_closure_behind_it() -> None:
    natural = shown(("aa", 200), ("U", 60), ("PP", 40), ("aa", 200))
    assert natural == [("aa", 150), ("U", 70), ("PP", 80), ("aa", 200)]


def test_sibilants_are_critical_by_preference() -> None:
    hiss = (("aa", 150), ("SS", 30), ("I", 150), ("CH", 25), ("E", 150), ("TH", 20), ("aa", 150))
    kept = [name for name, _ in shown(*hiss, settings=SIBILANT)]
    assert kept == "aa SS I CH E TH aa".split()
    assert ("SS", 90) in shown(*hiss, settings=SIBILANT)


def test_a_shape_alone_in_silence_falls_silent() -> None:
    assert shown(("sil", 400), ("kk", 20), ("sil", 400)) == [("sil", 820)]
    assert shown(("sil", 400), ("PP", 20), ("sil", 400))[1][0] == "PP"


def test_a_short_pause_belongs_to_the_sound_before_it() -> None:
    assert shown(("aa", 150), ("sil", 190), ("I", 150)) == [("aa", 340), ("I", 150)]
    assert shown(("aa", 150), ("sil", 190), ("aa", 150)) == [("aa", 490)]


def test_silence_that_is_not_preserved_is_a_shape_like_any_other() -> None:
    loose = NaturalSettings(preserve_silence=False, merge_window_ms=300.0)
    pause = (("sil", 100), ("PP", 310), ("sil", 220), ("PP", 310), ("sil", 100))
    assert shown(*pause, settings=loose) == [("sil", 100), ("PP", 840), ("sil", 100)]
    kept = shown(*pause, settings=replace(loose, preserve_silence=True))
    assert [name for name, _ in kept] == "sil PP sil PP sil".split()


def test_critical_shapes_give_way_where_nobody_preserves_them() -> None:
    loose = NaturalSettings(preserve_critical_visemes=False)
    assert shown(("SS", 70), ("PP", 10), ("aa", 75), settings=loose) == [("SS", 80), ("aa", 75)]


def test_all_windows_shut_change_nothing_but_short_pauses() -> None:
    shut = NaturalSettings(0, 0, critical_viseme_min_duration_ms=0)
    spans = joined(s for s in spans_ms(("aa", 10), ("kk", 5), ("PP", 3), ("I", 90), ("sil", 30)))
    assert list(naturalize(spans, RATE_HZ, shut)) == spans


# ------------------------------------------------------------------ real speech


def segments_recalled(spans: Sequence[Span], natural: Sequence[Span], viseme: int) -> int:
    """How many segments of a shape are seen while they sound."""
    return sum(
        any(
            s.viseme == viseme
            and s.start_sample < span.end_sample
            and s.end_sample > span.start_sample
            for s in natural
        )
        for span in joined(spans)
        if span.viseme == viseme
    )


def measured(hop_samples: int, settings: NaturalSettings) -> tuple[float, float]:
    """Changes per second of speech and the share of holds under 70 ms, over all sentences."""
    holds_ms: list[float] = []
    speech_ms = 0.0
    for sentence in SENTENCES.values():
        natural = naturalize(spans_of(sentence, hop_samples), RATE_HZ, settings)
        lengths_ms = [span.n_samples * 1_000.0 / RATE_HZ for span in natural]
        speech_ms += sum(
            length for length, s in zip(lengths_ms, natural, strict=True) if s.viseme != SIL
        )
        holds_ms += lengths_ms
    too_short = sum(length < HOLD_MS - 0.1 for length in holds_ms)
    return len(holds_ms) * 1_000.0 / speech_ms, too_short / len(holds_ms)


@pytest.mark.parametrize("hop_samples", [256, 300, 340])
def test_normal_speech_changes_8_to_11_times_a_second(hop_samples: int) -> None:
    """Our voice at its own speed, 15 % and 25 % slower."""
    rate, short = measured(hop_samples, DEFAULT)
    assert 8.0 <= rate <= 11.0
    assert short < 0.15


def test_without_the_pass_it_would_be_more_than_13() -> None:
    untouched = NaturalSettings(0, 0, 1.0, similarity_threshold=1.0)
    rate, short = measured(256, untouched)
    assert rate > 13.0
    assert short > 0.4


@pytest.mark.parametrize("settings", [DEFAULT, SIBILANT], ids=["default", "sibilant"])
@pytest.mark.parametrize("hop_samples", [180, 256, 340])
def test_no_closure_of_real_speech_is_lost(hop_samples: int, settings: NaturalSettings) -> None:
    for text, sentence in SENTENCES.items():
        spans = spans_of(sentence, hop_samples)
        natural = naturalize(spans, RATE_HZ, settings)
        for viseme in (PP, FF):
            n_segments = sum(span.viseme == viseme for span in joined(spans))
            assert segments_recalled(spans, natural, viseme) == n_segments, text


def test_closures_of_real_speech_are_held() -> None:
    """Nine in ten for 60 ms or more; before the pass it is one in eight."""

    def share_held(spans: Iterable[Span]) -> list[bool]:
        return [s.n_samples >= ms(60) - 1 for s in joined(spans) if s.viseme in (PP, FF)]

    before: list[bool] = []
    after: list[bool] = []
    for sentence in SENTENCES.values():
        before += share_held(spans_of(sentence))
        after += share_held(naturalize(spans_of(sentence), RATE_HZ))
    assert sum(before) / len(before) < 0.2
    assert sum(after) / len(after) > 0.9


def test_a_second_pass_changes_little() -> None:
    """At most one span in twelve, and no closure."""
    changed = total = 0
    for sentence in SENTENCES.values():
        once = naturalize(spans_of(sentence), RATE_HZ)
        twice = naturalize(once, RATE_HZ)
        changed += len(set(once) - set(twice))
        total += len(once)
        assert segments_recalled(once, twice, PP) == sum(span.viseme == PP for span in once)
    assert changed / total < 1 / 12


# ------------------------------------------------------------------ golden vectors


VECTORS = json.loads(natural_vectors.VECTORS.read_text("utf-8"))


def test_the_golden_vectors_are_what_the_script_makes() -> None:
    assert natural_vectors.VECTORS.read_text("utf-8") == natural_vectors.text()


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    settings = NaturalSettings.from_names(case["settings"])
    natural_pass = NaturalPass(case["rate_hz"], settings)
    out: list[Span] = []
    for values, n_settled in zip(case["spans"], case["settled"], strict=True):
        settled = natural_pass.push([natural_vectors.span_of(values)])
        assert len(settled) == n_settled
        out += settled
    out += natural_pass.finish()
    assert [natural_vectors.row(span) for span in out] == case["natural"]
