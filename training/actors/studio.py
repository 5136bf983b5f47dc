"""From packages of Debian to folders for `training.people`: sound, and what is said in it."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

import numpy as np
import soxr

from training.actors import drascula, queen, sky
from training.actors.line import ActedLine
from training.actors.script import LIKE_ENOUGH, Script, words
from training.people import INDEX
from training.workers import each
from visavis.bench.lips.archives import DebianArchive, unpack
from visavis.hear.audio import RATE_HZ
from visavis.hear.stt import Moonshine
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    ModelStore,
)
from visavis.sounds import read_sound

_SHORTEST_S, _LONGEST_S = 1.2, 20.0
_FASTER = 1.06
"""Who hears the same words at another speed and pitch has probably heard them."""
_FEWEST_WORDS = 2
_BELOW = "usr/share/scummvm"
_COLUMNS = ("path", "source", "speaker", "licence", "transcript")


@dataclass(frozen=True, slots=True)
class Game:
    """Where actors are heard."""

    package: str
    licence: str
    lines: Callable[[Path], Iterator[ActedLine]]
    script: Callable[[Path], Iterator[str]] | None
    """From the folder of its package to its texts; None if they can't be read."""
    text_package: str | None = None
    """The package that has its texts, if it is another."""


GAMES = (
    Game(queen.PACKAGE, queen.LICENCE, queen.lines, queen.script),
    Game(sky.PACKAGE, sky.LICENCE, sky.lines, None),
    Game(
        drascula.PACKAGE,
        drascula.LICENCE,
        drascula.lines,
        drascula.script,
        drascula.PACKAGE_OF_TEXT,
    ),
)


def make(folder: Path, n_lines: int, n_workers: int) -> list[Path]:
    """A folder for each game, made unless it is there: lines whose words are certain, and an index.

    Args:
        folder: where they go.
        n_lines: at most so many of each game.
        n_workers: processes that listen.

    Raises:
        SetupError: no apt-get.
        ModelFetchError: a package can't be fetched.
        ModelMissingError: Moonshine is not there.
    """
    sounds = [folder / game.package for game in GAMES]
    for game, place in zip(GAMES, sounds, strict=True):
        if not (place / INDEX).is_file():
            _make(game, place, folder / "packages", n_lines, n_workers)
    return sounds


def _make(game: Game, sounds: Path, packages: Path, n_lines: int, n_workers: int) -> None:
    data = _fetched(game.package, packages, f"{_BELOW}/{game.package}")
    roles = _written(game, data, sounds, n_lines)
    paths = [sounds / name for name in sorted(roles)]
    speeds = (1.0, _FASTER) if game.script is None else (1.0,)
    missing = [(path, speeds) for path in paths if not _told(path).is_file()]
    for _ in each(hear, missing, f"Listening to {game.package}", n_workers, prepare):
        pass
    certain = _certain(game, packages)
    rows: list[tuple[str, ...]] = []
    for path in paths:
        text = certain(_told(path).read_text("utf-8").split("\n"))
        if len(words(text)) >= _FEWEST_WORDS:
            speaker = f"{game.package}, {roles[path.name]}"
            rows.append((path.name, game.package, speaker, game.licence, text))
    _index(sounds / INDEX, rows)


def _fetched(package: str, packages: Path, below: str) -> Path:
    data = packages / package
    if not data.is_dir():
        packages.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=packages) as place:
            whole = Path(place, "all")
            unpack(DebianArchive(package).fetch(Path(place)), whole, below)
            whole.replace(data)
    return data


def _written(game: Game, data: Path, folder: Path, n_lines: int) -> dict[str, str]:
    """Lines that are neither very short nor very long as files; the role of each name."""
    folder.mkdir(parents=True, exist_ok=True)
    usual = (line for line in game.lines(data) if _SHORTEST_S < line.seconds < _LONGEST_S)
    roles: dict[str, str] = {}
    for line in islice(usual, n_lines):
        roles[line.name] = line.role
        path = folder / line.name
        if not path.is_file():
            _keep(path, line.data)
    return roles


def _keep(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


_recognisers: list[Moonshine] = []


def prepare() -> None:
    """In a worker process. Raises ModelMissingError."""
    store = ModelStore()
    _recognisers.append(
        Moonshine(
            encoder=store.path(MOONSHINE_TINY_ENCODER),
            decoder=store.path(MOONSHINE_TINY_DECODER),
            tokenizer=store.path(MOONSHINE_TINY_TOKENIZER),
        )
    )


def hear(item: tuple[Path, tuple[float, ...]]) -> None:
    """Write beside a recording what is heard in it at some speeds, a line for each."""
    path, speeds = item
    sound, rate_hz = read_sound(path)
    heard: list[str] = []
    for speed in speeds:
        resampled = soxr.resample(sound, rate_hz, RATE_HZ / speed).astype(np.float32)
        text = _recognisers[-1].transcribe(resampled, lambda: False)
        heard.append(" ".join(text.split()))
    _keep(_told(path), "\n".join(heard).encode())


def _told(path: Path) -> Path:
    return path.with_suffix(".txt")


def _certain(game: Game, packages: Path) -> Callable[[list[str]], str]:
    """From what was heard to what was said; "" if that is not sure."""
    if game.script is None:
        return lambda heard: heard[0] if words(heard[0]) == words(heard[1]) else ""
    place = packages / game.package
    if game.text_package is not None:
        place = _fetched(game.text_package, packages, _BELOW)
    script = Script(game.script(place))

    def of_script(heard: list[str]) -> str:
        text, alike = script.nearest(heard[0])
        return text if alike >= LIKE_ENOUGH else ""

    return of_script


def _index(path: Path, rows: list[tuple[str, ...]]) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerows([_COLUMNS, *rows])
    _keep(path, text.getvalue().encode())
