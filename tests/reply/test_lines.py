"""What a persona knows by heart."""

from __future__ import annotations

from visavis.reply.lines import own_phrases, phrases_of
from visavis.reply.persona import load_persona


def test_a_persona_knows_every_answer_with_and_without_a_caveat() -> None:
    persona = load_persona("pip")
    own = own_phrases(persona)
    for fact in persona.facts:
        assert own.issuperset(phrases_of(fact.answer))
        for caveat in persona.caveats:
            assert own.issuperset(phrases_of(f"{fact.answer} {caveat}"))
    assert own.issuperset(phrases_of(persona.greeting))
    assert "Once upon a time there was a user." not in own
