"""The latency report as one self-contained HTML file: no scripts, nothing from elsewhere. Pure,
but for naming the machine.

`visavis bench latency --html FILE` writes it for one contender, `visavis bench peers --html FILE`
for several, who then stand side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from visavis.bench.charts import (
    LEG_WORDS,
    P50,
    P95,
    Dots,
    Mark,
    dots_chart,
    tradeoff_chart,
    waterfall_chart,
)
from visavis.bench.figures import KINDS, by_contender, times_ms, turn_figures
from visavis.bench.intervals import percentile_estimates
from visavis.bench.legs import Leg, waterfall
from visavis.bench.markup import Markup, join, tag
from visavis.bench.report import Report, commit, machine
from visavis.bench.report_parts import (
    KIND_WORDS,
    body_row,
    contender_name,
    head_row,
    headline,
    table,
)
from visavis.bench.report_turns import turns_table
from visavis.bench.tradeoff import TradeOff
from visavis.bench.turns import Turn

_DEFINITIONS = {
    "t0": "the last audible sample of the question. The harness knows it, because it plays the "
    "file. Every time here is counted from it.",
    "voice": "the first audible sample of the answer at the listener's ear. This is the headline.",
    "face": "the first drawn frame with a speaking mouth while that answer plays.",
    "react": "the first sign that the end of the question was noticed. Nice, but not an answer.",
    "false cut-off": "the answer was heard though words were still to come. Counted once a turn, "
    "and once a pause of 200 ms or more. Fast and rude is not a result, so it stands beside every "
    "latency.",
    "knowledge and LLM turns": "by where the answer came from: a fact that the persona knows, or "
    "the language model.",
    "warm and cold": "cold is the first question of a conversation, warm every later one. Times "
    "are of warm turns, shares of all.",
    "P50, P95": "half, and 95 %, of the turns are at least this fast. The grey band, or the range "
    "in small print, is the 95 % interval: bootstrapped for times, Wilson's for shares.",
    "wrong, doubled, missed": "a question for a fact got something else; a question got more than "
    "one answer; nobody answered within the timeout.",
}


def html_report(
    title: str, report: Report, turns: Sequence[Turn], trade_off: TradeOff | None = None
) -> str:
    """The whole page as text, to be written as UTF-8.

    Contenders stand in the order in which their turns first appear. Without turns there is only
    the headline of nothing; without `trade_off` its section is left out.
    """
    contenders = by_contender(turns)
    figures = {name: turn_figures(own) for name, own in contenders.items()}
    body = tag(
        "main",
        _header(title, report, turns),
        headline(figures),
        _waterfalls(contenders, figures),
        _distribution(contenders),
        _trade_off(trade_off) if trade_off is not None else "",
        _turns(contenders),
        _definitions(),
        _provenance(report),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(_style())),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', body), lang='en')}\n"


@cache
def _style() -> str:
    return (resources.files("visavis.bench") / "report.css").read_text(encoding="utf-8")


def _header(title: str, report: Report, turns: Sequence[Turn]) -> Markup:
    box = machine()
    where = f"{box['cpu']}, {box['cores']} cores, commit {commit()}"
    return tag(
        "header",
        tag("h1", title),
        tag(
            "p",
            f"{len(turns)} turns. Spoken questions are played in real time: how long after the "
            "last word is the answer heard, and how often did it come too early?",
        ),
        tag("p", f"visavis bench {report.bench} · {where}", class_="soft"),
    )


# ------------------------------------------------------------------ pictures


def _waterfalls(
    contenders: Mapping[str, Sequence[Turn]], figures: Mapping[str, Mapping[str, float]]
) -> Markup:
    legs = {name: waterfall(own) for name, own in contenders.items()}
    ends = [leg.end_p50_ms for own in legs.values() for leg in own]
    if not ends:
        return Markup()
    end_ms = max(100.0, 1.1 * max(ends))
    pictures = [
        _waterfall(f"{contender_name(name)}, {KIND_WORDS[kind]}", of_kind, marks, end_ms)
        for kind in KINDS
        for name, own in legs.items()
        if (of_kind := [leg for leg in own if leg.kind == kind])
        and (marks := _marks(kind, figures[name]))
    ]
    return tag(
        "section",
        tag("h2", "Where the time goes"),
        tag(
            "p",
            "Medians, all on one time axis. A bar begins when the last thing that its step waits "
            "for is there; the figure behind it is the step's own duration. Bars that overlap are "
            "work done at the same time.",
        ),
        pictures,
        tag("details", tag("summary", "As a table"), _legs_table(legs)),
    )


def _marks(kind: str, figures: Mapping[str, float]) -> list[Mark]:
    found = [(sign, figures.get(f"{kind}_{sign}_p50_ms")) for sign in ("react", "face", "voice")]
    return [Mark(sign, at_ms) for sign, at_ms in found if at_ms is not None]


def _waterfall(title: str, legs: Sequence[Leg], marks: Sequence[Mark], end_ms: float) -> Markup:
    return join(
        tag("h3", title),
        tag("figure", waterfall_chart(f"Waterfall, {title}", legs, marks, end_ms), class_="wide"),
    )


def _legs_table(legs: Mapping[str, Sequence[Leg]]) -> Markup:
    heads = ("contender", "kind", "step", "turns", "from, ms", "to, ms", "own, ms", "own P95, ms")
    rows = [
        body_row(
            [contender_name(name), leg.kind, LEG_WORDS[leg.stage]],
            [leg.n, leg.start_p50_ms, leg.end_p50_ms, leg.own_p50_ms, leg.own_p95_ms],
        )
        for name, own in legs.items()
        for leg in own
    ]
    return table(head_row(heads, 3), rows)


def _distribution(contenders: Mapping[str, Sequence[Turn]]) -> Markup:
    rows = [
        row
        for kind in KINDS
        for name, own in contenders.items()
        if (row := _dots(name, kind, own)) is not None
    ]
    if not rows:
        return Markup()
    end_ms = max(300.0, *(1.25 * row.p95.value for row in rows))
    return tag(
        "section",
        tag("h2", "Every answer"),
        tag("p", "One dot for every warm turn: how long after the last word its answer is heard."),
        tag("figure", dots_chart("Distribution of voice", rows, end_ms), class_="wide"),
        tag("details", tag("summary", "As a table"), _dots_table(rows)),
    )


def _dots(name: str, kind: str, turns: Sequence[Turn]) -> Dots | None:
    counted = [
        turn
        for turn in turns
        if turn.kind == kind and turn.warmth == "warm" and turn.recording.speaker.kind == "neural"
    ]
    found = times_ms(counted)
    if not found:
        return None
    estimates = percentile_estimates(found, (50, 95))
    return Dots(contender_name(name), KIND_WORDS[kind], kind, tuple(found), *estimates)


def _dots_table(rows: Sequence[Dots]) -> Markup:
    heads = ("contender", "turns of", "turns", "fastest, ms", "P50, ms", "P95, ms", "slowest, ms")
    body = [
        body_row(
            [row.name, row.about],
            [len(row.times_ms), min(row.times_ms), row.p50.value, row.p95.value, max(row.times_ms)],
        )
        for row in rows
    ]
    return table(head_row(heads, 2), body)


def _trade_off(found: TradeOff) -> Markup:
    if not found.measured and not any(curve.points for curve in found.curves):
        return Markup()
    heads = ("rule", "setting", "turns", "cut off, %", "P50, ms", "P95, ms")
    named = [(curve.name, point) for curve in found.curves for point in curve.points]
    rows = [
        body_row([name, p.label], [p.n, 100.0 * p.false_cutoff.value, p.p50_ms, p.p95_ms])
        for name, p in [*named, *(("measured", point) for point in found.measured)]
    ]
    return tag(
        "section",
        tag("h2", "Fast against rude"),
        tag(
            "p",
            "How long to wait in a silence is a trade: answer sooner, and more people are cut off "
            "while they think. The lines play the same silences through with other rules; the "
            "diamond is what was measured, with its 95 % interval. Down and left is better. "
            "Settings slower than the picture is high are in the table.",
        ),
        tag("ul", _keys(found), class_="key"),
        tag(
            "div",
            [
                tag("figure", tradeoff_chart(found.curves, found.measured, quantile))
                for quantile in (P50, P95)
            ],
            class_="pair",
        ),
        tag("details", tag("summary", "As a table"), table(head_row(heads, 2), rows)),
    )


def _keys(found: TradeOff) -> list[Markup]:
    lines = [
        (tag("polyline", points="1,6 33,6", class_=f"curve curve-{index}"), curve.name)
        for index, curve in enumerate(found.curves, 1)
    ]
    if found.measured:
        lines.append((tag("path", d="M17 0l6 6l-6 6l-6 -6z", class_="measured"), "measured"))
    return [
        tag("li", tag("svg", drawn, viewbox="0 0 34 12", aria_hidden="true"), name)
        for drawn, name in lines
    ]


# ------------------------------------------------------------------ words and tables


def _turns(contenders: Mapping[str, Sequence[Turn]]) -> Markup:
    return tag(
        "section",
        tag("h2", "Every turn"),
        tag("p", "What was asked, what was understood, what was answered, and when."),
        [
            tag(
                "details",
                tag("summary", f"{contender_name(name)}: {len(own)} turns"),
                turns_table(own),
            )
            for name, own in contenders.items()
        ],
        class_="long",
    )


def _definitions() -> Markup:
    words = [join(tag("dt", term), tag("dd", meaning)) for term, meaning in _DEFINITIONS.items()]
    return tag("section", tag("h2", "What the words mean"), tag("dl", words))


def _provenance(report: Report) -> Markup:
    def listed(title: str, values: Mapping[str, object]) -> Markup:
        rows = [
            tag("tr", tag("th", name, scope="row"), tag("td", str(v))) for name, v in values.items()
        ]
        return tag("div", tag("h3", title), tag("table", tag("tbody", rows)))

    figures = {name: f"{value:.6g}" for name, value in report.figures.items()}
    return tag(
        "section",
        tag("h2", "Where the figures come from"),
        tag(
            "div",
            listed("Machine", {**machine(), "commit": commit()}),
            listed("Settings", dict(report.settings)),
            class_="facts",
        ),
        tag("details", tag("summary", "All figures"), listed("Figures", figures)),
        class_="long",
    )
