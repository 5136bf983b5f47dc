"""A folder of actors' lines from a package of one game, made small; the recogniser is played."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from training.actors import studio
from training.actors.line import ActedLine
from training.people import people
from training.settings import Settings
from visavis.bench.lips.archives import DebianArchive

Asked = tuple[Path, tuple[float, ...]]
HEARD = {"a": "Get lost Foster", "b": "Me too\nI too", "c": "Yes\nYes", "d": "It is odd\nIt's odd"}
SAID = {"a": "Get lost, Foster!", "b": "Me, too.", "c": "Yes.", "d": "It is odd."}


def lines(_folder: Path) -> Iterator[ActedLine]:
    for name in HEARD:
        yield ActedLine(f"{name}.wav", f"role {name}", b"sound of " + name.encode(), 2.0)
    yield ActedLine("short.wav", "role a", b"", 0.3)


def listen(heard: dict[str, str]) -> Callable[..., Iterator[None]]:
    """Stands for `workers.each` with `studio.hear`."""

    def each(_do: object, items: Sequence[Asked], *_more: object) -> Iterator[None]:
        for path, speeds in items:
            told = heard[path.stem].split("\n")
            path.with_suffix(".txt").write_text("\n".join(told[: len(speeds)]), "utf-8")
            yield None

    return each


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(_self: DebianArchive, folder: Path) -> Path:
        path = folder / "game.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            info = tarfile.TarInfo("usr/share/scummvm/game/disc")
            info.size = 3
            tar.addfile(info, io.BytesIO(b"abc"))
        return path

    monkeypatch.setattr(DebianArchive, "fetch", fetch)
    monkeypatch.setattr(studio, "each", listen(HEARD))


def texts(folder: Path) -> dict[str, str]:
    return {said.path.stem: said.text for said in people(folder / "game")}


@pytest.mark.usefixtures("package")
def test_without_a_script_only_what_is_heard_twice_alike_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = {**HEARD, "a": "Get lost, Foster\nGet lost Foster"}
    monkeypatch.setattr(studio, "each", listen(heard))
    monkeypatch.setattr(studio, "GAMES", (studio.Game("game", "free", lines, None),))
    assert studio.make(tmp_path, Settings().n_acted, 1) == [tmp_path / "game"]
    assert texts(tmp_path) == {"a": "Get lost, Foster"}
    [said] = people(tmp_path / "game")
    assert (said.source, said.speaker, said.licence) == ("game", "game, role a", "free")
    assert said.path.read_bytes() == b"sound of a"


@pytest.mark.usefixtures("package")
def test_a_script_puts_right_what_was_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = studio.Game("game", "free", lines, lambda folder: iter(SAID.values()))
    monkeypatch.setattr(studio, "GAMES", (game,))
    studio.make(tmp_path, 3, 1)
    assert texts(tmp_path) == {"a": "Get lost, Foster!", "b": "Me, too."}  # one word is too few
    assert (tmp_path / "packages" / "game" / "disc").read_bytes() == b"abc"
    assert not list(tmp_path.rglob("*.part"))
    monkeypatch.setattr(studio, "each", listen({}))
    studio.make(tmp_path, 3, 1)  # it is there; nothing is made again
    assert len(texts(tmp_path)) == 2


@pytest.mark.usefixtures("package")
def test_the_script_may_be_in_another_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(folder: Path) -> Iterator[str]:
        assert (folder / "game" / "disc").is_file()  # the whole package, for it is not the game's
        yield from SAID.values()

    game = studio.Game("game", "free", lines, script, "texts")
    monkeypatch.setattr(studio, "GAMES", (game,))
    studio.make(tmp_path, 3, 1)
    assert texts(tmp_path) == {"a": "Get lost, Foster!", "b": "Me, too."}
    assert (tmp_path / "packages" / "texts" / "game" / "disc").read_bytes() == b"abc"
