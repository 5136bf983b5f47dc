"""What both games' archives hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActedLine:
    """One line as an actor speaks it."""

    name: str
    """Of a file for it, like `52608.wav`."""
    role: str
    data: bytes
    """What is in that file."""
    seconds: float
