"""The peer runs the same engines as we do, in an environment of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from visavis.bench.peers import environment
from visavis.bench.peers.environment import (
    agent_folder,
    commands,
    ensure_environment,
    environment_name,
    python_of,
)
from visavis.errors import SetupError

ROOT = Path(__file__).parents[3]
ENGINES = ("onnxruntime", "xllamacpp", "piper-tts", "tokenizers", "numpy")


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w-]+)(?:\[.*\])?==([\w.]+)", path.read_text(), re.M):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_the_engines_are_the_ones_we_run(engine: str) -> None:
    ours = pins(ROOT / "requirements.lock")[engine]
    theirs = pins(agent_folder() / "requirements.txt")[engine]
    assert theirs <= ours


def test_everything_the_peer_needs_is_pinned() -> None:
    lines = (agent_folder() / "requirements.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert len(wanted) > len(ENGINES)
    assert all("==" in line for line in wanted)


def test_we_do_not_depend_on_the_peer() -> None:
    assert "pipecat" not in (ROOT / "pyproject.toml").read_text().lower()
    for file in (ROOT / "src").rglob("*.py"):
        assert not re.search(r"^\s*(?:from|import) pipecat", file.read_text(), re.M), file


def test_a_change_of_requirements_or_python_makes_a_new_environment() -> None:
    names = {
        environment_name(b"a==1", "3.11.7"),
        environment_name(b"a==2", "3.11.7"),
        environment_name(b"a==1", "3.12.0"),
    }
    assert len(names) == 3
    assert environment_name(b"a==1", "3.11.7") in names


@pytest.mark.parametrize("uv", [None, "/usr/bin/uv"])
def test_with_and_without_uv_it_is_made_and_then_filled(uv: str | None) -> None:
    folder, requirements = Path("/cache/env"), Path("/repo/requirements.txt")
    make, fill = commands(folder, requirements, uv)
    assert make[-1] == str(folder)
    assert fill[-2:] == ("-r", str(requirements))
    assert str(python_of(folder)) in fill
    assert (make[0] == uv) == (uv is not None)


def test_an_installation_that_fails_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "uv"
    script.write_text("#!/bin/sh\necho no route to host\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr(environment.shutil, "which", lambda _name: str(script))  # type: ignore[attr-defined]
    said: list[str] = []
    with pytest.raises(SetupError, match="no route to host") as raised:
        ensure_environment(tmp_path / "cache", said.append)
    assert "try again" in raised.value.hint
    assert "no route to host" in said


def test_a_broken_off_installation_is_begun_anew_and_a_whole_one_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "uv"
    script.write_text(
        '#!/bin/sh\nif [ "$1" = venv ]; then for last; do :; done\n'
        'mkdir -p "$last/lib/python3.11/site-packages"; fi\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(environment.shutil, "which", lambda _name: str(script))  # type: ignore[attr-defined]
    said: list[str] = []
    python = ensure_environment(tmp_path / "cache", said.append)
    folder = python.parents[1]
    assert len(said) == 1
    path_file = folder / "lib/python3.11/site-packages/visavis_source.pth"
    assert (Path(path_file.read_text().strip()) / "visavis").is_dir()

    ensure_environment(tmp_path / "cache", said.append)
    assert len(said) == 1, "kept"

    (folder / "complete").unlink()
    (folder / "left-over").touch()
    ensure_environment(tmp_path / "cache", said.append)
    assert len(said) == 2, "made again"
    assert not (folder / "left-over").exists()
