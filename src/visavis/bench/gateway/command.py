"""`visavis bench gateway`: many sessions through the gateway and through a bare relay, in turn."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import soxr
import typer
from rich.progress import Progress

from visavis.bench.gateway.figures import Round, figures_of
from visavis.bench.gateway.load import CHUNK_S, PACE, RATE_HZ, Notes, Plan, Provider, put_under_load
from visavis.bench.latency import COLUMNS, console
from visavis.bench.lips.endurance import voiced_minute
from visavis.bench.report import Report, commit, show
from visavis.ear_weights import PATH, ear_weights
from visavis.errors import SetupError
from visavis.hear.audio import pcm_from_float
from visavis.models import ModelStore

Kind = Literal["gateway", "bare"]
_START_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process of its own."""

    url: str
    pid: int


def gateway(
    sessions: Annotated[int, typer.Option(min=1, help="Sessions at once.")] = 100,
    talking: Annotated[int, typer.Option(min=1, help="Of those, talking at once.")] = 30,
    seconds: Annotated[int, typer.Option(min=3, help="How long each round is watched.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each server, in turn.")] = 3,
    ear: Annotated[
        Path | None, typer.Option(help="Other weights than those of the package.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What the gateway adds to each chunk of sound, beside a bare relay under the same load."""
    commit()
    ear_weights(ear or PATH)  # says now if they are missing
    minute = asyncio.run(voiced_minute(ModelStore()))
    speech = pcm_from_float(soxr.resample(minute.sound, minute.rate_hz, RATE_HZ))
    plan = Plan(sessions, min(talking, sessions), seconds, speech)
    found = asyncio.run(_measure(plan, rounds, ear))
    report = Report(
        "gateway",
        figures_of(found["gateway"], found["bare"]),
        {
            "sessions": plan.n_sessions,
            "talking": plan.n_talking,
            "seconds": seconds,
            "rounds": rounds,
            "chunk_ms": 1_000.0 * CHUNK_S,
            "pace": PACE,
            "ear": PATH.name if ear is None else ear.name,
        },
    )
    show(report, as_json, console)


async def _measure(plan: Plan, rounds: int, ear: Path | None) -> dict[Kind, list[Round]]:
    found: dict[Kind, list[Round]] = {"gateway": [], "bare": []}
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("Talking", total=2 * rounds)
        for _ in range(rounds):
            for kind, done in found.items():
                done.append(await one_round(kind, plan, ear))
                bar.advance(task)
    return found


async def one_round(kind: Kind, plan: Plan, ear: Path | None) -> Round:
    """A fresh server under load, then gone."""
    notes = Notes()
    async with (
        Provider(plan, notes).running() as provider_url,
        _server(kind, provider_url, ear) as server,
    ):
        return await put_under_load(plan, notes, server.url, server.pid, signed=kind == "gateway")


@asynccontextmanager
async def _server(kind: Kind, provider_url: str, ear: Path | None) -> AsyncGenerator[Running, None]:
    """Raises SetupError: it does not come up."""
    command = [sys.executable, "-m", "visavis.bench.gateway.server", kind, provider_url]
    process = await asyncio.create_subprocess_exec(
        *command, *([str(ear)] if ear else []), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_START_S):
                port = (await process.stdout.readline()).decode().strip()
        except TimeoutError:
            port = ""
        if not port:
            raise SetupError(f"The {kind} server did not come up.")
        yield Running(f"http://127.0.0.1:{port}", process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
