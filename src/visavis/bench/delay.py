"""`visavis bench delay`: can this instrument see 30 ms, and say where they were lost?

The same questions are asked of two servers in turn, one of which has an artificially slow stage
(bench/slowed.py). The benchmark must find that stage by itself.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from visavis.bench.contender import run
from visavis.bench.corpus import open_corpus
from visavis.bench.corpus.studio import version
from visavis.bench.latency import PER_CONVERSATION, Run, asking, console
from visavis.bench.recording import Recording
from visavis.bench.report import Report, print_json
from visavis.bench.sensitivity import Shift, blame, shifts
from visavis.bench.server import Server, running
from visavis.bench.slowed import SLOW_STAGES, SlowStage
from visavis.bench.talk_contender import VisavisContender


def delay(
    stage: Annotated[
        Literal[SlowStage, "all"], typer.Option(help="Which stage to slow down.")
    ] = "stt",
    delay_ms: Annotated[float, typer.Option(min=0.0, help="By how much.")] = 30.0,
    turns: Annotated[int, typer.Option(min=8, help="Questions for each server and stage.")] = 20,
    seed: Annotated[int, typer.Option(help="Which questions.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Slow one stage down and see whether the benchmark finds it."""
    recordings = open_corpus().select(persona="pip", n=turns, seed=seed)
    found: dict[SlowStage, tuple[Shift, ...]] = {}
    try:
        asyncio.run(
            _measure(recordings, SLOW_STAGES if stage == "all" else (stage,), delay_ms, found)
        )
    except KeyboardInterrupt:
        console.print("Interrupted; these are the stages so far.")
    figures: dict[str, float] = {}
    for slowed, seen in found.items():
        figures |= _figures(slowed, seen)
        _print_table(console, slowed, seen)
    settings = {
        "stage": stage,
        "delay_ms": delay_ms,
        "turns": turns,
        "seed": seed,
        "corpus": version(),
    }
    if as_json and figures:
        print_json(Report("delay", figures, settings))


async def _measure(
    recordings: list[Recording],
    stages: tuple[SlowStage, ...],
    delay_ms: float,
    found: dict[SlowStage, tuple[Shift, ...]],
) -> None:
    async with running(_command("commit", 0.0)) as plain:
        for stage in stages:
            async with running(_command(stage, delay_ms)) as slow:
                found[stage] = await _compare(recordings, plain, slow)


def _command(stage: SlowStage, delay_ms: float) -> tuple[str, ...]:
    server = (sys.executable, "-m", "visavis.bench.slowed_server", "--stage", stage)
    return (*server, "--delay-ms", str(delay_ms))


async def _compare(recordings: list[Recording], plain: Server, slow: Server) -> tuple[Shift, ...]:
    contenders = [
        VisavisContender(plain.talk_url, "visavis_plain"),
        VisavisContender(slow.talk_url, "visavis_slow"),
    ]
    got = Run()
    with asking(got, 2 * len(recordings)) as note:
        await run(contenders, recordings, PER_CONVERSATION // 2, note)
    first, second = (
        [turn for turn in got.turns if turn.contender == contender.name] for contender in contenders
    )
    return shifts(first, second)


def _figures(stage: SlowStage, seen: tuple[Shift, ...]) -> dict[str, float]:
    """`<stage>_found_rate` is 1 if the slow stage is the one that was blamed."""
    blamed = blame(seen)
    figures = {f"{stage}_found_rate": float(blamed is not None and blamed.leg == stage)}
    for shift in seen:
        if shift.leg == stage:
            figures[f"{stage}_later_p50_ms"] = round(shift.later_ms.value, 2)
            figures[f"{stage}_later_p50_low_ms"] = round(shift.later_ms.low, 2)
            figures[f"{stage}_later_p50_high_ms"] = round(shift.later_ms.high, 2)
    return figures


def _print_table(console: Console, stage: SlowStage, seen: tuple[Shift, ...]) -> None:
    blamed = blame(seen)
    table = Table("leg", "pairs", "later, ms", "95 %", title=f"slowed: {stage}")
    for shift in seen:
        mark = " ←" if shift is blamed else ""
        between = f"{shift.later_ms.low:+.1f} … {shift.later_ms.high:+.1f}"
        table.add_row(shift.leg + mark, str(shift.n), f"{shift.later_ms.value:+.1f}", between)
    console.print(table)
