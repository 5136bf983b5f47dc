"""What a persona knows by heart."""

from __future__ import annotations

from visavis.reply.lines import own_phrases, phrases_of
from visavis.reply.persona import load_persona


def test_a_persona_knows_every_answer_with_and_without_an_opener() -> None:
    persona = load_persona("pip")
    own = own_phrases(persona)
    for fact in persona.facts:
        assert own.issuperset(phrases_of(fact.answer))
        for opener in persona.openers:
            assert own.issuperset(phrases_of(f"{opener} {fact.answer}"))
    assert own.issuperset(phrases_of(persona.greeting))
    assert "Once upon a time there was a user." not in own
