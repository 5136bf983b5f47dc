"""Personas: the shipped ones keep the house rules, and errors speak plainly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import ConfigError
from visavis.reply.knowledge import Hearing
from visavis.reply.persona import BUILT_IN, Persona, load_persona, parse_persona

SMALL = """
name: Test
prompt: You are Test.
greeting: Hello.
suggestions: ["What is it?"]
declines: [I don't know.]
facts:
  - id: what
    ask: ["What is it?"]
    answer: It's a test.
"""

MAX_FIRST_CLAUSE_WORDS = 10
"""More would delay the first sound: it is voiced clause by clause."""


@pytest.fixture(params=BUILT_IN)
def shipped(request: pytest.FixtureRequest) -> Persona:
    return load_persona(request.param)


def test_shipped_personas_know_enough(shipped: Persona) -> None:
    assert 45 <= len(shipped.facts) <= 80
    assert all(len(fact.ask) >= 4 for fact in shipped.facts)
    assert 3 <= len(shipped.suggestions) <= 4
    assert len(shipped.declines) >= 3
    assert len(shipped.caveats) >= 2


def test_answers_are_written_for_the_ear(shipped: Persona) -> None:
    texts = [fact.answer for fact in shipped.facts]
    for text in [*texts, *shipped.declines, *shipped.caveats, shipped.greeting]:
        assert not re.search(r"https?:|www\.|[*_#`\[\]<>/@&%$€+=]|\d", text), text
        assert not re.search(r"\b(e\.g|i\.e|etc|approx|Mr|Dr|St)\.", text), text
        assert text[-1] in ".!?", text


def test_speech_starts_with_a_short_clause(shipped: Persona) -> None:
    for fact in shipped.facts:
        first = re.split(r"[.,;:!?]", fact.answer)[0]
        assert len(first.split()) <= MAX_FIRST_CLAUSE_WORDS, fact.answer


def test_no_phrasing_belongs_to_two_facts(shipped: Persona) -> None:
    owner: dict[str, str] = {}
    for fact in shipped.facts:
        for ask in fact.ask:
            plain = ask.casefold().strip(" ?.!")
            assert owner.setdefault(plain, fact.id) == fact.id, ask
    beyond = {ask.casefold().strip(" ?.!") for ask in shipped.beyond}
    assert not beyond & owner.keys()


def test_suggestions_are_questions_it_can_answer(shipped: Persona) -> None:
    asks = {ask.casefold().strip(" ?") for fact in shipped.facts for ask in fact.ask}
    for suggestion in shipped.suggestions:
        assert suggestion.casefold().strip(" ?") in asks, suggestion


def test_what_is_heard_is_corrected_for_good(shipped: Persona) -> None:
    hearing = Hearing(shipped.hears)
    for heard in shipped.hears:
        once = hearing.correct(heard)
        assert hearing.correct(once) == once, heard


def test_a_small_file_is_enough() -> None:
    persona = parse_persona(SMALL, "test.yaml")
    assert persona.character == "pip"
    assert persona.fact("what").answer == "It's a test."
    with pytest.raises(KeyError):
        persona.fact("no")


def test_a_path_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SMALL, encoding="utf-8")
    assert load_persona(file).name == "Test"


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("name: Test", "nam: Test", "'name' is missing"),
        ("name: Test", "name: Test\ncolour: red", "'colour' is not a field"),
        ("name: Test", "name: 7", "'name' must be text"),
        ("name: Test", "name: Test\nlanguage: de", "'language' must be 'en'"),
        ("name: Test", "name: Test\nvoice: {speed: 9}", "'voice, speed' must be at most 2"),
        ("name: Test", "name: Test\nvoice: {speed: fast}", "'voice, speed' must be a number"),
        ("answer: It's a test.", "answer: ''", "'facts, number 1 (what), answer' is empty"),
        ("id: what", "id: What Is", "may have only small letters"),
        ('ask: ["What is it?"]', "ask: []", "needs at least 1"),
        ('ask: ["What is it?"]', "ask: What", "must be a list"),
        ("facts:", "facts: 3\nmore:", "'facts' must be a list"),
    ],
)
def test_errors_name_file_and_field(was: str, becomes: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_persona(SMALL.replace(was, becomes, 1), "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: ")
    assert words in str(caught.value)
    assert caught.value.hint


def test_two_facts_of_one_name_are_an_error() -> None:
    twice = SMALL + '  - {id: what, ask: ["Again?"], answer: Again.}\n'
    with pytest.raises(ConfigError, match="two facts are called 'what'"):
        parse_persona(twice, "mine.yaml")


def test_broken_yaml_names_the_line() -> None:
    with pytest.raises(ConfigError, match=r"mine.yaml, line 2: this is not valid YAML"):
        parse_persona("name: Test\nprompt: You: are: Test", "mine.yaml")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "3"])
def test_something_else_is_no_persona(text: str) -> None:
    with pytest.raises(ConfigError, match="a persona is a list of fields"):
        parse_persona(text, "mine.yaml")


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(ConfigError) as caught:
        load_persona("pop")
    assert "pip, support, museum" in caught.value.hint


def test_a_file_that_is_not_text_is_a_config_error(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_persona(file)


@given(st.text(max_size=200))
def test_any_text_is_a_persona_or_a_config_error(text: str) -> None:
    try:
        parse_persona(text, "any.yaml")
    except ConfigError as error:
        assert str(error).startswith("any.yaml")
