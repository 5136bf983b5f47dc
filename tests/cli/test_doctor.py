"""`visavis doctor`: each unready machine, and what it is told."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.models.fakes import MANIFEST, FolderHub, FolderWheels, build_index
from visavis import doctor
from visavis.cli.doctor import doctor as doctor_command
from visavis.doctor import Check, Engine, Imported, ImportState, Status
from visavis.machine import Resources, resources
from visavis.models import Depth, Group, ModelStore

ENGINE = Engine("ears", "ears-package", "hearing")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    wheels = FolderWheels(build_index(tmp_path / "index"))
    return ModelStore(tmp_path / "store", manifest=MANIFEST, wheels=wheels, hub=FolderHub(tmp_path))


def test_an_old_python() -> None:
    check = doctor.check_python((3, 10))
    assert check.status is Status.FAIL
    assert "3.11" in check.remedy
    assert doctor.check_python().status is Status.OK


def test_an_engine_that_is_not_installed_leaves_a_gateway() -> None:
    check = doctor.check_engine(ENGINE, Imported(ImportState.ABSENT, "not installed"))
    assert check.status is Status.WARN
    assert "no hearing" in check.detail
    assert check.remedy == "pip install 'visavis[local]'"


def test_a_broken_engine_fails() -> None:
    check = doctor.check_engine(ENGINE, Imported(ImportState.BROKEN, "libgomp.so.1: not found"))
    assert check.status is Status.FAIL
    assert "libgomp" in check.detail
    assert "ears-package" in check.remedy


def test_the_resampler_is_always_needed() -> None:
    check = doctor.check_engine(doctor.RESAMPLER, Imported(ImportState.ABSENT, "not installed"))
    assert check.status is Status.FAIL


def test_imports_are_tried_in_another_process(tmp_path: Path) -> None:
    assert doctor.try_import(doctor.RESAMPLER).state is ImportState.FINE
    absent = doctor.try_import(Engine("nose", "no-such-package-here", "smelling"))
    assert absent.state is ImportState.ABSENT
    broken = doctor.try_import(Engine("no_such_module_here", "soxr", "resampling"))
    assert broken.state is ImportState.BROKEN
    assert "no_such_module_here" in broken.detail


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (Resources(2, 4_000_000_000), Status.OK),
        (Resources(2, None), Status.OK),
        (Resources(0.5, 4_000_000_000), Status.WARN),
        (Resources(2, 500_000_000), Status.WARN),
    ],
)
def test_a_small_machine(found: Resources, status: Status) -> None:
    assert doctor.check_resources(found).status is status


def test_a_container_limit_counts(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("1000000\n")
    assert resources(tmp_path) == Resources(0.5, 1_000_000)
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert resources(tmp_path) == resources(tmp_path / "nowhere")


def test_a_cache_with_little_room(tmp_path: Path) -> None:
    check = doctor.check_cache(tmp_path / "not" / "there" / "yet", lambda _: 10_000_000)
    assert check.status is Status.WARN
    assert doctor.check_cache(tmp_path, lambda _: 10**12).status is Status.OK


def test_a_cache_that_cant_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o444)
    if os.name == "posix":
        check = doctor.check_cache(tmp_path / "file" / "models", lambda _: 10**12)
        assert check.status is Status.FAIL
        assert "VISAVIS_CACHE" in check.remedy


def test_models_missing_damaged_and_there(store: ModelStore) -> None:
    check = doctor.check_models(store, Depth.SIZE)
    assert (check.status, check.detail) == (Status.FAIL, "none pulled yet")
    assert check.remedy == "visavis models pull"
    store.pull(Group.DEFAULT)
    assert doctor.check_models(store, Depth.SIZE).status is Status.OK
    data = store.target("ear.bin").read_bytes()
    store.target("ear.bin").write_bytes(b"X" + data[1:])
    assert doctor.check_models(store, Depth.SIZE).status is Status.OK
    check = doctor.check_models(store, Depth.HASH)
    assert (check.status, check.detail) == (Status.FAIL, "ear.bin damaged")


class Health(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Generator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_port(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    port = server.server_port
    monkeypatch.setattr(Health, "body", b"hello")
    check = doctor.check_port(port)
    assert check.status is Status.FAIL
    assert f"--port {port + 1}" in check.remedy
    monkeypatch.setattr(Health, "body", b'{"status": "ok", "version": "1"}')
    assert doctor.check_port(port).detail == "a Visavis server listens there already"


def test_a_free_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert doctor.check_port(port).status is Status.OK


def test_the_page(tmp_path: Path) -> None:
    check = doctor.check_page(tmp_path)
    assert check.status is Status.FAIL
    assert "Node is not needed" in check.remedy
    (tmp_path / "index.html").write_text("<!doctype html>")
    assert doctor.check_page(tmp_path).status is Status.OK


def test_the_microphone_rule_is_told() -> None:
    assert "http://localhost:8300" in doctor.check_microphone(8300).detail


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="they always have one")
def test_a_browser_is_welcome_but_not_needed() -> None:
    assert doctor.check_browser(lambda _: None).status is Status.WARN
    assert (
        doctor.check_browser(lambda name: name if name == "firefox" else None).detail == "firefox"
    )


def everything_absent(_: Engine) -> Imported:
    return Imported(ImportState.ABSENT, "not installed")


def test_a_gateway_needs_no_models(store: ModelStore) -> None:
    checks = {check.name: check for check in doctor.examine(store, importer=everything_absent)}
    assert checks["models"].status is Status.OK


def test_the_worst_counts() -> None:
    ok, warn, fail = (Check("x", status, "") for status in Status)
    assert doctor.worst([ok, ok]) is Status.OK
    assert doctor.worst([ok, warn]) is Status.WARN
    assert doctor.worst([fail, warn, ok]) is Status.FAIL


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_CACHE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    app.command()(doctor_command)
    told = CliRunner().invoke(app, ["--json"])
    assert told.exit_code == 1  # no models in an empty cache
    checks = {check["name"]: check for check in json.loads(told.output)}
    assert checks["models"]["status"] == "fail"
    shown = CliRunner().invoke(app, [])
    assert "✗  models" in shown.output
    assert "→ visavis models pull" in shown.output
    assert "Not ready yet" in shown.output
