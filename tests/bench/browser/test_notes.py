from __future__ import annotations

import pytest

from visavis.bench.browser.notes import BrowserNotes, Check, Cost, TurnNote, browser_figures


def note(correlation: float = 0.9, clearness: float = 3.0, slip_ms: float = 0.0) -> TurnNote:
    return TurnNote("r", correlation, correlation, clearness, slip_ms, 30.0, 16.7, "thinking")


def test_what_is_not_clearly_found_is_counted_and_left_out() -> None:
    turns = (note(), note(correlation=0.59), note(clearness=1.2), note(slip_ms=3.0))
    figures = browser_figures(BrowserNotes(turns, (), ()))
    assert (figures["browser_n_turns"], figures["n_unaligned"]) == (4, 1)
    assert figures["clearness_min"] == 1.2
    assert figures["n_slipped"] == 1
    assert figures["correlation_min"] == 0.59
    assert figures["output_latency_ms"] == 30.0


def test_check_errors_are_of_sure_recordings_only() -> None:
    checks = (
        Check("a", 2.9, 1.0, -20.0),
        Check("b", 1.9, -3.0, None),
        Check("c", 1.5, 2.0, 10.0),
        Check("d", 1.1, 900.0, 900.0),
    )
    figures = browser_figures(BrowserNotes((), checks, (Cost(60.0, 5.0), Cost(70.0, 7.0))))
    assert (figures["n_checked"], figures["n_check_failed"]) == (3, 1)
    assert figures["check_voice_error_p50_ms"] == 1.0
    assert figures["check_voice_error_p95_abs_ms"] == pytest.approx(2.9)
    assert figures["check_face_error_p50_ms"] == -5.0
    assert figures["chromium_cpu_percent"] == 65.0


def test_nothing_measured_is_nothing_claimed() -> None:
    figures = browser_figures(BrowserNotes((), (), ()))
    assert set(figures) == {
        *("browser_n_turns", "n_unaligned", "n_slipped", "n_checked", "n_check_failed")
    }
    assert not any(figures.values())
