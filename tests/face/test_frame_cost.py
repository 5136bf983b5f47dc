"""What a frame costs: what is counted, and how the costs are found."""

from __future__ import annotations

import pytest

from visavis.bench.frame_parts import fit, guess, sitters
from visavis.face.frame_cost import FRAME_COST_MS, Cost, cost
from visavis.face.puppet import make_puppet
from visavis.face.recipe import Recipe

MOUTH = '<path id="mouth" fill="#300" d="M40 60h20v5z"/>'
GLOW = (
    '<radialGradient id="g"><stop stop-color="red"/><stop offset="1"/></radialGradient>'
    '<linearGradient id="h"><stop/><stop offset=".4"/><stop offset="1"/></linearGradient>'
    '<linearGradient id="late"><stop offset=".4"/><stop offset="1"/></linearGradient>'
)


def cost_of(more: str) -> Cost:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f"{GLOW}{more}<g id='head'>{MOUTH}</g></svg>"
    )
    return cost(make_puppet(svg.encode(), Recipe(name="Test")).riv)


PLAIN = cost_of("")


@pytest.mark.parametrize(
    ("more", "flat", "glowing", "rich"),
    [
        ('<rect width="50" height="50"/>', 0.25, 0, 0),
        (
            '<g transform="translate(9 9) scale(.5)"><rect width="50" height="50"/></g>',
            0.0625,
            0,
            0,
        ),
        ('<g id="body" transform="rotate(90 50 50)"><rect width="50" height="20"/></g>', 0.1, 0, 0),
        ('<rect width="50" height="50" fill="url(#g)"/>', 0, 0.25, 0),
        ('<rect width="50" height="50" fill="url(#h)"/>', 0, 0, 0.25),
        ('<rect width="50" height="50" fill="url(#late)"/>', 0, 0, 0.25),
        ('<ellipse cx="50" cy="50" rx="25" ry="10" fill="url(#g)"/>', 0, 0.1, 0),
        ('<rect width="900" height="900"/>', 1.0, 0, 0),
    ],
)
def test_the_painted_area_is_that_of_the_boxes(
    more: str, flat: float, glowing: float, rich: float
) -> None:
    found = cost_of(more)
    assert found.flat_layers - PLAIN.flat_layers == pytest.approx(flat, abs=1e-3)
    assert found.gradient_layers - PLAIN.gradient_layers == pytest.approx(glowing, abs=1e-3)
    assert found.rich_layers - PLAIN.rich_layers == pytest.approx(rich, abs=1e-3)


def test_more_takes_longer_and_the_guess_says_that_it_is_one() -> None:
    lines = '<path d="M0 0h9v9z" stroke="red"/>' * 20
    found = cost_of(lines)
    assert (found.shapes - PLAIN.shapes, found.strokes - PLAIN.strokes) == (20, 20)
    assert found.frame_ms > PLAIN.frame_ms
    assert "a guess of" in str(found)


def test_the_fit_finds_the_costs_that_made_the_times() -> None:
    cases = {
        name: Cost(*(1 + (5 * row * column + 3 * column**2 + row**2) % 13 for column in range(9)))
        for row, name in enumerate("abcdefghijkl")
    }
    real = {name: 0.1 + place for place, name in enumerate(FRAME_COST_MS)}
    took = {name: guess(what, real) for name, what in cases.items()}
    assert fit(cases, took) == pytest.approx(real)
    faster = dict(took) | {"a": took["a"] / 9}
    assert min(fit(cases, faster).values()) >= 0


def test_the_sitters_differ_in_what_they_are_rich_in() -> None:
    names = [name for name, _ in sitters()]
    assert len(set(names)) == len(names) == 10
    assert len(sitters()) > len(FRAME_COST_MS)
