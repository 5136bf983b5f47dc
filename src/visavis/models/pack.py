"""One tar file with the weights, to carry to a machine without a network.

Nothing in such a file is believed. Unpacking reads only members that the manifest of *this*
installation names, writes them where the manifest says, and checks size and SHA-256 as for a
download: no path in the archive is ever used as a path.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from visavis.errors import ConfigError, ModelMissingError, SetupError
from visavis.models.fetch import SourceError
from visavis.models.files import checked_file
from visavis.models.manifest import Group, Model
from visavis.models.progress import Progress
from visavis.models.store import PULL_HINT, Depth, FileState, ModelStore


@dataclass(frozen=True, slots=True)
class Packed:
    """What went into or came out of an archive."""

    models: tuple[Model, ...]
    size_bytes: int


def pack(store: ModelStore, archive: Path, progress: Progress) -> Packed:
    """Write every model in the store, each hashed first, to `archive` (uncompressed tar).

    The archive appears as a whole or not at all. Files made from models are left out: `unpack`
    makes them again. Raises ModelMissingError if a default model is missing or damaged,
    SetupError if `archive` can't be written.
    """
    models = _sound_models(store)
    part = archive.with_name(archive.name + ".part")
    total = sum(model.size_bytes for model in models)
    progress.plan(total)
    with _writing(archive):
        try:
            with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
                for model in models:
                    with _shown(progress, model), store.target(model.name).open("rb") as file:
                        tar.addfile(_member(model), _Watched(file, model, progress.update))
            size = part.stat().st_size
            part.replace(archive)
        finally:
            part.unlink(missing_ok=True)
    return Packed(models, size)


def unpack(store: ModelStore, archive: Path, progress: Progress) -> Packed:
    """Put the models in `archive` into the store and make what is derived from them.

    Models that are there already stay. Raises SetupError if the archive holds anything that the
    manifest does not name or with another hash; what came before that is whole and stays.
    """
    models: list[Model] = []
    with store.locked(progress):
        with _reading(archive) as tar, store.disk_errors(), store.staging() as staging:
            for member in tar:
                model = _expected(store, member, archive)
                _unpack_one(store, tar, member, model, staging, progress)
                models.append(model)
        store.derive(models, progress)
    return Packed(tuple(models), sum(model.size_bytes for model in models))


def _sound_models(store: ModelStore) -> tuple[Model, ...]:
    sound: list[Model] = []
    for found in store.inspect(Depth.HASH):
        if not isinstance(found.entry, Model):
            continue
        if found.state is FileState.OK:
            sound.append(found.entry)
        elif found.entry.group is Group.DEFAULT or found.state is FileState.DAMAGED:
            raise ModelMissingError(f"{found.entry.name} is {found.state}", hint=PULL_HINT)
    return tuple(sound)


def _member(model: Model) -> tarfile.TarInfo:
    """A bare header: no owner, no time, so that the same weights make the same archive."""
    member = tarfile.TarInfo(model.name)
    member.size = model.size_bytes
    member.mode = 0o644
    return member


def _expected(store: ModelStore, member: tarfile.TarInfo, archive: Path) -> Model:
    try:
        entry = store.manifest.find(member.name)
    except ConfigError as error:
        raise _refused(archive, f"it holds {member.name!r}, which is no model") from error
    if not isinstance(entry, Model) or not member.isreg() or member.size != entry.size_bytes:
        raise _refused(archive, f"its {member.name!r} is not the pinned file")
    return entry


def _unpack_one(
    store: ModelStore,
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    model: Model,
    staging: Path,
    progress: Progress,
) -> None:
    stream = tar.extractfile(member)
    assert stream is not None, "a regular member has a stream"
    target = store.target(model.name)
    with stream, _shown(progress, model):
        try:
            with checked_file(target, staging, model.size_bytes, model.sha256) as out:
                out.copy(_Watched(stream, model, progress.update))
        except SourceError as error:
            raise _refused(target, f"{model.name}: {error}") from error


def _refused(archive: Path, reason: str) -> SetupError:
    return SetupError(
        f"{archive.name} was not unpacked: {reason}",
        hint="make it again with `visavis models pack` of the same Visavis version",
    )


class _Watched:
    """A file whose reading is reported."""

    def __init__(self, file: IO[bytes], model: Model, report: Callable[[int, int], None]) -> None:
        self._file = file
        self._done = 0
        self._total = model.size_bytes
        self._report = report

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        self._report(self._done, self._total)
        return data


@contextmanager
def _shown(progress: Progress, model: Model) -> Generator[None]:
    progress.begin(model.name, model.size_bytes)
    try:
        yield
    finally:
        progress.end()


@contextmanager
def _writing(archive: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"{archive} can't be written: {error.strerror or type(error).__name__}",
            hint="choose a folder with room that you may write to",
        ) from error


@contextmanager
def _reading(archive: Path) -> Generator[tarfile.TarFile]:
    try:
        tar = tarfile.open(archive, "r:")  # noqa: SIM115  closed below
    except (OSError, tarfile.TarError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no model archive"
        raise SetupError(
            f"{archive} can't be read: {reason}", hint="give the file that `pack` wrote"
        ) from error
    with tar:
        try:
            yield tar
        except (tarfile.TarError, EOFError) as error:
            raise _refused(archive, "it is damaged") from error
