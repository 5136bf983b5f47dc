"""The pictures of the latency report as inline SVG: waterfall, dots, trade-off. Pure.

Colours come from the page's style sheet (`report.css`) by class, so that they follow light, dark
and paper. Every picture has a title and a description in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.bench.drawing import (
    Scale,
    axis_below,
    axis_beside,
    level,
    ms,
    percent,
    picture,
    text,
    upright,
    whole,
)
from visavis.bench.intervals import Estimate
from visavis.bench.legs import LEGS, Leg
from visavis.bench.markup import Markup, join, tag
from visavis.bench.tradeoff import Curve, Point

LEG_WORDS = {
    "soft_end": "quiet noticed",
    "stt": "speech to text",
    "turn": "end-of-turn score",
    "words": "words judged",
    "look_up": "fact looked up",
    "first_token": "first token",
    "first_phrase": "first phrase",
    "first_audio": "first sound made",
    "commit": "decided to answer",
    "reveal": "revealed",
    "voice": "sound at your ear",
}
_NAME = 100.0
"""Width of "voice 1234 ms"."""

PEOPLE_MS = 200.0
"""The usual gap between turns of people (Stivers et al. 2009)."""

_WIDTH = 960.0
_LEFT, _RIGHT = 172.0, 880.0
_ROW = 25.0
_BAR = 15.0
_DOTS_ROW = 92.0
_DOTS_HIGH = 56.0
_DOT = 5.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to point out, in ms after t0."""

    name: str
    at_ms: float


@dataclass(frozen=True, slots=True)
class Dots:
    """One row of the distribution: the times of one kind of turn, with their percentiles."""

    name: str
    about: str
    """What the turns are, in words."""
    kind: str
    times_ms: tuple[float, ...]
    p50: Estimate
    p95: Estimate


# ------------------------------------------------------------------ waterfall


def waterfall_chart(
    title: str, legs: Sequence[Leg], marks: Sequence[Mark], end_ms: float
) -> Markup:
    """Bars of one kind's legs on a time axis from t0 to `end_ms`, a row each, as they begin."""
    rows = sorted(legs, key=lambda leg: (leg.start_p50_ms, LEGS.index(leg.stage)))
    low = min(0.0, *(leg.start_p50_ms for leg in rows), *(leg.end_p50_ms for leg in rows))
    x = Scale(low, end_ms, _LEFT, _RIGHT)
    top, bottom = 34.0, 34.0 + _ROW * len(rows) + 4.0
    drawn = [_leg_row(leg, x, top + _ROW * index) for index, leg in enumerate(rows)]
    words = "; ".join(
        f"{LEG_WORDS[leg.stage]} from {ms(leg.start_p50_ms)} to {ms(leg.end_p50_ms)}"
        for leg in rows
    )
    return picture(
        title,
        f"Medians after the last word: {words}.",
        (_WIDTH, bottom + 40.0),
        _time_axis(x, top - 6.0, bottom, "ms after the last word"),
        _moments(marks, x, top - 6.0, bottom),
        drawn,
    )


def _leg_row(leg: Leg, x: Scale, y: float) -> Markup:
    start, end = sorted((x(leg.start_p50_ms), x(leg.end_p50_ms)))
    middle = y + _ROW / 2
    return join(
        text(LEG_WORDS[leg.stage], _LEFT - 12, middle, class_="label", anchor="end"),
        tag(
            "rect",
            x=start,
            y=middle - _BAR / 2,
            width=max(end - start, 2.0),
            height=_BAR,
            rx=3.0,
            class_=f"leg leg-{leg.stage}",
        ),
        text(ms(leg.own_p50_ms), max(end, start + 2) + 7, middle, class_="value"),
    )


def _moments(marks: Sequence[Mark], x: Scale, top: float, bottom: float) -> list[Markup]:
    """Lines for react, face and voice. Names that would touch are put in one."""
    lines = [upright(x(mark.at_ms), top, bottom, f"mark mark-{mark.name}") for mark in marks]
    groups: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.at_ms):
        if groups and x(mark.at_ms) - x(groups[-1][-1].at_ms) < _NAME:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    for group in groups:
        words = " · ".join(f"{mark.name} {ms(mark.at_ms)}" for mark in group)
        first, last = x(group[0].at_ms), x(group[-1].at_ms)
        if last + _NAME * len(group) < _WIDTH:  # beside its first line, to the right
            lines.append(text(words, first - 4, top - 9, class_="mark-name"))
        else:
            lines.append(text(words, last + 4, top - 9, class_="mark-name", anchor="end"))
    return lines


# ------------------------------------------------------------------ distribution


def dots_chart(title: str, rows: Sequence[Dots], end_ms: float) -> Markup:
    """A dot for every turn, a row for every kind; P50 and P95 as lines with their intervals."""
    low = min(0.0, *(min(row.times_ms) for row in rows))
    x = Scale(low, end_ms, _LEFT, _RIGHT)
    top = 30.0
    bottom = top + _DOTS_ROW * len(rows)
    drawn = [_dots_row(row, x, top + _DOTS_ROW * index) for index, row in enumerate(rows)]
    words = "; ".join(
        f"{row.name}, {len(row.times_ms)} {row.about}: P50 {ms(row.p50.value)}, "
        f"P95 {ms(row.p95.value)}"
        for row in rows
    )
    return picture(
        title,
        f"When the answer is heard after the last word. {words}.",
        (_WIDTH, bottom + 40.0),
        _time_axis(x, top, bottom, "ms from the last word to the voice"),
        upright(x(PEOPLE_MS), top, bottom, "people"),
        text("people, usually", x(PEOPLE_MS), top - 9, class_="note", anchor="middle"),
        drawn,
    )


def _dots_row(row: Dots, x: Scale, y: float) -> Markup:
    base = y + _DOTS_ROW - 12.0
    shown = [time for time in row.times_ms if time <= x.high]
    later = [time for time in row.times_ms if time > x.high]
    beyond = f"{len(later)} later, up to {ms(max(later))}" if later else ""
    return join(
        text(row.name, _LEFT - 12, base - 30, class_="label", anchor="end"),
        text(
            f"{len(row.times_ms)} {row.about}", _LEFT - 12, base - 12, class_="note", anchor="end"
        ),
        level(base + 3, _LEFT, _RIGHT, "base"),
        [_band(x, estimate, y, base) for estimate in (row.p50, row.p95)],
        tag("path", d=_stacked(shown, x, base), class_=f"dots dots-{row.kind}"),
        _quantile(f"P50 {ms(row.p50.value)}", x(row.p50.value), y, base, "end"),
        _quantile(f"P95 {ms(row.p95.value)}", x(row.p95.value), y, base, "start"),
        text(beyond, _WIDTH - 4, base - 12, class_="note", anchor="end") if beyond else "",
    )


def _stacked(times_ms: Sequence[float], x: Scale, base: float) -> str:
    """Round dots piled up where they fall, closer together where there are too many."""
    heights: dict[int, int] = {}
    for time in times_ms:
        column = round(x(time) / _DOT)
        heights[column] = heights.get(column, 0) + 1
    step = min(_DOT, _DOTS_HIGH / max(heights.values(), default=1))
    return "".join(
        f"M{column * _DOT:.0f} {base - level * step:.1f}h0"
        for column, height in sorted(heights.items())
        for level in range(height)
    )


def _band(x: Scale, estimate: Estimate, top: float, bottom: float) -> Markup:
    start, end = x(estimate.low), x(estimate.high)
    return tag(
        "rect",
        x=start,
        y=top + 16,
        width=max(end - start, 1),
        height=bottom - top - 13,
        class_="band",
    )


def _quantile(words: str, at: float, top: float, base: float, anchor: str) -> Markup:
    return join(
        upright(at, top + 12, base + 3, "quantile"),
        text(words, at + (5 if anchor == "start" else -5), top + 16, class_="value", anchor=anchor),
    )


# ------------------------------------------------------------------ trade-off


@dataclass(frozen=True, slots=True)
class Quantile:
    """Which latency of a point is drawn."""

    name: str
    of: Callable[[Point], float]


_SQUARE_LEFT, _SQUARE_RIGHT, _SQUARE_TOP, _SQUARE_BOTTOM = 52.0, 470.0, 24.0, 330.0
_NAMED = {1: ("0.5 x", "1 x", "2 x"), 2: ("300 ms", "500 ms", "800 ms")}
"""By curve, the labels that are written beside their points; the others show when pointed at."""

P50 = Quantile("P50", lambda point: point.p50_ms)
P95 = Quantile("P95", lambda point: point.p95_ms)


def tradeoff_chart(
    curves: Sequence[Curve], measured: Sequence[Point], quantile: Quantile
) -> Markup:
    """Latency over false cut-offs: a line for every curve, a diamond for what was measured.

    Points far slower than anything measured are left to the table, so that the rest can be seen.
    """
    tallest = _tallest_ms(curves, measured, quantile)
    curves = [
        Curve(one.name, tuple(point for point in one.points if quantile.of(point) <= tallest))
        for one in curves
    ]
    points = [point for curve in curves for point in curve.points] + list(measured)
    most = max([0.05, *(point.false_cutoff.value for point in points)])
    x = Scale(0.0, 1.08 * most, _SQUARE_LEFT, _SQUARE_RIGHT)
    y = Scale(0.0, 1.04 * tallest, _SQUARE_BOTTOM, _SQUARE_TOP)
    words = "; ".join(
        f"{p.label}: {percent(p.false_cutoff.value)} cut off, {ms(quantile.of(p))}"
        for p in measured
    )
    return picture(
        f"{quantile.name} latency against false cut-offs",
        f"Down and to the left is better. Measured: {words}." if words else "No measured point.",
        (490.0, _SQUARE_BOTTOM + 46.0),
        axis_below(x, _SQUARE_TOP, _SQUARE_BOTTOM, lambda share: f"{100 * share:g}\u202f%", 5),
        axis_beside(y, _SQUARE_LEFT, _SQUARE_RIGHT, whole),
        text(
            "false cut-offs, share of turns", _SQUARE_RIGHT, 366.0, class_="axis-name", anchor="end"
        ),
        text(f"{quantile.name} of voice, ms", _SQUARE_LEFT, 10.0, class_="axis-name"),
        [_curve(c, index, x, y, quantile) for index, c in enumerate(curves, 1)],
        [_measured(point, x, y, quantile) for point in measured],
    )


def _tallest_ms(curves: Sequence[Curve], measured: Sequence[Point], quantile: Quantile) -> float:
    drawn = [quantile.of(point) for curve in curves for point in curve.points]
    if not measured:
        return max(drawn)
    slowest = max(quantile.of(point) for point in measured)
    return max(slowest, min(max(drawn, default=slowest), max(1_000.0, 1.5 * slowest)))


def _curve(curve: Curve, index: int, x: Scale, y: Scale, quantile: Quantile) -> Markup:
    places = [(x(p.false_cutoff.value), y(quantile.of(p))) for p in curve.points]
    return join(
        tag(
            "polyline",
            points=" ".join(f"{px:.1f},{py:.1f}" for px, py in places),
            class_=f"curve curve-{index}",
        ),
        [
            tag(
                "circle",
                tag(
                    "title",
                    f"{curve.name}, {p.label}: {percent(p.false_cutoff.value)}, "
                    f"{ms(quantile.of(p))}",
                ),
                cx=px,
                cy=py,
                r=3.2,
                class_=f"spot curve-{index}",
            )
            for p, (px, py) in zip(curve.points, places, strict=True)
        ],
        [
            text(p.label, px + 4, py - 9, class_="spot-name")
            for p, (px, py) in zip(curve.points, places, strict=True)
            if p.label in _NAMED.get(index, ())
        ],
    )


def _measured(point: Point, x: Scale, y: Scale, quantile: Quantile) -> Markup:
    px, py = x(point.false_cutoff.value), y(quantile.of(point))
    low, high = x(point.false_cutoff.low), x(point.false_cutoff.high)
    return join(
        level(py, low, high, "whisker"),
        tag("path", d=f"M{px:.1f} {py - 7:.1f}l7 7l-7 7l-7 -7z", class_="measured"),
        text(point.label.replace("_", " "), px + 9, py + 14, class_="value"),
    )


def _time_axis(x: Scale, top: float, bottom: float, name: str) -> Markup:
    return join(
        axis_below(x, top, bottom, whole),
        text(name, _RIGHT, bottom + 32, class_="axis-name", anchor="end"),
    )
