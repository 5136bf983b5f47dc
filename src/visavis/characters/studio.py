"""Photographs of characters: the real Rive player in a real Chromium, stepped by hand.

No clock and no socket: the same steps give the same pixels, and every request of the page is
answered from memory.
"""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visavis.bench.browser.chromium import find_chromium
from visavis.errors import SetupError
from visavis.face.contract import EMOTIONS, VISEMES, weight_name

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

STATIC = Path(__file__).parents[1] / "static"
WHITE = "#ffffff"
_ORIGIN = "http://studio.invalid/"  # never resolved: every request is answered here
_PAGE = '<!doctype html><meta charset="utf-8"><script type="module" src="studio.js"></script>'
Controls = Mapping[str, float | bool]


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a sheet: its label, the controls from a fresh start, and for how long."""

    label: str
    controls: Controls
    seconds: float = 0.5


@dataclass(frozen=True, slots=True)
class Studio:
    """A character before the camera. `plane` is `vm` (view model) or `in` (inputs)."""

    page: Page
    plane: str
    complaints: list[str]
    """What the page has complained about since it was opened."""

    def load(self, riv: bytes, size_px: int) -> None:
        """Seat another character; raises SetupError where the player refuses it."""
        data = base64.b64encode(riv).decode()
        try:
            self._call("load", data, f"{_ORIGIN}rive.wasm", size_px)
        except Exception as error:
            if "refuses" not in str(error):
                raise
            raise SetupError(
                "The Rive player refuses this file.", hint="`visavis character lint` may tell why."
            ) from error

    def reset(self) -> None:
        """Back to the first frame, all controls at rest."""
        self._call("reset")

    def set(self, name: str, value: float | bool) -> None:
        """Set a control, or fire it."""
        self._call("set", self.plane, name, value)

    def advance(self, seconds: float) -> None:
        """Let time pass in frames of 1/60 s."""
        self._call("advance", seconds)

    def pose(self, controls: Controls, seconds: float = 0.5) -> None:
        """Set controls, then let time pass."""
        self._call("pose", self.plane, {"controls": dict(controls), "seconds": seconds})

    def picture(self) -> bytes:
        """What is shown now: a PNG with its transparency."""
        return _png(self._call("picture"))

    def sheet(
        self, cells: Iterable[Cell], columns: int, cell_px: int, ground: str = WHITE
    ) -> bytes:
        """Labelled pictures in rows, a PNG."""
        items = [
            {"label": c.label, "controls": dict(c.controls), "seconds": c.seconds} for c in cells
        ]
        return _png(self._call("sheet", self.plane, items, columns, cell_px, ground))

    def frame_ms(self, frames: int = 120, quantile: float = 0.5) -> float:
        """Milliseconds of one frame, its pixels read back, on this machine: of so many, the median
        or another quantile 0...1."""
        return float(self._call("frameMs", frames, quantile))

    def _call(self, name: str, *arguments: object) -> Any:
        return self.page.evaluate(f"(all) => window.studio.{name}(...all)", list(arguments))


@contextmanager
def studio(riv: bytes, *, size_px: int = 600, plane: str = "vm") -> Generator[Studio, None, None]:
    """Open a Chromium with a character in it.

    Raises:
        SetupError: no Chromium, no playwright, or the page was not built.
    """
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SetupError(
            "Pictures need playwright.", hint="pip install 'visavis[bench]'"
        ) from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        try:
            page = browser.new_page()
            seen = Studio(page, plane, [])
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            page.on("console", lambda line: seen.complaints.append(line.text))
            page.route("**/*", _answer)
            page.goto(_ORIGIN)
            page.wait_for_function("window.studio !== undefined")
            seen.load(riv, size_px)
            yield seen
        finally:
            browser.close()


def mouth_cells() -> list[Cell]:
    """The fifteen mouths, each at full weight."""
    return [Cell(viseme, {weight_name(viseme): 100}) for viseme in VISEMES]


def expression_cells() -> list[Cell]:
    """Moods, emotions at rest and speaking, gaze, a blink, and each gesture at its height."""
    cells = [
        Cell("idle", {}, 0.6),
        Cell("listening", {"is_listening": True}, 1.0),
        Cell("thinking", {"is_thinking": True}, 1.2),
        Cell("speaking", {"is_speaking": True, weight_name("E"): 100, "energy": 60}, 1.4),
        Cell("blink", {}, 1.9 + 0.085),
    ]
    for index, emotion in enumerate(EMOTIONS):
        cells.append(Cell(emotion, {"emotion": index}, 0.8))
    for index, emotion in enumerate(EMOTIONS):
        spoken = {"emotion": index, "is_speaking": True, weight_name("aa"): 100, "energy": 60}
        cells.append(Cell(f"{emotion}, speaking", spoken, 0.8))
    for name, at_s in (
        ("gesture", 0.34),
        ("wave", 0.78),
        ("think", 0.8),
        ("celebrate", 0.42),
        ("shrug", 0.6),
    ):
        cells.append(Cell("nod" if name == "gesture" else name, {name: True}, at_s))
    looks = (("left up", -100, -100), ("right", 100, 0), ("down", 0, 100))
    cells += [Cell(f"looks {n}", {"gaze_x": x, "gaze_y": y}, 0.6) for n, x, y in looks]
    return cells


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(_ORIGIN)
    kinds = {"": "text/html", "studio.js": "text/javascript", "rive.wasm": "application/wasm"}
    if name not in kinds:
        route.abort()
        return
    try:
        body = (STATIC / name).read_bytes() if name else _PAGE.encode()
    except OSError:
        route.abort()
        return
    route.fulfill(body=body, content_type=kinds[name])


def _png(address: str) -> bytes:
    return base64.b64decode(address.split(",", 1)[1])
