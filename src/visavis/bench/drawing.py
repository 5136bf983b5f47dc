"""What every picture of the report is made of: scales, axes, words, numbers. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.bench.markup import Markup, join, tag


@dataclass(frozen=True, slots=True)
class Scale:
    """From a quantity to a place in the picture."""

    low: float
    high: float
    at_low: float
    at_high: float

    def __call__(self, value: float) -> float:
        """Where `value` is drawn; beyond the ends it stays at the end."""
        inside = min(max(value, self.low), self.high)
        share = (inside - self.low) / (self.high - self.low)
        return self.at_low + share * (self.at_high - self.at_low)


def ticks(low: float, high: float, about: int = 8) -> tuple[float, ...]:
    """Round numbers (1, 2 or 5 times a power of ten apart) in low…high, about so many."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(step * number for number in range(first, last + 1))


def whole(value: float) -> str:
    """`1 145`, with a narrow space that does not break."""
    return f"{value:,.0f}".replace(",", "\u202f").replace("-", "\u2212")


def ms(value: float) -> str:
    """`1 145 ms`."""
    return f"{whole(value)}\u202fms"


def percent(share: float) -> str:
    """`4.2 %`."""
    return f"{100 * share:.1f}\u202f%"


def picture(
    title: str, description: str, size: tuple[float, float], *children: str | Sequence[str]
) -> Markup:
    """A drawing `size` (width, height) large that scales with its place on the page.

    Its title must differ from those of the other pictures of the page: the ids are made of it.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower())
    width, height = size
    return tag(
        "svg",
        tag("title", title, id=f"title-{slug}"),
        tag("desc", description, id=f"desc-{slug}"),
        *children,
        viewbox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        aria_labelledby=f"title-{slug} desc-{slug}",
    )


def text(words: str, x: float, y: float, *, class_: str, anchor: str = "start") -> Markup:
    """Words whose start, middle or end is at `x` and whose middle line is at `y`."""
    return tag(
        "text", words, x=x, y=y, class_=class_, text_anchor=anchor, dominant_baseline="middle"
    )


def upright(x: float, top: float, bottom: float, class_: str) -> Markup:
    """A vertical line."""
    return tag("line", x1=x, x2=x, y1=top, y2=bottom, class_=class_)


def level(y: float, left: float, right: float, class_: str) -> Markup:
    """A horizontal line."""
    return tag("line", x1=left, x2=right, y1=y, y2=y, class_=class_)


def axis_below(
    x: Scale, top: float, bottom: float, written: Callable[[float], str], about: int = 8
) -> Markup:
    """Upright grid lines with their values below."""
    return join(
        [
            join(
                upright(x(value), top, bottom, _line_class(value)),
                text(written(value), x(value), bottom + 14, class_="tick", anchor="middle"),
            )
            for value in ticks(x.low, x.high, about)
        ]
    )


def axis_beside(
    y: Scale, left: float, right: float, written: Callable[[float], str], about: int = 6
) -> Markup:
    """Level grid lines with their values to the left."""
    return join(
        [
            join(
                level(y(value), left, right, _line_class(value)),
                text(written(value), left - 8, y(value), class_="tick", anchor="end"),
            )
            for value in ticks(y.low, y.high, about)
        ]
    )


def _line_class(value: float) -> str:
    return "zero" if value == 0 else "grid"
