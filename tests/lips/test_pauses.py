"""The text says which shape, the sound whether there is any."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.lips.loudness import Loudness
from visavis.lips.pauses import TruePauses
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

RATE_HZ = 16_000
MS = RATE_HZ // 1_000
PP, AA, SS, DD = (table().index(name) for name in ("PP", "aa", "SS", "DD"))
Stretch = tuple[int, float]
"""How long in ms, how loud in dBFS."""

LOUD, HUSH = -20.0, -75.0


def sound_of(stretches: list[Stretch]) -> NDArray[np.float32]:
    random = np.random.default_rng(0)
    parts = [random.normal(0.0, 10.0 ** (db / 20.0), ms * MS) for ms, db in stretches]
    return np.concatenate([np.zeros(0), *parts]).astype(np.float32)


def spans_of(shapes: list[tuple[int, int]]) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for viseme, ms in shapes:
        spans.append(Span(viseme, at, at + ms * MS, 0.0 if viseme == SIL else 1.0))
        at += ms * MS
    return spans


def seen(shapes: list[tuple[int, int]], stretches: list[Stretch]) -> list[tuple[int, int]]:
    """Shapes and their lengths in ms, neighbours of one shape together."""
    loudness = Loudness(RATE_HZ)
    loudness.push(sound_of(stretches))
    pauses = TruePauses(loudness, RATE_HZ)
    found: list[tuple[int, int]] = []
    for span in (*pauses.push(spans_of(shapes)), *pauses.finish()):
        ms = span.n_samples // MS
        if found and found[-1][0] == span.viseme:
            ms += found.pop()[1]
        found.append((span.viseme, ms))
    return found


def test_a_pause_of_both_shuts_the_mouth() -> None:
    shapes = [(AA, 300), (SIL, 400), (AA, 300)]
    assert seen(shapes, [(300, LOUD), (400, HUSH), (300, LOUD)]) == shapes


def test_a_pause_of_the_text_alone_does_not() -> None:
    assert seen([(AA, 300), (SIL, 400), (SS, 300)], [(1_000, LOUD)]) == [(AA, 700), (SS, 300)]


def test_a_pause_that_begins_late_begins_with_its_silence() -> None:
    found = seen([(AA, 300), (SIL, 500), (AA, 200)], [(500, LOUD), (300, HUSH), (200, LOUD)])
    assert found == [(AA, 500), (SIL, 300), (AA, 200)]


def test_noise_in_a_pause_of_the_text_does_not_open_the_mouth_for_long() -> None:
    """Nobody speaks, but the room is 9 dB below the voice only."""
    found = seen([(AA, 300), (SIL, 500), (AA, 200)], [(300, LOUD), (500, -29.0), (200, LOUD)])
    assert found == [(AA, 340), (SIL, 460), (AA, 200)]


def test_words_for_which_there_is_no_sound_do_not_move_the_mouth() -> None:
    found = seen([(AA, 300), (SS, 150), (DD, 150), (AA, 300)], [(300, LOUD), (600, HUSH)])
    assert found == [(AA, 300), (SIL, 600)]


def test_a_stops_own_closure_is_no_pause() -> None:
    shapes = [(AA, 200), (DD, 120), (AA, 200)]
    assert seen(shapes, [(200, LOUD), (120, HUSH), (200, LOUD)]) == shapes


def test_lips_that_close_before_they_burst_stay_closed() -> None:
    shapes = [(AA, 200), (SIL, 300), (PP, 100), (AA, 200)]
    assert seen(shapes, [(200, LOUD), (400, HUSH), (200, LOUD)]) == shapes


def test_a_short_silence_between_words_is_bridged() -> None:
    found = seen([(AA, 200), (SIL, 100), (SS, 200)], [(200, LOUD), (100, HUSH), (200, LOUD)])
    assert found == [(AA, 300), (SS, 200)]


def test_a_soft_vowel_opens_less_than_a_loud_one() -> None:
    loudness = Loudness(RATE_HZ)
    loudness.push(sound_of([(300, LOUD), (300, -34.0), (300, LOUD)]))
    spans = TruePauses(loudness, RATE_HZ).push(spans_of([(AA, 300), (AA, 300), (SS, 300)]))
    loud, soft, hiss = (span.weight for span in spans)
    assert loud > 0.95
    assert soft < 0.75
    assert hiss == 1.0


def test_without_sound_there_is_silence() -> None:
    assert seen([(AA, 300), (SS, 300)], []) == [(SIL, 600)]


def test_after_a_reset_nothing_is_left() -> None:
    loudness = Loudness(RATE_HZ)
    pauses = TruePauses(loudness, RATE_HZ)
    pauses.push(spans_of([(AA, 300)]))
    pauses.reset()
    loudness.reset()
    assert pauses.finish() == ()


shapes_lists = st.lists(
    st.tuples(st.sampled_from([SIL, PP, AA, SS, DD]), st.integers(10, 400)), min_size=1, max_size=15
)
stretch_lists = st.lists(
    st.tuples(st.integers(1, 60).map(lambda tens: 10 * tens), st.sampled_from([LOUD, HUSH, -40.0])),
    max_size=10,
)


@given(shapes_lists, stretch_lists, st.data())
def test_however_it_comes_it_is_the_same_and_lasts_as_long(
    shapes: list[tuple[int, int]], stretches: list[Stretch], data: st.DataObject
) -> None:
    spans, sound = spans_of(shapes), sound_of(stretches)
    whole = Loudness(RATE_HZ)
    whole.push(sound)
    whole.finish()
    pauses = TruePauses(whole, RATE_HZ)
    expected = [*pauses.push(spans), *pauses.finish()]

    loudness = Loudness(RATE_HZ)
    pauses = TruePauses(loudness, RATE_HZ)
    found: list[Span] = []
    while spans or len(sound):
        n_spans = data.draw(st.integers(0, 4))
        n_samples = data.draw(st.integers(0, 4_000))
        if n_spans == n_samples == 0:
            n_spans, n_samples = len(spans), len(sound)
        loudness.push(sound[:n_samples])
        found += pauses.push(spans[:n_spans])
        spans, sound = spans[n_spans:], sound[n_samples:]
    loudness.finish()
    found += [*pauses.push([]), *pauses.finish()]
    assert found == expected
    assert found[0].start_sample == 0
    assert all(a.end_sample == b.start_sample for a, b in pairwise(found))
    assert found[-1].end_sample == sum(ms for _, ms in shapes) * MS


@given(shapes_lists, stretch_lists)
def test_closed_lips_are_never_lost(
    shapes: list[tuple[int, int]], stretches: list[Stretch]
) -> None:
    closed = [ms for viseme, ms in shapes if viseme == PP]
    found = [ms for viseme, ms in seen(shapes, stretches) if viseme == PP]
    assert sum(found) >= sum(closed)
