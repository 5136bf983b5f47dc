"""Scales, ticks, and that what is drawn is where it belongs."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.turns_by_hand import fact_turn
from visavis.bench.charts import (
    P50,
    P95,
    Dots,
    Mark,
    dots_chart,
    tradeoff_chart,
    waterfall_chart,
)
from visavis.bench.drawing import Scale, ms, percent, ticks
from visavis.bench.intervals import Estimate, share_estimate
from visavis.bench.legs import waterfall
from visavis.bench.tradeoff import Curve, Point


@given(st.floats(-5_000.0, 5_000.0), st.floats(0.01, 10_000.0))
def test_ticks_are_round_inside_and_evenly_apart(low: float, length: float) -> None:
    found = ticks(low, low + length)
    assert 2 <= len(found) <= 18
    assert low - 1e-6 <= found[0]
    assert found[-1] <= low + length + 1e-6
    steps = [b - a for a, b in pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert f"{steps[0]:.4e}"[:6] in {"1.0000", "2.0000", "5.0000"}


def test_a_scale_ends_where_the_picture_does() -> None:
    x = Scale(0.0, 100.0, 10.0, 20.0)
    assert (x(-5.0), x(0.0), x(50.0), x(100.0), x(7_000.0)) == (10.0, 10.0, 15.0, 20.0, 20.0)


def test_figures_are_written_to_be_read() -> None:
    assert ms(1_145.4) == "1\u202f145\u202fms"
    assert ms(-12.0) == "\u221212\u202fms"
    assert percent(0.0416) == "4.2\u202f%"


def bars(chart: str) -> dict[str, tuple[float, float]]:
    """Start and width of each leg's bar, by class."""
    return {
        (rect.get("class") or ""): (float(rect.get("x") or 0), float(rect.get("width") or 0))
        for rect in ET.fromstring(chart).iter("rect")
    }


def test_bars_are_as_long_as_their_legs() -> None:
    stages = {"soft_end": 100.0, "stt": 150.0, "first_audio": 250.0}
    legs = waterfall([fact_turn(300.0, stages_ms=stages)])
    found = bars(waterfall_chart("W", legs, [Mark("voice", 300.0)], 400.0))
    soft_x, soft_width = found["leg leg-soft_end"]
    stt_x, stt_width = found["leg leg-stt"]
    assert stt_x == pytest.approx(soft_x + soft_width, abs=0.02)
    assert stt_width == pytest.approx(soft_width / 2, abs=0.02)
    assert found["leg leg-first_audio"][1] == pytest.approx(soft_width, abs=0.02)


def test_every_turn_is_a_dot_unless_it_is_beyond_the_axis() -> None:
    times = tuple(200.0 + index % 7 for index in range(500))
    row = Dots(
        "k",
        "knowledge turns",
        "knowledge",
        (*times, 9_999.0),
        Estimate(203, 202, 204),
        Estimate(206, 206, 206),
    )
    (drawn,) = [
        path.get("d") or "" for path in ET.fromstring(dots_chart("D", [row], 500.0)).iter("path")
    ]
    assert drawn.count("M") == 500


def point(label: str, share: float, p50_ms: float) -> Point:
    return Point(label, share_estimate(round(100 * share), 100), p50_ms, 2.0 * p50_ms, p50_ms, 100)


def test_points_far_slower_than_what_was_measured_are_left_to_the_table() -> None:
    curve = Curve("c", (point("a", 0.3, 300.0), point("b", 0.1, 700.0), point("c", 0.0, 4_000.0)))
    measured = [point("visavis", 0.05, 250.0)]
    chart = tradeoff_chart([curve], measured, P50)
    assert len(list(ET.fromstring(chart).iter("circle"))) == 2
    assert len(list(ET.fromstring(tradeoff_chart([curve], [], P50)).iter("circle"))) == 3
    assert "P95 of voice, ms" in tradeoff_chart([curve], measured, P95)
