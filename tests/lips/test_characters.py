"""Timed characters to spans: the same however they are cut, calm whatever comes."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import ProtocolError
from visavis.lips.alignment import read_alignments
from visavis.lips.characters import CharacterSource, Times
from visavis.lips.letters import letter_model
from visavis.lips.lexicon import Lexicon
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

RATE_HZ = 16_000
DATA = Path(__file__).parent / "data"
LEXICON = Lexicon(
    letter_model(),
    {
        "hi": "HH AY1",
        "map": "M AE1 P",
        "bob": "B AA1 B",
        "the": "DH AH0",
        "knight": "N AY1 T",
        "box": "B AA1 K S",
        "five": "F AY1 V",
        "hello": "HH AH0 L OW1",
        "world": "W ER1 L D",
    },
)

Timed = tuple[str, float, float]


def source(times: Times = Times.STREAM) -> CharacterSource:
    return CharacterSource(RATE_HZ, LEXICON, times=times)


def at_once(chars: Sequence[Timed], times: Times = Times.STREAM) -> list[Span]:
    return in_chunks([chars], times)


def in_chunks(chunks: Sequence[Sequence[Timed]], times: Times = Times.STREAM) -> list[Span]:
    lips = source(times)
    spans: list[Span] = []
    for chunk in chunks:
        spans += lips.push(
            [c for c, _, _ in chunk], [s for _, s, _ in chunk], [d for *_, d in chunk]
        )
    return [*spans, *lips.finish()]


def timed(text: str, ms: Sequence[float], start_ms: float = 0.0) -> list[Timed]:
    chars: list[Timed] = []
    for char, length_ms in zip(text, ms, strict=True):
        chars.append((char, start_ms, length_ms))
        start_ms += length_ms
    return chars


def shapes(spans: Sequence[Span]) -> list[tuple[str, float, float]]:
    """Names and times in ms."""
    return [(table().order[s.viseme], s.start_sample / 16, s.end_sample / 16) for s in spans]


def assert_sound(spans: Sequence[Span]) -> None:
    at = 0
    for span in spans:
        assert span.start_sample == at < span.end_sample
        assert (span.viseme == SIL) == (span.weight == 0.0)
        at = span.end_sample


def test_sounds_begin_where_their_letters_do() -> None:
    assert shapes(at_once(timed("map", [90, 130, 80]))) == [
        ("PP", 0, 90),
        ("aa", 90, 220),
        ("PP", 220, 300),
    ]


def test_silent_letters_have_no_sound_and_double_ones_share_theirs() -> None:
    spans = shapes(at_once(timed("knight", [20, 70, 90, 60, 50, 70])))
    assert [(name, start) for name, start, _ in spans if name in ("nn", "aa", "DD")] == [
        ("nn", 0.0),
        ("aa", 90.0),
        ("DD", 290.0),
    ]
    box = shapes(at_once(timed("box", [60, 100, 160])))
    assert [name for name, *_ in box] == ["PP", "aa", "kk", "SS"]
    assert box[2][1] == 160.0
    assert 160.0 < box[3][1] < 320.0


def test_letters_of_equal_length_were_not_measured() -> None:
    """A provider that divides a word evenly says nothing about its sounds."""
    _, vowel, _ = shapes(at_once(timed("map", [100, 100, 100])))
    assert vowel[2] - vowel[1] > 110


def test_a_pin_that_squeezes_a_sound_is_not_believed() -> None:
    spans = shapes(at_once(timed("map", [1, 198, 101])))
    assert all(end - start > 20 for _, start, end in spans)


def test_numbers_are_laid_out_by_durations() -> None:
    spans = shapes(at_once(timed("5", [400])))
    assert [name for name, *_ in spans] == ["FF", "aa", "I", "FF"]
    assert spans[-1][2] == 400


def test_short_gaps_are_bridged_and_long_ones_close_the_mouth() -> None:
    bridged = shapes(at_once([*timed("bob", [80, 120, 60]), *timed(" bob", [0, 80, 120, 60], 400)]))
    assert "sil" not in [name for name, *_ in bridged]
    assert bridged[2] == ("PP", 200, 330)  # half of the gap of 140 ms
    paused = shapes(
        at_once([*timed("bob", [80, 120, 60]), *timed(". bob", [200, 99, 80, 120, 60], 260)])
    )
    assert ("sil", 260, 559) in paused


def test_silence_before_and_after() -> None:
    spans = shapes(at_once([*timed("hi", [80, 100], 300), (".", 480, 50)]))
    assert spans[0] == ("sil", 0, 300)
    assert spans[-1] == ("sil", 480, 530)


def test_a_word_is_given_when_the_next_begins() -> None:
    lips = source()
    assert lips.push(["b", "o", "b"], [0, 80, 200], [80, 120, 60]) == ()
    assert lips.push([" "], [260], [40]) == ()
    given_spans = lips.push(["m"], [300], [80])
    assert shapes(given_spans)[-1] == ("PP", 200, 280)


def test_what_is_not_spoken_says_nothing() -> None:
    chars = timed("😀 <break time='1s'/> bob …", [0] * 21 + [60, 80, 100, 0, 0])
    assert [name for name, *_ in shapes(at_once(chars))] == ["PP", "aa", "PP"]


def test_chunks_count_from_the_end_of_the_one_before() -> None:
    text = timed("bob map", [80, 120, 60, 40, 80, 120, 60])
    chunks = [
        text[:2],
        [(c, s - 200, d) for c, s, d in text[2:5]],
        [(c, s - 380, d) for c, s, d in text[5:]],
    ]
    assert in_chunks(chunks, Times.CHUNK) == at_once(text)


def test_characters_of_several_letters_share_their_time() -> None:
    assert at_once([("map", 0, 300)]) == at_once(timed("map", [100, 100, 100]))


def test_reset_begins_anew() -> None:
    lips = source(Times.CHUNK)
    lips.push(["b", "o"], [500, 600], [100, 100])
    lips.reset()
    lips.push(["m", "a", "p"], [0, 90, 220], [90, 130, 80])
    assert list(lips.finish()) == at_once(timed("map", [90, 130, 80]))
    assert lips.finish() == ()


letters = st.sampled_from("abehilmnopstxBUS159 .,-'<>[]()/:$%#é你😀") | st.sampled_from(
    [" ", "hello", "USA"]
)
lengths = st.integers(0, 400)


@st.composite
def speeches(draw: st.DrawFn) -> list[Timed]:
    """Contiguous or gappy characters, in whole ms."""
    chars: list[Timed] = []
    at = draw(lengths)
    for text in draw(st.lists(letters, max_size=30)):
        duration = draw(lengths)
        chars.append((text, float(at), float(duration)))
        at += duration + draw(st.sampled_from((0, 0, 0, 50, 300)))
    return chars


@given(speeches(), st.data())
def test_the_cuts_do_not_matter(chars: list[Timed], data: st.DataObject) -> None:
    whole = at_once(chars)
    assert in_chunks([[char] for char in chars]) == whole
    cuts = sorted(data.draw(st.lists(st.integers(0, len(chars)), max_size=5)))
    edges = [0, *cuts, len(chars)]
    assert in_chunks([chars[a:b] for a, b in pairwise(edges)]) == whole


@given(speeches(), st.integers(1, 5))
def test_relative_times_are_absolute_ones_in_the_end(chars: list[Timed], size: int) -> None:
    """As a provider cuts them: each chunk counts from where the one before ended."""
    chunks: list[list[Timed]] = []
    base = 0.0
    for at in range(0, len(chars), size):
        inside = chars[at : at + size]
        chunks.append([(c, start - base, duration) for c, start, duration in inside])
        base = max(start + duration for _, start, duration in inside)
    assert in_chunks(chunks, Times.CHUNK) == at_once(chars)


@given(speeches())
def test_all_of_the_time_is_there(chars: list[Timed]) -> None:
    spans = at_once(chars)
    assert_sound(spans)
    end_ms = max((start + duration for text, start, duration in chars if text), default=0.0)
    assert (spans[-1].end_sample if spans else 0) == round(end_ms * 16)


odd_times = st.floats(-1e7, 1e7) | st.integers(-1000, 1000)


@given(st.lists(st.tuples(letters, odd_times, odd_times), max_size=20), st.sampled_from(Times))
def test_times_in_any_order_are_calm(chars: list[Timed], times: Times) -> None:
    assert_sound(in_chunks([[char] for char in chars], times))


def test_overlaps_end_where_the_next_begins() -> None:
    assert (
        at_once([("m", 0, 500), ("a", 90, 500), ("p", 220, 80)])[:2]
        == at_once(timed("map", [90, 130, 80]))[:2]
    )


@pytest.mark.parametrize(
    ("characters", "starts", "durations"),
    [
        (["a", "b"], [0], [10, 10]),
        (["a"], [0], []),
        (["a"], [math.nan], [10]),
        (["a"], [0], [math.inf]),
        (["a"], [1e12], [10]),
        (["a"], [None], [10]),
        (["a"], ["0"], [10]),
        ([None], [0], [10]),
        (["a"], [True], [10]),
    ],
)
def test_what_cannot_be_read_is_refused_whole(
    characters: list[str], starts: list[float], durations: list[float]
) -> None:
    lips = source()
    lips.push(["m", "a"], [0, 90], [90, 130])
    with pytest.raises(ProtocolError) as refused:
        lips.push(characters, starts, durations)
    assert refused.value.hint
    lips.push(["p"], [220], [80])
    assert list(lips.finish()) == at_once(timed("map", [90, 130, 80]))


def test_nothing_is_nothing() -> None:
    assert at_once([]) == []
    assert in_chunks([[], [("", 0, 0)], []]) == []
    assert in_chunks([[("b", 0, 0), ("o", 0, 0), ("b", 0, 0)]]) == []


def test_an_hour_is_kept_in_little_memory() -> None:
    lips = source()
    text = "bob map! the… "
    at_ms = 0.0
    for _ in range(500):
        lips.push(list(text), [at_ms + 70 * i for i in range(len(text))], [70] * len(text))
        at_ms += 70 * len(text)
    for _ in range(500):
        lips.push(["."] * 10 + [" "], [at_ms] * 11, [10] * 11)
    assert len(lips._chars) < 300  # pyright: ignore[reportPrivateUsage] - memory has no other face


@pytest.mark.parametrize("name", ["websocket", "agents", "http", "multi_context"])
def test_the_same_speech_in_every_shape(name: str) -> None:
    """Hand-written messages of four kinds: "Hello world" with a pause and a split word."""
    alignments = read_alignments((DATA / f"elevenlabs_{name}.json").read_text("utf-8"))
    lips = source(alignments[0].times)
    spans = [
        span
        for one in alignments
        for span in lips.push(one.characters, one.starts_ms, one.durations_ms)
    ]
    spans += lips.finish()
    assert_sound(spans)
    assert [name for name, *_ in shapes(spans)] == ("aa nn O U sil U RR nn DD sil".split())
    assert shapes(spans)[4] == ("sil", 420, 700)
    assert spans[-1].end_sample == 1_250 * 16


def test_messages_without_alignment_are_passed_over() -> None:
    audio = {"audio": "UklGRg==", "isFinal": None, "alignment": None, "normalizedAlignment": None}
    assert read_alignments(json.dumps([audio, {"isFinal": True}])) == ()
    nothing: list[object] = []
    empty = {
        "alignment": {"chars": nothing, "charStartTimesMs": nothing, "charDurationsMs": nothing}
    }
    assert len(read_alignments(f"{json.dumps(audio)}\n\n{json.dumps(empty)}")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '"a"',
        '{"alignment": 3}',
        '{"alignment": {}}',
        '{"chars": ["a"], "charStartTimesMs": ["0"], "charDurationsMs": [1]}',
        '{"chars": [1], "charStartTimesMs": [0], "charDurationsMs": [1]}',
        '{"chars": "a", "charStartTimesMs": [0], "charDurationsMs": [1]}',
        '{"characters": ["a"], "character_start_times_seconds": [0]}',
        '{"characters": ["a"], "character_start_times_seconds": [0], '
        '"character_end_times_seconds": [1, 2]}',
    ],
)
def test_malformed_alignments_are_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        read_alignments(text)
