"""Looking up facts, with an embedder whose cosines can be worked out by hand."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.reply.answer import MAYBE, SURE
from visavis.reply.confidence import Evidence, confidence, question_kind
from visavis.reply.knowledge import NOTHING, UNKNOWN_BEYOND, Hearing, Knowledge
from visavis.reply.persona import Fact, Persona, parse_persona


class WordBag:
    """A unit vector per text: a bag of its words, each at a hashed place."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().replace("?", "").split():
                vectors[row, zlib.crc32(word.encode()) % 512] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def persona(**changes: object) -> Persona:
    fields: dict[str, object] = {
        "name": "Test",
        "prompt": "You are Test.",
        "greeting": "Hello.",
        "suggestions": ["What does it cost?"],
        "declines": ["I don't know."],
        "facts": [
            Fact(id="price", ask=("What does it cost?", "How much is it?"), answer="Two coins."),
            Fact(id="place", ask=("Where is the exit?",), answer="Over there."),
        ],
        "beyond": ["Where is the beach?"],
        "invites": ["tell me a story"],
        "hears": {"visa vis": "Visavis", "visa vis gate": "the gateway"},
    }
    return Persona.model_validate(fields | changes)


@pytest.fixture
def knowledge() -> Knowledge:
    return Knowledge(persona(), WordBag())


def test_an_exact_phrasing_finds_its_fact(knowledge: Knowledge) -> None:
    finding = knowledge.look_up("What does it cost?")
    assert finding.fact.id == "price"
    assert finding.evidence.phrasing == pytest.approx(1)
    assert finding.nearest[0].phrasing == "What does it cost?"
    assert finding.evidence.same_kind == 0.5  # "what", where one of two asks "how much"


def test_nearest_facts_come_in_order_and_once(knowledge: Knowledge) -> None:
    finding = knowledge.look_up("Where is the cost?")
    assert [near.fact.id for near in finding.nearest] == ["place", "price"]
    assert finding.margin == pytest.approx(finding.nearest[0].score - finding.nearest[1].score)


def test_a_question_known_to_be_beyond_speaks_against(knowledge: Knowledge) -> None:
    far, near = knowledge.look_up("Where is the beach?"), knowledge.look_up("Where is the exit?")
    assert far.fact.id == near.fact.id == "place"
    assert far.evidence.beyond > near.evidence.beyond
    assert far.confidence < near.confidence


def test_invites_are_scored(knowledge: Knowledge) -> None:
    assert knowledge.look_up("Tell me a story").invite_score == pytest.approx(1)


def test_names_are_heard_right(knowledge: Knowledge) -> None:
    assert knowledge.look_up("is visa vis free").question == "is Visavis free"


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("what is Visa-Vis", "what is Visavis"),
        ("VISA   VIS?", "Visavis?"),
        ("the visa vis gate", "the the gateway"),
        ("a visa visit", "a visa visit"),
        ("nothing to correct", "nothing to correct"),
    ],
)
def test_whole_words_longest_first(heard: str, meant: str) -> None:
    assert Hearing(persona().hears).correct(heard) == meant


def test_an_empty_table_corrects_nothing() -> None:
    assert Hearing({}).correct("visa vis") == "visa vis"


def test_a_persona_of_one_fact_is_enough() -> None:
    fact = Fact(id="only", ask=("What is it?",), answer="A test.")
    lonely = Knowledge(persona(facts=[fact], beyond=[], invites=[]), WordBag())
    finding = lonely.look_up("What is it?")
    assert finding.fact is not None
    assert finding.evidence.beyond == UNKNOWN_BEYOND
    assert finding.invite_score == NOTHING


@given(st.text(max_size=60))
def test_any_text_can_be_looked_up(text: str) -> None:
    finding = Knowledge(persona(), WordBag()).look_up(text)
    assert 0 <= finding.confidence <= 1
    assert len(finding.nearest) == 2
    assert finding.nearest[0].score >= finding.nearest[1].score


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who are you?", "who"),
        ("Until when may I stay", "when"),
        ("WHERE is it", "where"),
        ("how many are there", "quantity"),
        ("How do I start?", "how"),
        ("Which one?", "what"),
        ("why", "why"),
        ("Is it free?", "other"),
        ("show me", "other"),
    ],
)
def test_question_kinds(text: str, kind: str) -> None:
    assert question_kind(text) == kind


unit = st.floats(-1, 1)


@given(st.builds(Evidence, unit, unit, st.floats(0, 2), unit, unit, st.floats(0, 1)))
def test_more_nearness_never_lowers_confidence(evidence: Evidence) -> None:
    sure = confidence(evidence)
    for field, change in (("nearest", 0.1), ("phrasing", 0.1), ("ahead", 0.1), ("beyond", -0.1)):
        better = Evidence(
            **{
                name: getattr(evidence, name) + (change if name == field else 0)
                for name in ("nearest", "phrasing", "ahead", "answer", "beyond", "same_kind")
            }
        )
        assert confidence(better) >= sure


class _Across:
    """Every text at right angles to every other."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [self._seen.setdefault(text, len(self._seen)) for text in texts]
        return np.eye(384, dtype=np.float32)[rows]


def test_a_persona_that_lists_nothing_beyond_its_facts_is_not_sure_of_everything() -> None:
    persona = parse_persona(
        """
        name: Ada
        prompt: You are Ada.
        greeting: Hello.
        suggestions: ["When do you open?"]
        declines: ["No idea."]
        facts:
          - {id: hours, ask: ["When do you open?"], answer: At nine.}
        """,
        "ada.yaml",
    )
    knowledge = Knowledge(persona, _Across())
    assert knowledge.look_up("When do you open?").confidence > SURE
    assert knowledge.look_up("Who won the war?").confidence < MAYBE
