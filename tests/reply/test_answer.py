"""The policy: what is said for every finding."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.events import Speaker, Utterance
from visavis.reply.answer import (
    HISTORY_TURNS,
    INVITE_AHEAD,
    INVITE_SCORE,
    MAYBE,
    SURE,
    AskModel,
    Decline,
    FromFact,
    Sureness,
    Unsure,
    choose,
    decline,
)
from visavis.reply.confidence import Evidence
from visavis.reply.ground import Supported, Unsupported, judge
from visavis.reply.knowledge import Finding, ScoredFact
from visavis.reply.persona import Fact, Persona

PRICE = Fact(id="price", ask=("What does it cost?",), answer="It costs two coins.")
PLACE = Fact(id="place", ask=("Where is it?",), answer="It's by the harbor.")
PERSONA = Persona(
    name="Test",
    prompt="You are Test, the guide.",
    greeting="Hello.",
    suggestions=("What does it cost?",),
    declines=("I don't know.", "No idea, sorry.", "That's beyond me."),
    caveats=("I'm not sure that's what you meant.",),
    facts=(PRICE, PLACE),
)


def finding(confidence: float, invite: float = 0.0, phrasing: float = 0.5) -> Finding:
    near = (ScoredFact(PRICE, 0.5, PRICE.ask[0], phrasing), ScoredFact(PLACE, 0.2, "Where?", 0.3))
    evidence = Evidence(0.5, phrasing, 0.3, 0.4, 0.1, 0.5)
    return Finding("How much?", PRICE, 0.5, 0.3, confidence, evidence, near, invite)


def said(*texts: str) -> tuple[Utterance, ...]:
    speakers = (Speaker.USER, Speaker.CHARACTER)
    return tuple(Utterance(speakers[i % 2], text) for i, text in enumerate(texts))


def test_sure_is_spoken_as_it_is() -> None:
    assert choose(PERSONA, finding(SURE), ()) == FromFact(PRICE)


def test_unsure_is_offered_with_a_caveat_behind_it() -> None:
    move = choose(PERSONA, finding(MAYBE), ())
    assert isinstance(move, FromFact)
    assert move.sureness is Sureness.OFFERED
    assert move.fact.id == "price"
    assert move.fact.answer == f"{PRICE.answer} {PERSONA.caveats[0]}"


def test_below_is_declined() -> None:
    assert isinstance(choose(PERSONA, finding(MAYBE - 0.01), ()), Decline)


def test_unsure_can_go_to_the_model_grounded() -> None:
    move = choose(PERSONA, finding(MAYBE), said("Hi", "Hello."), Unsure.MODEL)
    assert isinstance(move, AskModel)
    assert [message.role for message in move.messages] == ["system", "user", "assistant", "user"]
    assert PRICE.answer in move.messages[0].content
    assert PLACE.answer in move.messages[0].content
    assert judge("It costs two coins.", move.support) == Supported()
    assert judge("It costs three coins.", move.support) == Unsupported("three")


def test_a_trusted_model_also_gets_what_is_beyond() -> None:
    move = choose(PERSONA, finding(0.0), (), Unsure.TRUSTED_MODEL)
    assert isinstance(move, AskModel)
    assert judge("Whatever it says", move.support) == Supported()
    assert choose(PERSONA, finding(SURE), (), Unsure.TRUSTED_MODEL) == FromFact(PRICE)


def test_an_invited_request_goes_to_the_model_without_facts() -> None:
    move = choose(PERSONA, finding(0.9, invite=0.9), ())
    assert isinstance(move, AskModel)
    assert PRICE.answer not in move.messages[0].content
    assert judge("There was a snail called Luna.", move.support) == Supported()
    assert isinstance(judge("Test was built in Rome.", move.support), Unsupported)


def test_an_invite_must_be_near_and_nearer_than_the_facts() -> None:
    assert not isinstance(choose(PERSONA, finding(0.9, INVITE_SCORE - 0.01, 0.1), ()), AskModel)
    almost = 0.7 + INVITE_AHEAD - 0.01
    assert not isinstance(choose(PERSONA, finding(0.9, almost, 0.7), ()), AskModel)


def test_only_recent_turns_reach_the_model() -> None:
    history = said(*(str(n) for n in range(12)))
    move = choose(PERSONA, finding(MAYBE), history, Unsure.MODEL)
    assert isinstance(move, AskModel)
    assert [m.content for m in move.messages[1:-1]] == [
        str(n) for n in range(12 - 2 * HISTORY_TURNS, 12)
    ]


def test_an_invited_request_stands_for_itself() -> None:
    move = choose(PERSONA, finding(0.9, invite=0.9), said("Hi", "Hello."))
    assert isinstance(move, AskModel)
    assert [m.role for m in move.messages] == ["system", "user"]


def test_declines_rotate_through_a_conversation() -> None:
    heard: list[str] = []
    history: tuple[Utterance, ...] = ()
    for turn in range(6):
        text = decline(PERSONA, "What?", history).text
        heard.append(text)
        history += said(f"question {turn}", text)
    assert set(heard[:3]) == set(PERSONA.declines)
    assert heard[:3] == heard[3:]


def test_an_interrupted_decline_still_counts() -> None:
    cut = PERSONA.declines[1][:7]
    assert decline(PERSONA, "What?", said("Hm?", cut)).text == PERSONA.declines[2]


def test_nothing_heard_of_a_reply_is_no_decline() -> None:
    assert decline(PERSONA, "What?", said("Hm?", "")) == decline(PERSONA, "What?", ())


history = st.lists(
    st.builds(Utterance, st.sampled_from(Speaker), st.text(max_size=20)), max_size=12
).map(tuple)


@given(st.floats(0, 1), st.floats(-1, 1), st.floats(-1, 1), history, st.sampled_from(list(Unsure)))
def test_there_is_always_one_answer_and_always_the_same(
    confidence: float,
    invite: float,
    phrasing: float,
    spoken: tuple[Utterance, ...],
    unsure: Unsure,
) -> None:
    found = dataclasses.replace(finding(confidence, invite, phrasing), question="What?")
    assert choose(PERSONA, found, spoken, unsure) == choose(PERSONA, found, spoken, unsure)


@pytest.mark.parametrize("unsure", list(Unsure))
def test_the_model_is_never_asked_when_a_fact_is_sure(unsure: Unsure) -> None:
    assert choose(PERSONA, finding(1.0), (), unsure) == FromFact(PRICE)
