"""From the conversation's own values to the messages that tell the peer. Pure."""

from __future__ import annotations

from typing import Literal

from visavis.errors import VisavisError
from visavis.events import Attempt, AttemptFailed, Feeling, Phrase
from visavis.turns import Reply
from visavis.wire import messages as wire


def armed(attempt: Attempt, rate_hz: int) -> wire.ReplyArmed:
    """A reply begins to arrive, held."""
    return wire.ReplyArmed(
        reply_id=attempt.reply_id,
        turn_id=attempt.turn_id,
        revision=attempt.revision,
        rate_hz=rate_hz,
    )


def phrase(reply_id: int, spoken: Phrase) -> wire.ReplyPhrase:
    """A phrase's cues and words, without its sound."""
    return wire.ReplyPhrase(
        reply_id=reply_id,
        index=spoken.index,
        text=spoken.text,
        source=spoken.source,
        start_sample=spoken.start_sample,
        n_samples=spoken.n_samples,
        cues=[
            wire.CueItem(at_sample=cue.at_sample, viseme=cue.viseme, weight=cue.weight)
            for cue in spoken.cues
        ],
        words=[
            wire.WordItem(
                text=word.text, start_sample=word.start_sample, end_sample=word.end_sample
            )
            for word in spoken.words
        ],
    )


def emotion(reply_id: int, felt: Feeling) -> wire.ReplyEmotion:
    """From where on a reply is said with which feeling."""
    return wire.ReplyEmotion(reply_id=reply_id, at_sample=felt.at_sample, emotion=felt.emotion)


def transcript(
    turn_id: int, revision: int, text: str, status: Literal["tentative", "final"]
) -> wire.Transcript:
    """What the user said."""
    return wire.Transcript(turn_id=turn_id, revision=revision, text=text, status=status)


def trace(reply: Reply, now_ms: float) -> wire.Trace:
    """When each stage of a reply that is revealed now was reached, after its soft end."""
    reached_ms = reply.stages_ms | {"commit": reply.committed_ms or now_ms, "reveal": now_ms}
    start_ms = reached_ms.pop("soft_end")
    return wire.Trace(
        reply_id=reply.reply_id,
        turn_id=reply.attempt.turn_id,
        stages_ms={stage: at_ms - start_ms for stage, at_ms in reached_ms.items()},
        p_end=reply.p_end,
    )


def error(raised: VisavisError, severity: Literal["warning", "fatal"]) -> wire.Error:
    """What the peer may know of an error. After a `fatal` one the socket is closed."""
    return wire.Error.model_validate(
        {
            "code": raised.code,
            "fault": raised.fault,
            "severity": severity,
            "message": str(raised),
            "hint": raised.hint,
        }
    )


def failure(event: AttemptFailed) -> wire.Error:
    """An engine failed; the conversation goes on."""
    return wire.Error(
        code=event.code,
        fault="provider" if event.code == "provider" else "server",
        severity="warning",
        message=event.message,
        hint=event.hint,
    )
