"""Radial gradients with their focus off their centre, which Rive doesn't have, as discs.

The colour at t is a circle whose middle goes from the focus (t = 0) to the centre (t = 1). So discs
are laid on one another, the largest first; each has a plain gradient about its own middle, right at
its rim and nearly right up to the rim of the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from visavis.face.drawing import Clip, Gradient, Group, Outline
from visavis.face.scene import Stop
from visavis.face.svg_path import ellipse

FARTHEST_FOCUS = 0.95
"""Of the radius. Nearer to the rim the colours run together in a point."""
_RINGS_PER_RADIUS = 64  # so at worst a colour is off by 1/64 of the way from first to last
_FEWEST = 4


def ring_count(paint: Gradient) -> int:
    """How many discs it takes."""
    if paint.focus is None:
        return 0
    apart = math.dist(paint.focus, paint.start) / math.dist(paint.start, paint.end)
    return max(_FEWEST, math.ceil(_RINGS_PER_RADIUS * apart))


def ringed(whole: Outline, fill: Gradient) -> Group:
    """An outline that such a gradient fills, as a clipped pile of discs; its stroke apart."""
    bare = replace(whole, name="", opacity=1.0, clips=())
    ground = replace(bare, fill=fill.stops[-1].color, stroke=None)
    clip = Clip(whole.contours, whole.rule)
    discs = Group("", (ground, *_discs(bare, fill)), whole.source_line, clips=(clip,))
    children = (discs,)
    if whole.stroke is not None:
        line = replace(bare, fill=None)
        children = (discs, line) if whole.order == "fill stroke" else (line, discs)
    return Group(
        whole.name, children, whole.source_line, whole.opacity, whole.clips, whole.visibility
    )


def _discs(bare: Outline, fill: Gradient) -> Iterator[Outline]:
    (fx, fy), (cx, cy) = fill.focus or fill.start, fill.start
    radius = math.dist(fill.start, fill.end)
    count = ring_count(fill)
    for index in range(count, 0, -1):
        rim = index / count
        x, y, r = fx + rim * (cx - fx), fy + rim * (cy - fy), radius * rim
        inner = max(0.0, (index - 2) / count)
        stops = tuple(Stop(at / rim, _color(fill.stops, at)) for at in _cuts(fill, inner, rim))
        paint = replace(fill, start=(x, y), end=(x + r, y), stops=stops, focus=None)
        contour = ellipse(x, y, r, r).moved(fill.matrix)
        yield replace(bare, contours=(contour,), fill=paint, stroke=None)


def _cuts(fill: Gradient, inner: float, rim: float) -> list[float]:
    between = {stop.position for stop in fill.stops if inner < stop.position < rim}
    return sorted({inner, *between, rim})


def _color(stops: Sequence[Stop], at: float) -> int:
    """The colour at a place, mixed channel by channel from the stops about it."""
    after = next((stop for stop in stops if stop.position >= at), stops[-1])
    before = next((stop for stop in reversed(stops) if stop.position <= at), stops[0])
    apart = after.position - before.position
    share = (at - before.position) / apart if apart > 0 else 0.0
    mixed = 0
    for shift in (24, 16, 8, 0):
        low, high = (before.color >> shift) & 0xFF, (after.color >> shift) & 0xFF
        mixed |= round(low + share * (high - low)) << shift
    return mixed
