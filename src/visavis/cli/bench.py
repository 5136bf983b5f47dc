"""`visavis bench …`: every figure in README and docs was printed by one of these."""

from __future__ import annotations

import typer

from visavis.bench.answers import answers
from visavis.bench.compare import compare
from visavis.bench.delay import delay
from visavis.bench.latency import latency

app = typer.Typer(
    help="Measure: answers, latency, and the instrument itself.", no_args_is_help=True
)
app.command()(answers)
app.command()(latency)
app.command()(delay)
app.command()(compare)
