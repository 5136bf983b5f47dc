"""What the character says, or is about to: one reply from its attempt to its last sample. Pure.

The session decides when; this does it: the commands to the edge, the messages to the peer and the
memory of what was heard always go together here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from visavis import events as ev
from visavis.memory import Memory
from visavis.turns import Delivery, Production, Reply, Turn
from visavis.wire import messages as wire
from visavis.wire import outgoing


class Loudness(Enum):
    """Whether a reply may be heard once it is revealed."""

    ALOUD = "aloud"
    HELD = "held"


class Speaking:
    """The reply in the making or in the air; `None` while there is none."""

    def __init__(self, memory: Memory, trace: str, do: Callable[[ev.Command], None]) -> None:
        self.reply: Reply | None = None
        self._memory = memory
        self._trace = trace
        self._do = do
        self._last_reply_id = 0

    def begin(self, prompt: ev.Prompt, turn: Turn, now_ms: float) -> Reply:
        """Start an attempt at an answer, after all that is remembered now."""
        return self._begin(prompt, turn, now_ms, self._memory.utterances)

    def begin_again(self, prompt: ev.Prompt, turn: Turn, now_ms: float, failed: Reply) -> Reply:
        """Start another one in place of `failed`, knowing what it knew."""
        reply = self._begin(prompt, turn, now_ms, failed.attempt.history)
        reply.tries = failed.tries + 1
        reply.transcript = failed.transcript
        return reply

    def _begin(
        self, prompt: ev.Prompt, turn: Turn, now_ms: float, history: tuple[ev.Utterance, ...]
    ) -> Reply:
        turn.revision += 1
        self._last_reply_id += 1
        attempt = ev.Attempt(turn.turn_id, turn.revision, self._last_reply_id, prompt, history)
        self.reply = Reply(attempt)
        self.reply.stages_ms["soft_end"] = now_ms
        self._do(ev.StartAttempt(attempt))
        return self.reply

    def add(self, reply: Reply, event: ev.PhraseVoiced, loudness: Loudness) -> None:
        """The next phrase is ready: send it, to be held or heard."""
        if reply.delivery is Delivery.PENDING:
            reply.delivery = Delivery.ARMED
            self._send(outgoing.armed(reply.attempt, event.rate_hz))
            if reply.committed_ms is not None:
                self._reveal(reply, event.at_ms, loudness)
        reply.add(event.phrase)
        reply.voiced_ms = event.at_ms
        self._send(outgoing.phrase(reply.reply_id, event.phrase))
        self._tell_feelings(reply)
        self._do(ev.SendAudio(reply.reply_id, event.phrase.start_sample, event.phrase.pcm))

    def end(self, reply: Reply) -> None:
        """No more phrases come."""
        reply.production = Production.VOICED
        self._send(wire.ReplyEnd(reply_id=reply.reply_id, n_samples=reply.n_samples))

    def cut_short(self, reply: Reply) -> None:
        """Its engine hangs: what there is has to do."""
        self._cancel(reply, ev.Work.FORGET)
        self.end(reply)

    def commit(self, reply: Reply, turn: Turn | None, now_ms: float) -> None:
        """The user has finished: remember the words, and let the answer be heard."""
        reply.committed_ms = now_ms
        self._do(ev.Committed(reply.reply_id))
        if turn is not None and reply.transcript and turn.said is None:
            self._memory.user_said(turn, reply.transcript)
            said = outgoing.transcript(turn.turn_id, turn.revision, reply.transcript, "final")
            self._send(said)
        if reply.delivery is Delivery.ARMED:
            self._reveal(reply, now_ms, Loudness.ALOUD)

    def hold(self, reply: Reply) -> None:
        """Somebody speaks over it: be silent, and keep the place."""
        if reply.delivery is Delivery.REVEALED:
            self._send(wire.ReplyDuck(reply_id=reply.reply_id))

    def resume(self, reply: Reply) -> None:
        """It was nothing: go on from the same sample."""
        if reply.delivery is Delivery.REVEALED:
            self._send(wire.ReplyResume(reply_id=reply.reply_id))

    def heard(self, reply: Reply, *, whole: bool) -> None:
        """The listener heard all of it, or stopped it at its playhead."""
        self._memory.character_said(reply, whole=whole)
        self._cancel(reply, ev.Work.FORGET)
        self.reply = None

    def stop(self, reply: Reply) -> None:
        """End what may be heard by now; the playhead will say how much of it was."""
        self._cancel(reply, ev.Work.FORGET)
        if reply.delivery is not Delivery.PENDING:
            self._send(wire.ReplyStop(reply_id=reply.reply_id))
        self._memory.stop(reply)
        self.reply = None

    def withdraw(self, work: ev.Work = ev.Work.FORGET) -> None:
        """Drop a reply of which nothing was revealed."""
        reply, self.reply = self.reply, None
        if reply is None:
            return
        self._cancel(reply, work)
        if reply.delivery is not Delivery.PENDING:
            self._send(wire.ReplyDiscard(reply_id=reply.reply_id))

    def silence(self) -> None:
        """End it, whatever has become of it."""
        if self.reply is not None and self.reply.delivery is Delivery.REVEALED:
            self.stop(self.reply)
        else:
            self.withdraw()

    def _reveal(self, reply: Reply, now_ms: float, loudness: Loudness) -> None:
        reply.delivery = Delivery.REVEALED
        self._send(wire.ReplyCommit(reply_id=reply.reply_id, turn_id=reply.attempt.turn_id))
        self._tell_feelings(reply)
        if loudness is Loudness.HELD:
            self.hold(reply)
        if self._trace != "off":
            self._send(outgoing.trace(reply, now_ms))

    def _tell_feelings(self, reply: Reply) -> None:
        """Once it is revealed: before that they are part of a guess, and shown by nobody."""
        if reply.delivery is not Delivery.REVEALED:
            return
        for felt in reply.feelings:
            self._send(outgoing.emotion(reply.reply_id, felt))
        reply.feelings.clear()

    def _cancel(self, reply: Reply, work: ev.Work) -> None:
        if reply.production is Production.VOICING:
            self._do(ev.CancelAttempt(reply.reply_id, work))

    def _send(self, message: wire.Message) -> None:
        self._do(ev.Send(message))
