"""The page of `visavis lipsync -o said.html` in real Chromium, opened from disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from tests.bench.lips.files_by_hand import write_wav
from visavis.bench.browser.chromium import find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

RATE_HZ = 16_000
WORDS = "mama papa"
STARTS_S = [0.2 + 0.1 * i for i in range(len(WORDS))]

# The darkest part of the mouth's surroundings changes as it opens: compare whole canvases.
PIXELS = """() => {
  const from = document.getElementById('stage');
  const small = new OffscreenCanvas(64, 64).getContext('2d');
  small.drawImage(from, 0, 0, 64, 64);
  return [...small.getImageData(0, 0, 64, 64).data];
}"""

# Every name that is ever shown, however busy the machine that asks.
NAMES = """() => {
  window.names = [];
  const name = document.getElementById('name');
  const watch = new MutationObserver(() => names.push(name.textContent));
  watch.observe(name, { childList: true, characterData: true, subtree: true });
}"""


def page_of(tmp_path: Path) -> Path:
    t = np.arange(round(1.6 * RATE_HZ)) / RATE_HZ
    sound = (0.3 * np.sin(2 * np.pi * 150 * t) * (t >= 0.2) * (t < 1.2)).astype(np.float32)
    said = {
        "characters": list(WORDS),
        "character_start_times_seconds": STARTS_S,
        "character_end_times_seconds": [start + 0.1 for start in STARTS_S],
    }
    alignment = tmp_path / "said.json"
    alignment.write_text(json.dumps(said), encoding="utf-8")
    wav, page = write_wav(tmp_path / "said.wav", sound, RATE_HZ), tmp_path / "said.html"
    asked = [sys.executable, "-m", "visavis", "lipsync", str(wav)]
    subprocess.run([*asked, "--alignment", str(alignment), "-o", str(page)], check=True)
    return page


def test_the_character_says_a_file_that_lies_on_a_disk(tmp_path: Path) -> None:
    """With the network cut off: mouths by name, pixels that move, and no complaint."""
    page_path = page_of(tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        context = browser.new_context(offline=True, viewport={"width": 900, "height": 700})
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if line.type == "error" else None
        )
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_path.as_uri())
        page.wait_for_function("document.getElementById('name').textContent === 'sil'")
        page.wait_for_timeout(500)
        at_rest = np.array(page.evaluate(PIXELS), dtype=float)
        page.evaluate(NAMES)
        moved = 0.0
        page.click("#play")
        while page.text_content("#play") != "Play" or moved == 0.0:
            pixels = np.array(page.evaluate(PIXELS), dtype=float)
            moved = max(moved, float(np.abs(pixels - at_rest).max()))
            page.wait_for_timeout(30)
        names = set(page.evaluate("names"))
        browser.close()
    assert complaints == []
    assert {"PP", "aa"} <= names
    assert moved > 60.0
    assert {url.split(":")[0] for url in requests} <= {"file", "data", "blob"}
