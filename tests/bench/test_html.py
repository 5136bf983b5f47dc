"""The report: one file, well formed, escaped, complete."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.synthetic import SPEEDS, synthetic_silences, synthetic_turns
from tests.bench.turns_by_hand import fact_turn, llm_turn, recording
from visavis.bench.figures import turn_figures
from visavis.bench.html import html_report
from visavis.bench.markup import Markup, join, tag
from visavis.bench.report import Report
from visavis.bench.tradeoff import prepare, trade_off
from visavis.bench.turns import Turn

REPORT = Report("latency", {"n_turns": 3}, {"persona": "pip", "turns": 3})


def page_of(turns: list[Turn], report: Report = REPORT) -> ET.Element:
    return ET.fromstring(html_report("A title", report, turns))


def texts(page: ET.Element, name: str) -> list[str]:
    return ["".join(found.itertext()) for found in page.iter(name)]


@pytest.fixture(scope="module")
def run() -> list[Turn]:
    return synthetic_turns(60)


def test_a_whole_report_is_well_formed_and_self_contained(run: list[Turn]) -> None:
    curve = trade_off(prepare(synthetic_silences(60), run), {"visavis": run})
    written = html_report("A title", Report("latency", turn_figures(run)), run, curve)
    page = ET.fromstring(written)
    assert written.startswith("<!DOCTYPE html>")
    assert texts(page, "h1") == ["A title"]
    assert not list(page.iter("script"))
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", written), "nothing from elsewhere"


def test_every_picture_says_in_words_what_it_shows(run: list[Turn]) -> None:
    page = page_of(run)
    pictures = [svg for svg in page.iter("svg") if svg.get("aria-hidden") != "true"]
    assert len(pictures) == 3, "two waterfalls, one distribution"
    ids = [found.get("id") for found in page.iter() if found.get("id")]
    assert len(set(ids)) == len(ids)
    for svg in pictures:
        assert svg.get("role") == "img"
        named = (svg.get("aria-labelledby") or "").split()
        assert [child.tag for child in svg if child.get("id") in named] == ["title", "desc"]
    tables = [details for details in page.iter("details") if list(details.iter("table"))]
    assert len(tables) >= len(pictures), "and has its numbers in a table"


def test_the_headline_has_its_intervals() -> None:
    turns = [fact_turn(at) for at in (190.0, 200.0, 210.0)] + [llm_turn(300.0, cutoffs_ms=[-9.0])]
    cards = texts(page_of(turns), "strong")
    assert cards == [
        "200\u202fms",
        "209\u202fms",
        "300\u202fms",
        "300\u202fms",
        "25.0\u202f%",
        "0.0\u202f%",
    ]
    small = texts(page_of(turns), "small")
    assert "190 to 210\u202fms" in small
    assert "4.6 to 69.9\u202f%" in small


def test_contenders_stand_side_by_side() -> None:
    turns = [turn for name in SPEEDS for turn in synthetic_turns(20, name)]
    page = page_of(turns)
    assert "Side by side" in texts(page, "h2")
    heads = texts(page, "th")
    assert heads[:3] == ["visavis", "pipecat default", "pipecat tuned"]
    assert "pipecat tuned, LLM turns" in texts(page, "h3")
    assert len(list(page.iter("svg"))) == 2 * len(SPEEDS) + 1


def test_the_table_of_turns_tells_what_happened() -> None:
    asked = recording(say="Um | what now?", pauses_ms=[(400.0, 830.0)])
    turn = Turn(asked, kind="llm", voice_ms=251.0, cutoffs_ms=[-900.0], n_replies=2, p_end=0.5)
    turn.transcript, turn.text = "Um, what now?", "Nothing."
    row = " ".join("".join(page_of([turn, Turn(asked)]).itertext()).split())
    for words in ("… 430\u202fms …", "Um, what now?", "Nothing.", "251\u202fms", "p(end) 0.50"):
        assert words.replace("\u202f", " ") in row.replace("\u202f", " "), words
    for flag in ("cut off at \u2212900", "2 answers", "missed"):
        assert flag in row, flag


def test_pauses_of_the_voice_itself_are_listed_too() -> None:
    asked = recording(say="No mark here", pauses_ms=[(400.0, 700.0)])
    assert "pauses: 300\u202fms" in texts(page_of([Turn(asked)]), "small")


def test_provenance_is_there() -> None:
    cells = texts(page_of([fact_turn()]), "th")
    assert {"cpu", "cores", "commit", "persona", "turns", "n_turns"} <= set(cells)


@pytest.mark.parametrize("turns", [[], [Turn(recording())], [fact_turn()], [llm_turn(-30.0)]])
def test_little_to_tell_is_told(turns: list[Turn]) -> None:
    assert page_of(turns).tag == "html"


def test_a_trade_off_of_nothing_is_left_out() -> None:
    written = html_report("T", REPORT, [fact_turn()], trade_off([], {}))
    assert "Fast against rude" not in written


def test_a_late_answer_is_counted_where_the_axis_ends() -> None:
    page = page_of([fact_turn(200.0) for _ in range(99)] + [fact_turn(4_036.0)])
    assert "1 later, up to 4\u202f036\u202fms" in texts(page, "text")


EVIL = "<script>alert('&amp;\"')</script>"


def test_everything_is_escaped() -> None:
    asked = recording(say=EVIL)
    turn = Turn(asked, contender=EVIL, voice_ms=1.0, kind="llm", transcript=EVIL, text=EVIL)
    written = html_report(EVIL, Report(EVIL, {EVIL: 1.0}, {EVIL: EVIL}), [turn])
    assert "<script" not in written
    page = ET.fromstring(written)
    assert texts(page, "h1") == [EVIL]
    assert EVIL in texts(page, "td")


printable = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Cc"]))


@given(printable, printable)
def test_text_and_attributes_survive_the_page(text: str, attribute: str) -> None:
    read = ET.fromstring(tag("p", text, title=attribute))
    assert "".join(read.itertext()) == text
    assert read.get("title") == attribute


def test_markup_is_not_escaped_twice() -> None:
    assert join("<", tag("b", "&"), [tag("i"), ">"]) == "&lt;<b>&amp;</b><i></i>&gt;"
    assert (
        tag("line", x1=1.0, y1=0.125, class_="grid", id=None)
        == '<line x1="1" y1="0.12" class="grid"/>'
    )
    assert isinstance(tag("p"), Markup)
