"""`visavis bench rule`: fit the commit rule on the fit voices, or try it on the test voices.

Fitting prints the numbers that hear/turn.py holds; nothing is written. The work's times are those
given as options: the rule must not depend on how busy this machine is.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import Progress

from visavis.bench.corpus import open_corpus
from visavis.bench.latency import COLUMNS, console
from visavis.bench.listening import listen
from visavis.bench.recording import Recording, Split
from visavis.bench.report import Report, show
from visavis.bench.rule_fit import SHAPES, Shape, choose_shape, fit_weights, held_out_weights
from visavis.bench.tradeoff import Case, Heard, Point, Readiness, outcome, scaled
from visavis.hear.turn import Evidence, commit_rule

PERSONAS = ("pip", "support", "museum")
_SCALES = (0.5, 0.7, 1.0, 1.4, 2.0)


def rule(
    split: Annotated[Split, typer.Option(help="fit: fit it; test: try what is in force.")] = "test",
    max_cutoff_rate: Annotated[float, typer.Option(help="Bearable false cut-offs.")] = 0.02,
    decided_ms: Annotated[float, typer.Option(help="Soft end to score and words.")] = 80.0,
    ready_ms: Annotated[float, typer.Option(help="Soft end to first sound.")] = 110.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit or try the rule that decides when to answer."""
    heard = _listen(_recordings(split))
    cases = [Case(one, Readiness(decided_ms, ready_ms, audible_ms=12.0)) for one in heard]
    settings = {"split": split, "decided_ms": decided_ms, "ready_ms": ready_ms}
    figures = {"n_recordings": float(len(heard))}
    figures |= _point_figures("in_force", outcome(cases, commit_rule, "in force"))
    for factor in _SCALES:
        found = outcome(cases, scaled(commit_rule, factor), f"{factor:g} x")
        figures |= _point_figures(f"times_{factor:g}", found)
    if split == "fit":
        weights = fit_weights(heard)
        choice = choose_shape(cases, held_out_weights(heard), max_cutoff_rate, SHAPES)
        figures |= _fitted_figures(weights, choice.shape)
        figures |= _point_figures("held_out", choice.point)
    report = Report("rule", {name: round(value, 4) for name, value in figures.items()}, settings)
    show(report, as_json, console)


def _recordings(split: Split) -> list[Recording]:
    """Every neural recording of the split, once."""
    corpus = open_corpus()
    found: dict[str, Recording] = {}
    for persona in PERSONAS:
        for recording in corpus.select(persona=persona, n=400, split=split):
            found.setdefault(recording.recording_id, recording)
    return list(found.values())


def _listen(recordings: list[Recording]) -> list[Heard]:
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        return asyncio.run(listen(bar.track(recordings, description="Listening")))


def _point_figures(name: str, point: Point) -> dict[str, float]:
    return {
        f"{name}_p50_ms": point.p50_ms,
        f"{name}_p95_ms": point.p95_ms,
        f"{name}_false_cutoff_rate": point.false_cutoff.value,
    }


def _fitted_figures(weights: Evidence, shape: Shape) -> dict[str, float]:
    figures = {f"weight_{name}": value for name, value in asdict(weights).items()}
    figures |= {"shortest_ms": shape.shortest_ms, "longest_ms": shape.longest_ms}
    return figures | {"steepness": shape.steepness}
