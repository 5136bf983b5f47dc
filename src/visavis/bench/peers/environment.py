"""The peer's own Python environment, made in the cache folder and never mixed with ours."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from visavis.errors import SetupError

_STAMP = "complete"
_SOURCE = Path(__file__).resolve().parents[3]

Say = Callable[[str], None]
"""Told one line about what is going on."""


def agent_folder() -> Path:
    """The folder of the agent's program.

    Raises:
        SetupError: this is an installed package, which does not carry it.
    """
    folder = _SOURCE.parent / "bench" / "peers"
    if not (folder / "agent.py").is_file():
        raise SetupError(
            "The peers are not part of the installed package.",
            hint="Clone the repository and run `visavis bench peers` from there.",
        )
    return folder


def environment_name(requirements: bytes, python: str) -> str:
    """Name of the environment for these requirements and this Python: a change makes a new one."""
    digest = hashlib.sha256(python.encode() + b"\n" + requirements).hexdigest()
    return f"pipecat-{digest[:10]}"


def python_of(folder: Path) -> Path:
    """The interpreter of the environment in `folder`."""
    windows = sys.platform == "win32"
    return folder / ("Scripts/python.exe" if windows else "bin/python")


def ensure_environment(cache: Path, say: Say) -> Path:
    """Return the environment's interpreter; make the environment first if there is none.

    Uses uv where it is installed, else venv and pip. An interrupted installation is begun anew.

    Raises:
        SetupError: it could not be made.
    """
    requirements = agent_folder() / "requirements.txt"
    name = environment_name(requirements.read_bytes(), platform.python_version())
    folder = cache / "peers" / name
    if not (folder / _STAMP).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        say("Installing the peer's environment (once, about 700 MB)")
        for command in commands(folder, requirements, shutil.which("uv")):
            _run(command, folder, say)
        (folder / _STAMP).touch()
    _let_it_find_us(folder)
    return python_of(folder)


def commands(folder: Path, requirements: Path, uv: str | None) -> list[Sequence[str]]:
    """What makes an environment in `folder` and installs `requirements` into it."""
    python = str(python_of(folder))
    if uv is not None:
        return [
            (uv, "venv", "--python", sys.executable, str(folder)),
            (uv, "pip", "install", "--python", python, "-r", str(requirements)),
        ]
    return [
        (sys.executable, "-m", "venv", str(folder)),
        (python, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(requirements)),
    ]


def _run(command: Sequence[str], folder: Path, say: Say) -> None:
    last_line = "no reason given"
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            if line.strip():
                last_line = line.strip()
                say(last_line)
    if process.returncode:
        raise SetupError(
            f"The peer's environment could not be installed: {last_line}",
            hint=f"Check that packages can be downloaded, delete {folder} and try again.",
        )


def _let_it_find_us(folder: Path) -> None:
    """Put our source tree on its path: the engines' code is the very same on both sides."""
    site = next(iter(folder.glob("lib/python*/site-packages")), folder / "Lib" / "site-packages")
    (site / "visavis_source.pth").write_text(f"{_SOURCE}\n", encoding="utf-8")
