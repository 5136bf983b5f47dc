from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.bench.lips.label_error import LabelError
from visavis.bench.lips.labels import (
    decoded,
    phone_tier,
    read_labels,
    read_lines,
    write_json,
    write_lines,
)
from visavis.bench.lips.phone_sets import Label
from visavis.bench.lips.textgrid import Form, Tier, read_textgrid, write_textgrid

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 0.5
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 0.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = "she said ""me""
twice"
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 0.5
        points: size = 1
        points [1]:
            number = 0.3
            mark = "click"
    item [3]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 0.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 0.2
            text = "m"
        intervals [2]:
            xmin = 0.2
            xmax = 0.5
            text = "ŋ"
"""
SHORT = """File type = "ooTextFile"
"TextGrid"

0
0.5
<exists>
1
"IntervalTier"
"phones"
0
0.5
2
0
0.2
"m"
0.2
0.5
"ŋ"
"""
ME = (Label("m", 0.0, 0.2), Label("ŋ", 0.2, 0.5))


# ------------------------------------------------------------------ TextGrid


def test_the_long_and_the_short_form_are_the_same() -> None:
    long = read_textgrid(LONG, "a.TextGrid")
    assert [tier.name for tier in long] == ["words", "phones"]
    assert long[0].labels[0].symbol == 'she said "me"\ntwice'
    assert long[1].labels == read_textgrid(SHORT, "b.TextGrid")[0].labels == ME


def test_no_tiers() -> None:
    empty = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<absent>\n'
    assert read_textgrid(empty, "a.TextGrid") == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("RIFF", 1, "ends where a text"),
        ('File type = "ooTextFile"\n"Pitch"', 1, "no TextGrid"),
        (LONG.replace("xmax = 0.2\n", "xmax = zero\n"), 38, "stands where a number"),
        (LONG.replace("xmin = 0.2\n", "xmin = 0.9\n"), 41, "begins at 0.9 s and ends at 0.5 s"),
        (SHORT.replace('"IntervalTier"', '"Tier"'), 8, "'Tier', not IntervalTier"),
        (SHORT.replace('"ŋ"', '"ŋ'), 18, "never closed"),
        (SHORT[: SHORT.index("0.2")], 14, "ends where a number"),
        (SHORT.replace("\n2\n", "\n-2\n"), 12, "no number of things"),
    ],
)
def test_errors_name_file_and_line(text: str, line: int, message: str) -> None:
    with pytest.raises(LabelError, match=message) as caught:
        read_textgrid(text, "a.TextGrid")
    assert str(caught.value).startswith("a.TextGrid, line ")
    assert caught.value.line == line


SYMBOLS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6)
MICROSECONDS = st.integers(0, 10**8).map(lambda n: n / 1e6)


@st.composite
def any_labels(draw: st.DrawFn, symbols: st.SearchStrategy[str] = SYMBOLS) -> tuple[Label, ...]:
    edges = sorted(draw(st.lists(MICROSECONDS, min_size=2, max_size=12)))
    return tuple(Label(draw(symbols), a, b) for a, b in pairwise(edges))


@given(
    st.lists(st.builds(Tier, SYMBOLS, any_labels()), max_size=3),
    st.sampled_from(["long", "short"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_what_is_written_is_read(tiers: list[Tier], form: Form, encoding: str) -> None:
    data = write_textgrid(tiers, form).encode(encoding)
    assert read_textgrid(decoded(data), "a.TextGrid") == tuple(tiers)


def test_old_files_are_latin_1_and_line_ends_may_be_anything() -> None:
    assert decoded("caf\xe9\r\nol\xe9\rx".encode("latin-1")) == "caf\xe9\nol\xe9\nx"


# ------------------------------------------------------------------ the tier


@pytest.mark.parametrize(
    "name", ["phones", "Phone", "Mary - phones", "phonemes", "MAU", "segments", "phon"]
)
def test_the_tier_of_phones_is_found_by_name(name: str) -> None:
    tiers = (Tier("words", ()), Tier(name, ME), Tier("telephone", ()))
    assert phone_tier(tiers, "a.TextGrid").labels == ME


def test_an_only_tier_may_have_any_name() -> None:
    assert phone_tier((Tier("1", ME),), "a.TextGrid").labels == ME


def test_two_speakers_have_to_be_told_apart() -> None:
    tiers = (Tier("A - phones", ME), Tier("B - phones", ()))
    with pytest.raises(LabelError, match=r"2 tiers are named as one of phones.*'A - phones'"):
        phone_tier(tiers, "a.TextGrid")
    assert phone_tier(tiers, "a.TextGrid", "A - phones").labels == ME
    with pytest.raises(LabelError, match="0 tiers are called 'C'"):
        phone_tier(tiers, "a.TextGrid", "C")


# ------------------------------------------------------------------ lines


@pytest.mark.parametrize(
    "text",
    [
        "separator ;\nnfields 1\n#\n    0.200000  122 m\n    0.500000  122 ŋ; a comment\n",
        "0.2 125 m\n0.5 125 ŋ\n",
        "0.2 m\n0.5 ŋ\n",
        "0 2000000 m\n2000000 5000000 ŋ\n",
        "0 2000000 x^x-m+ŋ=x@1_2/A:0\n2000000 5000000 x^m-ŋ+x=x@2_1/A:0\n",
        "0.0 0.2 m\n0.2 0.5 ŋ\n",
        "0.000000\t0.200000\tm\n\\\t100.0\t200.0\n0.200000\t0.500000\tŋ\n",
        "start_s\tend_s\tname\n0.0\t0.2\tm\n0.2\t0.5\tŋ\n",
    ],
    ids="xwaves festvox two-fields htk full-context start-end audacity headed".split(),
)
def test_lines_of_every_form(text: str) -> None:
    found = read_lines(text, "a.lab")
    assert [label.symbol for label in found] == ["m", "ŋ"]
    times = [(round(label.start_s, 9), round(label.end_s, 9)) for label in found]
    assert times == [(0.0, 0.2), (0.2, 0.5)]


def test_timit_counts_samples(tmp_path: Path) -> None:
    (tmp_path / "a.PHN").write_text("0 3200 h#\n3200 8000 sh\n", encoding="ascii")
    found = read_labels(tmp_path / "a.PHN", rate_hz=16_000)
    assert found == (Label("h#", 0.0, 0.2), Label("sh", 0.2, 0.5))


def test_a_silence_may_have_an_empty_label() -> None:
    assert read_lines("0.0\t0.2\t\n0.2\t0.5\tm\n", "a.txt")[0] == Label("", 0.0, 0.2)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "no labels"),
        ("hello there\nyou\n", 1, "begins with no time"),
        ("0.0 0.2 m\n0.2 x iy\n", 2, "no time in field 2"),
        ("0.0 0.2 m\n0.5 0.2 iy\n", 2, "begins at 0.5 s and ends at 0.2 s"),
        ("#\n0.5 122 m\n0.2 122 iy\n", 3, "0.2 s lies before 0.5 s"),
        ("#\n", 1, "no labels"),
    ],
)
def test_errors_of_lines(text: str, line: int, message: str) -> None:
    with pytest.raises(LabelError, match=message) as caught:
        read_lines(text, "a.lab")
    assert caught.value.line == line


PLAIN = st.text(st.characters(categories=["L", "P", "S"]), min_size=1, max_size=4).filter(
    lambda s: "-" not in s and "+" not in s
)


@given(any_labels(PLAIN))
def test_lines_written_are_read(labels: tuple[Label, ...]) -> None:
    assert read_lines(write_lines(labels), "a.tsv") == labels


# ------------------------------------------------------------------ JSON


@given(any_labels())
def test_json_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, labels: tuple[Label, ...]
) -> None:
    path = tmp_path_factory.mktemp("labels") / "a.json"
    path.write_text(write_json(labels), encoding="utf-8")
    assert read_labels(path, 16_000) == tuple(sorted(labels, key=lambda label: label.start_s))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1"),
        ('{"labels": [{"start_s": "x", "end_s": 1, "symbol": "m"}]}', r"labels\.0\.start_s"),
        ('{"labels": [{"start_s": 2, "end_s": 1, "symbol": "m"}]}', "ends before it begins"),
        ('{"cues": []}', "labels: Field required"),
    ],
)
def test_errors_of_json(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LabelError, match=message):
        read_labels(path, 16_000)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="can't be opened"):
        read_labels(tmp_path / "a.lab", 16_000)
