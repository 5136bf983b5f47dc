"""`visavis bench compare first.json second.json`: do two runs agree within their intervals?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.table import Table

from visavis.bench.intervals import Agreement, Estimate, repeatability
from visavis.bench.report import Report, print_json
from visavis.errors import ConfigError

console = Console(stderr=True)


class SavedReport(BaseModel):
    """What `--json` printed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    bench: str
    commit: str
    figures: dict[str, float]


def compare(
    first: Annotated[Path, typer.Argument(help="What --json printed in one run.")],
    second: Annotated[Path, typer.Argument(help="And in another.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare two runs, figure by figure."""
    one, two = read_report(first), read_report(second)
    if one.bench != two.bench:
        raise ConfigError(f"One is a {one.bench} run, the other a {two.bench} run.")
    found = repeatability(one.figures, two.figures)
    if not found:
        raise ConfigError("The two runs have no figure with an interval in common.")
    if as_json:
        print_json(
            Report(
                "compare",
                comparison_figures(found),
                {"first_commit": one.commit, "second_commit": two.commit},
            )
        )
        return
    table = Table(title="Two runs")
    table.add_column("figure", no_wrap=True)
    for head in (one.commit, two.commit, "difference", "agree"):
        table.add_column(head, overflow="fold")
    for each in found:
        table.add_row(
            each.name,
            _written(each.first),
            _written(each.second),
            _written(each.difference),
            "yes" if each.agrees else "[red]no[/]",
        )
    console.print(table)
    n_apart = sum(not each.agrees for each in found)
    console.print(f"{len(found) - n_apart} of {len(found)} figures agree within their intervals.")


def read_report(path: Path) -> SavedReport:
    """Read a file that `--json` was redirected to.

    Raises:
        ConfigError: there is no such file, or it is something else.
    """
    try:
        return SavedReport.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
    except (ValidationError, json.JSONDecodeError) as error:
        raise ConfigError(
            f"{path} is no benchmark's result.", hint="Make one with: visavis bench … --json > FILE"
        ) from error


def comparison_figures(found: list[Agreement]) -> dict[str, float]:
    """How many figures agree, and the difference of each: second less first."""
    figures: dict[str, float] = {
        "n_figures": len(found),
        "agree_rate": sum(each.agrees for each in found) / len(found),
    }
    return figures | {each.name: round(each.difference.value, 4) for each in found}


def _written(estimate: Estimate) -> str:
    return f"{estimate.value:.4g} ({estimate.low:.4g} … {estimate.high:.4g})"
