"""How often a character is drawn, in real Chromium: seldom when idle, never when not seen."""

from __future__ import annotations

import pytest

from visavis.bench.browser.gauge import gauge
from visavis.bench.frames import HIDE, counted_fps

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]


def test_frames_are_drawn_only_where_they_are_seen() -> None:
    """A busy machine draws fewer; the claims are about the most, and about zero."""
    with gauge(size_px=420, witness="absent") as page:
        page.call("open", "pip", 400)
        page.page.wait_for_timeout(1_500)
        idle = counted_fps(page, 2.0)
        assert 1.0 < idle <= 34.0

        page.page.evaluate("document.body.style.paddingTop = '5000px'")
        page.page.wait_for_timeout(500)
        assert counted_fps(page, 1.0) == 0.0
        page.page.evaluate("document.body.style.paddingTop = 0")
        page.page.wait_for_timeout(500)
        assert counted_fps(page, 1.0) > 0.0

        page.page.evaluate(HIDE)
        assert counted_fps(page, 1.0) == 0.0
        assert page.complaints == []


def test_what_a_frame_costs_is_measured_in_fine_steps() -> None:
    """The bench's own loop: real frames, real costs, and a clock finer than what it measures."""
    with gauge(size_px=420, witness="absent") as page:
        assert page.page.evaluate("crossOriginIsolated")
        left = page.call("frames", "pip", 400, 40, "leave")
        read = page.call("frames", "pip", 400, 40, "read")
    assert len(left["drawnMs"]) == len(read["readMs"]) == 40
    assert sum(left["drawnMs"]) > sum(left["posedMs"]) > 0.0
    assert sum(read["readMs"]) > 10.0 * sum(left["readMs"])
    assert len(set(left["drawnMs"])) > 10
