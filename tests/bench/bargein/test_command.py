"""What people read of a trial, and that the command is there."""

from __future__ import annotations

from typer.testing import CliRunner

from tests.bench.bargein.by_hand import trial
from visavis.bench.bargein.command import line_of
from visavis.bench.bargein.trial import Kind, Verdict
from visavis.cli.bench import app


def test_a_line_has_the_verdict_and_the_times_that_there_are() -> None:
    stopped = trial(Kind.INTERRUPTION, Verdict.STOPPED, silence_ms=91.6, stop_ms=402.0)
    line = line_of(stopped)
    assert line.startswith("stopped   interruption")
    assert "silent 92, stop 402 ms" in line
    assert "mouth" not in line
    assert " ms" not in line_of(trial(Kind.COUGH, Verdict.UNNOTICED))


def test_the_command_is_offered() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    assert "bargein" in shown.output
