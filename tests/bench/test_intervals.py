"""How sure a figure is: percentiles, shares, and runs that agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.bench.intervals import (
    Estimate,
    agree,
    bound_name,
    estimate_of,
    named,
    percentile_estimates,
    repeatability,
    share_estimate,
)

times = st.lists(st.floats(0, 5_000), min_size=1, max_size=30)


def test_known_percentiles() -> None:
    p50, p90, p95 = percentile_estimates([float(i) for i in range(101)], (50, 90, 95))
    assert (p50.value, p90.value, p95.value) == (50.0, 90.0, 95.0)
    assert 40.0 < p50.low < 50.0 < p50.high < 60.0


@settings(max_examples=25)
@given(times)
def test_intervals_hold_their_percentile_between_minimum_and_maximum(values: list[float]) -> None:
    p50, p95 = percentile_estimates(values, (50, 95))
    for found in (p50, p95):
        assert min(values) - 1e-6 <= found.low <= found.high <= max(values) + 1e-6
        assert found.low - 1e-6 <= found.value <= found.high + 1e-6
    assert p50.value <= p95.value
    assert percentile_estimates(values, (50, 95)) == (p50, p95), "the bootstrap is seeded"


def test_more_turns_make_a_narrower_interval() -> None:
    random = np.random.default_rng(1)
    (few,) = percentile_estimates(random.normal(300.0, 50.0, 20).tolist(), (95,))
    (many,) = percentile_estimates(random.normal(300.0, 50.0, 2_000).tolist(), (95,))
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_the_median_is_inside_its_interval_as_often_as_promised() -> None:
    random = np.random.default_rng(2)
    inside = 0
    for _ in range(100):
        (found,) = percentile_estimates(random.exponential(300.0, 60).tolist(), (50,))
        inside += found.low <= 300.0 * np.log(2.0) <= found.high
    assert 88 <= inside <= 100


def test_nothing_has_no_percentiles() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile_estimates([], (50,))


@pytest.mark.parametrize(
    ("n_hits", "n", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_against_published_values(n_hits: int, n: int, low: float, high: float) -> None:
    found = share_estimate(n_hits, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval(hits: tuple[int, int]) -> None:
    found = share_estimate(*hits)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    mirrored = share_estimate(hits[1] - hits[0], hits[1])
    assert mirrored.low == pytest.approx(1.0 - found.high)


def test_more_hits_than_chances_are_no_share() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        share_estimate(3, 2)


def test_bounds_keep_the_unit_last() -> None:
    assert bound_name("llm_voice_p95_ms", "low") == "llm_voice_p95_low_ms"
    assert bound_name("false_cutoff_rate", "high") == "false_cutoff_high_rate"
    estimate = Estimate(2.0, 1.0, 4.0)
    assert estimate_of(named("x_ms", estimate), "x_ms") == estimate
    assert estimate_of({"x_ms": 2.0}, "x_ms") is None


def test_the_difference_of_two_runs_has_an_interval() -> None:
    one, two = (
        named("x_ms", Estimate(100.0, 97.0, 103.0)),
        named("x_ms", Estimate(104.0, 100.0, 108.0)),
    )
    found = agree(one, two, "x_ms")
    assert found.difference == Estimate(4.0, 4.0 - 5.0, 4.0 + 5.0)
    assert found.agrees


def test_runs_that_merely_overlap_do_not_agree() -> None:
    one, two = (
        named("x_ms", Estimate(100.0, 90.0, 110.0)),
        named("x_ms", Estimate(118.0, 108.0, 128.0)),
    )
    assert not agree(one, two, "x_ms").agrees
    assert not agree(two, one, "x_ms").agrees


def test_equal_runs_agree_nineteen_times_in_twenty() -> None:
    random = np.random.default_rng(3)
    agreed = 0
    for _ in range(100):
        one, two = (
            named("x_ms", percentile_estimates(random.normal(300, 60, 100).tolist(), (50,))[0])
            for _ in range(2)
        )
        agreed += agree(one, two, "x_ms").agrees
    assert 89 <= agreed <= 100


def test_repeatability_lists_what_both_runs_know() -> None:
    one = {"n_turns": 9.0, **named("a_ms", Estimate(1, 0, 2)), **named("b_ms", Estimate(1, 0, 2))}
    two = {"n_turns": 9.0, **named("b_ms", Estimate(9, 8, 10))}
    assert [(found.name, found.agrees) for found in repeatability(one, two)] == [("b_ms", False)]
    with pytest.raises(KeyError):
        agree(one, two, "a_ms")
