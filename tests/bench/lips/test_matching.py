from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from visavis.bench.lips.matching import match_onsets, match_segments
from visavis.bench.lips.track import Run


def run(start_ms: float, end_ms: float) -> Run:
    return Run(1, start_ms, end_ms)


def any_runs() -> st.SearchStrategy[list[Run]]:
    """Ascending runs with room between them."""
    steps = st.lists(st.integers(1, 60), max_size=10)
    return steps.map(lambda found: [run(a, b) for a, b in list(pairwise(accumulate(found)))[::2]])


def test_at_most_the_tolerance_may_lie_between() -> None:
    assert match_segments([run(100, 200)], [run(240, 300)], 40.0) == ((0, 0),)
    assert match_segments([run(100, 200)], [run(241, 300)], 40.0) == ()
    assert match_segments([run(100, 200)], [run(20, 60)], 40.0) == ((0, 0),)
    assert match_segments([run(100, 200)], [run(20, 59)], 40.0) == ()


def test_one_long_segment_stands_for_one() -> None:
    three = [run(0, 50), run(100, 150), run(200, 250)]
    assert len(match_segments(three, [run(0, 250)], 40.0)) == 1
    assert len(match_segments([run(0, 250)], three, 40.0)) == 1


def test_the_earliest_free_one_is_taken_so_that_all_fit() -> None:
    """The second could have either; given the first, the third would go without."""
    reference = [run(0, 50), run(80, 100)]
    assert match_segments(reference, [run(60, 70), run(90, 95)], 40.0) == ((0, 0), (1, 1))


@given(any_runs(), any_runs(), st.integers(0, 50))
def test_there_are_as_many_pairs_as_possible(
    reference: list[Run], found: list[Run], tolerance_ms: int
) -> None:
    def near(a: Run, b: Run) -> bool:
        return max(a.start_ms - b.end_ms, b.start_ms - a.end_ms) <= tolerance_ms

    def best(j: int, free: frozenset[int]) -> int:
        if j == len(found):
            return 0
        mine = [i for i in free if near(reference[i], found[j])]
        return max([best(j + 1, free), *(1 + best(j + 1, free - {i}) for i in mine)])

    pairs = match_segments(reference, found, tolerance_ms)
    assert all(near(reference[i], found[j]) for i, j in pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert len(pairs) == best(0, frozenset(range(len(reference))))


def test_the_nearest_onsets_are_paired_first() -> None:
    assert match_onsets([100.0, 200.0], [190.0], 200.0) == (-10.0,)
    assert match_onsets([100.0, 200.0], [90.0, 215.0], 200.0) == (-10.0, 15.0)
    assert match_onsets([100.0], [301.0], 200.0) == ()
    assert match_onsets([100.0], [300.0], 200.0) == (200.0,)


@given(
    st.lists(st.integers(0, 2_000), max_size=20).map(sorted),
    st.lists(st.integers(0, 2_000), max_size=20).map(sorted),
)
def test_no_onset_is_in_two_pairs(reference: list[float], found: list[float]) -> None:
    offsets = match_onsets(reference, found, 200.0)
    assert len(offsets) <= min(len(reference), len(found))
    assert all(abs(offset) <= 200.0 for offset in offsets)
    backwards = match_onsets(found, reference, 200.0)
    assert sorted(map(abs, backwards)) == sorted(map(abs, offsets))
