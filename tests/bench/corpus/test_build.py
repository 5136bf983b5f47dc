"""The command's figures, of the manifest in git."""

from __future__ import annotations

from visavis.bench.corpus.build import figures_of
from visavis.bench.corpus.manifest import read
from visavis.bench.corpus.plan import make_plan


def test_the_figures_are_those_that_the_definitions_ask_for() -> None:
    figures = figures_of(read().utterances, make_plan())
    assert figures["n_utterances"] == len(make_plan())
    assert figures["n_left_out"] == 0
    assert figures["paused_rate"] >= figures["planned_paused_rate"] >= 0.4
    assert figures["llm_rate"] >= 0.5
    assert figures["n_neural_test_speakers"] >= 12
    assert figures["pause_p5_ms"] >= 200
    assert figures["total_speech_s"] > 1_000


def test_what_is_left_out_is_counted() -> None:
    some = read().utterances[:10]
    assert figures_of(some, make_plan()[:10])["n_left_out"] == len(make_plan()) - 10
