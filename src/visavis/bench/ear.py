"""`visavis bench ear`: what hearing costs, in Python on one core, and in a real browser.

| figure | what it is |
|---|---|
| `python_p50_ms`, `python_p95_ms` | processor time for each 10 ms of sound, in pushes of 20 ms |
| `chromium_p50_ms`, `chromium_p95_ms` | the same in the page's worker, by the clock |
| `delay_ms` | so much sound behind a moment is heard before its shape is certain |

The sound is a gliding tone with its harmonics: the net does the same work for any sound.
"""

from __future__ import annotations

import time
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.bench.browser.gauge import gauge
from visavis.bench.latency import console
from visavis.bench.report import Report, commit, show
from visavis.ear_weights import ear_weights
from visavis.lips.ear import RATE_HZ, Ear

_PUSH_SAMPLES = RATE_HZ // 50
_HOPS_A_PUSH = 2.0
_WARM_UP_S = 2


def ear(
    seconds: Annotated[int, typer.Option(min=1, help="How much sound.")] = 30,
    browser: Annotated[bool, typer.Option("--browser", help="In Chromium as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure what the ear costs for each 10 ms of sound."""
    commit()
    delay_ms = Ear(ear_weights()).delay_samples * 1_000.0 / RATE_HZ
    figures = {**_named("python", python_costs_ms(seconds)), "delay_ms": delay_ms}
    if browser:
        with gauge(witness="absent") as page:
            taken = page.call("ear", seconds + _WARM_UP_S)
        figures |= _named("chromium", np.array(taken[10 * _WARM_UP_S :]))
    report = Report("ear", figures, {"seconds": seconds, "threads": 1})
    show(report, as_json, console)


def python_costs_ms(seconds: int) -> NDArray[np.float64]:
    """Processor time of this thread for each 10 ms of sound, one value a push, float64 [n]."""
    hearing = Ear(ear_weights())
    sound = _tone((seconds + _WARM_UP_S) * RATE_HZ)
    costs_ms: list[float] = []
    for at in range(0, len(sound), _PUSH_SAMPLES):
        began_ns = time.thread_time_ns()
        hearing.push(sound[at : at + _PUSH_SAMPLES])
        costs_ms.append((time.thread_time_ns() - began_ns) / 1e6 / _HOPS_A_PUSH)
    return np.array(costs_ms[_WARM_UP_S * RATE_HZ // _PUSH_SAMPLES :])


def _tone(n_samples: int) -> NDArray[np.float32]:
    t = np.arange(n_samples) / RATE_HZ
    phase = 2 * np.pi * (120 * t + 4 * np.sin(5 * t))
    tone = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin(7 * phase)
    return (0.2 * tone).astype(np.float32)


def _named(where: str, costs_ms: NDArray[np.float64]) -> dict[str, float]:
    p50, p95 = np.percentile(costs_ms, (50, 95))
    return {f"{where}_p50_ms": float(p50), f"{where}_p95_ms": float(p95)}
