"""Scenes are dealt evenly, the same for a seed, and by voices that nothing was fitted to."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from visavis.bench.bargein.casting import (
    EARLIEST_MS,
    LATEST_MS,
    cast_parts,
    load_lines,
    questions,
    said_first,
)
from visavis.bench.bargein.noises import NOISES
from visavis.bench.bargein.trial import Kind
from visavis.bench.corpus.plan import make_plan
from visavis.bench.corpus.room import LEAD_SAMPLES
from visavis.errors import SetupError

N = 108
PARTS = cast_parts(make_plan(), N, seed=1)


def test_each_kind_and_each_line_comes_as_often() -> None:
    assert Counter(part.kind for part in PARTS) == dict.fromkeys(Kind, N // 3)
    lines = load_lines()
    words = Counter(part.words for part in PARTS)
    for said in (lines.interruptions, lines.acknowledgements, (*lines.coughs, *NOISES)):
        assert {words[line.split("|")[0].strip()] for line in said} == {N // 3 // len(said)}


def test_every_three_have_one_of_each() -> None:
    for first in range(0, N, 3):
        assert {part.kind for part in PARTS[first : first + 3]} == set(Kind)


def test_whoever_asks_speaks_up_and_is_of_the_test_split() -> None:
    for part in PARTS:
        assert part.question.voice.split == "test"
        assert part.question.voice.kind == "neural"
        assert EARLIEST_MS <= part.after_ms <= LATEST_MS
        if part.utterance is not None:
            assert part.utterance.voice == part.question.voice


def test_a_seed_is_a_cast() -> None:
    assert cast_parts(make_plan(), N, seed=1) == PARTS
    assert cast_parts(make_plan(), N, seed=2) != PARTS
    assert cast_parts(make_plan(), 10, seed=1) == PARTS[:10]


def test_one_line_of_one_voice_is_recorded_once_under_a_name_of_its_own() -> None:
    spoken = [part.utterance for part in PARTS if part.utterance is not None]
    assert len({u.utterance_id for u in spoken}) == len(set(spoken))


def test_what_is_said_behind_the_bar_is_cut_off() -> None:
    cut = next(p.utterance for p in PARTS if p.utterance and p.utterance.text.n_pauses)
    whole = next(p.utterance for p in PARTS if p.utterance and not p.utterance.text.n_pauses)
    word, gap = np.full(4_800, 0.3, dtype=np.float32), np.zeros(9_600, dtype=np.float32)
    clean = np.concatenate([word, gap[:1_000], word, gap, word])
    assert len(said_first(cut, clean)) == pytest.approx(2 * 4_800 + 1_000, abs=LEAD_SAMPLES)
    assert len(said_first(whole, clean)) == len(clean)


def test_answers_take_long_enough_to_be_spoken_over() -> None:
    assert len(questions(make_plan())) >= 50
    with pytest.raises(SetupError):
        cast_parts((), 1, seed=1)
