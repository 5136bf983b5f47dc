"""`visavis bench …`: every figure in README and docs was printed by one of these."""

from __future__ import annotations

import typer

from visavis.bench.answers import answers
from visavis.bench.av import av
from visavis.bench.bargein.command import bargein
from visavis.bench.compare import compare
from visavis.bench.corpus.build import corpus
from visavis.bench.delay import delay
from visavis.bench.ear import ear
from visavis.bench.echo.command import echo
from visavis.bench.fairness import fairness
from visavis.bench.frame_parts import frame_parts
from visavis.bench.frames import frames
from visavis.bench.gateway.command import gateway
from visavis.bench.interleavings.command import interleavings
from visavis.bench.latency import latency
from visavis.bench.lips.command import lips
from visavis.bench.lips.data_sets import lips_data
from visavis.bench.lips.endurance import lips_hour
from visavis.bench.load import load
from visavis.bench.peers.command import peers
from visavis.bench.rule import rule

app = typer.Typer(
    help="Measure answers and latency, here and elsewhere, and prove the instrument itself.",
    no_args_is_help=True,
)
for command in (corpus, latency, peers, fairness, bargein, echo, interleavings):
    app.command()(command)
for command in (rule, delay, compare, answers, lips, lips_data, lips_hour, gateway, frame_parts):
    app.command()(command)
for command in (ear, frames, av, load):
    app.command()(command)
