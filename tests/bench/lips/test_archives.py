from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from visavis.bench.lips.archives import DebianArchive, PyPiArchive, unpack
from visavis.errors import ModelFetchError, SetupError

FILES = {"thing-1/data/a.wav": b"a", "thing-1/data/in/b.lab": b"b", "thing-1/code.py": b"c"}


def tar_of(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as file:  # pyright: ignore
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return out.getvalue()


def deb_of(files: dict[str, bytes]) -> bytes:
    out = b"!<arch>\n"
    for name, data in (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", b"odd"),  # padded to even
        ("data.tar.xz", tar_of(files, "w:xz")),
    ):
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data
        out += b"\n" * (len(data) % 2)
    return out


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [("x.tar.gz", tar_of(FILES)), ("x.deb", deb_of(FILES)), ("x.whl", zip_of(FILES))],
)
def test_what_lies_below_a_folder_is_unpacked(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    unpack(tmp_path / name, tmp_path / "out", "data")
    found = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")}
    assert found == {"a.wav", str(Path("in", "b.lab"))}
    assert (tmp_path / "out" / "in" / "b.lab").read_bytes() == b"b"


@pytest.mark.parametrize("make", [tar_of, deb_of, zip_of])
def test_nothing_leads_out(tmp_path: Path, make: object) -> None:
    name = {tar_of: "x.tar.gz", deb_of: "x.deb", zip_of: "x.whl"}[make]  # pyright: ignore
    (tmp_path / name).write_bytes(make({"data/../../evil": b"x"}))  # pyright: ignore
    with pytest.raises(ModelFetchError, match="leads out"):
        unpack(tmp_path / name, tmp_path / "out", "data")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.deb", b"!<arch>\n", "no data.tar"),
        ("x.deb", b"hello", "no .deb"),
        ("x.whl", b"hello", "can't be unpacked"),
        ("x.tar.gz", b"hello", "can't be unpacked"),
        ("x.tar.gz", tar_of({"other/a": b"a"}), "has no data"),
    ],
)
def test_broken_archives(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ModelFetchError, match=message):
        unpack(tmp_path / name, tmp_path / "out", "data")


def test_another_file_than_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], folder: Path, _name: str) -> None:
        assert command[-1] == "thing==1"
        (folder / "thing-1.tar.gz").write_bytes(b"another")

    monkeypatch.setattr("visavis.bench.lips.archives._run", run)
    with pytest.raises(ModelFetchError, match="not the file that was expected"):
        PyPiArchive("thing", "1", "sdist", "0" * 64).fetch(tmp_path)


def test_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="needs apt-get"):
        DebianArchive("festvox-ru").fetch(tmp_path)
