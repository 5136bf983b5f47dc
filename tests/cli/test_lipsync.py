"""`visavis lipsync` as a person or a script meets it; the characters' way needs no weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.bench.lips.files_by_hand import tone, write_wav
from visavis.cli import app
from visavis.errors import ConfigError, ProtocolError
from visavis.hear.audio import pcm_from_float
from visavis.preview import PARTS

run = CliRunner()
SOUND = np.concatenate([tone(1.0, 16_000), np.zeros(8_000, dtype=np.float32)])
SAID = {
    "characters": list("a map"),
    "character_start_times_seconds": [0.0, 0.2, 0.3, 0.5, 0.8],
    "character_end_times_seconds": [0.2, 0.3, 0.5, 0.8, 1.0],
}


@pytest.fixture
def spoken(tmp_path: Path) -> tuple[str, str]:
    """A WAV file and its alignment."""
    alignment = tmp_path / "said.json"
    alignment.write_text(json.dumps(SAID), encoding="utf-8")
    return str(write_wav(tmp_path / "said.wav", SOUND, 16_000)), str(alignment)


def test_json_has_the_closures_of_the_words(spoken: tuple[str, str]) -> None:
    sound, alignment = spoken
    result = run.invoke(app, ["lipsync", sound, "--alignment", alignment])
    assert result.exit_code == 0, result.output
    track = json.loads(result.stdout)
    assert track["duration_s"] == 1.5
    assert track["made_from"] == "characters and sound"
    shapes = [cue["name"] for cue in track["cues"]]
    assert shapes.count("PP") == 2, "m and p"
    assert shapes[-1] == "sil"
    first = next(cue for cue in track["cues"] if cue["name"] == "PP")
    assert first["start_s"] == pytest.approx(0.3, abs=0.06)


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (["-f", "tsv"], "start_s\t"),
        (["-f", "rhubarb-tsv"], "0.00\t"),
        (["-f", "rhubarb-json"], '{\n  "metadata"'),
        (["-f", "json", "--names", "vrm"], "{\n"),
        (["-f", "lines"], '{"start_s"'),
    ],
)
def test_other_programs_forms(spoken: tuple[str, str], options: list[str], begins: str) -> None:
    sound, alignment = spoken
    result = run.invoke(app, ["lipsync", sound, "--alignment", alignment, *options])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(begins)


def test_lines_are_the_same_cues(spoken: tuple[str, str]) -> None:
    sound, alignment = spoken
    asked = ["lipsync", sound, "--alignment", alignment]
    whole = json.loads(run.invoke(app, asked).stdout)["cues"]
    lines = [
        json.loads(line)
        for line in run.invoke(app, [*asked, "-f", "lines"]).stdout.split("\n")
        if line
    ]
    assert [line["name"] for line in lines] == [
        cue["name"] for cue in whole if cue["start_s"] or cue["name"] != "sil"
    ]


def test_raw_pcm_through_a_pipe(spoken: tuple[str, str]) -> None:
    _, alignment = spoken
    asked = [sys.executable, "-m", "visavis", "lipsync", "-", "--alignment", alignment]
    pcm = pcm_from_float(SOUND).astype("<i2").tobytes()
    done = subprocess.run(asked, input=pcm + b"x", capture_output=True, check=True)
    shapes = [json.loads(line)["name"] for line in done.stdout.splitlines()]
    assert shapes.count("PP") == 2


@pytest.mark.skipif(not (PARTS / "preview.js").is_file(), reason="the page was not built")
def test_a_page_that_says_it(spoken: tuple[str, str], tmp_path: Path) -> None:
    sound, alignment = spoken
    page = tmp_path / "said.html"
    result = run.invoke(app, ["lipsync", sound, "--alignment", alignment, "-o", str(page)])
    assert result.exit_code == 0, result.output
    text = page.read_text("utf-8")
    assert "{{" not in text.split("<script")[0]
    assert "data:audio/wav;base64," in text
    assert "https://" not in text.split('type="module"')[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--text", "a map", "--alignment", "{alignment}"], "one way only"),
        (["--alignment", "{sound}"], "UTF-8"),
        (["-o", "/nowhere/at/all.json", "--alignment", "{alignment}"], "can't be written"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    spoken: tuple[str, str], options: list[str], message: str
) -> None:
    sound, alignment = spoken
    filled = [option.format(sound=sound, alignment=alignment) for option in options]
    result = run.invoke(app, ["lipsync", sound, *filled])
    assert isinstance(result.exception, ConfigError | ProtocolError)
    assert message in str(result.exception)
