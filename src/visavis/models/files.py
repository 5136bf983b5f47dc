"""Whole files or nothing: hashing, and writing that either completes or leaves no trace."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from visavis.models.fetch import Cause, SourceError

_CHUNK_BYTES = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Readable(Protocol):
    """All that is asked of a stream of bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class CheckedWriter:
    """Copies streams into one new file and knows what it wrote. `close` flushes to the disk."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._file = path.open("xb")
        self._limit = limit_bytes
        self._digest = hashlib.sha256()
        self._written = 0

    def copy(self, stream: Readable) -> None:
        """Append all of `stream`. Raises SourceError as soon as it is longer than the limit."""
        while chunk := stream.read(_CHUNK_BYTES):
            self.write(chunk)

    def write(self, data: bytes) -> None:
        """Append `data`. Raises SourceError if that makes the file longer than the limit."""
        self._written += len(data)
        if self._written > self._limit:
            raise SourceError(Cause.MISMATCH, "hash mismatch (longer than the pinned file)")
        self._digest.update(data)
        self._file.write(data)

    def finish(self, size_bytes: int, sha256: str) -> None:
        """Flush to the disk. Raises SourceError unless size and hash are the pinned ones."""
        if self._written != size_bytes or self._digest.hexdigest() != sha256:
            found = self._digest.hexdigest()[:12]
            detail = f"hash mismatch (SHA-256 {found}..., pinned is {sha256[:12]}...)"
            raise SourceError(Cause.MISMATCH, detail)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def checked_file(
    target: Path, staging: Path, size_bytes: int, sha256: str
) -> Generator[CheckedWriter]:
    """Write `target` as a whole: it appears only if the block ends well and the hash fits.

    Raises SourceError for another size or hash, OSError as the disk does.
    """
    part = staging / f"{sha256}.part"
    writer = CheckedWriter(part, size_bytes)
    try:
        yield writer
        writer.finish(size_bytes, sha256)
        writer.close()
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
    finally:
        writer.close()
        part.unlink(missing_ok=True)
