"""How long an engine may take. What takes longer has failed, and the conversation goes on.

All are shorter than the session's own patience with a whole answer (visavis/patience.py), so that
the engine to blame is named, and that an apology which can't be voiced is shown in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import TypeVar

from visavis.errors import EngineError
from visavis.hear.audio import RATE_HZ

T = TypeVar("T")

TRANSCRIBE_S = 8.0
LOOK_UP_S = 4.0
FIRST_TOKEN_S = 8.0
NEXT_TOKEN_S = 5.0
PHRASE_S = 8.0
SCORE_S = 2.0
"""A score that is not there by then no longer matters: the longest delay is over."""

HEARD_SAMPLES = 20 * RATE_HZ
"""Of a longer turn only the end is transcribed: of noise, its worst case, 20 s take Moonshine 3.6 s
on two busy cores, 30 s take 5.6 s, and 60 s 21 s and 800 MB."""

_HINT = "Try again."


async def within(limit_s: float, work: Awaitable[T], engine: str) -> T:
    """What `work` gives.

    Raises:
        EngineError: it took longer than `limit_s`; `engine` names it, as in "The voice".
    """
    try:
        async with asyncio.timeout(limit_s):
            return await work
    except TimeoutError:
        raise EngineError(f"{engine} took too long.", hint=_HINT) from None


async def steadily(pieces: AsyncGenerator[str, None], engine: str) -> AsyncGenerator[str, None]:
    """The same pieces. The caller closes `pieces`.

    Raises:
        EngineError: the first one, or one after it, did not come in time.
    """
    limit_s = FIRST_TOKEN_S
    while True:
        try:
            piece = await within(limit_s, anext(pieces), engine)
        except StopAsyncIteration:
            return
        yield piece
        limit_s = NEXT_TOKEN_S
