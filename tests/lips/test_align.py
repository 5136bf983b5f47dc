from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lips.ear_by_hand import SILENCE, TEXT, heard_of, units_said
from visavis.errors import ConfigError
from visavis.lips.align import (
    Aligner,
    Piece,
    Variants,
    align,
    free_share,
    halved,
    spoken,
    whole,
)
from visavis.lips.classes import PHONES, Unit, shapes_of
from visavis.lips.graph import Kind, Place
from visavis.lips.net import Heard

UNITS = units_said(TEXT)
durations = st.lists(st.integers(5, 30), min_size=len(UNITS), max_size=len(UNITS))


def follow(heard: Heard, words: tuple[Variants, ...] = TEXT, step: int = 10_000) -> list[Piece]:
    aligner = Aligner()
    aligner.push_words(words)
    out: list[Piece] = []
    for at in range(0, len(heard), step):
        out += aligner.push(heard[at : at + step])
    return whole(out + aligner.finish())


def starts(pieces: list[Piece]) -> list[tuple[int, int, int]]:
    return [(p.place.phone, p.place.viseme, p.start_frame) for p in pieces]


def expected(units: list[Unit], n_frames: list[int]) -> list[tuple[int, int, int]]:
    at = np.cumsum([0, *n_frames])
    return [(u.phone, u.viseme, int(a)) for u, a in zip(units, at, strict=False)]


@settings(max_examples=30, deadline=None)
@given(durations, st.integers(0, 1))
def test_perfect_hearing_gives_exact_boundaries(n_frames: list[int], choice: int) -> None:
    units = units_said(TEXT, choice)
    n_frames = n_frames[: len(units)]
    heard = heard_of(units, n_frames)
    for pieces in (follow(heard), align(heard, TEXT)):
        for found, wanted, before in zip(
            starts(pieces), expected(units, n_frames), [SILENCE, *units], strict=False
        ):
            assert found[:2] == wanted[:2]
            # Of a diphthong's middle the usual length has a say.
            assert abs(found[2] - wanted[2]) <= (1 if before.phone == wanted[0] else 0)
        assert len(pieces) == len(n_frames)


def test_pauses_between_words_are_found_and_the_words_numbered() -> None:
    units = [SILENCE, *UNITS[:2], SILENCE, *UNITS[2:], SILENCE]
    n_frames = [20, 5, 6, 40, *[7] * (len(UNITS) - 2), 30]
    pieces = follow(heard_of(units, n_frames))
    assert starts(pieces) == expected(units, n_frames)
    assert [p.place.word for p in spoken(pieces)][:6] == [0, 0, 1, 1, 1, 2]
    assert max(p.place.word for p in pieces) == len(TEXT) - 1, "a silent word has a number too"


@settings(max_examples=15, deadline=None)
@given(durations, st.integers(1, 60), st.floats(0.0, 6.0))
def test_the_same_pieces_however_the_stream_is_cut(
    n_frames: list[int], step: int, noise: float
) -> None:
    heard = heard_of(UNITS, n_frames, noise=noise)
    assert follow(heard, step=step) == follow(heard)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 20.0), st.floats(0.0, 8.0))
def test_whatever_is_heard_time_and_text_run_forward(noise: float, certainty: float) -> None:
    n_frames = [8] * len(UNITS)
    heard = heard_of(UNITS, n_frames, certainty, noise)
    for pieces in (follow(heard), align(heard, TEXT)):
        assert pieces[0].start_frame == 0
        assert pieces[-1].end_frame == len(heard)
        assert all(a.end_frame == b.start_frame for a, b in pairwise(pieces))
        words = [p.place.word for p in spoken(pieces)]
        assert words == sorted(words)


@settings(max_examples=15, deadline=None)
@given(st.integers(26, 100), st.floats(0.0, 6.0))
def test_a_piece_depends_on_nothing_behind_the_lag(frame: int, noise: float) -> None:
    heard = heard_of(UNITS, [8] * len(UNITS), noise=noise)
    aligner = Aligner()
    aligner.push_words(TEXT)
    early = aligner.push(heard[: frame + aligner.lag_frames + 1])
    assert early[-1].end_frame == frame + 1
    places = [p.place for p in follow(heard) for _ in range(p.n_frames)]
    assert [p.place for p in early for _ in range(p.n_frames)] == places[: frame + 1]


@pytest.mark.parametrize("late_frames", [0, 5, 20])
def test_text_may_come_in_parts_and_a_little_late(late_frames: int) -> None:
    n_frames = [8] * len(UNITS)
    heard = heard_of(UNITS, n_frames)
    aligner = Aligner()
    out: list[Piece] = []
    at = 0
    for number, word in enumerate(TEXT):
        begins = 8 * len(units_said(TEXT[:number])) + late_frames
        out += aligner.push(heard[at:begins])
        at = max(at, begins)
        aligner.push_words([word])
    out = whole(out + aligner.push(heard[at:]) + aligner.finish())
    assert starts(out) == expected(UNITS, n_frames)


def test_what_is_heard_badly_is_still_placed_well() -> None:
    """Half of the frames have another phone than the right one as their likeliest."""
    n_frames = [8] * (len(UNITS) * 10)
    units = units_said(TEXT * 10)
    heard = heard_of(units, n_frames, certainty=2.5, noise=1.2)
    right = np.repeat([u.viseme for u in units], n_frames)
    by_ear = heard.phones.argmax(axis=1) == np.repeat([u.phone for u in units], n_frames)
    assert by_ear.mean() < 0.6
    for pieces in (follow(heard, TEXT * 10), align(heard, TEXT * 10)):
        shown = np.concatenate([[p.place.viseme] * p.n_frames for p in pieces])
        assert np.mean(shown == right) > 0.9


def test_without_text_all_is_free_or_silent() -> None:
    pieces = follow(heard_of([SILENCE, *UNITS, SILENCE], [20, *[8] * len(UNITS), 20]), ())
    assert [p.place.kind for p in pieces] == [Kind.SILENCE, Kind.FREE, Kind.SILENCE]
    assert free_share(pieces) == 1.0


def test_another_text_is_given_up() -> None:
    other: tuple[Variants, ...] = ((("F", "IH1", "SH"),), (("N", "EY1", "CH", "ER0"),)) * 10
    assert free_share(follow(heard_of(UNITS, [8] * len(UNITS)), other)) > 0.9


def test_after_words_that_were_not_said_the_text_is_found_again() -> None:
    said = units_said(TEXT * 3)
    unsaid: tuple[Variants, ...] = ((("F", "IH1", "SH"),), (("N", "EY1", "CH", "ER0"),))
    pieces = follow(heard_of(said, [8] * len(said)), TEXT + unsaid + TEXT + TEXT)
    words = {p.place.word for p in spoken(pieces)}
    assert words.isdisjoint({len(TEXT), len(TEXT) + 1})
    assert len(words) > 12


def test_said_words_that_are_not_written_are_passed_over() -> None:
    um = units_said(((("AH0", "M"),),))
    said = [*UNITS[:5], *um, *um, *UNITS[5:]]
    pieces = follow(heard_of(said, [8] * len(said)))
    assert [p.place.phone for p in spoken(pieces)] == [u.phone for u in UNITS]
    assert any(p.place.kind is Kind.FREE for p in pieces)


def test_memory_grows_with_neither_sound_nor_text() -> None:
    said = units_said(TEXT * 60)
    heard = heard_of(said, [5] * len(said))
    aligner = Aligner()
    aligner.push_words(TEXT * 60)
    sizes: list[int] = []
    for at in range(0, len(heard), 100):
        aligner.push(heard[at : at + 100])
        sizes.append(aligner.n_states)
    assert max(sizes[len(sizes) // 2 :]) <= max(sizes[: len(sizes) // 2]) + 100
    assert max(sizes) < 1_000


def test_a_reset_aligner_is_a_new_one() -> None:
    heard = heard_of(UNITS, [8] * len(UNITS))
    aligner = Aligner()
    aligner.push_words(TEXT * 3)
    aligner.push(heard)
    aligner.reset()
    aligner.push_words(TEXT)
    assert whole(aligner.push(heard) + aligner.finish()) == follow(heard)


def test_an_unknown_phone_adds_nothing() -> None:
    aligner = Aligner()
    with pytest.raises(ConfigError, match="QQ"):
        aligner.push_words([(("B", "IY"),), (("QQ",),)])
    aligner.push_words(TEXT)
    heard = heard_of(UNITS, [8] * len(UNITS))
    assert whole(aligner.push(heard) + aligner.finish()) == follow(heard)


def pieces(*said: tuple[str, int, int, int]) -> list[Piece]:
    """Phone, half of it, word, frames."""
    out: list[Piece] = []
    at = 0
    for node, (name, half, word, n_frames) in enumerate(said):
        phone = PHONES.index(name)
        kind = Kind.SILENCE if name == "SIL" else Kind.PHONE
        place = Place(kind, phone, shapes_of(phone)[half], word, node)
        out.append(Piece(place, at, at + n_frames))
        at += n_frames
    return out


def test_a_diphthong_changes_where_the_table_says() -> None:
    found = halved(pieces(("B", 0, 0, 5), ("OW", 0, 0, 18), ("OW", 1, 0, 2), ("T", 0, 0, 4)))
    assert [(piece.start_frame, piece.end_frame) for piece in found] == [
        (0, 5), (5, 17), (17, 25), (25, 29),
    ]  # fmt: skip


def test_two_words_may_meet_in_the_same_diphthong() -> None:
    said = pieces(("AY", 0, 0, 6), ("AY", 1, 0, 4), ("AY", 0, 1, 2), ("AY", 1, 1, 8))
    assert [piece.n_frames for piece in halved(said)] == [6, 4, 6, 4]
    lost = pieces(("AY", 1, 0, 4), ("AY", 0, 1, 2), ("SIL", 0, 1, 9), ("AY", 1, 2, 8))
    assert halved(lost) == lost
