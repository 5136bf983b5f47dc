"""The judge must be right before its verdicts are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.reply.test_answer import PERSONA, PRICE, finding
from visavis.bench.answers import (
    Answered,
    Source,
    Verdict,
    answer,
    figures_of,
    judge_answer,
    report_of,
    says_not_knowing,
    tells,
)
from visavis.bench.answers_corpus import IN_SCOPE, OUT_OF_SCOPE, Kind, Question, load_corpus
from visavis.bench.answers_fit import Example, examples, fit
from visavis.bench.report import Report, commit, machine
from visavis.models import MINILM_WEIGHTS, ModelStore
from visavis.reply.answer import ChatMessage, Unsure
from visavis.reply.confidence import Evidence, confidence
from visavis.reply.embed import MiniLm
from visavis.reply.knowledge import Knowledge
from visavis.reply.persona import BUILT_IN, load_persona


def question(kind: Kind, *facts: str) -> Question:
    return Question("test", kind, "How much?", frozenset(facts), "test")


class Scripted:
    """A language model that says what it is told, in small pieces."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        for start in range(0, len(self._text), 5):
            yield self._text[start : start + 5]

    async def warm(self, messages: Sequence[ChatMessage]) -> None:
        pass

    async def aclose(self) -> None:
        pass


# ------------------------------------------------------------------ corpora


@pytest.mark.parametrize("name", BUILT_IN)
def test_corpora_are_large_enough_and_name_real_facts(name: str) -> None:
    corpus = load_corpus(name)
    known = {fact.id for fact in load_persona(name).facts}
    assert len(corpus) >= 130
    assert sum(q.split == "test" for q in corpus) >= 100
    for asked in corpus:
        assert asked.facts <= known
        assert asked.persona == name
        assert bool(asked.facts) or asked.kind not in IN_SCOPE
    for kind in (*IN_SCOPE, *OUT_OF_SCOPE, "open"):
        assert any(q.kind == kind and q.split == "test" for q in corpus), kind


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_question_is_a_phrasing_that_the_persona_lists(name: str) -> None:
    persona = load_persona(name)
    listed = [ask for fact in persona.facts for ask in fact.ask]
    plain = {text.casefold().strip(" ?.!") for text in (*listed, *persona.beyond, *persona.invites)}
    asked = [q.text.casefold().strip(" ?.!") for q in load_corpus(name)]
    assert not plain.intersection(asked)
    assert len(set(asked)) == len(asked)


# ------------------------------------------------------------------ verdicts


@pytest.mark.parametrize(
    ("kind", "facts", "source", "said_fact", "verdict"),
    [
        ("plain", ("price",), "fact", "price", "right"),
        ("plain", ("price", "place"), "fact", "place", "right"),
        ("plain", ("price",), "fact", "place", "wrong"),
        ("plain", ("price",), "offer", "price", "right"),
        ("plain", ("price",), "offer", "place", "wrong"),
        ("plain", ("price",), "decline", "price", "declined"),
        ("near", (), "fact", "price", "invented"),
        ("near", ("price",), "fact", "price", "right"),
        ("near", (), "offer", "price", "declined"),
        ("far", (), "decline", "price", "declined"),
        ("far", (), "fact", "price", "invented"),
        ("open", (), "llm", "price", "right"),
        ("open", (), "decline", "price", "declined"),
        ("open", (), "fact", "price", "wrong"),
    ],
)
def test_verdicts(
    kind: Kind, facts: tuple[str, ...], source: Source, said_fact: str, verdict: Verdict
) -> None:
    assert judge_answer(question(kind, *facts), source, "text", said_fact, PERSONA) == verdict


@pytest.mark.parametrize(
    ("kind", "facts", "text", "verdict"),
    [
        ("plain", ("price",), "It costs two coins.", "right"),
        ("plain", ("price",), "It's by the harbor.", "wrong"),
        ("plain", ("price",), "I don\u2019t know.", "declined"),
        ("near", (), "It costs two coins.", "invented"),
        ("far", (), "I do not know that.", "declined"),
    ],
)
def test_verdicts_on_a_models_words(
    kind: Kind, facts: tuple[str, ...], text: str, verdict: Verdict
) -> None:
    assert judge_answer(question(kind, *facts), "llm", text, "price", PERSONA) == verdict


def test_telling_needs_most_of_the_fact() -> None:
    assert tells("Two coins is what it costs.", PRICE)
    assert not tells("It costs something.", PRICE)
    assert says_not_knowing("Sorry, I don't know.")
    assert not says_not_knowing("You know it costs two coins.")


def run(text: str, confidence: float, unsure: Unsure, kind: Kind = "plain") -> Answered:
    found = finding(confidence)
    facts = ("price",) if kind == "plain" else ()
    asked = question(kind, *facts)
    return asyncio.run(answer(PERSONA, found, asked, Scripted(text), unsure))


def test_a_question_runs_as_the_server_would() -> None:
    assert run("", 0.9, Unsure.OFFER).source == "fact"
    assert run("", 0.2, Unsure.OFFER).source == "offer"
    assert run("", 0.0, Unsure.OFFER).source == "decline"


def test_the_models_words_are_checked_phrase_by_phrase() -> None:
    good = run("It costs two coins. It was made by elves in 1912.", 0.2, Unsure.MODEL)
    assert (good.source, good.text, good.verdict) == ("llm", "It costs two coins.", "right")
    bad = run("Elves made it. It costs two coins.", 0.2, Unsure.MODEL)
    assert (bad.source, bad.verdict) == ("decline", "declined")


# ------------------------------------------------------------------ figures


def answered(kind: Kind, source: Source, verdict: Verdict) -> Answered:
    return Answered(question(kind), source, "", "price", 0.5, verdict)


def test_figures_are_shares_of_the_right_groups() -> None:
    done = [
        answered("plain", "fact", "right"),
        answered("noise", "offer", "right"),
        answered("terse", "fact", "wrong"),
        answered("wordy", "decline", "declined"),
        answered("near", "fact", "invented"),
        answered("far", "decline", "declined"),
        answered("far", "offer", "declined"),
        answered("open", "llm", "right"),
    ]
    figures = figures_of(done)
    assert figures["n"] == 8
    assert figures["in_scope_right_rate"] == 0.5
    assert figures["in_scope_right_and_sure_rate"] == 0.25
    assert figures["in_scope_wrong_rate"] == 0.25
    assert figures["invented_rate"] == 1 / 8
    assert figures["declined_rate"] == 3 / 8
    assert figures["out_of_scope_declined_rate"] == pytest.approx(2 / 3)
    assert figures["out_of_scope_offered_rate"] == pytest.approx(1 / 3)
    assert figures["near_miss_invented_rate"] == 1
    assert figures["open_right_rate"] == 1
    shares = [figures[f"{source}_share_rate"] for source in ("fact", "offer", "llm", "decline")]
    assert sum(shares) == pytest.approx(1)


def test_nothing_done_has_no_rates() -> None:
    assert figures_of([]) == {"n": 0}


def test_the_report_keeps_test_and_all_apart() -> None:
    seen = answered("plain", "fact", "right")
    fitted = replace(seen, question=replace(seen.question, split="fit"), verdict="wrong")
    report = report_of([seen, fitted], ["test"], Unsure.OFFER, "all")
    assert report.figures["test_in_scope_right_rate"] == 1
    assert report.figures["all_in_scope_right_rate"] == 0.5
    assert report.figures["in_scope_right_rate"] == 1
    assert report.figures["test_test_n"] == 1
    printed = json.loads(report.to_json())
    assert printed.keys() == {"bench", "figures", "machine", "commit", "settings"}
    assert printed["bench"] == "answers"
    assert printed["settings"]["unsure"] == "offer"


def test_machine_and_commit_are_told() -> None:
    assert commit()
    assert machine()["cores"] is not None
    assert json.loads(Report("x", {"y_ms": 1.5}).to_json())["figures"] == {"y_ms": 1.5}


# ------------------------------------------------------------------ weights


def test_the_fit_finds_what_tells_right_from_wrong() -> None:
    random = np.random.default_rng(0)
    found: list[Example] = []
    for _ in range(400):
        values: NDArray[np.float64] = random.uniform(0, 1, 6)
        evidence = Evidence(*(float(value) for value in values))
        found.append(Example(evidence, evidence.nearest > evidence.beyond, 1.0))
    weights = fit(found)
    assert weights.nearest > 2
    assert weights.beyond < -2
    assert abs(weights.same_kind) < 1
    hits = [(confidence(e.evidence, weights) > 0.5) == e.right for e in found]
    assert np.mean(hits) > 0.95
    assert fit(found) == weights


@pytest.mark.models
def test_leaving_out_leaves_out(store: ModelStore) -> None:
    persona = load_persona("pip")
    small = persona.model_copy(update={"facts": persona.facts[:6], "beyond": persona.beyond[:5]})
    embedder = MiniLm(store.path(MINILM_WEIGHTS).parent)
    found = list(examples(small, Knowledge(small, embedder)))
    n_asks = sum(len(fact.ask) for fact in small.facts)
    assert len(found) == 2 * n_asks + 5
    assert all(example.evidence.phrasing < 0.999 for example in found)
    assert not any(example.right for example in found[1 : 2 * n_asks : 2])
