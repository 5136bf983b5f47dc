from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.bench.browser.clock import Clock

RATE_HZ = 44_100.0


def stamps(jitter_ms: float = 0.0, stall_ms: float = 0.0) -> Clock:
    """Four seconds in buffers of 10 ms; behind the second all is later by the stall."""
    random = np.random.default_rng(3)
    positions = np.arange(0, 4 * RATE_HZ, 441)
    stamps_ms = 5_000.0 + positions * 1_000.0 / RATE_HZ
    stamps_ms += np.where(positions >= 2 * RATE_HZ, stall_ms, 0.0)
    stamps_ms += random.uniform(-jitter_ms, jitter_ms, len(positions))
    return Clock(RATE_HZ, positions, stamps_ms, percentile=50.0)


@given(position=st.floats(0, 4 * RATE_HZ))
def test_jitter_is_evened_out_and_both_ways_agree(position: float) -> None:
    clock = stamps(jitter_ms=2.0)
    truth_ms = 5_000.0 + position * 1_000.0 / RATE_HZ
    assert clock.ms(position) == pytest.approx(truth_ms, abs=1.0)
    assert clock.position(truth_ms) == pytest.approx(position, abs=100.0)


def test_a_stall_counts_only_for_what_comes_behind_it() -> None:
    clock = stamps(stall_ms=40.0)
    assert clock.ms(1.5 * RATE_HZ) == pytest.approx(6_500.0)
    assert clock.ms(2.5 * RATE_HZ) == pytest.approx(7_540.0)


def test_stamps_that_are_only_ever_early_are_taken_at_their_latest() -> None:
    true = stamps()
    early_ms = np.resize([0.0, 3.0, 6.0, 9.0], len(true.positions))
    clock = Clock(RATE_HZ, true.positions, true.stamps_ms - early_ms, percentile=90.0)
    assert clock.ms(RATE_HZ) == pytest.approx(6_000.0)


def test_far_from_every_stamp_the_nearest_speaks() -> None:
    clock = Clock(1_000.0, np.array([0.0]), np.array([70.0]), percentile=50.0)
    assert clock.ms(9_000.0) == pytest.approx(9_070.0)
