"""HTML and SVG as values: whatever is not `Markup` is escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Markup(str):
    """Text that is markup already and goes into a page as it is."""

    __slots__ = ()


Child = str | Iterable[str]
"""Plain text is escaped; markup is not; lists are joined."""


def tag(name: str, /, *children: Child, **attributes: str | float | None) -> Markup:
    """`<name attribute="…">children</name>`, also well formed as XML.

    Attribute names lose a last underscore and turn the others into hyphens (`class_`,
    `stroke_width`); those that are None are left out; numbers keep two decimals at most.
    """
    written = "".join(
        f' {_attribute_name(key)}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = join(*children)
    if not inside and name in _MAY_BE_EMPTY:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{inside}</{name}>")


def join(*children: Child) -> Markup:
    """All of them, one behind the other."""
    return Markup("".join(_markup(child) for child in children))


_MAY_BE_EMPTY = frozenset(["meta", "br", "hr", "circle", "line", "path", "rect", "polyline"])
"""HTML's void elements and SVG's shapes; any other empty element needs its end tag in HTML."""

_CASED = {
    "viewbox": "viewBox",
    "patternunits": "patternUnits",
    "patterntransform": "patternTransform",
}
"""SVG's attributes that have capitals."""


def _attribute_name(key: str) -> str:
    name = key.removesuffix("_").replace("_", "-")
    return _CASED.get(name, name)


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def _markup(child: Child) -> str:
    match child:
        case Markup():
            return child
        case str():
            return escape(child)
        case _:
            return "".join(_markup(one) for one in child)
