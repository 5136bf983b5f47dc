"""`visavis bench bargein`: speak over Pip, and see how soon he is silent, and whether he should be.

The definitions are in bargein/trial.py, the names of the figures in bargein/figures.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from visavis.bench.bargein.casting import make_scenes
from visavis.bench.bargein.figures import bargein_figures
from visavis.bench.bargein.listener import perform
from visavis.bench.bargein.stage import open_stage
from visavis.bench.bargein.trial import Scene, Trial
from visavis.bench.corpus.studio import Studio, version
from visavis.bench.latency import COLUMNS, PER_CONVERSATION, console
from visavis.bench.report import Report, commit, print_json
from visavis.bench.server import Server, running, serve_command
from visavis.bench.talk_contender import skip_greeting
from visavis.bench.talker import talk_to

Note = Callable[[Trial], None]


def bargein(
    turns: Annotated[int, typer.Option(min=1, help="Answers to speak over.")] = 60,
    browser: Annotated[
        bool, typer.Option("--browser", help="Through real headless Chromium.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Who says what, and when.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Interrupt, cough and hum over answers; time the silence, count what stops him."""
    commit()
    scenes = make_scenes(turns, seed, Studio(), _say)
    trials: list[Trial] = []
    try:
        asyncio.run(_measure(scenes, trials, in_browser=browser))
    except KeyboardInterrupt:
        console.print("Interrupted; these are the trials so far.")
    if not trials:
        return
    figures = {name: round(value, 3) for name, value in bargein_figures(trials).items()}
    settings = {"turns": turns, "listener": "browser" if browser else "socket", "seed": seed}
    report = Report("bargein", figures, settings | {"corpus": version()})
    if as_json:
        print_json(report)
        return
    for trial in trials:
        console.print(line_of(trial))
    report.print_table(console)


def line_of(trial: Trial) -> str:
    """One trial for people, in rich's markup."""
    intrusion = trial.scene.intrusion
    times = {"silent": trial.silence_ms, "mouth": trial.mouth_ms, "stop": trial.stop_ms}
    times["resumed"] = trial.resume_ms
    shown = ", ".join(f"{name} {ms:.0f}" for name, ms in times.items() if ms is not None)
    what = f"{trial.verdict.value:<9} {intrusion.kind.value:<15}"
    return f"{what} {escape(intrusion.words)} [dim]{shown}{' ms' if shown else trial.why_void}[/]"


async def _measure(scenes: Sequence[Scene], trials: list[Trial], *, in_browser: bool) -> None:
    async with running(serve_command("pip")) as server:
        with _speaking(trials, len(scenes)) as note:
            for first in range(0, len(scenes), PER_CONVERSATION):
                together = scenes[first : first + PER_CONVERSATION]
                await (_in_browser if in_browser else _over_socket)(together, server, note)


async def _over_socket(scenes: Sequence[Scene], server: Server, note: Note) -> None:
    async with talk_to(server.talk_url) as talker:
        await skip_greeting(talker)
        for scene in scenes:
            note(await perform(talker, scene))


async def _in_browser(scenes: Sequence[Scene], server: Server, note: Note) -> None:
    async with open_stage(server.page_url, scenes) as (stage, scripts):
        for script in scripts:
            note(await stage.perform(script))


@contextmanager
def _speaking(trials: list[Trial], n: int) -> Generator[Note, None, None]:
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("Speaking over Pip", total=n)

        def note(trial: Trial) -> None:
            trials.append(trial)
            bar.advance(task)

        yield note


def _say(message: str) -> None:
    console.print(message, markup=False, highlight=False, soft_wrap=True)
