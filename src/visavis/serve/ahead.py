"""Voices what will probably be said first, while nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from visavis.errors import VisavisError
from visavis.reply.persona import Persona
from visavis.reply.phrase import PhraseCutter
from visavis.serve.engines import Engines

_log = logging.getLogger(__name__)
_BREATH_S = 0.1
"""Between two phrases: whoever already talks to the server shares the voice with this."""


async def voice_ahead(engines: Engines) -> None:
    """Have the voice remember the first phrase of everything the persona knows by heart."""
    try:
        for text in first_phrases(engines.persona):
            await engines.tts.speak(text, engines.style)
            await asyncio.sleep(_BREATH_S)
    except VisavisError as error:
        _log.warning("answers are not voiced ahead: %s", error)


def first_phrases(persona: Persona) -> Iterator[str]:
    """The first phrase of every fact, refusal and opener, each once."""
    texts = [*persona.declines, *persona.openers, *(fact.answer for fact in persona.facts)]
    seen: set[str] = set()
    for text in texts:
        cutter = PhraseCutter()
        phrases = [*cutter.push(text), *cutter.flush()]
        if phrases and phrases[0] not in seen:
            seen.add(phrases[0])
            yield phrases[0]
