"""`visavis models` as a person or a script meets it, on an empty cache folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from visavis.cli.models import app
from visavis.errors import ConfigError, ModelFetchError, ModelMissingError, SetupError
from visavis.models import SILERO_VAD, ModelStore

run = CliRunner()


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VISAVIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("VISAVIS_OFFLINE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "cache"


def test_list_shows_licences_and_the_warning() -> None:
    result = run.invoke(app, ["list"])
    assert result.exit_code == 0
    assert "silero_vad.onnx" in result.output
    assert "BSD-2-Clause" in result.output
    assert "not cleared for commercial products" in " ".join(result.output.split())
    assert "0 MB in" in result.output


def test_list_as_json() -> None:
    files: list[dict[str, Any]] = json.loads(run.invoke(app, ["list", "--json"]).output)
    first = files[0]
    assert first["file"] == "silero_vad.onnx"
    assert first["state"] == "missing"
    assert first["sources"] == ["pipecat-ai==1.14.0", "silero-vad==6.2.3"]
    assert any("not cleared" in file.get("licence_note", "") for file in files)


def test_verify_fails_on_an_empty_store() -> None:
    result = run.invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "✗ silero_vad.onnx missing" in result.output
    assert "visavis models pull" in result.output
    assert "kokoro" not in result.output  # optional: its absence is no fault


def test_verify_as_json_names_the_damaged() -> None:
    target = ModelStore().target(SILERO_VAD)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"short")
    result = run.invoke(app, ["verify", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.output)[0]["state"] == "damaged"


def test_pull_offline_is_our_error() -> None:
    result = run.invoke(app, ["pull"])
    assert isinstance(result.exception, ModelFetchError)
    assert result.exit_code == 1


def test_pull_of_an_unknown_model_is_our_error() -> None:
    assert isinstance(run.invoke(app, ["pull", "nose"]).exception, ConfigError)


def test_pack_of_an_empty_store_is_our_error(tmp_path: Path) -> None:
    result = run.invoke(app, ["pack", str(tmp_path / "kiosk.tar")])
    assert isinstance(result.exception, ModelMissingError)


def test_unpack_of_nothing_is_our_error(tmp_path: Path) -> None:
    result = run.invoke(app, ["unpack", str(tmp_path / "kiosk.tar")])
    assert isinstance(result.exception, SetupError)


def test_a_person_sees_one_sentence_and_what_to_do() -> None:
    command = [sys.executable, "-c", "from visavis.cli import main; main()", "models", "pull"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "forbidden by VISAVIS_OFFLINE" in done.stderr
    assert "visavis models unpack" in done.stderr
    assert "Traceback" not in done.stderr
