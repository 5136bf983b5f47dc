"""The command line: `visavis serve | gateway | lipsync | character | models | doctor | bench`."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.markup import escape

from visavis import __version__
from visavis.cli.bench import app as bench_app
from visavis.cli.character import app as character_app
from visavis.cli.doctor import doctor
from visavis.cli.gateway import gateway
from visavis.cli.lipsync import lipsync
from visavis.cli.models import app as models_app
from visavis.cli.serve import serve
from visavis.errors import VisavisError

app = typer.Typer(
    name="visavis",
    help="A face for voice AI: speak to it, it answers aloud with its lips in sync.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(gateway)
app.command()(lipsync)
app.command()(doctor)
app.add_typer(character_app, name="character")
app.add_typer(models_app, name="models")
app.add_typer(bench_app, name="bench")


@app.callback(invoke_without_command=True)
def _root(  # pyright: ignore[reportUnusedFunction] - registered by its decorator
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; an error raised on purpose becomes one sentence and what to do."""
    try:
        app()
    except VisavisError as error:
        console = Console(stderr=True)
        console.print(f"[bold red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        if error.hint:
            hint = escape(error.hint)
            console.print(f"[dim]what to do:[/] {hint}", highlight=False, soft_wrap=True)
        sys.exit(1)
