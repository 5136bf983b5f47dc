"""What is voiced before anybody asks."""

from __future__ import annotations

from dataclasses import replace

from tests.serve.scripted import Script
from visavis.errors import EngineError
from visavis.reply.lines import first_phrases
from visavis.reply.persona import load_persona
from visavis.serve.ahead import voice_ahead
from visavis.serve.allowance import Ahead
from visavis.testing import run_virtual


def test_every_fact_begins_with_a_phrase_that_is_ready() -> None:
    persona = load_persona("pip")
    phrases = list(first_phrases(persona))
    assert len(phrases) == len(set(phrases))
    for fact in persona.facts:
        assert any(fact.answer.startswith(phrase) for phrase in phrases), fact.id


def test_all_are_voiced() -> None:
    script = Script()
    run_virtual(voice_ahead(script.engines()))
    assert set(script.tts.said) >= {"It is noon exactly.", "I don't know."}


def test_a_voice_that_is_paid_for_says_nothing_unasked() -> None:
    script = Script()
    run_virtual(voice_ahead(replace(script.engines(), voicing_ahead=Ahead.WHEN_WANTED)))
    assert script.tts.said == []


def test_a_voice_that_fails_does_no_harm() -> None:
    script = Script()
    script.tts.error = EngineError("hoarse")
    run_virtual(voice_ahead(script.engines()))
    assert script.tts.said == []
