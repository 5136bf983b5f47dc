"""`visavis bench lips-hour`: an hour of speech through LipSync, in crumbs and in chunks.

Does memory stay flat, do the last cues lie where the first ones did, and are they the same however
the sound was cut? The voice's own phonemes tell the lips what is said, or, with `--by-ear`, nothing
does.

| figure | what it is |
|---|---|
| `drift_p50_ms` | how much later the cues of the last minute but one lie than the second's |
| `apart_p95_ms`, `alike_rate` | how far apart; the share that has a like one within 100 ms |
| `same_cues_rate` | share of the cues that pushes of 1 ms and of 1 s have in common |
| `memory_growth_mb` | resident memory at the end less that after the first minute |
| `cpu_per_second_ms` | processor time for a second of sound, in pushes of 20 ms |
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Annotated

import numpy as np
import psutil
import typer
from numpy.typing import NDArray
from rich.progress import Progress

from visavis.bench.echo.command import REPLIES
from visavis.bench.latency import COLUMNS, console
from visavis.bench.report import Report, commit, show
from visavis.ear_weights import ear_weights
from visavis.events import Cue
from visavis.lips.lipsync import LipSync
from visavis.lips.phonemes import Timed
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.voice.piper import Piper
from visavis.voice.tts import Voiced, VoiceStyle, spoken_whole

NEAR_MS = 100.0
_MEGA = 1_000_000
_PUSHES_S = (0.001, 0.02, 1.0)


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute of speech, said again and again: float32 [n] at `rate_hz`, and its phonemes."""

    sound: NDArray[np.float32]
    phones: tuple[Timed, ...]
    rate_hz: int
    lead_ms: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one run gave."""

    cues: tuple[Cue, ...]
    cpu_s: float
    growth_mb: float


def lips_hour(
    minutes: Annotated[int, typer.Option(min=4, help="How long.")] = 60,
    by_ear: Annotated[bool, typer.Option("--by-ear", help="Tell the lips nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Push an hour of speech through the lips: memory, drift, and cues in crumbs and chunks."""
    commit()
    minute = asyncio.run(voiced_minute(ModelStore()))
    told = () if by_ear else minute.phones
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("Listening", total=minutes * len(_PUSHES_S))
        found: dict[float, Stretch] = {}
        for push_s in _PUSHES_S:
            lips = LipSync(
                minute.rate_hz, lead_ms=minute.lead_ms, ear=ear_weights() if by_ear else None
            )
            step = round(push_s * minute.rate_hz)
            found[push_s] = run(lips, minute, told, minutes, step, lambda: bar.advance(task))
    crumbs, usual, chunks = (found[push_s] for push_s in _PUSHES_S)
    moved = drift(usual.cues, len(minute.sound), minutes, minute.rate_hz)
    figures = {
        "drift_p50_ms": moved.median_ms,
        "apart_p95_ms": moved.apart_p95_ms,
        "alike_rate": moved.alike_rate,
        "same_cues_rate": same_rate(crumbs.cues, chunks.cues),
        "n_cues": len(usual.cues),
        "memory_growth_mb": usual.growth_mb,
        "cpu_per_second_ms": 1_000.0 * usual.cpu_s / (minutes * len(minute.sound) / minute.rate_hz),
    }
    settings = {"minutes": minutes, "told": "nothing" if by_ear else "phonemes"}
    report = Report("lips-hour", figures, settings)
    show(report, as_json, console)


def run(
    lips: LipSync,
    minute: Minute,
    told: tuple[Timed, ...],
    minutes: int,
    step: int,
    done: Callable[[], None] = lambda: None,
) -> Stretch:
    """Push the minute again and again, in pieces of `step` samples that do not end with it."""
    process = psutil.Process()
    cues: list[Cue] = []
    began, before = time.process_time(), 0
    rest = np.zeros(0, dtype=np.float32)
    for number in range(minutes):
        cues += lips.push(phones=told)
        sound = np.concatenate([rest, minute.sound])
        whole = len(sound) // step * step
        for at in range(0, whole, step):
            cues += lips.push(sound[at : at + step])
        rest = sound[whole:]
        if number == 0:
            before = process.memory_info().rss
        done()
    growth_mb = (process.memory_info().rss - before) / _MEGA
    cues += lips.push(rest)
    cues += lips.finish()
    return Stretch(tuple(cues), time.process_time() - began, growth_mb)


@dataclass(frozen=True, slots=True)
class Drift:
    """How the cues of a late minute lie beside those of an early one."""

    median_ms: float
    """Later is positive. NaN if no cue has a fellow."""
    apart_p95_ms: float
    alike_rate: float
    """Share of the early cues that have a fellow: the same shape, at most NEAR_MS away."""


def drift(cues: Sequence[Cue], minute_samples: int, minutes: int, rate_hz: int) -> Drift:
    """The last minute but one beside the second: the first has nothing before it and the last
    nothing behind it, so neither is like the others.

    Where sound decides on a pause it does so in hops that fall differently in every minute, so some
    cues lie a hop apart without any drift.
    """
    early, late = (
        [
            (cue.viseme, cue.at_sample - number * minute_samples)
            for cue in cues
            if number * minute_samples <= cue.at_sample < (number + 1) * minute_samples
        ]
        for number in (1, max(1, minutes - 2))
    )
    moved_ms = [
        1_000.0 * min((b - a for other, b in late if other == viseme), key=abs) / rate_hz
        for viseme, a in early
        if any(other == viseme for other, _ in late)
    ]
    near_ms = np.array([ms for ms in moved_ms if abs(ms) <= NEAR_MS])
    if not len(near_ms):
        return Drift(math.nan, math.nan, 0.0)
    apart_p95_ms = float(np.percentile(np.abs(near_ms), 95))
    return Drift(float(np.median(near_ms)), apart_p95_ms, len(near_ms) / len(early))


def same_rate(one: Sequence[Cue], other: Sequence[Cue]) -> float:
    """Share of all cues that both have."""
    both, either = set(one) & set(other), set(one) | set(other)
    return len(both) / max(1, len(either))


async def voiced_minute(store: ModelStore) -> Minute:
    """The default voice says the replies until a minute is full. Raises ModelMissingError."""
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))
    try:
        said = [await spoken_whole(piper, text, VoiceStyle()) for text in REPLIES]
        return _minute(said, piper.rate_hz, piper.lead_ms)
    finally:
        await piper.aclose()


def _minute(said: Sequence[Voiced], rate_hz: int, lead_ms: float) -> Minute:
    n_samples = 60 * rate_hz
    sounds: list[NDArray[np.float32]] = []
    phones: list[Timed] = []
    n_left = n_samples
    for one in cycle(said):
        if len(one.sound) + rate_hz > n_left:
            break
        told = sum(n for _, n in one.phones)
        pause = rate_hz // 2 + len(one.sound) - told  # phonemes and sound differ by a few samples
        sounds += [one.sound, np.zeros(rate_hz // 2, dtype=np.float32)]
        phones += [*one.phones, (" ", pause)]
        n_left -= len(one.sound) + rate_hz // 2
    sounds.append(np.zeros(n_left, dtype=np.float32))
    phones.append((" ", n_left))
    return Minute(np.concatenate(sounds), tuple(phones), rate_hz, lead_ms)
