"""The live page in real Chromium: it follows each save, says what is wrong, and speaks."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Page, sync_playwright

from visavis.bench.browser.chromium import find_chromium
from visavis.characters.sources import template_folder
from visavis.characters.workshop import Bench, create_workshop
from visavis.models import ModelStore

PIXELS = """() => {
  const small = new OffscreenCanvas(64, 64).getContext('2d');
  small.drawImage(document.getElementById('stage'), 0, 0, 64, 64);
  return [...small.getImageData(0, 0, 64, 64).data];
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(template_folder(), tmp_path / "blob"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_save_is_seen_and_a_fault_keeps_the_last_good_one(folder: Path) -> None:
    bench = Bench(folder)
    first = bench.look()
    assert (first.version, first.outcome, first.problems) == (1, "built", ())
    assert bench.look() is first
    svg = folder / "character.svg"
    change(svg, 'id="mouth"', 'id="mouht"')
    failed = bench.look()
    assert failed.outcome == "failed"
    assert failed.riv == first.riv
    assert "did you mean mouth?" in failed.problems[0]
    change(svg, 'id="mouht"', 'id="mouth"')
    change(svg, "#5B49C9", "#22AA66")
    assert bench.look().outcome == "built"
    assert bench.look().riv != first.riv


def test_without_a_voice_the_mouth_moves_all_the_same(folder: Path, tmp_path: Path) -> None:
    with TestClient(create_workshop(folder, ModelStore(tmp_path / "empty"))) as client:
        said = client.post("/say", json={"text": "mama papa"}).json()
        assert said["sound"] is None
        assert len({cue["viseme"] for cue in said["cues"]}) >= 3
        assert client.post("/say", json={"text": ""}).status_code == 422
        assert client.post("/say", json={"text": "a" * 401}).status_code == 422
        assert client.get("/../pyproject.toml").status_code == 404
        assert client.get("/page.js").status_code == 404


@pytest.fixture
def address(folder: Path, tmp_path: Path) -> Generator[str, None, None]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = create_workshop(folder, ModelStore(tmp_path / "empty"))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join(timeout=20)
        assert not thread.is_alive()


def pixels(page: Page) -> np.ndarray:
    return np.array(page.evaluate(PIXELS), dtype=float)


def is_green(seen: np.ndarray) -> bool:
    red, green = seen.reshape(-1, 4)[:, 0], seen.reshape(-1, 4)[:, 1]
    return int((green > red + 60).sum()) > 50


def until(page: Page, what: Callable[[np.ndarray], bool]) -> None:
    """Waits until the picture is so; on a busy machine frames come late."""
    for _ in range(200):
        if what(pixels(page)):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the picture never became so")


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_the_page_follows_a_save(folder: Path, address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text))
        page.goto(address)
        page.wait_for_selector('html[data-version="1"]')
        assert page.text_content("#title") == "Template"
        until(page, lambda seen: seen.reshape(-1, 4)[:, 3].mean() > 50)
        before = pixels(page)
        page.click("#mouths button:text-is('aa')")
        until(page, lambda seen: np.abs(seen - before).max() > 60)
        page.click("#gestures button:text-is('wave')")
        page.fill("#text", "mama")
        page.click("#speak button")
        change(folder / "character.svg", "#8B7BF2", "#00AA55")
        page.wait_for_selector('html[data-version="2"]')
        until(page, is_green)
        change(folder / "character.svg", 'id="head"', 'id="haed"')
        page.wait_for_selector('html[data-version="3"]')
        assert "did you mean head?" in (page.text_content("#problems") or "")
        browser.close()
    assert complaints == []
