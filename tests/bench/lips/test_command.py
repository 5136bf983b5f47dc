from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.bench.lips.files_by_hand import tone, write_text, write_wav
from visavis.bench.lips.registry import CONTENDERS
from visavis.bench.lips.trial import Trial
from visavis.cli import app
from visavis.errors import ConfigError, SetupError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two recordings: half silence, half speech."""
    for name in ("one", "two"):
        write_wav(tmp_path / "set" / f"{name}.wav", tone(1.0, 16_000), 16_000)
        write_text(tmp_path / "set" / f"{name}.lab", "0.0 0.5 sil\n0.5 0.75 m\n0.75 1.0 iy\n")
    return tmp_path / "set"


def lips(*arguments: str | Path) -> tuple[str, str]:
    """Standard output and error stream of `visavis bench lips`."""
    done = CliRunner().invoke(
        app, ["bench", "lips", *map(str, arguments)], env={"COLUMNS": "200"}, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def test_json_is_one_object_with_units_in_its_names(folder: Path) -> None:
    out, _ = lips(folder, "--contender", "shut", "--json")
    report = json.loads(out)
    assert report["bench"] == "lips"
    figures = report["figures"]
    assert figures["shut_frame_accuracy_rate"] == 0.5
    assert figures["shut_silence_recall_rate"] == 1.0
    assert figures["shut_PP_segment_recall_rate"] == 0.0
    assert figures["n_files"] == 2
    assert report["settings"]["delay_ms"] == 100.0


def test_limit_and_split_choose(folder: Path) -> None:
    out, _ = lips(folder, "--contender", "shut", "--limit", "1", "--json")
    assert json.loads(out)["figures"]["n_files"] == 1
    with pytest.raises(ConfigError, match="nothing in split dev"):
        lips(folder, "--contender", "shut", "--split", "dev")


def test_the_report_is_whole_and_asks_for_nothing(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_text(folder / "bad.wav", "no <sound>")
    write_text(folder / "bad.lab", "0.0 0.5 sil\n")
    lips(folder, "--contender", "shut", "--html", page)
    text = page.read_text("utf-8")
    parser = HTMLParser()
    parser.feed(text)
    parser.close()
    for words in ("Frame accuracy", "Worst recordings", "Left out", "bad.wav", "said and shown"):
        assert words in text
    assert "<script" not in text
    assert "src=" not in text
    assert "href=" not in text


def test_an_unknown_contender_and_one_that_is_missing(folder: Path) -> None:
    with pytest.raises(SetupError, match="No contender is called nobody"):
        lips(folder, "--contender", "nobody")


def test_stopped_early_it_keeps_what_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Trial.add

    def stop_at_two(self: Trial, *arguments: object) -> None:
        if self.outcomes:
            raise KeyboardInterrupt
        add(self, *arguments)  # pyright: ignore

    monkeypatch.setattr(Trial, "add", stop_at_two)
    out, _ = lips(folder, "--contender", "shut", "--json")
    assert json.loads(out)["figures"]["n_files"] == 1


def test_every_contender_has_a_name_that_can_stand_before_a_figure() -> None:
    assert all(name.replace("_", "").isalnum() and name.islower() for name in CONTENDERS)
