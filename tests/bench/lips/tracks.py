"""Tracks by hand, and any track for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from visavis.bench.lips.track import Track, track_of
from visavis.lips.phonemes import SIL, table

RATE_HZ = 1_000
"""A sample is a millisecond, so that the numbers in the tests are ms."""


def index(name: str) -> int:
    return table().order.index(name)


def track(*shapes: tuple[str, int], rate_hz: int = RATE_HZ) -> Track:
    """Names of visemes and how long they last, in ms; `?` is unscored."""
    starts = [sum(ms for _, ms in shapes[:i]) * rate_hz // 1_000 for i in range(len(shapes))]
    end = sum(ms for _, ms in shapes) * rate_hz // 1_000
    visemes = [-1 if name == "?" else index(name) for name, _ in shapes]
    return track_of(visemes, starts, end, rate_hz)


def tracks(min_runs: int = 1, *, silent_ends: bool = False) -> st.SearchStrategy[Track]:
    """Any track of 1 kHz; with `silent_ends`, half a second of silence at both."""
    shapes = st.lists(
        st.tuples(st.sampled_from(table().order), st.integers(1, 400)), min_size=min_runs
    )
    if silent_ends:
        shapes = shapes.map(lambda inner: [("sil", 500), *inner, ("sil", 500)])
    return shapes.map(lambda all_: track(*all_))


__all__ = ["RATE_HZ", "SIL", "index", "track", "tracks"]
