"""`visavis bench frame-parts`: what a frame of a character costs, and how well `lint` guesses it.

Made-up characters, each rich in one thing (shapes, points, strokes, clips, area, gradients of two
colours and of three), and our own are drawn by the real player in a real Chromium that has no GPU.
The cost of one thing each comes from them by least squares; face/frame_cost.py calls it
FRAME_COST_MS. `foreseen` is what a fit to all but one character says about that one; `lint` what
the constants of that file say.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from visavis.bench.report import Report, show
from visavis.characters import build_character, character_names
from visavis.characters.studio import Studio, studio
from visavis.face.frame_cost import FRAME_COST_MS, FRAME_PX, Cost, cost
from visavis.face.puppet import make_puppet
from visavis.face.recipe import Recipe

_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600"><defs>'
    '<radialGradient id="g"><stop stop-color="#fff"/><stop offset="1" stop-color="#a6f"/>'
    '</radialGradient><radialGradient id="h"><stop stop-color="#fff"/>'
    '<stop offset=".5" stop-color="#fc8"/><stop offset="1" stop-color="#a6f"/>'
    "</radialGradient>{clips}</defs>"
    '<g id="head"><circle cx="300" cy="300" r="220" fill="#fc6"/>{inside}<path id="mouth" '
    'fill="#300" stroke="#200" d="M250 400 Q300 420 350 400 Q300 424 250 400 Z"/></g></svg>'
)
_QUIET = 0.1
"""Which of the frames counts, from the fastest: other work only ever makes one slower."""
_MS_PER_US = 1e-3

_PLACES = [(60 + 31 * (i % 16), 60 + 37 * (i // 16)) for i in range(224)]

Sitter = tuple[str, str]
"""A name, and what is drawn on the plain head."""


def frame_parts(
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 3,
    frames_each: Annotated[int, typer.Option("--frames", min=10, help="Frames a time.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure what a frame of a character costs, beside what `character lint` guesses."""
    made_up = {name: _made(inside) for name, inside in sitters()}
    own = {name: build_character(name) for name in character_names()}
    measured = _measured({**made_up, **own}, rounds, frames_each)
    everything = {name: cost(data) for name, data in {**made_up, **own}.items()}
    fitted = fit(everything, measured)
    figures = {f"each_{name}_us": value / _MS_PER_US for name, value in fitted.items()}
    for name in own:
        figures[f"{name}_ms"] = measured[name]
        others = {other: cost for other, cost in everything.items() if other != name}
        figures[f"{name}_foreseen_ms"] = guess(everything[name], fit(others, measured))
        figures[f"{name}_lint_ms"] = everything[name].frame_ms
    settings = {"rounds": rounds, "frames": frames_each, "size_px": FRAME_PX}
    report = Report("frame-parts", figures, settings)
    show(report, as_json, Console())


def sitters() -> list[Sitter]:
    """Characters that differ in what they are rich in."""
    places = _PLACES
    triangles = "".join(f'<path d="M{x} {y}h30l-15 26z" fill="#468"/>' for x, y in places)
    zigzag = "".join(f"l{3 if i % 2 else -2} {(-1) ** i * 4}" for i in range(150))
    lines = "".join(f'<path d="M{x} {y}{zigzag}z" fill="#854"/>' for x, y in places[::8])
    glows = "".join(f'<path d="M{x} {y}h30l-15 26z" fill="url(#g)"/>' for x, y in places)
    clips = "".join(
        f'<g clip-path="url(#c{x}-{y})"><path d="M{x} {y}h30l-15 26z" fill="#486"/></g>'
        for x, y in places[::3]
    )
    large = '<path d="M30 30h540v540h-540z" fill="{}"/>'
    flats, suns, rainbows = (large.format(p) * 12 for p in ("#648", "url(#g)", "url(#h)"))
    ink = "".join(
        f'<path d="M{x} {y}c40 0 0 30 60 40" fill="none" stroke="#213" stroke-width="7"/>'
        for x, y in places[::3]
    )
    return [
        ("plain", ""),
        ("triangles", triangles),
        ("lines", lines),
        ("glows", glows),
        ("clips", clips),
        ("flats", flats),
        ("suns", suns),
        ("rainbows", rainbows),
        ("ink", ink),
        ("all", triangles + lines + glows + clips + flats + suns + rainbows + ink),
    ]


def guess(what: Cost, costs_ms: Mapping[str, float]) -> float:
    """Milliseconds of a frame, given what each thing costs."""
    things = what.amounts().items()
    return costs_ms["frame"] + sum(costs_ms[name] * much for name, much in things)


def fit(costs: Mapping[str, Cost], took_ms: Mapping[str, float]) -> Mapping[str, float]:
    """Milliseconds of a frame for each thing, none below 0, and `frame` for any frame at all.

    A cost that comes out below 0 is taken for 0 and the others are fitted again.
    """
    names = list(FRAME_COST_MS)
    table = np.array([[1.0, *what.amounts().values()] for what in costs.values()])
    took = np.array([took_ms[name] for name in costs])
    free = list(range(len(names)))
    while True:
        found = np.linalg.lstsq(table[:, free] / took[:, None], np.ones(len(took)), rcond=None)[0]
        if (found >= 0).all():
            break
        free = [place for place, value in zip(free, found, strict=True) if value >= 0]
    values = dict(zip(free, found, strict=True))
    return {name: float(values.get(place, 0.0)) for place, name in enumerate(names)}


def _made(inside: str) -> bytes:
    clips = "".join(
        f'<clipPath id="c{x}-{y}"><circle cx="{x}" cy="{y}" r="20"/></clipPath>' for x, y in _PLACES
    )
    svg = _HEAD.format(inside=inside, clips=clips)
    return make_puppet(svg.encode(), Recipe(name="Test")).riv


def _measured(characters: Mapping[str, bytes], rounds: int, count: int) -> dict[str, float]:
    """The median over rounds, in which all take turns, of each one's quiet frames."""
    took: dict[str, list[float]] = {name: [] for name in characters}
    with studio(next(iter(characters.values())), size_px=FRAME_PX) as camera:
        for _ in range(rounds):
            for name, data in characters.items():
                took[name].append(_frame_ms(camera, data, count))
    return {name: median(values) for name, values in took.items()}


def _frame_ms(camera: Studio, data: bytes, count: int) -> float:
    camera.load(data, FRAME_PX)
    camera.set("is_speaking", True)
    camera.set("v_aa", 60)
    camera.advance(0.5)
    return camera.frame_ms(count, _QUIET)
