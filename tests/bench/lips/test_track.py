from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.lips.tracks import index, track, tracks
from visavis.bench.lips.track import Run, Track, from_frames, track_of
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span


def test_a_frame_shows_what_stands_at_its_middle() -> None:
    found = track(("aa", 14), ("PP", 11), ("sil", 19))
    # middles at 5, 15, 25 and 35 ms; the last 4 ms are no whole frame
    assert found.frames().tolist() == [index("aa"), index("PP"), SIL, SIL]
    just = track(("aa", 15), ("PP", 15))
    assert just.frames().tolist() == [index("aa"), index("PP"), index("PP")]


def test_outside_the_track_the_mouth_is_shut() -> None:
    assert track(("aa", 20)).frames(-1, 4).tolist() == [SIL, index("aa"), index("aa"), SIL, SIL]


def test_frames_of_a_rate_that_has_no_whole_hundredth() -> None:
    second = track_of([index("aa"), index("O")], [0, 5_512], 11_025, 11_025)
    assert second.n_frames == 100
    assert (second.frames() == index("aa")).sum() == 50


def test_equal_neighbours_are_one_run() -> None:
    spans = (Span(1, 0, 50), Span(1, 50, 80, 0.5), Span(2, 80, 100))
    assert Track(spans, 1_000).runs == (Run(1, 0.0, 80.0), Run(2, 80.0, 100.0))


@pytest.mark.parametrize(
    "spans",
    [
        (Span(1, 1, 5),),
        (Span(1, 0, 0),),
        (Span(1, 0, 5), Span(2, 6, 8)),
        (Span(1, 0, 5), Span(2, 4, 8)),
    ],
)
def test_spans_follow_each_other(spans: tuple[Span, ...]) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        Track(spans, 1_000)


def test_cues_become_spans() -> None:
    found = track_of([1, 2, 3, 4], [10, 10, 30, 90], 50, 1_000)
    assert [(s.viseme, s.start_sample, s.end_sample) for s in found.spans] == [
        (SIL, 0, 10),
        (2, 10, 30),
        (3, 30, 50),
    ]
    with pytest.raises(ValueError, match="one after the other"):
        track_of([1, 2], [20, 10], 50, 1_000)
    assert from_frames([1, 1, 2], 10, 25, 1_000).frames().tolist() == [1, 1]


@given(tracks(), st.integers(0, 500))
def test_later_and_earlier_again_is_the_same(one: Track, ms: int) -> None:
    again = one.earlier(-ms).earlier(ms)
    assert again.runs == one.runs
    assert one.earlier(-ms).n_samples == one.n_samples + ms


@given(tracks())
def test_backwards_twice_is_forwards(one: Track) -> None:
    assert one.reversed().reversed() == one
    whole = one.n_samples // 10 * 10
    if whole == one.n_samples:  # frames on the same grid from both ends; ties at middles aside
        assert one.reversed().n_frames == one.n_frames


@given(tracks())
def test_frames_are_shapes_of_the_track(one: Track) -> None:
    assert len(one.frames()) == one.n_frames == one.n_samples // 10
    assert set(np.unique(one.frames())) <= {span.viseme for span in one.spans}
