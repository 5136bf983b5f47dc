"""`visavis bench lips`: how right, how early and how calm a mouth is, ours and others', on speech
that is labelled.

The measures are defined in `bench/lips/measures.py`, the names of the figures in
`bench/lips/figures.py`, the contenders in `bench/lips/registry.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from visavis.bench.intervals import estimate_of
from visavis.bench.latency import COLUMNS, console
from visavis.bench.lips.conditions import Conditions, NoiseAlone, Stage
from visavis.bench.lips.contender import Contender, open_contender
from visavis.bench.lips.html import lips_html
from visavis.bench.lips.manifest import DataSet, Item, describe, open_data_set
from visavis.bench.lips.registry import CONTENDERS
from visavis.bench.lips.trial import Proof, Trial
from visavis.bench.report import Report, Setting, commit, machine, print_json
from visavis.errors import ConfigError, SetupError

Split = Literal["train", "dev", "test", "all"]

DELAY_MS = 100.0
"""What issue and docs compare at: the most that an engine which streams may wait."""

_SHOWN = (
    ("files", "n_files"),
    ("frame accuracy", "frame_accuracy_rate"),
    ("  on the files that all did", "shared_frame_accuracy_rate"),
    ("  at its best constant shift", "frame_accuracy_best_shift_rate"),
    ("  which is, ms", "best_shift_ms"),
    ("macro recall", "macro_recall_rate"),
    ("PP found", "PP_segment_recall_rate"),
    ("PP right", "PP_segment_precision_rate"),
    ("FF found", "FF_segment_recall_rate"),
    ("FF right", "FF_segment_precision_rate"),
    ("silence right", "silence_precision_rate"),
    ("silence found", "silence_recall_rate"),
    ("mouth open in silence", "mouth_open_in_silence_rate"),
    ("onset offset, median ms", "onset_offset_p50_ms"),
    ("  its sign, median ms", "onset_bias_p50_ms"),
    ("onsets within 20 ms", "onset_within_20_ms_rate"),
    ("onsets within 50 ms", "onset_within_50_ms_rate"),
    ("changes a second", "changes_per_s"),
    ("  in speech", "speech_changes_per_s"),
    ("  of the labels", "reference_speech_changes_per_s"),
    ("holds under 70 ms", "short_hold_rate"),
    ("real-time factor", "real_time_factor"),
    ("a push, P95 ms", "push_p95_ms"),
    ("could not do, files", "n_failed"),
    ("knew the future, files", "n_peeked"),
    ("  of files cut", "n_cut"),
)
"""Rows of the table: words and figures."""


def lips(  # noqa: PLR0913, PLR0917 - one parameter for each option
    sets: Annotated[
        list[Path], typer.Argument(help="Manifests, or folders of sounds with labels beside them.")
    ],
    contender: Annotated[
        list[str] | None,
        typer.Option(help=f"Who is measured, again for each: {', '.join(CONTENDERS)}."),
    ] = None,
    delay_ms: Annotated[
        float, typer.Option(min=0, max=500, help="How late engines that stream may decide.")
    ] = DELAY_MS,
    split: Annotated[Split, typer.Option(help="Which part of the manifests.")] = "all",
    tier: Annotated[
        str | None, typer.Option(help="The tier of phones, of TextGrids that have several.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many files of each set, evenly spread.")
    ] = None,
    babble_db: Annotated[
        float | None,
        typer.Option(help="Have six people talk behind the speech, so many dB below it."),
    ] = None,
    higher: Annotated[
        float, typer.Option(min=-12, max=12, help="Semitones, pitch and formants: 6 is a child.")
    ] = 0.0,
    noise: Annotated[
        NoiseAlone | None, typer.Option(help="This in place of the speech: is the mouth calm?")
    ] = None,
    prove_delay: Annotated[
        bool,
        typer.Option("--prove-delay", help="Cut recordings: does any engine hear the future?"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a report with pictures here.")] = None,
) -> None:
    """Measure mouths on labelled speech, ours and others' in the same run."""
    commit()
    data_sets = [open_data_set(path, tier) for path in sets]
    items = [item for one in data_sets for item in _chosen(one, split, limit)]
    if not items:
        raise ConfigError(f"There is nothing in split {split}.")
    _tell_of_sets(data_sets)
    with ExitStack() as stack:
        proof = Proof.CUT if prove_delay else Proof.NONE
        conditions = Conditions(babble_db, higher, noise)
        trial = Trial(_opened(contender, delay_ms, stack), proof, Stage(conditions, items).load)
        _run(trial, items)
    settings: dict[str, Setting] = {
        "sets": ", ".join(one.name for one in data_sets),
        "split": split,
        "delay_ms": delay_ms,
        "contenders": ", ".join(one.name for one in trial.contenders),
        "about": describe(trial.items),
        **_told(conditions),
    }
    report = Report("lips", trial.figures(), settings)
    if html is not None:
        html.write_text(lips_html(trial, report, data_sets), encoding="utf-8")
        console.print(f"The report is in {escape(str(html))}", highlight=False)
    if as_json:
        print_json(report)
    else:
        _print_table(trial, report)
    _tell_of_failures(trial)


def _told(conditions: Conditions) -> dict[str, Setting]:
    told: dict[str, Setting] = {}
    if conditions.babble_db is not None:
        told["babble_db"] = conditions.babble_db
    if conditions.higher_semitones:
        told["higher_semitones"] = conditions.higher_semitones
    if conditions.noise_alone is not None:
        told["noise"] = conditions.noise_alone.value
    return told


def _chosen(data_set: DataSet, split: Split, limit: int | None) -> list[Item]:
    items = [item for item in data_set.items if split in ("all", item.split)]
    if limit is None or limit >= len(items):
        return items
    return [items[index * len(items) // limit] for index in range(limit)]


def _opened(names: Sequence[str] | None, delay_ms: float, stack: ExitStack) -> list[Contender]:
    """Those that were asked for; or else all that are installed here."""
    found: list[Contender] = []
    for name in dict.fromkeys(names or CONTENDERS):
        try:
            one = open_contender(CONTENDERS, name, delay_ms)
        except SetupError as error:
            if names:
                raise
            console.print(f"[dim]without {name}: {escape(str(error))} {escape(error.hint)}[/]")
        else:
            stack.callback(one.close)
            found.append(one)
    return found


def _run(trial: Trial, items: Sequence[Item]) -> None:
    """Ctrl-C ends it; what is done is kept."""
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(items) * len(trial.contenders))

        def step(_name: str) -> None:
            bar.advance(task)

        try:
            for item in items:
                bar.update(task, description=escape(item.name))
                trial.add(item, step)
        except KeyboardInterrupt:
            console.print("Stopped; what was done until now counts.")
    if not trial.outcomes and not trial.failures:
        raise ConfigError("Stopped before the first recording was done.")


# ------------------------------------------------------------------ for people


def _tell_of_sets(data_sets: Sequence[DataSet]) -> None:
    for one in data_sets:
        console.print(
            f"[bold]{escape(one.name)}[/]: {len(one.items)} recordings; "
            f"{escape(describe(one.items))}",
            highlight=False,
        )
        if one.unpaired:
            names = ", ".join(path.name for path in one.unpaired[:5])
            more = " …" if len(one.unpaired) > 5 else ""
            console.print(f"[dim]  without labels: {escape(names)}{more}[/]", highlight=False)


def _print_table(trial: Trial, report: Report) -> None:
    table = Table("", title="visavis bench lips")
    names = [one.name for one in trial.contenders]
    for name in names:
        table.add_column(name, justify="right")
    for words, figure in _SHOWN:
        cells = [_cell(report, f"{name}_{figure}") for name in names]
        if any(cells):
            table.add_row(words, *cells)
    console.print(table)
    for one in trial.contenders:
        console.print(f"[dim]{one.name}: {escape(one.about)}[/]", highlight=False)
    box = machine()
    console.print(f"[dim]commit {commit()}, {box['cpu']}, {box['cores']} cores[/]")


def _cell(report: Report, name: str) -> str:
    value = report.figures.get(name)
    if value is None:
        return ""
    if not name.endswith("_rate"):
        return str(value) if isinstance(value, int) else f"{value:.3g}"
    between = estimate_of(report.figures, name)
    spread = f" [dim]{between.low:.3f}-{between.high:.3f}[/]" if between else ""
    return f"{value:.3f}{spread}"


def _tell_of_failures(trial: Trial) -> None:
    for failure in trial.failures[:10]:
        who = f"{failure.contender}, " if failure.contender else ""
        console.print(
            f"[yellow]left out[/] {who}{escape(failure.item.name)}: {escape(failure.reason)}",
            highlight=False,
        )
    if len(trial.failures) > 10:
        console.print(f"[yellow]left out[/] {len(trial.failures) - 10} more")
    if trial.unknown:
        listed = sorted(trial.unknown.items(), key=lambda pair: -pair[1])[:15]
        names = ", ".join(f"{label!r} in {n}" for label, n in listed)
        console.print(f"[yellow]labels in no table[/], not scored: {escape(names)}")
