"""`visavis bench peers`: Visavis and Pipecat, question by question, on the same weights."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from visavis.bench.contender import run
from visavis.bench.corpus import open_corpus
from visavis.bench.corpus.studio import version
from visavis.bench.figures import by_contender, turn_figures
from visavis.bench.html import html_report
from visavis.bench.latency import Run, asking, console, show
from visavis.bench.peers.contender import PipecatContender
from visavis.bench.peers.environment import agent_folder, ensure_environment
from visavis.bench.peers.parity import Pair, compare_legs, parity_figures
from visavis.bench.recording import Recording
from visavis.bench.report import Report
from visavis.bench.server import Footprint, footprint, running, serve_command
from visavis.bench.talk_contender import VisavisContender
from visavis.models import cache_dir

PER_CONVERSATION = 5
"""Questions asked of one contender before the next one has its turn."""

SETTINGS = ("default", "tuned")


@dataclass(slots=True)
class Peers:
    """What the run has found so far; whole after Ctrl-C too."""

    asked: Run = field(default_factory=Run)
    pairs: list[Pair] = field(default_factory=list[Pair])
    footprints: dict[str, Footprint] = field(default_factory=dict[str, Footprint])


def peers(
    turns: Annotated[int, typer.Option(min=1, help="Questions to ask each of the three.")] = 50,
    persona: Annotated[str, typer.Option(help="Who answers: pip, support or museum.")] = "pip",
    seed: Annotated[int, typer.Option(help="Which questions, in which order.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a report with pictures here.")] = None,
) -> None:
    """Ask Visavis and Pipecat the same questions in one run, and compare."""
    recordings = open_corpus().select(persona=persona, n=turns, seed=seed)
    found = Peers()
    try:
        asyncio.run(_measure(recordings, persona, found))
    except KeyboardInterrupt:
        console.print("Interrupted; these are the turns so far.")
    if not found.asked.turns and not found.pairs:
        return
    settings = {
        "turns": turns,
        "persona": persona,
        "seed": seed,
        "pipecat": "1.14.0",
        "corpus": version(),
    }
    report = Report("peers", peer_figures(found), settings)
    show(report, found.asked.turns, as_json)
    if html is not None:
        page = html_report("Visavis and Pipecat on the same weights", report, found.asked.turns)
        html.write_text(page, encoding="utf-8")


async def _measure(recordings: list[Recording], persona: str, found: Peers) -> None:
    with console.status("The peer's environment") as status:

        def say(line: str) -> None:
            status.update(escape(line))
            if not console.is_terminal:
                console.print(escape(line))

        python = ensure_environment(cache_dir(), say)
    agent = (str(python), str(agent_folder() / "agent.py"), "--persona", persona)
    async with running(serve_command(persona)) as ours, running(agent) as theirs:
        url = f"ws://{theirs.host}:{theirs.port}"
        for name, server in (("visavis", ours), ("pipecat", theirs)):
            if (seen := await footprint(server)) is not None:
                found.footprints[name] = seen
        await _compare_legs(url, recordings, persona, found.pairs)
        contenders = [
            VisavisContender(ours.talk_url),
            *(PipecatContender(url, setting) for setting in SETTINGS),
        ]
        await _warm_up(contenders, recordings[0])
        with asking(found.asked, len(recordings) * len(contenders)) as note:
            await run(contenders, recordings, PER_CONVERSATION, note)


async def _warm_up(
    contenders: list[VisavisContender | PipecatContender], recording: Recording
) -> None:
    """One question each that does not count: what is loaded on first use is loaded now."""
    for contender in contenders:
        async with contender.conversation() as conversation:
            await conversation.ask(recording)


async def _compare_legs(
    url: str, recordings: list[Recording], persona: str, pairs: list[Pair]
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Are the engines the same?", total=None)

        def note(pair: Pair, n_pairs: int) -> None:
            pairs.append(pair)
            bar.update(task, total=n_pairs, advance=1)

        await compare_legs(url, recordings, persona, note)


def peer_figures(found: Peers) -> dict[str, float]:
    """`<contender>_<figure of bench.figures>`, the legs' ratios, and what each server takes."""
    figures: dict[str, float] = {}
    for name, turns in by_contender(found.asked.turns).items():
        figures |= {f"{name}_{figure}": value for figure, value in turn_figures(turns).items()}
    figures |= parity_figures(found.pairs)
    for name, taken in found.footprints.items():
        figures[f"{name}_server_memory_mb"] = taken.memory_mb
        figures[f"{name}_idle_cpu_percent"] = taken.idle_cpu_percent
    if found.asked.harness_cpu_percent is not None:
        figures["harness_cpu_percent"] = found.asked.harness_cpu_percent
    return {name: round(value, 3) for name, value in figures.items()}
