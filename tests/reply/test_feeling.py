"""Feelings: tags vanish from the words wherever the stream is cut, and their place is kept."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.events import Feeling, Phrase, Word
from visavis.reply.feeling import (
    EMOTIONS,
    TAGS,
    Feelings,
    Marks,
    TagReader,
    feeling_of,
    feelings_at,
    parted,
    unmarked,
)
from visavis.reply.lines import phrases_of
from visavis.reply.phrase import PhraseCutter

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "feelings.json"


def read(*pieces: str) -> str:
    reader = TagReader()
    return "".join([*map(reader.push, pieces), reader.flush()])


def phrases(*pieces: str) -> list[tuple[str, Marks]]:
    """As the answer makes them: tags, phrases, marks."""
    tags, cutter = TagReader(), PhraseCutter()
    found = [marked for piece in pieces for marked in cutter.push(tags.push(piece))]
    found += [*cutter.push(tags.flush()), *cutter.flush()]
    return [(felt.text, felt.marks) for felt in map(unmarked, found)]


def test_a_tag_goes_and_its_place_stays() -> None:
    assert phrases("[happy] That is great news for you. Goodbye.") == [
        ("That is great news for you.", ((0, "happy"),)),
        ("Goodbye.", ()),
    ]
    assert phrases("It is closed today. [sad] I am so sorry.") == [
        ("It is closed today.", ()),
        ("I am so sorry.", ((0, "sad"),)),
    ]
    assert phrases("Well I do think [surprised]that it works.") == [
        ("Well I do think that it works.", ((4, "surprised"),))
    ]


def test_a_full_stop_before_a_tag_still_ends_the_sentence() -> None:
    assert [text for text, _ in phrases("It is open.[happy]Come in soon.")] == [
        "It is open.",
        "Come in soon.",
    ]


@pytest.mark.parametrize("text", ["See [1].", "a [sic] b", "x[i] = 3", "[", "[hap", "[]"])
def test_other_brackets_are_text(text: str) -> None:
    assert read(text) == text


def test_names_are_forgiving_about_case_and_spaces() -> None:
    assert phrases("[ Laughs ] It does work fine.") == [("It does work fine.", ((0, "happy"),))]


def test_a_tag_on_a_line_of_its_own_is_that_of_the_next_words() -> None:
    assert phrases("It is so. ", "[sad]", "\n", "Goodbye now.") == [
        ("It is so.", ()),
        ("Goodbye now.", ((0, "sad"),)),
    ]


def test_a_last_tag_is_neither_spoken_nor_felt() -> None:
    assert phrases("It is so. ", "[sad] ") == [("It is so.", ())]


def test_marks_of_the_text_itself_are_dropped() -> None:
    assert unmarked(read("one \u2a00 two")).marks == ()


TAGGED = st.lists(
    st.one_of(
        st.sampled_from([f"[{tag}]" for tag in TAGS]),
        st.sampled_from(["Hello", "it works", "No. ", "[1]", "[ha", "a]", "[[sad]]", ", ", "\n"]),
    ),
    max_size=12,
).map(" ".join)


@given(TAGGED, st.lists(st.integers(0, 80)))
def test_however_the_stream_is_cut_it_reads_the_same(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(places)]
    whole, parts = unmarked(read(text)), unmarked(read(*pieces))
    assert parts.text == whole.text
    assert parts.marks == whole.marks


@given(TAGGED)
def test_no_tag_is_ever_spoken_and_no_word_is_lost(text: str) -> None:
    known = re.compile(r"\[\s*(?:" + "|".join(TAGS) + r")\s*\]", re.IGNORECASE)
    felt = unmarked(read(text))
    assert felt.text.split() == unmarked(known.sub(" ", text)).text.split()
    n_words = len(felt.text.split())
    assert all(0 <= at <= n_words and emotion in EMOTIONS for at, emotion in felt.marks)
    assert [at for at, _ in felt.marks] == sorted(at for at, _ in felt.marks)


@given(st.text(max_size=60), st.integers(1, 7))
def test_text_without_brackets_passes_at_once(text: str, size: int) -> None:
    plain = re.sub("[\\[\u2a00-\u2a04]", "", text)
    reader = TagReader()
    pieces = [plain[at : at + size] for at in range(0, len(plain), size)]
    assert [reader.push(piece) for piece in pieces] == pieces
    assert reader.flush() == ""


def test_rule_and_tags_are_those_of_the_page() -> None:
    """The file that web/test/feeling.test.ts reads."""
    vectors = json.loads(VECTORS.read_text("utf-8"))
    assert vectors["tags"] == TAGS
    told = [(case["text"], feeling_of(case["text"], case["source"])) for case in vectors["rule"]]
    assert told == [(case["text"], case["emotion"]) for case in vectors["rule"]]


def test_the_rule_is_silent_once_a_tag_tells_and_nothing_is_told_twice() -> None:
    by_rule = Feelings()
    told = [by_rule.of(text, "llm", ()) for text in ("Wow!", "Oh my!", "It rains.", "It pours.")]
    assert told == [((0, "surprised"),), (), ((0, "neutral"),), ()]
    by_tag = Feelings()
    assert by_tag.of("It rains.", "llm", ((0, "happy"),)) == ((0, "happy"),)
    assert by_tag.of("I'm sorry!", "llm", ()) == ()
    assert by_tag.of("So.", "llm", ((0, "happy"), (1, "sad"))) == ((1, "sad"),)


def spoken(text: str, start: int, n: int, words: int | None = None) -> Phrase:
    said = text.split()
    n_words = len(said) if words is None else words
    step = n // max(1, n_words)
    timed = tuple(Word("w", start + 5 + i * step, start + (i + 1) * step) for i in range(n_words))
    return Phrase(0, text, "llm", start, n, b"", (), timed)


def test_a_mark_is_where_its_word_begins() -> None:
    phrase = spoken("one two three four", 1_000, 400)
    marks: Marks = ((0, "happy"), (2, "sad"), (9, "neutral"))
    assert feelings_at(marks, phrase) == (
        Feeling(1_000, "happy"),
        Feeling(1_205, "sad"),
        Feeling(1_305, "neutral"),
    )
    assert feelings_at(((2, "sad"),), spoken("a 26 b c", 0, 400, words=5)) == (Feeling(200, "sad"),)


def test_a_phrase_in_two_pieces_parts_its_marks() -> None:
    marks: Marks = ((0, "happy"), (3, "sad"))
    assert parted(marks, 2) == (((0, "happy"),), ((1, "sad"),))
    assert parted((), 2) == ((), ())


def test_known_texts_are_cut_as_before() -> None:
    text = "Hello there, friend. How are you?"
    assert [felt for felt, _ in phrases(text)] == phrases_of(text)
