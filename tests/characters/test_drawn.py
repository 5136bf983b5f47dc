"""Drawn mouths in real Chromium: at full weight, each is the mouth that was drawn."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from tests.characters.pixels import by_chromium, changed, shot
from visavis.characters.studio import Studio, studio
from visavis.face.contract import VISEMES, weight_name
from visavis.face.puppet import make_puppet
from visavis.face.recipe import Recipe

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SIZE_PX = 300
STILL = Recipe(name="Still", sway=0, breath=0)
HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="{SIZE_PX}" '
    f'height="{SIZE_PX}"><g id="head"><circle cx="50" cy="50" r="45" fill="#fc6"/>'
    '<g transform="translate(2 1) rotate(3)">'
)
TAIL = "</g></g></svg>"


def mouth(index: int, display: str) -> str:
    """Another depth, colour and line for each, all with the same points."""
    depth, side = 64 + 1.6 * index, 38 - 0.5 * (index % 5)
    color = f"rgb({100 + 7 * index}, 20, {60 - 3 * index})"
    return (
        f'<g id="mouth-{VISEMES[index]}" display="{display}"><path d="M{side} 62 Q50 {depth} '
        f'{100 - side} 62 Q50 60 {side} 62 Z" fill="{color}" stroke="#311" '
        f'stroke-width="{1 + 0.1 * index}" stroke-linejoin="round"/></g>'
    )


def drawing(shown: int, extra: str = "") -> bytes:
    mouths = [mouth(i, "inline" if i == shown else "none") for i in range(len(VISEMES))]
    return (HEAD + "".join(mouths) + extra + TAIL).encode()


@pytest.fixture(scope="module", params=["morphing", "cross-fading"])
def camera(request: pytest.FixtureRequest) -> Generator[Studio, None, None]:
    svg = drawing(0)
    if request.param == "cross-fading":
        more = b'L45 61.5 Z" fill="rgb(100, 20, 60)"'  # a point that the others lack
        svg = svg.replace(b'Z" fill="rgb(100, 20, 60)"', more)
    puppet = make_puppet(svg, STILL)
    assert puppet.mouth == f"drawn, {request.param}"
    with studio(puppet.riv, size_px=SIZE_PX) as opened:
        yield opened


def test_each_mouth_is_as_it_was_drawn(camera: Studio) -> None:
    for index, viseme in enumerate(VISEMES):
        ours = shot(camera, {weight_name(viseme): 100})
        theirs = by_chromium(camera, drawing(index), SIZE_PX)
        is_drawn = (ours < 254).any(axis=2) | (theirs < 254).any(axis=2)
        assert np.abs(ours - theirs).max(axis=2)[is_drawn].mean() < 2.0, viseme
        assert changed(ours, theirs, 60).sum() < 12, viseme


def test_half_way_the_face_does_not_shine_through(camera: Studio) -> None:
    """Where both mouths are, nothing is seen of the yellow behind them."""
    one, half, two = (shot(camera, {weight_name("aa"): w}) for w in (0, 50, 100))
    both = (one[..., 1] < 30) & (two[..., 1] < 30)  # the face is full of green
    assert both.sum() > 100
    assert half[..., 1][both].max() < 36  # a quarter of the face's green would be 50 more


def test_between_two_mouths_there_is_something_between(camera: Studio) -> None:
    one, half, two = (shot(camera, {weight_name("aa"): w}) for w in (0, 50, 100))
    assert changed(one, half).any()
    assert changed(half, two).any()
    below = slice(round(SIZE_PX * 0.66), round(SIZE_PX * 0.75))  # where only the deep one reaches
    dark = [float(picture[below].mean()) for picture in (one, half, two)]
    assert dark[0] > dark[1] > dark[2]
