"""Every figure counts what its line in the table says, and nothing else."""

from __future__ import annotations

import pytest

from tests.bench.bargein.by_hand import trial
from visavis.bench.bargein import figures
from visavis.bench.bargein.figures import bargein_figures
from visavis.bench.bargein.trial import Kind, Verdict

TRIALS = [
    trial(Kind.INTERRUPTION, Verdict.STOPPED, silence_ms=90.0, mouth_ms=100.0, stop_ms=400.0),
    trial(Kind.INTERRUPTION, Verdict.STOPPED, silence_ms=110.0, stop_ms=600.0, n_resumed=1),
    trial(Kind.INTERRUPTION, Verdict.RECOVERED, silence_ms=130.0, resume_ms=500.0, n_resumed=1),
    trial(Kind.INTERRUPTION, Verdict.VOID, silence_ms=9_999.0),
    trial(Kind.COUGH, Verdict.STOPPED, silence_ms=500.0, stop_ms=700.0),
    trial(Kind.COUGH, Verdict.UNNOTICED),
    trial(Kind.COUGH, Verdict.RECOVERED, silence_ms=80.0, resume_ms=380.0, resume_error_ms=-2.0),
    trial(Kind.COUGH, Verdict.STUCK, silence_ms=80.0),
    trial(Kind.ACKNOWLEDGEMENT, Verdict.RECOVERED, silence_ms=70.0, resume_ms=570.0),
]


def test_the_figures_of_a_run_by_hand() -> None:
    found = bargein_figures(TRIALS)
    assert {name: found[name] for name in found if name.startswith("n_")} == {
        "n_trials": 9,
        "n_void": 1,
        "n_interruptions": 3,
        "n_coughs": 4,
        "n_acknowledgements": 1,
        "n_stuck": 1,
    }
    assert found["bargein_silence_p50_ms"] == 110.0
    assert found["bargein_silence_max_ms"] == 130.0
    assert found["bargein_mouth_p95_ms"] == 100.0
    assert found["bargein_stop_p50_ms"] == 500.0
    assert found["missed_interruption_rate"] == pytest.approx(1 / 3)
    assert found["wavered_rate"] == pytest.approx(2 / 3)
    assert found["cough_stop_rate"] == 0.25
    assert found["unnoticed_cough_rate"] == 0.25
    assert found["acknowledgement_stop_rate"] == 0.0
    assert found["recovery_p50_ms"] == 400.0
    assert found["resume_error_p95_abs_ms"] == 2.0


def test_every_share_and_percentile_has_its_interval() -> None:
    found = bargein_figures(TRIALS)
    assert found["cough_stop_low_rate"] < 0.25 < found["cough_stop_high_rate"]
    assert found["bargein_silence_p95_low_ms"] <= found["bargein_silence_p95_ms"]
    assert found["acknowledgement_stop_high_rate"] > 0.5, "one trial proves little"


def test_of_nothing_there_are_no_times_and_open_shares() -> None:
    found = bargein_figures([])
    assert (found["cough_stop_rate"], found["cough_stop_high_rate"]) == (0.0, 1.0)
    assert not [name for name in found if name.endswith("_ms")]


def test_the_table_names_every_figure() -> None:
    known = figures.__doc__ or ""
    for name in bargein_figures(TRIALS):
        if "_low_" in name or "_high_" in name:
            continue
        plain = name
        for percent in ("_p95_ms", "_max_ms"):
            plain = plain.replace(percent, "_p50_ms")
        assert f"`{plain}`" in known or f"`{name}`" in known, name
