"""Lines: stretches of text to be voiced one after the other. Those known by heart. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from visavis.reply.feeling import Marks
from visavis.reply.persona import Persona
from visavis.reply.phrase import PhraseCutter
from visavis.wire.messages import Source


class Line(NamedTuple):
    """What is said, where it comes from, and which feelings it was marked with."""

    text: str
    source: Source
    marks: Marks = ()


def phrases_of(text: str) -> list[str]:
    """A whole text cut as it would be while it streams."""
    cutter = PhraseCutter()
    return [*cutter.push(text), *cutter.flush()]


def first_phrases(persona: Persona) -> Iterator[str]:
    """The first phrase of every fact and refusal, each once."""
    texts = [*persona.declines, *(fact.answer for fact in persona.facts)]
    seen: set[str] = set()
    for text in texts:
        phrases = phrases_of(text)
        if phrases and phrases[0] not in seen:
            seen.add(phrases[0])
            yield phrases[0]


def own_phrases(persona: Persona) -> frozenset[str]:
    """Every phrase that this persona can say without a user's or a model's words in it."""
    answers = [fact.answer for fact in persona.facts]
    offers = [f"{answer} {caveat}" for answer in answers for caveat in persona.caveats]
    texts = [persona.greeting, *persona.declines, *answers, *offers]
    return frozenset(phrase for text in texts for phrase in phrases_of(text))
