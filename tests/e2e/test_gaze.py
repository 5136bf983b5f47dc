"""Eyes follow pointer and finger in real Chromium: judged by where the dark of the eyes lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.bench.browser.gauge import Gauge, gauge

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

SETTLE_MS = 900
# The pupils' middle, in pixels of a 200 by 200 picture of the eyes: the darkest pixels' mean place.
MIDDLE = """() => {
  const from = document.querySelector("#stage");
  const small = new OffscreenCanvas(200, 200).getContext("2d");
  small.fillStyle = "white";
  small.fillRect(0, 0, 200, 200);
  const { width: w, height: h } = from;
  small.drawImage(from, 0.25 * w, 0.4 * h, 0.5 * w, 0.22 * h, 0, 0, 200, 200);
  const { data } = small.getImageData(0, 0, 200, 200);
  let [x, y, n] = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] + data[i + 1] + data[i + 2] > 210) continue;
    x += (i / 4) % 200; y += Math.floor(i / 800); n++;
  }
  return [x / n, y / n, n];
}"""


@pytest.fixture
def page() -> Iterator[Gauge]:
    with gauge(size_px=620, witness="absent") as opened:
        opened.call("open", "pip", 600)
        yield opened


def middle(page: Gauge) -> NDArray[np.float64]:
    """The mean of a second: the idle animation glances about and blinks."""
    page.page.wait_for_timeout(SETTLE_MS)
    seen: list[tuple[float, float]] = []
    for _ in range(8):
        x, y, n = page.page.evaluate(MIDDLE)
        seen.append((x, y) if n > 100 else (np.nan, np.nan))
        page.page.wait_for_timeout(60)
    return np.nanmedian(np.array(seen, dtype=np.float64), axis=0)


def test_the_eyes_follow_and_come_back(page: Gauge) -> None:
    mouse = page.page.mouse
    mouse.move(5, 250)
    left = middle(page)
    mouse.move(615, 250)
    right = middle(page)
    assert right[0] > left[0] + 4.0
    mouse.move(310, 5)
    up = middle(page)
    mouse.move(310, 615)
    assert middle(page)[1] > up[1] + 3.0
    # A pointer that rests grows dull: they look at the viewer again.
    mouse.move(615, 250)
    page.page.wait_for_timeout(2_700)
    back = middle(page)
    assert right[0] - back[0] > (right[0] - left[0]) / 4.0
    assert page.complaints == []


def test_with_reduced_motion_they_stay(page: Gauge) -> None:
    """What is left is the head's own idle sway."""
    moved: dict[str, float] = {}
    motions: tuple[Literal["no-preference", "reduce"], ...] = ("no-preference", "reduce")
    for motion in motions:
        page.page.emulate_media(reduced_motion=motion)
        page.page.mouse.move(5, 250)
        left = middle(page)
        page.page.mouse.move(615, 250)
        moved[motion] = float(abs(middle(page)[0] - left[0]))
    assert moved["reduce"] < moved["no-preference"] / 2.0
