"""A new user's path, replayed and timed: from `visavis character new` to a mascot that talks.

    python tools/newcomer.py            in a folder that is made and removed; needs a Chromium
    python tools/newcomer.py --serve    also talk with it: needs the models, see docs/models.md
    python tools/newcomer.py --keep zap-demo    leave the folder there

It runs the commands of docs/characters.md one after the other, makes the changes that a person
makes in a drawing program by replacing text, slips once, and prints what each command took. How
long a person draws is not in it.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

NAME = "zap"
DEADLINE_S = 600
HORNS = ('    <g id="loose-horn-left"', '    <path id="skull"')
BOLT = """    <g id="loose-bolt" data-pivot="300 100">
      <path d="M318 40 L268 78 L298 78 L280 112 L334 66 L304 66 Z" fill="#3D5AF1"/>
    </g>
"""
BOX = (
    "M180 92 L420 92 C482 92 512 126 512 188 L512 388 C512 450 482 486 420 486 "
    "L180 486 C118 486 88 450 88 388 L88 188 C88 126 118 92 180 92 Z"
)
COLORS = {
    "#8B7BF2": "#FFE066",
    "#5B49C9": "#F4A81D",
    "#5340BD": "#E8951A",
    "#6957DB": "#FFC53D",
    "#7767E6": "#FBC63F",
    "#7A69E8": "#F4A81D",
    "#A99BFF": "#FFF1B8",
    "#33237A": "#5A3206",
    "#241A52": "#2B1A05",
    "#FF8FB1": "#FF7A59",
}


class Walk:
    """The path so far: what was run, and what it took."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.took: list[tuple[str, float]] = []

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run `visavis` with arguments; returns what it printed."""
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "visavis", *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        self._note(" ".join(arguments), time.perf_counter() - start)
        print(done.stdout + done.stderr)
        if (done.returncode != 0) != fails:
            sys.exit(f"visavis {' '.join(arguments)} ended with {done.returncode}.")
        return done.stdout + done.stderr

    def talk(self) -> None:
        """Serve it until its page and its face come, then end the server."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        arguments = ["serve", "--character", NAME, "--port", str(port)]
        start = time.perf_counter()
        server = subprocess.Popen([sys.executable, "-m", "visavis", *arguments], cwd=self._folder)
        try:
            page = _when_there(f"http://127.0.0.1:{port}/", server)
            self._note(" ".join(arguments[:3]) + ", until it listens", time.perf_counter() - start)
            face = _when_there(f"http://127.0.0.1:{port}/characters/{NAME}.riv", server)
        finally:
            server.terminate()
            server.wait(timeout=30)
        if f'data-character="{NAME}"'.encode() not in page:
            sys.exit("The page shows somebody else.")
        if face != (self._folder / NAME / f"{NAME}.riv").read_bytes():
            sys.exit("The face is not the one that was built.")

    def _note(self, what: str, seconds: float) -> None:
        self.took.append((what, seconds))
        print(f"$ visavis {what}    [{seconds:.1f} s]")


def _when_there(address: str, server: subprocess.Popen[bytes]) -> bytes:
    """What an address answers, as soon as it does."""
    for _ in range(DEADLINE_S * 4):
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return answer.read()
        except urllib.error.URLError:
            if server.poll() is not None:
                break
            time.sleep(0.25)
    sys.exit(f"{address} never answered.")


def redraw(drawing: Path) -> None:
    """Another mascot: a box with a bolt, in yellow; and one layer's name with a slip."""
    text = drawing.read_text("utf-8")
    start, end = (text.index(mark) for mark in HORNS)
    text = text[:start] + BOLT + text[end:]
    skull = text.index(' d="', text.index('id="skull"')) + len(' d="')
    text = text[:skull] + BOX + text[text.index('"', skull) :]
    for old, new in COLORS.items():
        text = text.replace(old, new)
    drawing.write_text(text.replace('id="brow-left"', 'id="brow-lefft"'), encoding="utf-8")


def mend(drawing: Path) -> None:
    """What the error message said."""
    text = drawing.read_text("utf-8")
    drawing.write_text(text.replace("brow-lefft", "brow-left"), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Walk the path in a folder and print the times."""
    parser = argparse.ArgumentParser(description="A new user's path.")
    parser.add_argument("--serve", action="store_true", help="also start the server")
    parser.add_argument("--keep", type=Path, help="a new folder to work in, and leave")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as away:
        folder = options.keep or Path(away)
        folder.mkdir(parents=True, exist_ok=True)
        path = Walk(folder)
        path.run("character", "new", NAME)
        redraw(folder / NAME / "character.svg")
        told = path.run("character", "build", NAME, fails=True)
        if "did you mean brow-left?" not in told.replace("\n", " "):
            sys.exit("The slip was not explained.")
        mend(folder / NAME / "character.svg")
        path.run("character", "lint", NAME)
        path.run("character", "build", NAME)
        path.run("character", "sheet", NAME, "-o", f"{NAME}.png")
        if options.serve:
            path.talk()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for what, seconds in path.took:
        print(f"{seconds:6.1f} s  visavis {what}")
    print(f"{sum(seconds for _, seconds in path.took):6.1f} s  in all")


if __name__ == "__main__":
    main(sys.argv[1:])
