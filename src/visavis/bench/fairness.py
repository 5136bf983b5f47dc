"""`visavis bench fairness`: several people talk to one server at once; how does the slowest fare?

Every session asks questions of its own, one after the other, as in `visavis bench latency`; they
begin a little apart, and from then on nobody waits for anybody. The same questions are then asked
by one session alone, so that both numbers come from one run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Annotated

import typer

from visavis.bench.contender import run
from visavis.bench.corpus import open_corpus
from visavis.bench.corpus.studio import version
from visavis.bench.figures import times_ms
from visavis.bench.intervals import named, percentile_estimates, share_estimate
from visavis.bench.latency import PER_CONVERSATION, Run, asking, console
from visavis.bench.recording import Recording
from visavis.bench.report import Report, show
from visavis.bench.server import running, serve_command
from visavis.bench.talk_contender import VisavisContender
from visavis.bench.turns import Turn

_APART_S = 1.3
"""Between two sessions' beginnings: visitors do not arrive in step."""


@dataclass(slots=True)
class Crowd:
    """What was found: every session's turns, and those of one session alone."""

    sessions: list[list[Turn]] = field(default_factory=list[list[Turn]])
    alone: list[Turn] = field(default_factory=list[Turn])


def fairness(
    sessions: Annotated[int, typer.Option(min=2, help="People at once.")] = 4,
    turns: Annotated[int, typer.Option(min=2, help="Questions each of them asks.")] = 12,
    persona: Annotated[str, typer.Option(help="Who answers: pip, support or museum.")] = "pip",
    seed: Annotated[int, typer.Option(help="Which questions, in which order.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Talk to one server from several sessions at once; report the slowest."""
    recordings = open_corpus().select(persona=persona, n=sessions * turns, seed=seed)
    crowd = Crowd()
    try:
        asyncio.run(_measure(recordings, sessions, persona, crowd))
    except KeyboardInterrupt:
        console.print("Interrupted; these are the turns so far.")
    settings = {"sessions": sessions, "turns": turns, "persona": persona, "seed": seed}
    report = Report("fairness", crowd_figures(crowd), settings | {"corpus": version()})
    show(report, as_json, console)


async def _measure(
    recordings: Sequence[Recording], n_sessions: int, persona: str, crowd: Crowd
) -> None:
    shares = [recordings[i::n_sessions] for i in range(n_sessions)]
    crowd.sessions = [[] for _ in shares]
    async with running(serve_command(persona)) as server:
        with asking(Run(), len(recordings) + len(shares[0])) as bar:
            contender = VisavisContender(server.talk_url)
            async with asyncio.TaskGroup() as group:
                for share, found in zip(shares, crowd.sessions, strict=True):
                    note = _into(found, bar)
                    group.create_task(run([contender], share, PER_CONVERSATION, note))
                    await asyncio.sleep(_APART_S)
            await run([contender], shares[0], PER_CONVERSATION, _into(crowd.alone, bar))


def _into(found: list[Turn], also: Callable[[Turn], None]) -> Callable[[Turn], None]:
    def note(turn: Turn) -> None:
        found.append(turn)
        also(turn)

    return note


def crowd_figures(crowd: Crowd) -> dict[str, float]:
    """*voice* of every answered turn, cold ones too: of the slowest session, of all, and alone."""
    figures: dict[str, float] = {}
    voices = [times for turns in crowd.sessions if (times := times_ms(turns))]
    if voices:
        figures |= _times("slowest", max(voices, key=median))
        figures |= _times("crowd", [time for times in voices for time in times])
        figures["fastest_voice_p50_ms"] = min(map(median, voices))
    if alone := times_ms(crowd.alone):
        figures |= _times("alone", alone)
    turns = [turn for session in crowd.sessions for turn in session]
    missed = share_estimate(sum(turn.missed for turn in turns), len(turns))
    cut = share_estimate(sum(bool(turn.cutoffs_ms) for turn in turns), len(turns))
    figures |= {"n_turns": len(turns)}
    figures |= named("missed_rate", missed) | named("false_cutoff_rate", cut)
    return {name: round(value, 3) for name, value in figures.items()}


def _times(name: str, times: Sequence[float]) -> dict[str, float]:
    p50, p95 = percentile_estimates(times, (50, 95))
    return named(f"{name}_voice_p50_ms", p50) | named(f"{name}_voice_p95_ms", p95)
