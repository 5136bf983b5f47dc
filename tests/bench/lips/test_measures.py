"""Each measure on a case that can be computed by hand; then what must hold for any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.lips.tracks import index, track, tracks
from visavis.bench.lips.measures import SHIFTS_MS, Pairs, Tally, best_shift, clipped, measure
from visavis.bench.lips.track import Track
from visavis.lips.spans import Span

HELLO = track(("sil", 300), ("E", 100), ("nn", 100), ("O", 200), ("sil", 300))


# ------------------------------------------------------------------ frames


def test_accuracy_is_the_share_of_right_frames() -> None:
    found = measure(track(("aa", 100), ("PP", 50), ("O", 50)), track(("aa", 120), ("O", 80)))
    # right: aa 10 of 10, PP 0 of 5 (2 shown as aa, 3 as O), O 5 of 5
    assert found.n_frames == 20
    assert found.accuracy == 0.75
    assert found.confusion[index("PP"), index("aa")] == 2
    assert found.confusion[index("PP"), index("O")] == 3


def test_the_declared_delay_is_taken_off_and_only_that() -> None:
    late = HELLO.earlier(-100)
    assert measure(HELLO, late, delay_ms=100.0).accuracy == 1.0
    # undelayed: right are sil until 300; nothing of E or nn; 100 ms of O; sil from 800
    assert measure(HELLO, late).accuracy == pytest.approx((30 + 0 + 0 + 10 + 20) / 100)


def test_a_delay_need_not_be_a_whole_frame() -> None:
    assert measure(HELLO, HELLO.earlier(-33), delay_ms=33.0).accuracy == 1.0


def test_the_best_constant_shift_is_found_and_is_no_claim_about_delay() -> None:
    found = measure(HELLO, HELLO.earlier(-70), delay_ms=0.0)
    best = best_shift(found.hits_at_shift)
    assert SHIFTS_MS[best] == 70
    assert found.hits_at_shift[best] == found.n_frames
    assert found.accuracy < 1.0
    assert found.hits_at_shift[SHIFTS_MS.index(0)] == np.trace(found.confusion)


def test_of_equally_good_shifts_the_smallest_is_taken() -> None:
    flat = np.full(len(SHIFTS_MS), 7)
    assert SHIFTS_MS[best_shift(flat)] == 0


def test_unscored_stretches_count_nowhere() -> None:
    found = measure(track(("aa", 100), ("?", 500), ("O", 100)), track(("aa", 350), ("O", 350)))
    assert found.n_frames == 20
    assert found.accuracy == 1.0
    assert found.n_onsets == 0  # the O begins nobody knows when


def test_where_a_hypothesis_ends_early_the_mouth_is_shut() -> None:
    found = measure(track(("aa", 100), ("sil", 100)), track(("aa", 50)))
    assert found.accuracy == 0.75
    assert measure(HELLO, Track((), 16_000)).accuracy == 0.6


def test_what_is_shown_behind_the_reference_does_not_count() -> None:
    longer = track(("aa", 100), ("O", 20), ("PP", 20), ("FF", 20), ("PP", 20))
    found = measure(track(("aa", 100)), longer)
    assert (found.accuracy, found.n_changes, found.n_holds) == (1.0, 0, 0)
    assert found.closures == Pairs(0, 0, 0)


def test_rates_may_differ() -> None:
    other = track(("sil", 300), ("E", 100), ("nn", 100), ("O", 200), ("sil", 300), rate_hz=44_100)
    assert measure(HELLO, other).accuracy == 1.0


# ------------------------------------------------------------------ segments


def test_closures_are_found_within_forty_milliseconds() -> None:
    reference = track(("aa", 200), ("PP", 80), ("aa", 220))
    near = track(("aa", 320), ("PP", 50), ("aa", 130))  # 40 ms behind its end
    far = track(("aa", 321), ("PP", 50), ("aa", 129))
    assert measure(reference, near).closures == Pairs(1, 1, 1)
    assert measure(reference, far).closures == Pairs(1, 1, 0)


def test_a_mouth_that_stays_shut_has_found_one_closure() -> None:
    reference = track(("PP", 80), ("aa", 200), ("PP", 80), ("aa", 200), ("PP", 80))
    assert measure(reference, track(("PP", 640))).closures == Pairs(3, 1, 1)
    flapping = track(*[("PP", 40), ("aa", 24)] * 10)
    assert measure(reference, flapping).closures.n_paired == 3
    assert measure(reference, flapping).closures.n_found == 10


def test_p_before_b_is_one_closure_and_ff_is_counted_apart() -> None:
    spans = (Span(index("PP"), 0, 50), Span(index("PP"), 50, 100), Span(index("FF"), 100, 150))
    found = measure(Track(spans, 1_000), track(("PP", 100), ("FF", 50)))
    assert found.closures == found.labiodentals == Pairs(1, 1, 1)


def test_a_closure_in_an_unscored_stretch_is_nobodys_fault() -> None:
    reference = track(("aa", 200), ("?", 400), ("aa", 400), ("PP", 100), ("aa", 100))
    shown = track(("aa", 300), ("PP", 80), ("aa", 320), ("PP", 50), ("aa", 250), ("PP", 100))
    assert measure(reference, shown).closures == Pairs(1, 2, 1)


# ------------------------------------------------------------------ onsets


def test_onsets_of_the_same_shape_are_compared() -> None:
    shown = track(("sil", 310), ("E", 60), ("nn", 190), ("O", 140), ("sil", 300))
    found = measure(HELLO, shown)
    # E at 310 for 300, nn at 370 for 400, O at 560 for 500, sil at 700 for 700
    assert found.n_onsets == 4
    assert sorted(found.onset_offsets_ms) == [-30.0, 0.0, 10.0, 60.0]


def test_an_onset_of_another_shape_is_no_partner() -> None:
    shown = track(("sil", 300), ("aa", 100), ("nn", 300), ("sil", 300))
    assert sorted(measure(HELLO, shown).onset_offsets_ms) == [0.0, 0.0]
    assert measure(HELLO, shown).n_onsets == 4


# ------------------------------------------------------------------ changes, holds


def test_changes_and_holds() -> None:
    found = measure(HELLO, track(("sil", 300), ("E", 69), ("nn", 70), ("O", 261), ("sil", 300)))
    assert (found.n_changes, found.n_speech_changes) == (4, 4)
    assert found.n_reference_speech_changes == 4
    assert found.speech_seconds == pytest.approx(0.4)
    assert found.seconds == 1.0
    assert (found.n_holds, found.n_short_holds) == (3, 1)  # both silences are cut by the file


def test_flapping_in_silence_is_no_change_in_speech() -> None:
    shown = track(("sil", 50), ("O", 30), ("sil", 220), ("E", 100), ("nn", 100), ("O", 500))
    found = measure(HELLO, shown)
    assert (found.n_changes, found.n_speech_changes) == (5, 3)


def test_a_short_pause_is_speech() -> None:
    short = track(("aa", 200), ("sil", 199), ("aa", 201))
    long = track(("aa", 200), ("sil", 200), ("aa", 200))
    assert measure(short, short).speech_seconds == pytest.approx(0.6)
    assert measure(long, long).speech_seconds == pytest.approx(0.4)
    assert measure(short, track(("aa", 600))).n_pause_frames == 0


def test_a_mouth_open_in_silence() -> None:
    shown = track(("sil", 100), ("E", 100), ("PP", 100), ("nn", 400), ("sil", 300))
    found = measure(HELLO, shown)
    assert found.n_pause_frames == 60
    assert found.n_open_frames == 10  # closed lips are not open
    weightless = Track(tuple(replace(s, weight=0.0) for s in shown.spans), shown.rate_hz)
    assert measure(HELLO, weightless).n_open_frames == 0


# ------------------------------------------------------------------ any


@given(tracks(min_runs=3))
def test_the_reference_itself_is_perfect(one: Track) -> None:
    found = measure(one, one)
    assert found.accuracy == (1.0 if found.n_frames else 0.0)
    assert found.n_onsets == len(one.runs) - 1
    assert found.onset_offsets_ms == (0.0,) * found.n_onsets
    for pairs in (found.closures, found.labiodentals):
        assert pairs.n_reference == pairs.n_found == pairs.n_paired
    assert found.n_open_frames == 0
    assert found.n_speech_changes == found.n_reference_speech_changes


@given(tracks(silent_ends=True), tracks(silent_ends=True), st.integers(-15, 15))
def test_the_best_shift_does_not_see_a_constant_one(
    reference: Track, shown: Track, n_frames: int
) -> None:
    """Only its position moves, as long as it stays among the shifts that are tried."""
    shown = clipped(shown, reference.seconds)
    plain = measure(reference, shown).hits_at_shift
    moved = measure(reference, _padded(shown).earlier(500 - 10 * n_frames)).hits_at_shift
    middle = slice(15, -15)
    there = np.arange(len(SHIFTS_MS))[middle] + n_frames
    np.testing.assert_array_equal(plain[middle], moved[there])


def _padded(track: Track) -> Track:
    """With half a second of silence before it, so that it can be moved both ways."""
    return track.earlier(-500)


@given(tracks(), tracks(), st.integers(0, 300))
def test_a_delay_declared_is_a_delay_forgiven(reference: Track, shown: Track, ms: int) -> None:
    assert _counts(measure(reference, shown)) == _counts(
        measure(reference, shown.earlier(-ms), delay_ms=ms)
    )


def _counts(tally: Tally) -> tuple[object, ...]:
    return (
        tally.confusion.tolist(),
        tally.closures,
        tally.onset_offsets_ms,
        tally.n_changes,
        tally.n_short_holds,
        tally.n_open_frames,
    )


@given(tracks(), tracks())
def test_counts_are_bounded(reference: Track, shown: Track) -> None:
    found = measure(reference, shown)
    assert found.n_frames == reference.n_frames
    assert 0.0 <= found.accuracy <= 1.0
    assert found.hits_at_shift.max() <= found.n_frames
    assert found.hits_at_shift[SHIFTS_MS.index(0)] == np.trace(found.confusion)
    for pairs in (found.closures, found.labiodentals):
        assert pairs.n_paired <= min(pairs.n_reference, pairs.n_found)
    assert len(found.onset_offsets_ms) <= found.n_onsets
    assert found.n_short_holds <= found.n_holds <= max(0, found.n_changes - 1)
    assert found.n_open_frames <= found.n_pause_frames <= found.n_frames + 1


@given(tracks(), tracks())
def test_played_backwards_segments_changes_and_holds_are_the_same(
    reference: Track, shown: Track
) -> None:
    shown = clipped(shown, reference.seconds)
    forth, back = measure(reference, shown), measure(reference.reversed(), shown.reversed())
    assert forth.closures == back.closures
    assert forth.labiodentals == back.labiodentals
    assert forth.n_changes == back.n_changes
    assert forth.n_speech_changes == back.n_speech_changes
    assert (forth.n_holds, forth.n_short_holds) == (back.n_holds, back.n_short_holds)


@given(tracks(min_runs=2), tracks(min_runs=2))
def test_swapped_recall_is_precision(one: Track, other: Track) -> None:
    other = clipped(other, one.seconds)
    forth, back = measure(one, other), measure(other, one)
    np.testing.assert_array_equal(forth.confusion, back.confusion.T)
    assert forth.closures.n_reference == back.closures.n_found
    assert forth.closures.n_paired == back.closures.n_paired
