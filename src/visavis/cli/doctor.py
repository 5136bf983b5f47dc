"""`visavis doctor`: what is missing on this machine, and how to get it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from visavis.doctor import Check, Status, examine, worst
from visavis.models import Depth, ModelStore
from visavis.serve.settings import DEFAULT_PORT

_MARKS = {
    Status.OK: ("✓", "bold green"),
    Status.WARN: ("!", "bold yellow"),
    Status.FAIL: ("✗", "bold red"),
}
_VERDICTS = {
    Status.OK: ("Everything is ready: `visavis serve`", "bold green"),
    Status.WARN: ("It will run, with the limits above.", "bold yellow"),
    Status.FAIL: ("Not ready yet: follow the arrows above.", "bold red"),
}


def doctor(
    port: Annotated[int, typer.Option(help="The port that the server is to use.")] = DEFAULT_PORT,
    deep: Annotated[bool, typer.Option("--deep", help="Hash the models, not only weigh them.")] = (
        False
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Look whether this machine is ready. Exit code 1 if something necessary is missing."""
    console = Console()
    waiting = console.status("looking ...") if console.is_terminal and not as_json else None
    with waiting or nullcontext():
        checks = examine(ModelStore(), port, Depth.HASH if deep else Depth.SIZE)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(check) for check in checks], indent=2))
    else:
        console.print(_table(checks))
        text, style = _VERDICTS[worst(checks)]
        console.print(Text(f"\n{text}", style=style))
    if worst(checks) is Status.FAIL:
        raise typer.Exit(1)


def _table(checks: Sequence[Check]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = _MARKS[check.status]
        detail = Text(check.detail)
        if check.remedy:
            detail.append(f"\n→ {check.remedy}", style=style)
        table.add_row(Text(mark, style=style), check.name, detail)
    return table
