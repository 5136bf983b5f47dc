from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench.lips.files_by_hand import tone, write_text, write_wav
from tests.bench.lips.test_archives import zip_of
from visavis.bench.lips.data_sets import SETS, Clip, PublicSet, ensure
from visavis.bench.lips.manifest import load, open_data_set
from visavis.errors import ModelFetchError


@dataclass
class Fake:
    """An archive that is here."""

    data: bytes
    fetched: int = 0
    name: str = "fake 1 (nowhere)"

    def fetch(self, folder: Path) -> Path:
        self.fetched += 1
        (folder / "fake.whl").write_bytes(self.data)
        return folder / "fake.whl"


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    sound = write_wav(tmp_path / "me.wav", tone(0.4, 16_000), 16_000).read_bytes()
    labels = write_text(tmp_path / "me.lab", "0.0 0.2 m\n0.2 0.4 iy\n").read_bytes()
    shutil.rmtree(tmp_path)
    return Fake(zip_of({"x/me.wav": sound, "x/me.lab": labels, "x/other/big.bin": b"0" * 100}))


def public(fake: Fake) -> PublicSet:
    def clips(_folder: Path) -> list[Clip]:
        return [Clip("me.wav", "me.lab", "mary", "Me")]

    return PublicSet("fake", fake, "x", "MIT", "hand", "dev", clips)


def test_it_is_fetched_once_and_only_what_is_needed_kept(fake: Fake, tmp_path: Path) -> None:
    manifest = ensure(public(fake), tmp_path)
    assert ensure(public(fake), tmp_path) == manifest
    assert fake.fetched == 1
    kept = sorted(path.name for path in (tmp_path / "fake").rglob("*"))
    assert kept == ["lips.yaml", "me.lab", "me.wav"]
    assert [path.name for path in tmp_path.iterdir()] == ["fake"]
    (item,) = open_data_set(manifest).items
    assert (item.speaker, item.licence, item.labelled_by) == ("mary", "MIT", "hand")
    assert (item.split, item.text) == ("dev", "Me")
    assert load(item).reference.n_samples == 6_400


def test_a_failed_fetch_leaves_nothing(fake: Fake, tmp_path: Path) -> None:
    fake.data = b"broken"
    with pytest.raises(ModelFetchError):
        ensure(public(fake), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_offline_nothing_is_fetched(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISAVIS_OFFLINE", "1")
    with pytest.raises(ModelFetchError, match="network may not be used"):
        ensure(public(fake), tmp_path)
    assert fake.fetched == 0


def test_every_set_says_whose_labels_and_which_licence() -> None:
    for one in SETS:
        assert one.licence
        assert one.labelled_by
    assert len({one.name for one in SETS}) == len(SETS)
