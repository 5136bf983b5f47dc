"""What a log may say of a bug: its kind and its place, never a word of anybody's.

An exception's own text may quote what a user said (a value that did not fit, a character that could
not be encoded), so neither it nor a traceback is logged by what handles a conversation.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import cast

_N_PLACES = 6


def place_of(error: BaseException) -> str:
    """For instance `ZeroDivisionError at attempt.py:71, stt.py:40`; the innermost place is last."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)[-_N_PLACES:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
