"""`visavis models`: see, fetch, check and carry the local weights.

Errors of ours pass through: `visavis.cli.main` tells them in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from visavis.models import Depth, Derived, FileState, Group, Inspection, Model, ModelStore
from visavis.models.pack import Packed
from visavis.models.pack import pack as write_pack
from visavis.models.pack import unpack as read_pack
from visavis.models.progress import console_progress

app = typer.Typer(help="The local weights: see, fetch, check and carry them.", no_args_is_help=True)

_MEGA = 1_000_000
_STATE_STYLE = {
    FileState.OK: ("✓", "green"),
    FileState.MISSING: ("·", "dim"),
    FileState.DAMAGED: ("✗", "bold red"),
}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Archive = Annotated[Path, typer.Argument(help="A tar file.", show_default=False)]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models: what for, how big, which licence, from where, and whether they are here."""
    store = ModelStore()
    found = store.inspect(Depth.SIZE)
    if as_json:
        _print_json(found)
        return
    console = Console()
    console.print(_table(found))
    for note in _notes(found):
        console.print(note)
    here = sum(_size_mb(one) for one in found if one.state is FileState.OK)
    console.print(Text(f"{here:.0f} MB in {store.root}", style="dim"))


@app.command()
def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Files or folders of `visavis models list`.", show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also the optional and benchmark models.")
    ] = False,
) -> None:
    """Fetch what is missing; without names, all that `visavis serve` needs."""
    console = Console()
    with console_progress(console) as progress:
        store = ModelStore()
        wanted: Group | Sequence[str] = names or Group.DEFAULT
        if everything:
            wanted = [model.name for model in store.manifest.models]
        store.pull(wanted, progress)
        progress.note(f"the models are complete in {store.root}")


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Hash every file. Exit code 1 if a needed one is missing or any is damaged."""
    found = ModelStore().verify()
    bad = [one for one in found if _is_bad(one)]
    if as_json:
        _print_json(found)
    else:
        _print_verdicts(found, bad)
    if bad:
        raise typer.Exit(1)


@app.command()
def pack(archive: Archive) -> None:
    """Write the models that are here to one file, for a machine without a network."""
    console = Console()
    with console_progress(console) as progress:
        _say_packed(progress.note, "packed", write_pack(ModelStore(), archive, progress))


@app.command()
def unpack(archive: Archive) -> None:
    """Take the models out of a packed file; each is hashed before it is accepted."""
    console = Console()
    with console_progress(console) as progress:
        _say_packed(progress.note, "unpacked", read_pack(ModelStore(), archive, progress))


def _table(found: Sequence[Inspection]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("for", no_wrap=True)
    table.add_column("file, licence and sources", overflow="fold")
    table.add_column("MB", justify="right", no_wrap=True)
    notes = _footnotes(found)
    for group in Group:
        role = ""
        for one in found:
            if one.entry.group is group:
                # Said once for all files of a role: the eye finds the groups by it.
                table.add_row(*_row(one, notes, "" if one.entry.role == role else one.entry.role))
                role = one.entry.role
        table.add_section()
    return table


def _row(one: Inspection, notes: Sequence[str], role: str) -> tuple[str | Text, ...]:
    entry = one.entry
    mark, style = _STATE_STYLE[one.state]
    said = Text(entry.name)
    if entry.group is not Group.DEFAULT:
        said.append(f"  {entry.group}", style="cyan")
    if isinstance(entry, Derived):
        said.append(f"\nmade of {entry.original}", style="dim")
    else:
        said.append(f"\n{entry.licence}", style="green")
        if entry.licence_note:
            said.append(f" [{notes.index(entry.licence_note) + 1}]", style="bold yellow")
        sources = " or ".join(source.label for source in entry.sources)
        said.append(f" from {sources}", style="dim")
    return Text(mark, style=style), Text(role, style="bold"), said, f"{_size_mb(one):.1f}"


def _footnotes(found: Sequence[Inspection]) -> list[str]:
    notes = (one.entry.licence_note for one in found if isinstance(one.entry, Model))
    return list(dict.fromkeys(note for note in notes if note))


def _notes(found: Sequence[Inspection]) -> list[Text]:
    return [
        Text(f"[{number}] {note}", style="yellow")
        for number, note in enumerate(_footnotes(found), start=1)
    ]


def _is_bad(one: Inspection) -> bool:
    if one.state is FileState.DAMAGED:
        return True
    return one.state is FileState.MISSING and one.entry.group is Group.DEFAULT


def _print_verdicts(found: Sequence[Inspection], bad: Sequence[Inspection]) -> None:
    console = Console()
    for one in found:
        if one in bad:
            line = Text.assemble(("✗", "bold red"), f" {one.entry.name}", (f" {one.state}", "red"))
            console.print(line, soft_wrap=True)
        elif one.state is FileState.OK:
            console.print(Text.assemble(("✓", "green"), f" {one.entry.name}"), soft_wrap=True)
    if bad:
        console.print(Text("run `visavis models pull` to mend this", style="bold"))


def _print_json(found: Sequence[Inspection]) -> None:
    typer.echo(json.dumps([_as_json(one) for one in found], indent=2))


def _as_json(one: Inspection) -> dict[str, object]:
    entry = one.entry
    said: dict[str, object] = {
        "file": entry.name,
        "role": str(entry.role),
        "group": str(entry.group),
        "state": str(one.state),
        "path": str(one.path),
        "size_bytes": entry.size_bytes,
        "sha256": entry.sha256,
    }
    if isinstance(entry, Derived):
        return said | {"made_of": entry.original}
    return said | {
        "licence": entry.licence,
        "licence_note": entry.licence_note,
        "sources": [source.label for source in entry.sources],
    }


def _say_packed(note: Callable[[str], None], verb: str, packed: Packed) -> None:
    note(f"{verb} {len(packed.models)} files, {packed.size_bytes / _MEGA:.0f} MB")


def _size_mb(one: Inspection) -> float:
    return one.entry.size_bytes / _MEGA
