"""The scoreboard's pictures: bars with their intervals, recall by viseme, who is taken for whom,
and where onsets lie. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.bench.drawing import Scale, axis_below, level, percent, picture, text, upright, whole
from visavis.bench.intervals import Estimate
from visavis.bench.markup import Markup, join, tag
from visavis.lips.phonemes import table

_LEFT, _RIGHT, _WIDTH = 170.0, 640.0, 760.0
_ROW, _BAR = 30.0, 14.0
_CELL, _MAP_LEFT, _MAP_TOP = 20.0, 40.0, 34.0


def shares_chart(title: str, about: str, rows: Mapping[str, Estimate]) -> Markup:
    """A bar for each name from 0 to its share, with its interval as a line."""
    x = Scale(0.0, 1.0, _LEFT, _RIGHT)
    top = 12.0
    bottom = top + _ROW * len(rows)
    words = "; ".join(f"{name} {percent(row.value)}" for name, row in rows.items())
    return picture(
        title,
        f"{about} {words}.",
        (_WIDTH, bottom + 32.0),
        axis_below(x, top, bottom, lambda share: f"{100 * share:.0f}\u202f%", 5),
        [
            _bar(name, row, x, top + _ROW * (index + 0.5))
            for index, (name, row) in enumerate(rows.items())
        ],
    )


def _bar(name: str, row: Estimate, x: Scale, y: float) -> Markup:
    shown = tag(
        "rect",
        x=x(0.0),
        y=y - _BAR / 2,
        width=max(1.0, x(row.value) - x(0.0)),
        height=_BAR,
        class_="bar",
    )
    return join(
        text(name, _LEFT - 12, y, class_="label", anchor="end"),
        shown,
        level(y, x(row.low), x(row.high), "range"),
        text(percent(row.value), max(x(row.high), x(row.value)) + 8, y, class_="value"),
    )


def confusion_map(title: str, matrix: NDArray[np.int64]) -> Markup:
    """Rows are what was said, columns what was shown; the darker, the larger the row's share."""
    order = table().order
    totals = matrix.sum(axis=1)
    shares = matrix / np.maximum(totals, 1)[:, None]
    size = _CELL * len(order)
    right = ", ".join(
        f"{name} {percent(float(shares[i, i]))}" for i, name in enumerate(order) if totals[i]
    )
    return picture(
        title,
        f"Rows are said, columns shown. Right: {right}.",
        (_MAP_LEFT + size + 4, _MAP_TOP + size + 4),
        [
            text(name, _MAP_LEFT + _CELL * (i + 0.5), 20.0, class_="tick", anchor="middle")
            for i, name in enumerate(order)
        ],
        [
            text(name, _MAP_LEFT - 6, _MAP_TOP + _CELL * (i + 0.5), class_="tick", anchor="end")
            for i, name in enumerate(order)
        ],
        [
            _cell(said, shown, float(shares[said, shown]), int(matrix[said, shown]))
            for said in range(len(order))
            for shown in range(len(order))
            if matrix[said, shown]
        ],
    )


def _cell(said: int, shown: int, share: float, n_frames: int) -> Markup:
    order = table().order
    words = f"{order[said]} shown as {order[shown]}: {percent(share)}, {whole(n_frames)} frames"
    return tag(
        "rect",
        tag("title", words),
        x=_MAP_LEFT + _CELL * shown,
        y=_MAP_TOP + _CELL * said,
        width=_CELL,
        height=_CELL,
        fill_opacity=round(0.06 + 0.94 * share, 2),
        class_=f"cell cell-{'right' if said == shown else 'wrong'}",
    )


def offsets_chart(title: str, offsets_ms: Sequence[float]) -> Markup:
    """How many paired onsets lie how far from the reference's, in steps of 10 ms."""
    edges = np.arange(-205.0, 206.0, 10.0)
    counts, _ = np.histogram(offsets_ms, edges)
    x = Scale(-205.0, 205.0, 20.0, 360.0)
    top, bottom = 10.0, 110.0
    y = Scale(0.0, float(max(1, counts.max())), bottom, top)
    median = float(np.median(offsets_ms)) if len(offsets_ms) else 0.0
    return picture(
        title,
        f"{len(offsets_ms)} paired onsets, median {median:.0f} ms; below 0 is early.",
        (380.0, bottom + 32.0),
        axis_below(x, top, bottom, whole, 5),
        [
            tag(
                "rect",
                x=x(edge) + 0.5,
                y=y(count),
                width=x(edges[1]) - x(edges[0]) - 1,
                height=bottom - y(count),
                class_="bar",
            )
            for edge, count in zip(edges[:-1].tolist(), counts.tolist(), strict=True)
            if count
        ],
        upright(x(median), top, bottom, "quantile"),
    )
