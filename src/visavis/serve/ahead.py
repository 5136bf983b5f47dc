"""Voices what will probably be said first, while nobody waits for it."""

from __future__ import annotations

import asyncio
import logging

from visavis.errors import VisavisError
from visavis.reply.lines import first_phrases
from visavis.serve.allowance import Ahead
from visavis.serve.engines import Engines
from visavis.voice.tts import spoken_whole

_log = logging.getLogger(__name__)
_BREATH_S = 0.1
"""Between two phrases: whoever already talks to the server shares the voice with this."""


async def voice_ahead(engines: Engines) -> None:
    """Have the voice remember the first phrase of everything the persona knows by heart.

    Not a voice that is paid for: most of it nobody will ask for.
    """
    if engines.voicing_ahead is Ahead.WHEN_WANTED:
        return
    try:
        for text in first_phrases(engines.persona):
            await spoken_whole(engines.tts, text, engines.style)
            await asyncio.sleep(_BREATH_S)
    except VisavisError as error:
        _log.warning("answers are not voiced ahead: %s", error)
