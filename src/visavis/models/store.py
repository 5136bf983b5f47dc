"""The model store: a folder in which every file is whole and is the one that was pinned.

    store = ModelStore()
    store.pull(Group.DEFAULT, progress)
    weights = store.path(SILERO_VAD)

Several processes may pull at once: one works, the others wait and then find everything there.
Downloads go to a folder of their own inside the store and are moved into place only after their
SHA-256 is checked, so that Ctrl-C or a power cut can't leave half a model behind.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from visavis.errors import ModelFetchError, ModelMissingError
from visavis.models.catalogue import MANIFEST
from visavis.models.durations import with_durations
from visavis.models.fetch import HubFetcher, HubFiles, PipWheels, SourceError, WheelFetcher
from visavis.models.files import checked_file, sha256_of
from visavis.models.install import Installer, check_space, no_space
from visavis.models.manifest import Derived, Group, Manifest, Model
from visavis.models.places import Network, cache_dir, network_policy
from visavis.models.progress import Progress, SilentProgress

PULL_HINT = "run `visavis models pull`"


class Depth(StrEnum):
    """How closely a file is looked at."""

    SIZE = "size"
    HASH = "hash"


class FileState(StrEnum):
    """What is there."""

    OK = "ok"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Inspection:
    """One file of the manifest and what was found."""

    entry: Model | Derived
    path: Path
    state: FileState


class ModelStore:
    """The weights on this machine. `root` defaults to `models` in the cache folder.

    The keyword arguments are ports for tests; the defaults are pip, the hub and the real disk.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        manifest: Manifest = MANIFEST,
        wheels: WheelFetcher | None = None,
        hub: HubFetcher | None = None,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        self.root = root if root is not None else cache_dir() / "models"
        self.manifest = manifest
        self._wheels = wheels or PipWheels()
        self._hub = hub or HubFiles()
        self._free_bytes = free_bytes or _free_bytes

    def path(self, name: str) -> Path:
        """Return where the file called `name` is. Its size is checked, not its hash.

        Raises ModelMissingError if it is not there or has another size, ConfigError if the
        manifest has no such name.
        """
        entry = self.manifest.find(name)
        found = self._inspect(entry, Depth.SIZE)
        if found.state is FileState.OK:
            return found.path
        what = "is not in the model store" if found.state is FileState.MISSING else "is damaged"
        if entry.group is Group.DEFAULT:
            raise ModelMissingError(f"{name} {what}", hint=PULL_HINT)
        raise ModelMissingError(f"{name} {what}", hint=f"{PULL_HINT[:-1]} {name}`")

    def missing(self, group: Group = Group.DEFAULT) -> tuple[Model, ...]:
        """Return the models of the group that are not there or have the wrong size.

        A model whose derived file is missing counts as missing: `pull` mends both.
        """
        return tuple(
            model
            for model in self.manifest.select(group)
            if any(
                self._inspect(entry, Depth.SIZE).state is not FileState.OK
                for entry in (model, *self.manifest.made_of(model))
            )
        )

    def inspect(self, depth: Depth) -> tuple[Inspection, ...]:
        """Return what is there of everything in the manifest."""
        return tuple(self._inspect(entry, depth) for entry in self.manifest.files)

    def verify(self) -> tuple[Inspection, ...]:
        """Return what is there, every file read and hashed."""
        return self.inspect(Depth.HASH)

    def pull(self, wanted: Group | Iterable[str], progress: Progress | None = None) -> None:
        """Fetch what is missing or damaged of a group, or of the named files or folders.

        Raises ModelFetchError (no network, no disk space, wrong hash, forbidden by
        VISAVIS_OFFLINE) or ConfigError (unknown name). What was complete by then stays.
        """
        progress = progress or SilentProgress()
        models = self.manifest.select(wanted)
        with self.locked(progress):
            broken = [m for m in models if self._inspect(m, Depth.HASH).state is not FileState.OK]
            if broken:
                self._fetch(broken, progress)
            self.derive(models, progress)

    def derive(self, models: Iterable[Model], progress: Progress) -> None:
        """Make what is missing or damaged of the files made of `models`. Needs the lock."""
        for derived in (entry for model in models for entry in self.manifest.made_of(model)):
            if self._inspect(derived, Depth.HASH).state is FileState.OK:
                continue
            progress.note(f"making {derived.name}")
            self._make(derived)

    def _make(self, derived: Derived) -> None:
        data = with_durations(self.path(derived.original).read_bytes())
        target = self.target(derived.name)
        try:
            with (
                self.disk_errors(),
                self.staging() as staging,
                checked_file(target, staging, derived.size_bytes, derived.sha256) as out,
            ):
                out.write(data)
        except SourceError as error:
            raise ModelFetchError(
                f"{derived.name} could not be made: {error}",
                hint="this is a fault of Visavis; please report it",
            ) from error

    def target(self, name: str) -> Path:
        """Return where a file of the manifest belongs, there or not."""
        return self.root.joinpath(*name.split("/"))

    def _inspect(self, entry: Model | Derived, depth: Depth) -> Inspection:
        path = self.target(entry.name)
        return Inspection(entry, path, _state(path, entry, depth))

    def _fetch(self, models: list[Model], progress: Progress) -> None:
        if network_policy() is Network.FORBIDDEN:
            names = ", ".join(model.name for model in models)
            raise ModelFetchError(
                f"the network is forbidden by VISAVIS_OFFLINE, and these are missing: {names}",
                hint="unset VISAVIS_OFFLINE, or carry them here with `visavis models pack` and "
                "`visavis models unpack`",
            )
        with self.disk_errors():
            made = (entry.size_bytes for model in models for entry in self.manifest.made_of(model))
            check_space(models, sum(made), self._free_bytes(self.root), self.root)
            with self.staging() as staging:
                installer = Installer(self._wheels, self._hub, staging, progress)
                installer.announce(models)
                for model in models:
                    installer.install(model, self.target(model.name))

    @contextmanager
    def locked(self, progress: Progress) -> Generator[None]:
        """Be the only one that writes. Waits for another process, and says so."""
        lock = FileLock(self.root / ".lock")
        with self.disk_errors():
            self.root.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                progress.note("another process is filling the model store; waiting for it")
                lock.acquire()
        try:
            with self.disk_errors():
                self._sweep()
            yield
        finally:
            lock.release()

    @contextmanager
    def staging(self) -> Generator[Path]:
        """A folder on the store's own disk for half-done things; gone afterwards."""
        folder = self.root / ".staging"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def _sweep(self) -> None:
        """Remove what a killed process left. Nobody else is at work: we hold the lock."""
        leftover = self.root / ".staging"
        if leftover.exists():
            shutil.rmtree(leftover)

    @contextmanager
    def disk_errors(self) -> Generator[None]:
        """Turn the disk's own errors into ours."""
        try:
            yield
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise no_space(self.root) from error
            reason = error.strerror or type(error).__name__
            raise ModelFetchError(
                f"the model store {self.root} can't be written: {reason}",
                hint="give yourself the right to write there, or set VISAVIS_CACHE",
            ) from error


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _state(path: Path, entry: Model | Derived, depth: Depth) -> FileState:
    if not path.is_file():
        return FileState.MISSING
    if path.stat().st_size != entry.size_bytes:
        return FileState.DAMAGED
    if depth is Depth.HASH and sha256_of(path) != entry.sha256:
        return FileState.DAMAGED
    return FileState.OK
