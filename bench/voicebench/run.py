"""Runs voicebench against a fresh `visavis serve`: `make voicebench`, or

    .venv/bin/python bench/voicebench/run.py [--sessions 3]

voicebench lives in an environment of its own beside this file; sounds are made when they are
missing. Its table goes to the screen, its reports (JSON, Markdown, HTML) to `results/`. The exit
code is voicebench's: 1 if one of the scenario's limits was missed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
SESSION_MINUTES = 2
STOP_TIMEOUT_S = 10

console = Console(stderr=True)


def main(
    sessions: Annotated[int, typer.Option(min=1, help="How often to play the scenario.")] = 1,
) -> None:
    """Drive Visavis with a third party's harness."""
    _install()
    if not list((HERE / "sounds").glob("*.wav")):
        subprocess.run([sys.executable, HERE / "make_sounds.py"], check=True)
    with _server() as address:
        minutes = SESSION_MINUTES * sessions
        console.print(f"Playing the scenario in real time: about {minutes} minutes.")
        command = [PYTHON, "-m", "voicebench", "run", HERE / "scenario.yaml", "--url", address]
        options = ["--repeat", str(sessions), "--out", HERE / "results"]
        done = subprocess.run([*command, *options], check=False)
    raise typer.Exit(done.returncode)


def _install() -> None:
    if PYTHON.exists():
        return
    console.print("Making an environment for voicebench, once.")
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Its own dependencies are numpy, PyYAML and websockets; only it is pinned by its hash.
    subprocess.run(
        [*pip, "--no-deps", "--require-hashes", "-r", HERE / "requirements.txt"], check=True
    )
    subprocess.run([*pip, "numpy>=1.26", "pyyaml>=6", "websockets>=13"], check=True)


@contextmanager
def _server() -> Generator[str, None, None]:
    """The socket's address of a server of its own, warm."""
    command = [sys.executable, "-m", "visavis", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()
            server.communicate(timeout=STOP_TIMEOUT_S)


def _address(server: subprocess.Popen[str]) -> str:
    said = ""
    for line in server.stderr or ():
        said = line.strip() or said
        if match := re.search(r"http://\S+:(\d+)", said):
            return f"ws://127.0.0.1:{match.group(1)}/v1/pcm"
    raise SystemExit(f"The server did not start: {said}")


if __name__ == "__main__":
    typer.run(main)
