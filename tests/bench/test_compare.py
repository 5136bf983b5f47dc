"""Two saved runs, compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from visavis.bench.compare import comparison_figures, read_report
from visavis.bench.intervals import repeatability
from visavis.cli import app
from visavis.errors import ConfigError

RUN = {"x_p50_ms": 300.0, "x_p50_low_ms": 280.0, "x_p50_high_ms": 320.0, "alone_p50_ms": 1.0}


def saved(path: Path, **figures: float) -> Path:
    report = {"bench": "latency", "commit": "abc", "figures": RUN | figures, "machine": {}}
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def compared(tmp_path: Path, **figures: float) -> dict[str, float]:
    first, second = saved(tmp_path / "1.json"), saved(tmp_path / "2.json", **figures)
    return comparison_figures(
        repeatability(read_report(first).figures, read_report(second).figures)
    )


def test_a_run_agrees_with_itself(tmp_path: Path) -> None:
    assert compared(tmp_path) == {"n_figures": 1, "agree_rate": 1.0, "x_p50_ms": 0.0}


def test_a_run_far_away_does_not(tmp_path: Path) -> None:
    later = {"x_p50_ms": 400.0, "x_p50_low_ms": 380.0, "x_p50_high_ms": 420.0}
    assert compared(tmp_path, **later) == {"n_figures": 1, "agree_rate": 0.0, "x_p50_ms": 100.0}


def test_the_command_prints_one_object(tmp_path: Path) -> None:
    paths = [str(saved(tmp_path / name)) for name in ("1.json", "2.json")]
    result = CliRunner().invoke(app, ["bench", "compare", *paths, "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["figures"]["agree_rate"] == 1.0


def test_what_is_no_result_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"x\.json is no benchmark") as caught:
        read_report(tmp_path / "x.json")
    assert "--json" in caught.value.hint
    with pytest.raises(ConfigError, match="can't be read"):
        read_report(tmp_path / "absent.json")
