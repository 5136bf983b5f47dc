"""What the ear costs is measured for each push, after it has warmed up."""

from __future__ import annotations

import numpy as np

from visavis.bench.ear import python_costs_ms


def test_one_cost_for_each_push() -> None:
    costs_ms = python_costs_ms(1)
    assert len(costs_ms) == 50
    assert np.all(costs_ms > 0.0)
    assert float(np.median(costs_ms)) < 20.0
