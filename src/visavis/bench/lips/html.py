"""The scoreboard as one self-contained HTML file: no scripts, nothing from elsewhere. Pure, but
for naming the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from visavis.bench.drawing import percent
from visavis.bench.intervals import Estimate, estimate_of
from visavis.bench.lips import figures as lip_figures
from visavis.bench.lips import measures
from visavis.bench.lips.charts import confusion_map, offsets_chart, shares_chart
from visavis.bench.lips.manifest import DataSet, Item
from visavis.bench.lips.trial import Trial
from visavis.bench.markup import Markup, join, tag
from visavis.bench.report import Report, commit, machine
from visavis.bench.report_parts import contender_name, head_row, table
from visavis.lips.phonemes import table as visemes

_N_WORST = 5

_CHARTS = (
    ("frame_accuracy_rate", "Frame accuracy", "Share of frames with the right one of 15 shapes."),
    ("PP_segment_recall_rate", "Closures found", "Of p, b and m, within 40 ms."),
    ("PP_segment_precision_rate", "Closures that were some", "Of those shown, within 40 ms."),
    ("FF_segment_recall_rate", "f and v found", "Within 40 ms."),
    ("mouth_open_in_silence_rate", "Mouth open in silence", "Less is better."),
    ("short_hold_rate", "Holds under 70 ms", "Less is calmer."),
)


def lips_html(trial: Trial, report: Report, data_sets: Sequence[DataSet]) -> str:
    """The whole page as text, to be written as UTF-8."""
    own = {one.name: trial.figures_of(one.name) for one in trial.contenders if trial.of(one.name)}
    body = tag(
        "main",
        _header(report),
        _sets(trial, data_sets),
        _bars(own),
        _numbers(own),
        _recalls(own),
        _confusions(trial, own),
        _worst(trial, own),
        _failures(trial),
        _definitions(),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "Lips, measured"),
        tag("style", Markup(_style())),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', body), lang='en')}\n"


@cache
def _style() -> str:
    files = (
        resources.files("visavis.bench") / "report.css",
        resources.files("visavis.bench.lips") / "html.css",
    )
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _header(report: Report) -> Markup:
    box = machine()
    settings = ", ".join(f"{name} {value}" for name, value in report.settings.items())
    return tag(
        "header",
        tag("h1", "Lips, measured"),
        tag("p", "How right, how early and how calm is a mouth, on speech that is labelled?"),
        tag("p", settings, class_="soft"),
        tag(
            "p",
            f"visavis bench {report.bench} · {box['cpu']}, {box['cores']} cores, commit {commit()}",
            class_="soft",
        ),
    )


def _sets(trial: Trial, data_sets: Sequence[DataSet]) -> Markup:
    done = set(trial.items)
    rows = [
        _words_row(
            [
                one.name,
                str(len(mine)),
                str(len({item.speaker for item in mine})),
                _joined(mine, "labelled_by"),
                _joined(mine, "licence"),
                _joined(mine, "split"),
            ]
        )
        for one in data_sets
        if (mine := [item for item in one.items if item in done])
    ]
    heads = ("data set", "recordings", "speakers", "labelled by", "licence", "split")
    return tag("section", tag("h2", "On what"), table(head_row(heads, len(heads)), rows))


def _joined(items: Sequence[Item], field: str) -> str:
    return ", ".join(sorted({str(getattr(item, field)) for item in items}))


def _words_row(words: Sequence[str]) -> Markup:
    return tag("tr", [tag("td", word) for word in words])


def _bars(own: Mapping[str, Mapping[str, float]]) -> Markup:
    pictures: list[Markup] = []
    for figure, title, about in _CHARTS:
        rows = {
            contender_name(name): found
            for name, figures in own.items()
            if (found := _estimate(figures, figure)) is not None
        }
        if rows:
            pictures.append(tag("figure", tag("h3", title), shares_chart(title, about, rows)))
    return tag("section", tag("h2", "Side by side"), pictures)


def _estimate(figures: Mapping[str, float], name: str) -> Estimate | None:
    value = figures.get(name)
    if value is None:
        return None
    return estimate_of(figures, name) or Estimate(value, value, value)


def _numbers(own: Mapping[str, Mapping[str, float]]) -> Markup:
    """Every figure but recall by viseme and the bounds."""
    names = dict.fromkeys(name for figures in own.values() for name in figures)
    shown = [n for n in names if not n.startswith("recall_") and "_low_" not in n]
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            [_cell(figures, name) for figures in own.values()],
        )
        for name in shown
        if "_high_" not in name
    ]
    heads = [tag("th", contender_name(name), scope="col", class_="number") for name in own]
    drawn = table(tag("tr", tag("td"), heads), rows, class_="compare")
    return tag("section", tag("h2", "All figures, with 95 % intervals"), drawn)


def _cell(figures: Mapping[str, float], name: str) -> Markup:
    value = figures.get(name)
    if value is None:
        return tag("td", "\u2013", class_="number")
    found = estimate_of(figures, name)
    if not name.endswith("_rate"):
        between = f" {found.low:.3g} to {found.high:.3g}" if found else ""
        return tag("td", f"{value:.4g}", tag("small", between), class_="number")
    between = f" {100 * found.low:.1f} to {percent(found.high)}" if found else ""
    return tag("td", percent(value), tag("small", between), class_="number")


def _recalls(own: Mapping[str, Mapping[str, float]]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            [_cell(figures, f"recall_{name}_rate") for figures in own.values()],
        )
        for name in visemes().order
    ]
    heads = [tag("th", contender_name(name), scope="col", class_="number") for name in own]
    drawn = table(tag("tr", tag("td"), heads), rows, class_="compare")
    return tag("section", tag("h2", "Recall of each viseme"), drawn)


def _confusions(trial: Trial, own: Mapping[str, Mapping[str, float]]) -> Markup:
    pictures: list[Markup] = []
    for name in own:
        tallies = [outcome.tally for outcome in trial.of(name)]
        offsets = [ms for tally in tallies for ms in tally.onset_offsets_ms]
        title = contender_name(name)
        pictures.append(
            tag(
                "figure",
                tag("h3", title),
                confusion_map(f"{title}: said and shown", lip_figures.confusion(tallies)),
                offsets_chart(f"{title}: onsets", offsets),
            )
        )
    return tag(
        "section",
        tag("h2", "What is taken for what, and when"),
        tag(
            "p",
            "A row for each shape that was said, a column for each that was shown. Below: how far, "
            "in ms, onsets lie from those of the labels; left of 0 is early.",
        ),
        tag("div", pictures, class_="maps"),
    )


def _worst(trial: Trial, own: Mapping[str, Mapping[str, float]]) -> Markup:
    rows = [
        _words_row(
            [
                contender_name(name),
                outcome.item.name,
                outcome.item.speaker,
                percent(outcome.tally.accuracy),
                outcome.item.text or "",
            ]
        )
        for name in own
        for outcome in trial.worst(name, _N_WORST)
    ]
    heads = ("contender", "recording", "speaker", "frames right", "text")
    return tag("section", tag("h2", "Worst recordings"), table(head_row(heads, len(heads)), rows))


def _failures(trial: Trial) -> Markup:
    if not trial.failures:
        return Markup()
    rows = [
        _words_row([failure.item.name, failure.contender or "all", failure.reason])
        for failure in trial.failures
    ]
    return tag(
        "section",
        tag("h2", "Left out"),
        table(head_row(("recording", "for", "why"), 3), rows),
    )


def _definitions() -> Markup:
    """The very words of the code that counts."""
    paragraphs = (measures.__doc__ or "").split("\n\n")
    return tag(
        "section",
        tag("h2", "What is counted"),
        join([tag("p", " ".join(one.split())) for one in paragraphs]),
    )
