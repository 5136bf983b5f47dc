"""The heart: one conversation as a pure state machine.

    commands = session.receive(event)      # what happened -> what to do, in order
    session.next_deadline_ms()             # send a Tick when this moment has come

Nothing here waits, computes sound or touches a socket. The caller carries out the commands and
reports what comes of them as further events; late reports of a cancelled attempt may be passed in
freely, they are dropped in `_is_stale`. `Session.TRANSITIONS` is the whole behaviour at a glance.

    LISTENING --speech--> HEARING --pause--> PAUSED --deadline--> ANSWERING --ended--> LISTENING
                             ^                 |  attempt held,       |   ^
                             +--- discard -----+  nothing heard     duck  resume
                             ^                                        v   |
                             +---------------- stop --------------- DUCKED
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from visavis import events as ev
from visavis.hear.turn import CommitRule, Signs, commit_rule
from visavis.overlap import Overlap
from visavis.reply.chat import ChatHistory
from visavis.turns import Delivery, Production, Reply, Silence, Turn
from visavis.wire import messages as wire
from visavis.wire import outgoing

SAME_TURN_MS = 1_000.0
"""Whoever goes on this soon after pausing had not finished: what they add belongs to the same turn,
even if the reply had begun already (people leave about 200 ms between turns, Stivers et al. 2009,
and need to hear more than that before they object)."""

SOFT_END_TAIL_SAMPLES = 16_000 * 32 // 1_000
"""Of the silence behind the voice: so much is heard with the turn, for a last soft consonant."""

APOLOGY = "Sorry, I lost my thread. Could you say that again?"


class Phase(Enum):
    """Where the conversation stands."""

    LISTENING = "listening"
    HEARING = "hearing"
    PAUSED = "paused"
    ANSWERING = "answering"
    DUCKED = "ducked"


@dataclass(frozen=True, slots=True)
class Hearing:
    """A turn that is not over: microphone samples from `first_sample` on, after this history."""

    turn_id: int
    first_sample: int
    history: tuple[ev.Utterance, ...]


_STATE_OF_PHASE = {
    Phase.LISTENING: "listening",
    Phase.HEARING: "hearing",
    Phase.PAUSED: "hearing",
    Phase.ANSWERING: "speaking",
    Phase.DUCKED: "speaking",
}

_WITH_REPLY = (Phase.PAUSED, Phase.ANSWERING, Phase.DUCKED)


def _each(phases: tuple[Phase, ...], kind: type) -> list[tuple[Phase, type]]:
    return [(phase, kind) for phase in phases]


class Session:
    """One conversation. Feed it events in the order in which they happened."""

    def __init__(self, *, trace: str = "off", rule: CommitRule = commit_rule) -> None:
        self.phase = Phase.LISTENING
        self.history = ChatHistory()
        self._trace = trace
        self._rule = rule
        self._turn: Turn | None = None
        self._reply: Reply | None = None
        self._stopped: Reply | None = None  # interrupted; its last heard sample may still come
        self._overlap: Overlap | None = None  # speech over a reply
        self._last_turn_id = 0
        self._last_reply_id = 0
        self._announced: tuple[str, int] | None = None
        self._out: list[ev.Command] = []

    def receive(self, event: ev.Event) -> list[ev.Command]:
        """Take in what happened; returns what to do, in order."""
        self._out = []
        if self._is_stale(event):
            return []
        handler = self.TRANSITIONS.get((self.phase, type(event)))
        if handler is not None:
            handler(self, event)
            self._announce_state()
        return self._out

    @property
    def hearing(self) -> Hearing | None:
        """The turn that the user is in the middle of, if one is."""
        if self.phase is not Phase.HEARING or self._turn is None:
            return None
        return Hearing(self._turn.turn_id, self._turn.first_sample, self.history.utterances)

    def next_deadline_ms(self) -> float | None:
        """When to send a `Tick`, on the clock of `at_ms`; None if nothing is pending."""
        if self.phase is Phase.DUCKED and self._overlap is not None:
            return self._overlap.deadline_ms
        if self.phase is Phase.PAUSED and self._reply is not None and self._may_commit(self._reply):
            return self._commit_at_ms(self._reply)
        return None

    # -------------------------------------------------------------- staleness

    def _is_stale(self, event: ev.Event) -> bool:
        reply_id = getattr(event, "reply_id", None)
        if reply_id is None or (self._reply is not None and reply_id == self._reply.reply_id):
            return False
        stopped = self._stopped
        if isinstance(event, ev.PlayheadMoved) and stopped and stopped.reply_id == reply_id:
            stopped.heard_sample = max(stopped.heard_sample, event.sample)
            if event.status != "playing":
                self._remember_stopped()
        return True

    # -------------------------------------------------------------- the user speaks

    def _hear(self, event: ev.SpeechStarted) -> None:
        self._turn = Turn(self._new_turn_id(), first_sample=event.sample)
        self.phase = Phase.HEARING

    def _hear_on(self, _event: ev.SpeechStarted) -> None:
        """The user only paused: what was sent is taken back, nothing of it was heard."""
        self._withdraw(ev.Work.KEEP)
        self.phase = Phase.HEARING

    def _pause(self, event: ev.SpeechPaused) -> None:
        turn = self._turn
        if turn is None:
            return
        turn.last_sample = event.sample
        turn.voice_ended_ms = event.at_ms - event.silence_ms
        turn.silence = Silence.PERHAPS
        turn.revision += 1
        last_sample = event.sample + SOFT_END_TAIL_SAMPLES
        self._attempt(ev.SpokenPrompt(turn.first_sample, last_sample), turn, event.at_ms)
        self.phase = Phase.PAUSED

    def _pause_again(self, event: ev.SpeechPaused) -> None:
        """Something of the last word came behind the pause."""
        self._withdraw(ev.Work.KEEP)
        self._pause(event)

    def _be_certain(self, event: ev.SpeechEnded) -> None:
        if self._turn is not None:
            self._turn.silence = Silence.CERTAIN
            self._commit_if_due(event.at_ms)
        if self._reply is not None:
            self._forget_noise(self._reply)

    # -------------------------------------------------------------- the attempt reports

    def _score(self, event: ev.TurnScored) -> None:
        if self._reply is not None:
            self._reply.p_end = event.p_end
            self._commit_if_due(event.at_ms)

    def _weigh(self, event: ev.WordsScored) -> None:
        if self._reply is not None:
            self._reply.p_complete = event.p_complete
            self._commit_if_due(event.at_ms)

    def _transcribe(self, event: ev.Transcribed) -> None:
        reply, turn = self._reply, self._turn
        if reply is None or turn is None:
            return
        reply.transcript = event.text
        if not event.text:
            self._forget_noise(reply)
            return
        self._send(outgoing.transcript(turn.turn_id, turn.revision, event.text, "tentative"))
        self._commit_if_due(event.at_ms)

    def _note_stage(self, event: ev.StageReached) -> None:
        if self._reply is not None:
            self._reply.stages_ms[event.stage] = event.at_ms

    def _forget_noise(self, reply: Reply) -> None:
        """A sound without words was no turn, once it is certainly over."""
        certain = self._turn is not None and self._turn.silence is Silence.CERTAIN
        if certain and reply.transcript == "" and self.phase is Phase.PAUSED:
            self._withdraw()
            self._turn = None
            self.phase = Phase.LISTENING

    def _voice(self, event: ev.PhraseVoiced) -> None:
        reply, phrase = self._reply, event.phrase
        if reply is None:
            return
        if reply.delivery is Delivery.PENDING:
            self._arm(reply, event.rate_hz, event.at_ms)
        reply.add(phrase)
        self._send(outgoing.phrase(reply.reply_id, phrase))
        self._out.append(ev.SendAudio(reply.reply_id, phrase.start_sample, phrase.pcm))

    def _finish_voicing(self, event: ev.ReplyVoiced) -> None:
        reply = self._reply
        if reply is None:
            return
        reply.production = Production.VOICED
        if reply.n_samples == 0:  # nothing to say
            self._withdraw()
            self._turn = None
            self.phase = Phase.LISTENING
            return
        self._send(wire.ReplyEnd(reply_id=reply.reply_id, n_samples=reply.n_samples))

    def _fail(self, event: ev.AttemptFailed) -> None:
        """The turn is lost, the conversation is not: say so, aloud if that works."""
        reply = self._reply
        if reply is None:
            return
        self._send(outgoing.failure(event))
        if reply.n_samples > 0:
            reply.production = Production.VOICED
            self._send(wire.ReplyEnd(reply_id=reply.reply_id, n_samples=reply.n_samples))
            self._commit(reply, event.at_ms)
            return
        self._withdraw()
        if isinstance(reply.attempt.prompt, ev.ScriptedPrompt):
            self._turn = None
            self.phase = Phase.LISTENING
            return
        self._answer_now(ev.ScriptedPrompt(APOLOGY, "apology"), event.at_ms)

    # -------------------------------------------------------------- commit

    def _tick_paused(self, event: ev.Tick) -> None:
        self._commit_if_due(event.at_ms)

    def _commit_if_due(self, now_ms: float) -> None:
        reply = self._reply
        if self.phase is not Phase.PAUSED or reply is None or not self._may_commit(reply):
            return
        if now_ms >= self._commit_at_ms(reply):
            self._commit(reply, now_ms)

    def _commit_at_ms(self, reply: Reply) -> float:
        voice_ended_ms = self._turn.voice_ended_ms if self._turn is not None else 0.0
        signs = Signs(reply.p_end, reply.p_complete, reply.transcript or "")
        return voice_ended_ms + self._rule(signs)

    def _may_commit(self, reply: Reply) -> bool:
        """There are words to answer, and nobody speaks."""
        certain = self._turn is not None and self._turn.silence is Silence.CERTAIN
        return certain and bool(reply.transcript)

    def _commit(self, reply: Reply, now_ms: float) -> None:
        if reply.committed_ms is None:
            reply.committed_ms = now_ms
            self._out.append(ev.Committed(reply.reply_id))
            self._remember_turn(reply)
            if reply.delivery is Delivery.ARMED:
                self._reveal(reply, now_ms)
        self.phase = Phase.ANSWERING

    def _remember_turn(self, reply: Reply) -> None:
        turn = self._turn
        if (
            turn is None
            or not reply.transcript
            or isinstance(reply.attempt.prompt, ev.ScriptedPrompt)
        ):
            return
        self._remember_stopped()
        self.history.user_said(reply.transcript)
        self._send(outgoing.transcript(turn.turn_id, turn.revision, reply.transcript, "final"))

    def _arm(self, reply: Reply, rate_hz: int, now_ms: float) -> None:
        reply.delivery = Delivery.ARMED
        self._send(outgoing.armed(reply.attempt, rate_hz))
        if reply.committed_ms is not None:
            self._reveal(reply, now_ms)

    def _reveal(self, reply: Reply, now_ms: float) -> None:
        reply.delivery = Delivery.REVEALED
        self._send(wire.ReplyCommit(reply_id=reply.reply_id, turn_id=reply.attempt.turn_id))
        self._send_trace(reply, now_ms)

    # -------------------------------------------------------------- the reply is heard

    def _follow_playhead(self, event: ev.PlayheadMoved) -> None:
        reply = self._reply
        if reply is None:
            return
        reply.heard_sample = max(reply.heard_sample, min(event.sample, reply.n_samples))
        if event.status == "playing":
            return
        self.history.character_said(reply.text_heard(whole=event.status == "ended"))
        self._cancel_voicing(reply)
        self._reply = None
        if self.phase is Phase.DUCKED and self._overlap is not None:
            self._turn = Turn(self._new_turn_id(), first_sample=self._overlap.onset.sample)
            self._overlap = None
            self.phase = Phase.HEARING
        else:
            self._turn = None
            self.phase = Phase.LISTENING

    def _speak_over(self, event: ev.SpeechStarted) -> None:
        reply = self._reply
        if reply is not None and reply.heard_sample == 0:
            self._take_back(reply, event)
            return
        self._overlap = Overlap(event)
        if reply is not None:
            self._send(wire.ReplyDuck(reply_id=reply.reply_id))
        self.phase = Phase.DUCKED

    def _take_back(self, reply: Reply, event: ev.SpeechStarted) -> None:
        """Committed, but not a sample was heard yet: the user had only paused."""
        self._stop(reply)
        self._go_on(reply, event)

    def _go_on(self, reply: Reply, onset: ev.SpeechStarted) -> None:
        """A reply came too early: the spoken turn it answered is not over. Forget both."""
        if isinstance(reply.attempt.prompt, ev.SpokenPrompt) and self._turn is not None:
            self.history.user_unsaid()
            self._stopped = None
        else:
            self._turn = Turn(self._new_turn_id(), first_sample=onset.sample)
        self.phase = Phase.HEARING

    def _falter(self, event: ev.SpeechPaused) -> None:
        if self._overlap is not None:
            self._overlap.pause(event)

    def _speak_on(self, event: ev.SpeechStarted) -> None:
        if self._overlap is not None:
            self._overlap.resume()
            self._tick_ducked(ev.Tick(event.at_ms))

    def _recover(self, event: ev.SpeechEnded) -> None:
        overlap, reply = self._overlap, self._reply
        if overlap is None or reply is None:
            return
        paused = overlap.end(event)
        if paused is not None:
            self._confirm(overlap)
            self._pause(paused)
            self._be_certain(event)
            return
        self._overlap = None
        self._send(wire.ReplyResume(reply_id=reply.reply_id))
        self.phase = Phase.ANSWERING

    def _tick_ducked(self, event: ev.Tick) -> None:
        if self._overlap is not None and self._overlap.is_interruption(event.at_ms):
            self._confirm(self._overlap)

    def _confirm(self, overlap: Overlap) -> None:
        onset, reply, turn = overlap.onset, self._reply, self._turn
        self._overlap = None
        if reply is not None:
            self._stop(reply)
            if turn is not None and onset.at_ms - turn.voice_ended_ms < SAME_TURN_MS:
                self._go_on(reply, onset)
                return
        self._turn = Turn(self._new_turn_id(), first_sample=onset.sample)
        self.phase = Phase.HEARING

    # -------------------------------------------------------------- keyboard and buttons

    def _greet(self, event: ev.Began) -> None:
        if event.greeting:
            self._answer_now(ev.ScriptedPrompt(event.greeting, "greeting"), event.at_ms)

    def _type(self, event: ev.TextTyped) -> None:
        self._silence()
        self._turn = Turn(self._new_turn_id(), first_sample=0)
        self._answer_now(ev.TypedPrompt(event.text), event.at_ms)

    def _interrupt(self, _event: ev.Interrupted) -> None:
        self._silence()
        self._turn = None
        self.phase = Phase.LISTENING

    def _silence(self) -> None:
        if self._reply is not None:
            if self._reply.delivery is Delivery.REVEALED:
                self._stop(self._reply)
            else:
                self._withdraw()
        self._overlap = None

    # -------------------------------------------------------------- small steps

    def _answer_now(self, prompt: ev.Prompt, now_ms: float) -> None:
        """Answer without waiting: typed words and scripted ones need no end of turn."""
        turn = self._turn or Turn(0, first_sample=0)
        turn.revision += 1
        turn.voice_ended_ms = now_ms
        self._attempt(prompt, turn, now_ms)
        if self._reply is not None:
            self._reply.transcript = prompt.text if isinstance(prompt, ev.TypedPrompt) else None
            self._commit(self._reply, now_ms)

    def _attempt(self, prompt: ev.Prompt, turn: Turn, now_ms: float) -> None:
        self._remember_stopped()
        self._last_reply_id += 1
        attempt = ev.Attempt(
            turn.turn_id, turn.revision, self._last_reply_id, prompt, self.history.utterances
        )
        self._reply = Reply(attempt)
        self._reply.stages_ms["soft_end"] = now_ms
        self._out.append(ev.StartAttempt(attempt))

    def _withdraw(self, work: ev.Work = ev.Work.FORGET) -> None:
        """Drop a reply of which nothing was revealed."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        self._cancel_voicing(reply, work)
        if reply.delivery is not Delivery.PENDING:
            self._send(wire.ReplyDiscard(reply_id=reply.reply_id))

    def _stop(self, reply: Reply) -> None:
        """End a reply that is being heard; the playhead will say how much of it was."""
        self._remember_stopped()
        self._cancel_voicing(reply)
        if reply.delivery is not Delivery.PENDING:
            self._send(wire.ReplyStop(reply_id=reply.reply_id))
        self._stopped, self._reply = reply, None

    def _cancel_voicing(self, reply: Reply, work: ev.Work = ev.Work.FORGET) -> None:
        if reply.production is Production.VOICING:
            self._out.append(ev.CancelAttempt(reply.reply_id, work))

    def _remember_stopped(self) -> None:
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            self.history.character_said(stopped.text_heard(whole=False))

    def _send_trace(self, reply: Reply, now_ms: float) -> None:
        if self._trace != "off":
            self._send(outgoing.trace(reply, now_ms))

    def _announce_state(self) -> None:
        turn_id = self._turn.turn_id if self._turn is not None else self._last_turn_id
        value = _STATE_OF_PHASE[self.phase]
        if value == "speaking" and (self._reply is None or self._reply.n_samples == 0):
            value = "thinking"
        if (value, turn_id) != self._announced:
            self._announced = (value, turn_id)
            self._send(wire.State.model_validate({"value": value, "turn_id": turn_id}))

    def _new_turn_id(self) -> int:
        self._last_turn_id += 1
        return self._last_turn_id

    def _send(self, message: wire.Message) -> None:
        self._out.append(ev.Send(message))

    TRANSITIONS: ClassVar[dict[tuple[Phase, type], Callable[[Session, Any], None]]] = {
        (Phase.LISTENING, ev.Began): _greet,
        (Phase.LISTENING, ev.SpeechStarted): _hear,
        (Phase.HEARING, ev.SpeechPaused): _pause,
        (Phase.PAUSED, ev.SpeechStarted): _hear_on,
        (Phase.PAUSED, ev.SpeechPaused): _pause_again,
        (Phase.PAUSED, ev.SpeechEnded): _be_certain,
        (Phase.PAUSED, ev.WordsScored): _weigh,
        (Phase.PAUSED, ev.Transcribed): _transcribe,
        (Phase.PAUSED, ev.TurnScored): _score,
        (Phase.PAUSED, ev.Tick): _tick_paused,
        (Phase.ANSWERING, ev.SpeechStarted): _speak_over,
        (Phase.DUCKED, ev.SpeechPaused): _falter,
        (Phase.DUCKED, ev.SpeechStarted): _speak_on,
        (Phase.DUCKED, ev.SpeechEnded): _recover,
        (Phase.DUCKED, ev.Tick): _tick_ducked,
        **dict.fromkeys(_each((Phase.ANSWERING, Phase.DUCKED), ev.PlayheadMoved), _follow_playhead),
        **dict.fromkeys(_each(_WITH_REPLY, ev.StageReached), _note_stage),
        **dict.fromkeys(_each(_WITH_REPLY, ev.PhraseVoiced), _voice),
        **dict.fromkeys(_each(_WITH_REPLY, ev.ReplyVoiced), _finish_voicing),
        **dict.fromkeys(_each(_WITH_REPLY, ev.AttemptFailed), _fail),
        **dict.fromkeys(_each(tuple(Phase), ev.TextTyped), _type),
        **dict.fromkeys(_each(tuple(Phase), ev.Interrupted), _interrupt),
    }
    """The whole behaviour: phase and event -> the method that answers. Absent pairs: nothing."""
