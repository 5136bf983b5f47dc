"""`visavis bench latency`: how long after your last word the answer is heard.

The definitions are in `bench/turns.py`, the names of the figures in `bench/figures.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import psutil
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.bench.browser import Browser, BrowserNotes, browser_figures
from visavis.bench.contender import run
from visavis.bench.corpus import open_corpus
from visavis.bench.corpus.studio import version
from visavis.bench.figures import by_contender, turn_figures
from visavis.bench.html import html_report
from visavis.bench.listening import listen
from visavis.bench.recording import Recording, SpeakerKind, Split
from visavis.bench.report import Report, commit, print_json
from visavis.bench.server import Footprint, Server, footprint, running, serve_command
from visavis.bench.talk_contender import VisavisContender
from visavis.bench.tradeoff import TradeOff, prepare, readiness, trade_off
from visavis.bench.turns import Turn
from visavis.errors import ConfigError

PER_CONVERSATION = 10
"""Questions asked in one conversation, before a new one is begun."""

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeRemainingColumn(),
)

console = Console(stderr=True)


@dataclass(slots=True)
class Run:
    """What one run has found so far; whole after Ctrl-C too."""

    turns: list[Turn] = field(default_factory=list[Turn])
    footprint: Footprint | None = None
    harness_cpu_percent: float | None = None
    browser: BrowserNotes | None = None


def latency(  # noqa: PLR0913, PLR0917 - one parameter for each option
    turns: Annotated[int, typer.Option(min=1, help="Questions to ask.")] = 50,
    browser: Annotated[
        bool, typer.Option("--browser", help="Through real headless Chromium.")
    ] = False,
    persona: Annotated[str, typer.Option(help="Who answers: pip, support or museum.")] = "pip",
    url: Annotated[
        str | None, typer.Option(help="ws://… of a running server; otherwise one is started.")
    ] = None,
    split: Annotated[
        Split, typer.Option(help="Whose voices: those of test, or of fit for tuning.")
    ] = "test",
    voices: Annotated[
        SpeakerKind, typer.Option(help="Classic are formant and diphone voices.")
    ] = "neural",
    seed: Annotated[int, typer.Option(help="Which questions, in which order.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a report with pictures here.")] = None,
) -> None:
    """Ask spoken questions in real time and time the answers."""
    recordings = open_corpus().select(persona=persona, n=turns, seed=seed, split=split, kind=voices)
    way: Literal["browser", "socket"] = "browser" if browser else "socket"
    found = Run()
    try:
        asyncio.run(_measure(recordings, persona, url, way, found))
    except KeyboardInterrupt:
        console.print("Interrupted; these are the turns so far.")
    if not found.turns:
        return
    settings = {"turns": turns, "persona": persona, "url": url, "listener": way}
    settings |= {"split": split, "voices": voices, "seed": seed, "corpus": version()}
    report = Report("latency", run_figures(found), settings)
    show(report, found.turns, as_json)
    if html is not None:
        title = "How long after your last word"
        page = html_report(title, report, found.turns, _trade_off(found.turns))
        html.write_text(page, encoding="utf-8")
        console.print(f"Wrote {html}")


async def _measure(
    recordings: list[Recording],
    persona: str,
    url: str | None,
    way: Literal["browser", "socket"],
    found: Run,
) -> None:
    async with _server(url, persona) as server:
        found.footprint = await footprint(server)
        with asking(found, len(recordings)) as note:
            if way == "socket":
                contender = VisavisContender(server.talk_url)
                await run([contender], recordings, PER_CONVERSATION, note)
            else:
                await _measure_in_browser(recordings, persona, server, found, note)


async def _measure_in_browser(
    recordings: list[Recording],
    persona: str,
    server: Server,
    found: Run,
    note: Callable[[Turn], None],
) -> None:
    browser = Browser(server.page_url, recordings, PER_CONVERSATION)
    try:
        await run([browser], recordings, PER_CONVERSATION, note)
    finally:
        found.turns = browser.measured(found.turns)
        found.browser = browser.notes


@asynccontextmanager
async def _server(url: str | None, persona: str) -> AsyncGenerator[Server, None]:
    """The given server, or a fresh one in its own process."""
    if url is None:
        async with running(serve_command(persona)) as server:
            yield server
        return
    parts = urlsplit(url)
    if parts.scheme not in {"ws", "http"} or parts.hostname is None:
        raise ConfigError(f"'{url}' is no server's address.", hint="Try ws://127.0.0.1:8300")
    yield Server(parts.port or 80, parts.hostname)


@contextmanager
def asking(found: Run, n_turns: int) -> Generator[Callable[[Turn], None], None, None]:
    """Show progress, gather turns, and weigh what the harness itself takes."""
    commit()
    me = psutil.Process()
    began_s, used_s = time.monotonic(), sum(me.cpu_times()[:2])
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("Asking", total=n_turns)

        def note(turn: Turn) -> None:
            found.turns.append(turn)
            bar.advance(task)

        try:
            yield note
        finally:
            used_s = sum(me.cpu_times()[:2]) - used_s
            found.harness_cpu_percent = 100.0 * used_s / (time.monotonic() - began_s)


def _trade_off(turns: Sequence[Turn]) -> TradeOff | None:
    """What other commit rules would have given; None if no turn tells how long the work takes."""
    if not any(readiness(turn) for turn in turns):
        return None
    asked = {turn.recording.recording_id: turn.recording for turn in turns}
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        recordings = bar.track(asked.values(), description="Listening again")
        silences = asyncio.run(listen(recordings))
    return trade_off(prepare(silences, turns), by_contender(turns))


def run_figures(found: Run) -> dict[str, float]:
    """The turns' figures, and what server and harness take."""
    figures = turn_figures(found.turns)
    if found.footprint is not None:
        figures["server_memory_mb"] = found.footprint.memory_mb
        figures["idle_cpu_percent"] = found.footprint.idle_cpu_percent
    if found.harness_cpu_percent is not None:
        figures["harness_cpu_percent"] = found.harness_cpu_percent
    if found.browser is not None:
        figures |= browser_figures(found.browser)
    return {name: round(value, 3) for name, value in figures.items()}


def _after(turn: Turn) -> str:
    """The time after t0, for people."""
    if turn.voice_ms is not None:
        return f"{turn.voice_ms:5.0f} ms"
    return " missed" if turn.missed else "   early"


def show(report: Report, turns: Sequence[Turn], as_json: bool) -> None:
    """Print the result: for programs, or turn by turn for people."""
    if as_json:
        print_json(report)
        return
    for turn in turns:
        after = _after(turn)
        cut = "".join(f"  [red]cut off at {at:.0f} ms[/]" for at in turn.cutoffs_ms)
        words = f"{escape(turn.transcript)} [dim]→ {escape(turn.text)}[/]"
        console.print(f"{after}  {turn.contender} {turn.kind:<9} {words}{cut}")
    report.print_table(console)
