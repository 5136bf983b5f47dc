"""`visavis bench frames`: what a drawn frame costs, and how often one is drawn, in real Chromium.

| figure | what it is |
|---|---|
| `frame_p50_ms`, `frame_p95_ms` | one whole frame of a speaking character: the pose, Rive's advance, its drawing commands |
| `pose_p50_ms` | the pose alone: mouth, moments, eyes, and telling them to the character |
| `frame_read_p50_ms`, `frame_read_p95_ms` | the same and its pixels, rasterised and read back |
| `interval_p50_ms` | from one frame to the next, while it speaks |
| `idle_fps` | frames a second while it only breathes |
| `idle_cpu_percent` | one core's share of all of Chromium's processes meanwhile |
| `away_fps` | frames a second while it is scrolled out of view |
| `hidden_fps` | the same in a tab that says that it is hidden |

A tab behind another gets no frames from the browser at all; here it gets them, is told that it is
hidden, and draws none of them.
"""  # noqa: E501 - a table's lines can't be broken

from __future__ import annotations

from typing import Annotated, cast

import numpy as np
import typer

from visavis.bench.browser.chromium import Meter
from visavis.bench.browser.gauge import Gauge, gauge
from visavis.bench.latency import console
from visavis.bench.report import Report, commit, show

_SETTLE_S = 3.0
HIDE = "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })"
_SCROLL = "document.body.style.paddingTop = '5000px'"


def frames(
    character: Annotated[str, typer.Option(help="Who is drawn.")] = "pip",
    size: Annotated[int, typer.Option(min=64, max=1600, help="Pixels, wide and high.")] = 800,
    n: Annotated[int, typer.Option("--frames", min=50, help="Frames of each kind.")] = 600,
    seconds: Annotated[float, typer.Option(min=1.0, help="To count idle frames for.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the cost of a frame, and how many are drawn while nothing happens."""
    commit()
    with gauge(size_px=size + 20, witness="absent") as page:
        figures = {**_costs(page, character, size, n), **_paces(page, character, size, seconds)}
    settings = {"character": character, "size_px": size, "frames": n, "seconds": seconds}
    report = Report("frames", figures, settings)
    show(report, as_json, console)


def _costs(page: Gauge, character: str, size_px: int, n: int) -> dict[str, float]:
    left, read = (
        cast("dict[str, list[float]]", page.call("frames", character, size_px, n, how))
        for how in ("leave", "read")
    )
    frame_ms = np.array(left["posedMs"]) + np.array(left["drawnMs"])
    read_ms = np.array(read["posedMs"]) + np.array(read["drawnMs"]) + np.array(read["readMs"])
    return {
        "frame_p50_ms": float(np.percentile(frame_ms, 50)),
        "frame_p95_ms": float(np.percentile(frame_ms, 95)),
        "pose_p50_ms": float(np.percentile(left["posedMs"], 50)),
        "frame_read_p50_ms": float(np.percentile(read_ms, 50)),
        "frame_read_p95_ms": float(np.percentile(read_ms, 95)),
        "interval_p50_ms": float(np.percentile(left["intervalMs"], 50)),
    }


def _paces(page: Gauge, character: str, size_px: int, seconds: float) -> dict[str, float]:
    page.call("open", character, size_px)
    page.page.wait_for_timeout(1_000 * _SETTLE_S)
    meter = Meter()
    found = {"idle_fps": counted_fps(page, seconds)}
    found["idle_cpu_percent"] = meter.read().chromium_percent
    for name, script, back in (
        ("away_fps", _SCROLL, "document.body.style.paddingTop = 0"),
        ("hidden_fps", HIDE, "delete document.hidden"),
    ):
        page.page.evaluate(script)
        page.page.wait_for_timeout(300)
        found[name] = counted_fps(page, min(3.0, seconds))
        page.page.evaluate(back)
    return found


def counted_fps(page: Gauge, seconds: float) -> float:
    """Frames drawn a second, by the page's own clock."""
    count = "[performance.now(), gauge.nDrawn()]"
    began_ms, before = page.page.evaluate(count)
    page.page.wait_for_timeout(1_000 * seconds)
    ended_ms, after = page.page.evaluate(count)
    return 1_000.0 * (after - before) / (ended_ms - began_ms)
