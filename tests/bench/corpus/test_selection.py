"""What a benchmark gets: half open, two in five paused, mixed, and as many as it asks for."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.bench.corpus.plan import Utterance, make_plan
from visavis.bench.corpus.selection import choose
from visavis.bench.corpus.texts import PERSONAS
from visavis.errors import SetupError


def chosen(persona: str, n: int, seed: int = 1) -> list[Utterance]:
    return choose(make_plan(), persona=persona, n=n, seed=seed, split="test", kind="neural")


@given(st.sampled_from(PERSONAS), st.integers(20, 700), st.integers(0, 5))
def test_shares_hold_in_every_selection(persona: str, n: int, seed: int) -> None:
    found = chosen(persona, n, seed)
    assert len(found) == n
    assert sum(u.text.fact is None for u in found) >= n / 2
    assert sum(bool(u.pauses_ms) for u in found) >= 0.4 * n
    assert all(persona in u.text.to for u in found)
    assert {(u.voice.split, u.voice.kind) for u in found} == {("test", "neural")}
    facts = Counter(u.text.fact is None for u in found)
    assert abs(facts[True] - facts[False]) <= 1


@pytest.mark.parametrize("persona", PERSONAS)
def test_voices_and_rooms_are_mixed(persona: str) -> None:
    found = chosen(persona, 100)
    assert len({u.voice.name for u in found}) >= 15
    rooms = Counter(u.noise for u in found)
    assert min(rooms.values()) >= 20


def test_the_seed_decides_the_order() -> None:
    assert chosen("pip", 50) == chosen("pip", 50)
    assert chosen("pip", 50) != chosen("pip", 50, seed=2)


def test_all_are_used_before_any_comes_again() -> None:
    found = chosen("pip", 180)
    assert len({u.utterance_id for u in found}) == 180


def test_none_takes_both_sides() -> None:
    found = choose(make_plan(), persona="pip", n=400, seed=1, split=None, kind=None)
    assert {u.voice.split for u in found} == {"fit", "test"}
    assert {u.voice.kind for u in found} == {"neural", "classic"}


def test_a_sort_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(SetupError, match="'nobody'"):
        choose(make_plan(), persona="nobody", n=1, seed=1, split=None, kind=None)
    with pytest.raises(SetupError):
        choose(make_plan(), persona="pip", n=1, seed=1, split="fit", kind="classic")
