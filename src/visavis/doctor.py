"""Is this machine ready? Each check looks at one thing and says what to do about it.

Every check is a function of facts, and the facts come from functions that can be replaced, so
that each failing machine can be had in a test. `examine` puts them together.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from visavis.machine import Resources, resources
from visavis.models import Depth, FileState, Group, ModelStore
from visavis.serve.settings import DEFAULT_PORT

LOCAL_EXTRA = "pip install 'visavis[local]'"
STATIC = Path(__file__).parent / "static"

_GIGA = 1_000_000_000
_MEGA = 1_000_000
_MIN_PYTHON = (3, 11)
_GOOD_CORES = 2
_GOOD_MEMORY_BYTES = 2 * _GIGA
_GOOD_DISK_BYTES = 1 * _GIGA
_IMPORT_SECONDS = 60
_ANSWER_SECONDS = 2
_MAX_HEALTH_BYTES = 10_000
_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "firefox",
    "microsoft-edge",
    "msedge",
)


class Status(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `remedy` is empty where nothing needs doing."""

    name: str
    status: Status
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """A package with compiled parts, and what goes without it."""

    module: str
    distribution: str
    purpose: str


# piper-tts is GPL: it is only ever imported in another process, here as in the voice itself.
ENGINES = (
    Engine("onnxruntime", "onnxruntime", "hearing and turn-taking"),
    Engine("tokenizers", "tokenizers", "answers from the persona's facts"),
    Engine("xllamacpp", "xllamacpp", "the local language model"),
    Engine("piper", "piper-tts", "the local voice"),
)
RESAMPLER = Engine("soxr", "soxr", "resampling")


class ImportState(StrEnum):
    """What came of importing a module."""

    FINE = "fine"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Imported:
    """A module's import. `detail` is its version, or the last line of its error."""

    state: ImportState
    detail: str


def try_import(engine: Engine) -> Imported:
    """Import it in another process: a broken compiled part may crash, and piper is GPL."""
    try:
        installed = version(engine.distribution)
    except PackageNotFoundError:
        return Imported(ImportState.ABSENT, "not installed")
    try:
        done = subprocess.run(
            [sys.executable, "-c", f"import {engine.module}"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_IMPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Imported(ImportState.BROKEN, f"import took more than {_IMPORT_SECONDS} s")
    if done.returncode == 0:
        return Imported(ImportState.FINE, installed)
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return Imported(ImportState.BROKEN, said[-1])


def check_python(found: tuple[int, int] = (sys.version_info[0], sys.version_info[1])) -> Check:
    """Python's version and the platform."""
    detail = f"{found[0]}.{found[1]} on {platform.system()} {platform.machine()}"
    if found < _MIN_PYTHON:
        return Check("Python", Status.FAIL, detail, "install Python 3.11 or newer")
    return Check("Python", Status.OK, detail)


def check_engine(engine: Engine, imported: Imported) -> Check:
    """A compiled package of the local extra: its absence leaves a gateway, a broken one nothing."""
    name = engine.distribution
    if imported.state is ImportState.FINE:
        return Check(name, Status.OK, f"{imported.detail}, {engine.purpose}")
    if imported.state is ImportState.ABSENT and engine is not RESAMPLER:
        detail = f"not installed: no {engine.purpose} (a gateway does without)"
        return Check(name, Status.WARN, detail, LOCAL_EXTRA)
    remedy = f"pip install --force-reinstall {name}"
    return Check(name, Status.FAIL, f"{imported.detail} ({engine.purpose})", remedy)


def check_resources(found: Resources) -> Check:
    """CPU cores and memory that this process may use."""
    memory = "memory unknown"
    if found.memory_bytes is not None:
        memory = f"{found.memory_bytes / _GIGA:.1f} GB of memory"
    detail = f"{found.cores:g} CPU cores, {memory}"
    if found.cores < _GOOD_CORES:
        return Check("machine", Status.WARN, detail, "answers will be slow: two cores are advised")
    if found.memory_bytes is not None and found.memory_bytes < _GOOD_MEMORY_BYTES:
        return Check("machine", Status.WARN, detail, "two gigabytes are advised")
    return Check("machine", Status.OK, detail)


def check_cache(root: Path, free_bytes: Callable[[Path], int]) -> Check:
    """Whether the model store's folder (or the one it would be made in) can be written."""
    folder = root
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = "make it writable, or set VISAVIS_CACHE to a folder that is"
        return Check("cache", Status.FAIL, f"{root} can't be written", remedy)
    free = free_bytes(folder)
    detail = f"{root}, {free / _GIGA:.1f} GB free"
    if free < _GOOD_DISK_BYTES:
        remedy = "free some space, or set VISAVIS_CACHE to a folder on a larger disk"
        return Check("cache", Status.WARN, detail, remedy)
    return Check("cache", Status.OK, detail)


def check_models(store: ModelStore, depth: Depth) -> Check:
    """The default models: there, and of the right size (or hash)."""
    found = [one for one in store.inspect(depth) if one.entry.group is Group.DEFAULT]
    bad = [one for one in found if one.state is not FileState.OK]
    if not bad:
        size = sum(one.entry.size_bytes for one in found) / _MEGA
        return Check("models", Status.OK, f"{len(found)} files, {size:.0f} MB, {depth} checked")
    told = ", ".join(f"{one.entry.name} {one.state}" for one in bad)
    if len(bad) == len(found):
        told = "none pulled yet"
    return Check("models", Status.FAIL, told, "visavis models pull")


def check_port(port: int, host: str = "127.0.0.1") -> Check:
    """Whether the server could listen there, or does already."""
    name = f"port {port}"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As uvicorn does: connections of a server that has just stopped don't count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return Check(name, Status.FAIL, "not allowed for you", "take a port above 1023")
        except OSError:
            return _taken_port(name, host, port)
    return Check(name, Status.OK, "free")


def _taken_port(name: str, host: str, port: int) -> Check:
    # http.client rather than urllib: a proxy from the environment must not answer for us.
    connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        health = json.loads(connection.getresponse().read(_MAX_HEALTH_BYTES))
        ours = isinstance(health, dict) and "status" in health and "version" in health
    except (OSError, ValueError, http.client.HTTPException):
        ours = False
    finally:
        connection.close()
    if ours:
        return Check(name, Status.OK, "a Visavis server listens there already")
    remedy = f"stop it, or `visavis serve --port {port + 1}`"
    return Check(name, Status.FAIL, "something else listens there", remedy)


def check_page(static: Path = STATIC) -> Check:
    """Whether the page was built into the package."""
    if (static / "index.html").is_file():
        return Check("page", Status.OK, "built; Node is not needed")
    remedy = "build it with `pip install .` in the checkout (Node is not needed)"
    return Check("page", Status.FAIL, "not built into this installation", remedy)


def check_microphone(port: int) -> Check:
    """A rule rather than a check: it is the commonest surprise."""
    detail = (
        f"browsers allow it on http://localhost:{port} and on https:// only; "
        "for other devices put TLS in front"
    )
    return Check("microphone", Status.OK, detail)


def check_browser(which: Callable[[str], str | None] = shutil.which) -> Check:
    """A browser on this machine: a convenience, the page may be opened from another."""
    found = [name for name in _BROWSERS if which(name)]
    if sys.platform in ("darwin", "win32"):
        return Check("browser", Status.OK, found[0] if found else "the system's own")
    if not found:
        detail = "none found here (a browser on another machine will do)"
        return Check("browser", Status.WARN, detail, "install chromium or firefox")
    return Check("browser", Status.OK, found[0])


def examine(
    store: ModelStore,
    port: int = DEFAULT_PORT,
    depth: Depth = Depth.SIZE,
    importer: Callable[[Engine], Imported] = try_import,
) -> tuple[Check, ...]:
    """Run every check on this machine; takes a second or two."""
    imports = [(engine, importer(engine)) for engine in ENGINES]
    engines = [check_engine(engine, imported) for engine, imported in imports]
    local = any(imported.state is not ImportState.ABSENT for _, imported in imports)
    return (
        check_python(),
        check_engine(RESAMPLER, importer(RESAMPLER)),
        *engines,
        check_resources(resources()),
        check_cache(store.root, lambda folder: shutil.disk_usage(folder).free),
        check_models(store, depth) if local else _models_not_needed(),
        check_page(),
        check_port(port),
        check_microphone(port),
        check_browser(),
    )


def worst(checks: Sequence[Check]) -> Status:
    """Return FAIL if any check failed, else WARN if any warned, else OK."""
    found = {check.status for check in checks}
    return next((status for status in (Status.FAIL, Status.WARN) if status in found), Status.OK)


def _models_not_needed() -> Check:
    return Check("models", Status.OK, "not needed without the local engines")
