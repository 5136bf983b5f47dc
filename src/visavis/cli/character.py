"""`visavis character`: draw a mascot as SVG, get a Rive avatar that talks."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from visavis.characters.sources import RECIPE, Source, build_character, read_source, template_folder
from visavis.errors import ConfigError
from visavis.face.frame_cost import cost
from visavis.face.inspect import Artboard, Summary, summary
from visavis.face.lint import BUDGET_BYTES, LEAST_SHARE, nearest_mouths, problems
from visavis.face.puppet import Puppet
from visavis.face.svg_xml import Problem

MAX_RIV_BYTES = 100_000_000
app = typer.Typer(
    name="character", help="Draw a mascot as SVG, get a Rive avatar.", no_args_is_help=True
)
_Folder = Annotated[Path, typer.Argument(help="The character's folder, with character.yaml.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What it is called; a folder of this name is made.")],
    into: Annotated[Path, typer.Option(help="Where to make the folder.")] = Path(),
) -> None:
    """Make a working character to change: an SVG with named layers, and its recipe."""
    folder = into / name
    if folder.exists():
        raise ConfigError(f"{folder} is there already.", hint="Choose another name, or remove it.")
    folder.mkdir(parents=True)
    for source in sorted(template_folder().iterdir()):
        text = source.read_text("utf-8").replace("name: Template", f"name: {_title(name)}")
        (folder / source.name).write_text(text, encoding="utf-8")
    console = Console()
    console.print(f"[bold green]✓[/] {escape(str(folder))}: character.svg, {RECIPE}")
    console.print(f"Look at it:  visavis character preview {escape(str(folder))}", highlight=False)
    console.print("Then change character.svg in any drawing program; the page follows each save.")


@app.command()
def build(
    folder: _Folder,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; otherwise into the folder.")
    ] = None,
) -> None:
    """Make the .riv file."""
    source = read_source(folder)
    puppet = source.build()
    console = Console(stderr=True)
    _tell(console, source, puppet)
    faults = problems(puppet.riv)
    if faults:
        raise ConfigError(
            "The file would not work: " + "; ".join(faults), hint="This is a fault of Visavis."
        )
    target = output or folder / f"{folder.resolve().name}.riv"
    target.write_bytes(puppet.riv)
    console.print(
        f"[bold green]✓[/] {escape(str(target))}: {len(puppet.riv):,} bytes; mouth: {puppet.mouth}",
        highlight=False,
    )


@app.command()
def lint(
    target: Annotated[Path, typer.Argument(help="A character's folder, or a .riv file.")],
) -> None:
    """Say everything that is wrong or doubtful. Exit code 1 if it can't be used."""
    console = Console()
    if target.suffix in {".svg", ".yaml"} and target.is_file():
        target = target.parent
    if target.is_dir():
        source = read_source(target)
        puppet = source.build()
        _tell(console, source, puppet)
        data = puppet.riv
        console.print(f"mouth: {puppet.mouth}", highlight=False)
    else:
        data = _riv(target)
    faults = problems(data)
    for fault in faults:
        console.print(f"[bold red]✗[/] {escape(fault)}", highlight=False)
    over = " [bold yellow](over the budget)[/]" if len(data) > BUDGET_BYTES else ""
    console.print(f"{len(data):,} of {BUDGET_BYTES:,} bytes{over}", highlight=False)
    console.print(str(cost(data)), highlight=False)
    if (nearest := nearest_mouths(data)) is not None:
        mark = "[bold yellow]![/] " if nearest.share < LEAST_SHARE else ""
        console.print(f"{mark}{nearest}", highlight=False)
    if faults:
        raise typer.Exit(1)
    console.print("[bold green]✓[/] It can be used.")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="Any .riv file, Rive's own ones too.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show what is in a .riv file."""
    found = summary(_riv(file))
    if as_json:
        typer.echo(json.dumps(_plain(found), indent=2))
        return
    _show(Console(), file, found)


@app.command()
def sheet(
    target: Annotated[Path, typer.Argument(help="A character's folder, a .riv, or a name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The PNG to write.")] = Path(
        "sheet.png"
    ),
    cell_px: Annotated[int, typer.Option(min=64, max=800, help="Size of one picture.")] = 260,
) -> None:
    """Photograph all fifteen mouths and every expression, in a real Chromium."""
    from visavis.characters.studio import expression_cells, mouth_cells, studio  # noqa: PLC0415 - an extra

    data = _character(target)
    console = Console(stderr=True)
    with console.status("Photographing ..."), studio(data, size_px=2 * cell_px) as camera:
        cells = [*mouth_cells(), *expression_cells()]
        png = camera.sheet(cells, columns=5, cell_px=cell_px)
        frame_ms = camera.frame_ms()
    output.write_bytes(png)
    console.print(
        f"[bold green]✓[/] {escape(str(output))}: {len(cells)} pictures; one frame of "
        f"{2 * cell_px} x {2 * cell_px} takes {frame_ms:.1f} ms on this machine",
        highlight=False,
    )


@app.command()
def preview(
    folder: _Folder,
    port: Annotated[int, typer.Option(help="Where to listen on this machine.")] = 8790,
) -> None:
    """Open a live page: every mouth and gesture, text to speak; it follows each save."""
    from visavis.characters.workshop import serve_workshop  # noqa: PLC0415 - a server, only here

    read_source(folder)  # a folder that isn't one is told now, not in the page
    serve_workshop(folder, port)


def _title(name: str) -> str:
    return Path(name).name.replace("-", " ").replace("_", " ").title() or "Mascot"


def _character(target: Path) -> bytes:
    if target.is_dir():
        return read_source(target).build().riv
    return _riv(target) if target.suffix == ".riv" else build_character(str(target))


def _riv(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_RIV_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path} can't be read: {error.strerror}.", hint="Is it there?"
        ) from error
    if len(data) > MAX_RIV_BYTES:
        raise ConfigError(f"{path} is larger than any character.", hint="Is it a .riv file?")
    return data


def _tell(console: Console, source: Source, puppet: Puppet) -> None:
    for warning in puppet.warnings:
        _line(console, source.drawing.name, warning)


def _line(console: Console, name: str, problem: Problem) -> None:
    console.print(f"[bold yellow]![/] {escape(problem.told(name))}", highlight=False)


def _plain(found: Summary) -> dict[str, Any]:
    return dataclasses.asdict(found)


def _show(console: Console, file: Path, found: Summary) -> None:
    console.print(
        f"[bold]{escape(file.name)}[/]: format {found.version}, {found.size_bytes:,} bytes, "
        f"{found.object_count:,} objects; written back byte for byte: {found.byte_stable}",
        highlight=False,
    )
    for artboard in found.artboards:
        _show_artboard(console, artboard)
    for model in found.view_models:
        table = Table(title=f"View model {escape(model.name)}", title_justify="left")
        table.add_column("property")
        table.add_column("type")
        for name, kind in model.properties:
            table.add_row(escape(name), kind)
        console.print(table)
        if model.instances:
            console.print(f"  instances: {escape(', '.join(model.instances))}", highlight=False)
    for asset in found.assets:
        size = f"{asset.embedded_bytes:,} bytes" if asset.embedded_bytes else "fetched"
        console.print(f"  {asset.type} {escape(asset.name)}: {size}", highlight=False)
    for name in found.unknown:
        console.print(f"  [yellow]newer than our tables:[/] {escape(name)}", highlight=False)


def _show_artboard(console: Console, artboard: Artboard) -> None:
    most = ", ".join(f"{count} {kind}" for kind, count in artboard.kinds[:8])
    console.print(
        f"\n[bold]Artboard {escape(artboard.name)}[/] {artboard.width:g} x {artboard.height:g}: "
        f"{most}",
        highlight=False,
    )
    for item in artboard.animations:
        console.print(
            f"  animation {escape(item.name)}: {item.duration_s:.2f} s, {item.loop}, "
            f"{item.keyframes} keys",
            highlight=False,
        )
    for machine in artboard.machines:
        layers = ", ".join(f"{name} ({count})" for name, count in machine.layers)
        console.print(
            f"  state machine {escape(machine.name)}: layers {escape(layers)}", highlight=False
        )
        for item in machine.inputs:
            start = "" if item.initial is None else f" = {item.initial}"
            console.print(f"    {item.type} {escape(item.name)}{start}", highlight=False)
