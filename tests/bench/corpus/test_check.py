"""Word errors are counted as words, whatever the spelling."""

from __future__ import annotations

from visavis.bench.corpus.check import sample, word_error_rate
from visavis.bench.corpus.plan import make_plan


def test_nothing_wrong() -> None:
    assert word_error_rate([("What's the licence, um, 3?", "what\u2019s the license three")]) == 0.0


def test_one_word_in_four() -> None:
    assert word_error_rate([("tell me a story", "tell me the story")]) == 0.25
    assert word_error_rate([("tell me a story", "tell me story")]) == 0.25
    assert word_error_rate([("tell me a story", "please tell me a story")]) == 0.25
    assert word_error_rate([]) == 0.0


def test_every_engine_is_in_the_sample() -> None:
    chosen = sample(make_plan(), 5)
    assert len(chosen) == 5 * len({u.voice.engine for u in make_plan()})
    assert {u.text.reads for u in chosen} == {"words"}
