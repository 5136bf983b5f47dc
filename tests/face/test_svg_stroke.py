"""Dashes and sharp corners: what the player does itself, what is made up for, what is told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.face.test_svg import one, svg
from visavis.face.drawing import Group, Outline
from visavis.face.geometry import Contour
from visavis.face.puppet import make_puppet
from visavis.face.recipe import Recipe
from visavis.face.riv import read_riv
from visavis.face.svg import read_svg
from visavis.face.svg_path import path_data
from visavis.face.svg_stroke import dashes, sharpness

LINE = 'fill="none" stroke="red" stroke-width="2"'


def length(contours: list[Contour]) -> float:
    """By many chords."""
    total = 0.0
    for contour in contours:
        for a, b, c, d in contour.curves():
            last = a
            for step in range(1, 101):
                t, u = step / 100, 1 - step / 100
                w = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
                at = tuple(w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i] for i in (0, 1))
                total += math.dist(last, at)
                last = (at[0], at[1])
    return total


def test_dashes_of_a_straight_line_are_the_players_own() -> None:
    stroke = one(
        f'<path d="M0 0h50" {LINE} stroke-dasharray="4, 2 1" transform="scale(2)"/>'
    ).stroke
    assert stroke is not None
    assert stroke.dashes == (4, 2, 1, 4, 2, 1)  # an odd list counts twice
    face = (
        '<g id="head"><circle cx="50" cy="50" r="40" fill="gold"/><path id="mouth" fill="#300" '
        'd="M40 60h20v5z"/><path d="M0 0h50" stroke="red" stroke-dasharray="4 2" '
        'transform="scale(2)"/></g>'
    )
    riv = make_puppet(svg(face), Recipe(name="Test")).riv
    kinds = [item for item in read_riv(riv).objects if item.kind in {"DashPath", "Dash"}]
    assert [item.props.get("length") for item in kinds] == [None, 8, 4]


@pytest.mark.parametrize(
    ("shape", "dash", "count"),
    [
        ('<path d="M0 0h50"', 'stroke-dasharray="4 2" stroke-dashoffset="1"', 9),
        ('<path d="M0 0h50M0 9h10"', 'stroke-dasharray="4 2"', 11),
        ('<circle r="10"', 'stroke-dasharray="4 2"', 10),  # the last runs on into the first
        ('<path d="M0 0h10"', 'stroke-dasharray="30 2"', 1),
        ('<path d="M0 0h10v10h-10z"', 'stroke-dasharray="5" stroke-dashoffset="2"', 4),
    ],
)
def test_where_the_players_dashes_would_differ_the_line_is_cut(
    shape: str, dash: str, count: int
) -> None:
    found = one(f"{shape} {LINE} {dash}/>")
    assert found.stroke is not None
    assert found.stroke.dashes == ()
    assert len(found.contours) == count
    assert not any(contour.is_closed for contour in found.contours)


def test_a_cut_line_leaves_its_fill_whole() -> None:
    (group,) = read_svg(
        svg('<circle id="a" r="9" fill="blue" stroke="red" stroke-dasharray="3" opacity=".5"/>')
    ).root.children
    assert isinstance(group, Group)
    assert (group.name, group.opacity) == ("a", 0.5)
    fill, line = group.children
    assert isinstance(fill, Outline)
    assert isinstance(line, Outline)
    assert (fill.stroke, line.fill, fill.contours[0].is_closed) == (None, None, True)


@pytest.mark.parametrize("text", ["none", "0", "0 0"])
def test_no_dashes_are_a_plain_line(text: str) -> None:
    found = one(f'<path d="M0 0h9" {LINE} stroke-dasharray="{text}"/>')
    assert found.stroke is not None
    assert found.stroke.dashes == ()
    assert len(found.contours) == 1


PATHS = st.sampled_from(["M0 0h40v30", "M0 0h40v30z", "M0 0C0 40 40 40 40 0S80-30 90 9", "M0 0h.1"])
LENGTHS = st.lists(st.floats(1, 60), min_size=2, max_size=6).filter(lambda v: len(v) % 2 == 0)


@given(PATHS, LENGTHS, st.floats(-100, 100))
def test_dashes_are_as_long_as_the_pattern_says(
    path: str, pattern: list[float], offset: float
) -> None:
    contours = path_data(path)
    whole, period = length(list(contours)), sum(pattern)
    wanted = 0.0
    for index in range(int(whole / period) + 3):
        at = (index - 1) * period - offset % period + period
        for place, size in enumerate(pattern):
            start, end = max(0.0, at - period), min(whole, at - period + size)
            wanted += max(0.0, end - start) if place % 2 == 0 else 0.0
            at += size
    got = length(list(dashes(contours, pattern, offset)))
    assert got == pytest.approx(wanted, rel=0.02, abs=0.2)


def test_sharpness_is_the_length_of_the_mitre() -> None:
    (right,) = path_data("M0 0h9v9")
    assert list(sharpness(right)) == pytest.approx([math.sqrt(2)])
    (square,) = path_data("M0 0h9v9h-9z")
    assert list(sharpness(square)) == pytest.approx([math.sqrt(2)] * 4)
    (smooth,) = path_data("M0 0C0 5 5 9 9 9S18 5 18 0")
    assert list(sharpness(smooth)) == pytest.approx([1])


@pytest.mark.parametrize(
    ("d", "limit", "join", "is_told"),
    [
        ("M0 0h9v9", "4", 0, False),
        ("M0 0h9v9", "1.2", 2, False),  # every corner is over the limit: bevelled as drawn
        ("M0 0L3 30L6 0L30 0", "1.2", 2, False),
        ("M0 0h9v9L18 0", "2", 0, True),  # one over it, one not
        ("M0 0L3 30L6 0", "12", 0, True),  # the player cuts it off at 4
        ("M0 0L3 30L6 0", "4", 0, False),
    ],
)
def test_mitres(d: str, limit: str, join: int, is_told: bool) -> None:
    drawing = read_svg(svg(f'<path d="{d}" {LINE} stroke-miterlimit="{limit}"/>'))
    (found,) = drawing.root.children
    assert isinstance(found, Outline)
    assert found.stroke is not None
    assert found.stroke.join == join
    assert bool(drawing.warnings) == is_told
    if is_told:
        assert "stroke-linejoin round" in drawing.warnings[0].hint
