"""Praat's TextGrid files, long and short text form: read and written. Pure.

Both forms are one: Praat reads only the free-standing tokens (quoted texts, numbers, <flags>) and
takes everything else for a comment ("TextGrid file formats" in its manual), and so does this. The
common libraries were not taken: praatio (MIT) and textgrid (MIT) do not say in which line a broken
file breaks, tgt is GPL-3.0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from visavis.bench.lips.label_error import LabelError
from visavis.bench.lips.phone_sets import Label

Form = Literal["long", "short"]

_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"'
    r"|(?<!\S)(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)"
    r"|(?<!\S)<(?P<flag>\w+)>(?!\S)"
    r"|(?<!\S)![^\n]*"
    r'|(?P<open>")'
)


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of intervals."""

    name: str
    labels: tuple[Label, ...]


def read_textgrid(text: str, file_name: str) -> tuple[Tier, ...]:
    """The interval tiers of a TextGrid, in order; point tiers are left out.

    Raises:
        LabelError: it is none, or breaks off, or an interval ends before it begins.
    """
    tokens = _Tokens(text, file_name)
    if not tokens.text().startswith("ooTextFile") or tokens.text() != "TextGrid":
        raise LabelError(file_name, 1, "this is no TextGrid in text form")
    tokens.skip("number", "number")
    if tokens.flag() != "exists":
        return ()
    found = [_read_tier(tokens) for _ in range(tokens.count())]
    return tuple(tier for tier in found if tier is not None)


def write_textgrid(tiers: Sequence[Tier], form: Form = "long") -> str:
    """The tiers as Praat writes them, to be saved as UTF-8. An empty one ends with the others."""
    ends = [label.end_s for tier in tiers for label in tier.labels]
    end_s = max(ends, default=0.0)
    lines = _long(tiers, end_s) if form == "long" else _short(tiers, end_s)
    return "\n".join(['File type = "ooTextFile"', 'Object class = "TextGrid"', "", *lines, ""])


def _read_tier(tokens: _Tokens) -> Tier | None:
    kind = tokens.text()
    if kind not in ("IntervalTier", "TextTier"):
        raise tokens.error(f"a tier is called {kind!r}, not IntervalTier or TextTier")
    name = tokens.text()
    tokens.skip("number", "number")
    n = tokens.count()
    if kind == "IntervalTier":
        return Tier(name, tuple(_read_interval(tokens) for _ in range(n)))
    for _ in range(n):
        tokens.skip("number", "text")
    return None


def _read_interval(tokens: _Tokens) -> Label:
    start_s, end_s = tokens.number(), tokens.number()
    if end_s < start_s:
        raise tokens.error(f"an interval begins at {start_s:g} s and ends at {end_s:g} s")
    return Label(tokens.text(), start_s, end_s)


class _Tokens:
    """Free-standing tokens, one after the other."""

    def __init__(self, text: str, file_name: str) -> None:
        self._text = text
        self._file_name = file_name
        self._at = 0
        self._line = 1

    def text(self) -> str:
        return self._next("text").replace('""', '"')

    def number(self) -> float:
        return float(self._next("number"))

    def flag(self) -> str:
        return self._next("flag")

    def count(self) -> int:
        value = self.number()
        if value < 0 or value != int(value):
            raise self.error(f"{value:g} is no number of things")
        return int(value)

    def skip(self, *kinds: str) -> None:
        for kind in kinds:
            self._next(kind)

    def error(self, message: str) -> LabelError:
        return LabelError(self._file_name, self._line, message)

    def _next(self, wanted: str) -> str:
        while (found := _TOKEN.search(self._text, self._at)) is not None:
            self._line += self._text.count("\n", self._at, found.start())
            kind = found.lastgroup
            if kind == "open":
                raise self.error("a quotation mark is never closed")
            if kind == wanted:
                self._go_behind(found)
                return found.group(wanted)
            if kind is not None:
                raise self.error(f"{found.group()} stands where a {wanted} should")
            self._go_behind(found)
        self._line = self._text.count("\n") + 1
        raise self.error(f"the file ends where a {wanted} should be")

    def _go_behind(self, found: re.Match[str]) -> None:
        self._line += found.group().count("\n")
        self._at = found.end()


# ------------------------------------------------------------------ writing


def _long(tiers: Sequence[Tier], end_s: float) -> list[str]:
    lines = ["xmin = 0", f"xmax = {end_s!r}", "tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, tier in enumerate(tiers, 1):
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f"        name = {_quoted(tier.name)}",
            "        xmin = 0",
            f"        xmax = {end_s!r}",
            f"        intervals: size = {len(tier.labels)}",
        ]
        for index, label in enumerate(tier.labels, 1):
            lines += [
                f"        intervals [{index}]:",
                f"            xmin = {label.start_s!r}",
                f"            xmax = {label.end_s!r}",
                f"            text = {_quoted(label.symbol)}",
            ]
    return lines


def _short(tiers: Sequence[Tier], end_s: float) -> list[str]:
    lines = ["0", repr(end_s), "<exists>", str(len(tiers))]
    for tier in tiers:
        lines += ['"IntervalTier"', _quoted(tier.name), "0", repr(end_s), str(len(tier.labels))]
        for label in tier.labels:
            lines += [repr(label.start_s), repr(label.end_s), _quoted(label.symbol)]
    return lines


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
