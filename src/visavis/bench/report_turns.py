"""The report's table of turns: what was asked, understood and answered, and when. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from visavis.bench.drawing import ms
from visavis.bench.figures import is_wrong
from visavis.bench.markup import Markup, join, tag
from visavis.bench.recording import Recording
from visavis.bench.turns import Turn
from visavis.hear.audio import RATE_HZ

_WORDS = ("asked", "understood", "answered")
_NUMBERS = ("react", "voice", "face")


def turns_table(turns: Sequence[Turn]) -> Markup:
    """One row a turn, those with a cut-off marked at the edge."""
    heads = [tag("th", name, scope="col") for name in ("turn", *_WORDS)]
    heads += [tag("th", name, scope="col", class_="number") for name in _NUMBERS]
    table = tag(
        "table",
        tag("thead", tag("tr", heads, tag("th", "notes", scope="col"))),
        tag("tbody", [_row(number, turn) for number, turn in enumerate(turns, 1)]),
    )
    return tag("div", table, class_="scroll")


def _row(number: int, turn: Turn) -> Markup:
    speaker = turn.recording.speaker
    about = f"{speaker.name} ({speaker.engine}), {turn.recording.noise}"
    return tag(
        "tr",
        tag("td", str(number), tag("small", turn.kind)),
        tag("td", _asked(turn.recording), tag("small", about)),
        tag("td", turn.transcript),
        tag("td", turn.text),
        [_time(at_ms) for at_ms in (turn.react_ms, turn.voice_ms, turn.face_ms)],
        tag("td", _notes(turn)),
        class_="cut" if turn.cutoffs_ms else None,
    )


def _asked(recording: Recording) -> Markup:
    """The words, with the length of each marked pause if as many were measured."""
    parts = [part.strip() for part in recording.question.say.split("|")]
    pauses = [f"{(end - start) * 1_000 / RATE_HZ:.0f}\u202fms" for start, end in recording.pauses]
    if len(pauses) != len(parts) - 1:
        marked = " … ".join(parts)
        return join(marked, tag("small", f"pauses: {', '.join(pauses)}") if pauses else "")
    words: list[str] = []
    for part, pause in zip(parts, [*pauses, ""], strict=True):
        words += [part, " ", tag("span", f"… {pause} …", class_="gap"), " "] if pause else [part]
    return join(words)


def _time(at_ms: float | None) -> Markup:
    return tag("td", "" if at_ms is None else ms(at_ms), class_="number")


def _notes(turn: Turn) -> Markup:
    flags = [f"cut off at {ms(at_ms)}" for at_ms in turn.cutoffs_ms]
    if turn.missed:
        flags.append("missed")
    if turn.n_replies > 1:
        flags.append(f"{turn.n_replies} answers")
    if is_wrong(turn):
        flags.append("wrong")
    plain = ["cold"] if turn.warmth == "cold" else []
    if turn.p_end is not None:
        plain.append(f"p(end) {turn.p_end:.2f}")
    return join([tag("div", flag, class_="flag") for flag in flags], [tag("div", p) for p in plain])
