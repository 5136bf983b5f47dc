"""Where a conversation stands, and what its page is told of that. Pure."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where the conversation stands."""

    LISTENING = "listening"
    HEARING = "hearing"
    PAUSED = "paused"
    ANSWERING = "answering"
    DUCKED = "ducked"


STATE_OF_PHASE = {
    Phase.LISTENING: "listening",
    Phase.HEARING: "hearing",
    Phase.PAUSED: "hearing",
    Phase.ANSWERING: "speaking",
    Phase.DUCKED: "speaking",
}
"""The value of the wire's `state`. A reply of which no sound has come yet is "thinking" instead."""

WITH_REPLY = (Phase.PAUSED, Phase.ANSWERING, Phase.DUCKED)
"""Phases in which there may be one."""
