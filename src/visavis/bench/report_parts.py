"""Parts that the sections of the report share: words, headline numbers, tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visavis.bench.drawing import ms, percent, whole
from visavis.bench.figures import KINDS
from visavis.bench.intervals import estimate_of
from visavis.bench.markup import Markup, join, tag

KIND_WORDS: Mapping[str, str] = {"knowledge": "knowledge turns", "llm": "LLM turns"}

_FAULTS = ("missed", "doubled", "wrong")
_COMPARED = (
    ("knowledge, P50", "knowledge_voice_p50_ms"),
    ("knowledge, P95", "knowledge_voice_p95_ms"),
    ("LLM, P50", "llm_voice_p50_ms"),
    ("LLM, P95", "llm_voice_p95_ms"),
    ("cut off, of turns", "false_cutoff_rate"),
    ("cut off, of pauses", "false_cutoff_per_pause_rate"),
    *((fault, f"{fault}_rate") for fault in _FAULTS),
)


def contender_name(contender: str) -> str:
    """`pipecat_tuned` -> `pipecat tuned`."""
    return contender.replace("_", " ")


def headline(figures: Mapping[str, Mapping[str, float]]) -> Markup:
    """The numbers to remember: cards for one contender, a table for several."""
    if len(figures) == 1:
        (own,) = figures.values()
        return tag("section", _cards(own), class_="bare")
    return tag("section", tag("h2", "Side by side"), _comparison(figures))


def table(head: Markup, rows: Sequence[Markup], class_: str | None = None) -> Markup:
    """A table that scrolls sideways on a narrow screen."""
    drawn = tag("table", tag("thead", head), tag("tbody", rows), class_=class_)
    return tag("div", drawn, class_="scroll")


def head_row(names: Sequence[str], n_words: int) -> Markup:
    """A row of column heads, the first `n_words` over words, the others over numbers."""
    return tag(
        "tr",
        [
            tag("th", name, scope="col", class_=None if index < n_words else "number")
            for index, name in enumerate(names)
        ],
    )


def body_row(words: Sequence[str], numbers: Sequence[float]) -> Markup:
    """Words, then numbers with one decimal."""
    shown = [tag("td", f"{number:.1f}".removesuffix(".0"), class_="number") for number in numbers]
    return tag("tr", [tag("td", word) for word in words], shown)


# ------------------------------------------------------------------ one contender: cards


def _cards(figures: Mapping[str, float]) -> Markup:
    return tag(
        "div", [_time_card(kind, figures) for kind in KINDS], _cut_card(figures), class_="cards"
    )


def _time_card(kind: str, figures: Mapping[str, float]) -> Markup:
    return _card(
        f"Voice, {KIND_WORDS[kind]}",
        kind,
        [
            _number("P50", figures, f"{kind}_voice_p50_ms"),
            _number("P95", figures, f"{kind}_voice_p95_ms"),
        ],
        f"{figures.get(f'{kind}_n', 0):.0f} warm turns",
    )


def _cut_card(figures: Mapping[str, float]) -> Markup:
    others = [f"{fault} {_written(figures, f'{fault}_rate')[0]}" for fault in _FAULTS]
    return _card(
        "False cut-offs",
        "cut",
        [
            _number("of turns", figures, "false_cutoff_rate"),
            _number("of pauses", figures, "false_cutoff_per_pause_rate"),
        ],
        ", ".join(others),
    )


def _card(title: str, tone: str, numbers: Sequence[Markup], foot: str) -> Markup:
    return tag(
        "div",
        tag("h3", title),
        tag("div", numbers, class_="big"),
        tag("p", foot, class_="foot"),
        class_=f"card tone-{tone}",
    )


def _number(words: str, figures: Mapping[str, float], name: str) -> Markup:
    value, between = _written(figures, name)
    return tag("div", tag("small", words), tag("strong", value), tag("small", between))


# ------------------------------------------------------------------ several: a table


def _comparison(figures: Mapping[str, Mapping[str, float]]) -> Markup:
    rows = [
        tag("tr", tag("th", words, scope="row"), [_cell(own, name) for own in figures.values()])
        for words, name in _COMPARED
    ]
    names = [tag("th", contender_name(name), scope="col", class_="number") for name in figures]
    return table(tag("tr", tag("td"), names), rows, class_="compare")


def _cell(figures: Mapping[str, float], name: str) -> Markup:
    value, between = _written(figures, name)
    return tag("td", value, join(" ", tag("small", between)), class_="number")


def _written(figures: Mapping[str, float], name: str) -> tuple[str, str]:
    """The figure and its interval in words; a dash if there is none."""
    found = estimate_of(figures, name)
    if found is None:
        return "\u2013", "no turns"
    if name.endswith("_rate"):
        return percent(found.value), f"{100 * found.low:.1f} to {percent(found.high)}"
    return ms(found.value), f"{whole(found.low)} to {ms(found.high)}"
