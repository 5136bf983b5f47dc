"""How long to wait: for the user to go on, for words, for the first sound of an answer. Pure."""

from __future__ import annotations

from visavis.events import ScriptedPrompt
from visavis.hear.turn import CommitRule, Signs
from visavis.turns import Delivery, Production, Reply, Silence, Turn

OUTPUT_BY_MS = 10_000.0
"""A turn without words by then, or an answer without sound, is attempted again; then comes the
apology. Engines that hang are given up sooner, by name (serve/limits.py): this comes last."""


def commit_at_ms(turn: Turn | None, reply: Reply, rule: CommitRule) -> float | None:
    """When the turn counts as finished; None while there are no words, or somebody may speak."""
    if turn is None or turn.silence is not Silence.CERTAIN:
        return None
    if not reply.transcript and not isinstance(reply.attempt.prompt, ScriptedPrompt):
        return None
    signs = Signs(reply.p_end, reply.p_complete, reply.transcript or "", reply.likeness)
    return turn.voice_ended_ms + rule(signs)


def words_due_ms(reply: Reply) -> float | None:
    """When it is too late for the user's words; None if they are known."""
    return None if reply.transcript is not None else reply.started_ms + OUTPUT_BY_MS


def sound_due_ms(reply: Reply) -> float | None:
    """When it is too late for the first sound; None if there is some, or none is owed."""
    if reply.delivery is not Delivery.PENDING or reply.committed_ms is None:
        return None
    return reply.committed_ms + OUTPUT_BY_MS


def rest_due_ms(reply: Reply) -> float | None:
    """When it is too late for the next phrase; None before the first one is heard, or if all came.

    Phrases are voiced far faster than they are spoken, so the wait counts from the last one.
    """
    if reply.delivery is not Delivery.REVEALED or reply.production is Production.VOICED:
        return None
    return reply.voiced_ms + OUTPUT_BY_MS
