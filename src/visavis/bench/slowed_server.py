"""A server with one slow stage: `python -m visavis.bench.slowed_server --stage stt`.

It does not guess ahead: what is prepared before the turn ends is off the waterfall's way, and its
slowness would be found nowhere. With `--delay-ms 0` it is what a slow one is compared with.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

import typer

from visavis.bench.slowed import SlowStage, slow_down
from visavis.cli.serve import serve_until_stopped
from visavis.reply.persona import load_persona
from visavis.serve.engines import Engines
from visavis.serve.settings import LlmSettings, ServeSettings


def _without_guesses(engines: Engines) -> Engines:
    return replace(engines, foresight=asyncio.Semaphore(0))


def _main(
    stage: Annotated[SlowStage, typer.Option(help="Which stage is slow.")],
    delay_ms: Annotated[float, typer.Option(min=0.0, help="By how much.")] = 30.0,
    persona: Annotated[str, typer.Option(help="Who answers.")] = "pip",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
) -> None:
    """Serve with one slow stage."""
    serve_until_stopped(
        load_persona(persona),
        LlmSettings.from_environment(),
        ServeSettings(port=port),
        lambda engines: _without_guesses(slow_down(engines, stage, delay_ms)),
    )


if __name__ == "__main__":
    typer.run(_main)
