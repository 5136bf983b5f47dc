"""The heart: one conversation as a pure state machine.

    commands = session.receive(event)      # what happened -> what to do, in order
    session.next_deadline_ms()             # send a Tick when this moment has come

Nothing here waits, computes sound or touches a socket. The caller carries out the commands and
reports what comes of them as further events; late reports of a cancelled attempt may be passed in
freely, they are dropped in `_is_stale`. `Session.TRANSITIONS` is the whole behaviour at a glance.

    LISTENING --speech--> HEARING --pause--> PAUSED --deadline--> ANSWERING --ended--> LISTENING
                             ^                 |  attempt held,       |   ^
                             +--- discard -----+  nothing heard     hold  resume
                             ^                                        v   |
                             +---------------- stop --------------- DUCKED

Around it: `patience` (how long to wait), `overlap` (is it an interruption?), `speaking` (the reply,
from its attempt to its last sample), `memory` (what was really heard).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from visavis import events as ev
from visavis.hear.turn import CommitRule, commit_rule
from visavis.memory import Memory
from visavis.overlap import Overlap, Verdict
from visavis.patience import commit_at_ms, rest_due_ms, sound_due_ms, words_due_ms
from visavis.phases import STATE_OF_PHASE, WITH_REPLY, Phase
from visavis.reply.chat import ChatHistory
from visavis.speaking import Loudness, Speaking
from visavis.turns import SOFT_END_TAIL_SAMPLES, Hearing, Production, Reply, Silence, Turn
from visavis.wire import messages as wire
from visavis.wire import outgoing

MAX_TRIES = 2
APOLOGY = "Sorry, I lost my thread. Could you say that again?"
TOO_LATE = ev.AttemptFailed(0.0, 0, "engine", "No answer came in time.", "Please ask again.")


def _each(phases: tuple[Phase, ...], kind: type) -> list[tuple[Phase, type]]:
    return [(phase, kind) for phase in phases]


class Session:
    """One conversation. Feed it events in the order in which they happened."""

    def __init__(self, *, trace: str = "off", rule: CommitRule = commit_rule) -> None:
        self.phase = Phase.LISTENING
        self._memory = Memory()
        self._rule = rule
        self._out: list[ev.Command] = []
        self._speaking = Speaking(self._memory, trace, self._do)
        self._turn: Turn | None = None
        self._overlap: Overlap | None = None  # speech over a reply
        self._last_turn_id = 0
        self._announced: tuple[str, int] | None = None

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
        return Hearing(self._turn.first_sample, self._memory.utterances)

    @property
    def history(self) -> ChatHistory:
        """What both sides have heard of each other."""
        return self._memory.history

    @property
    def _reply(self) -> Reply | None:
        return self._speaking.reply

    def next_deadline_ms(self) -> float | None:
        """When to send a `Tick`, on the clock of `at_ms`; None if nothing is pending."""
        reply = self._reply
        match self.phase:
            case Phase.DUCKED if self._overlap is not None:
                return self._overlap.deadline_ms
            case Phase.PAUSED if reply is not None:
                due_ms = commit_at_ms(self._turn, reply, self._rule)
                return words_due_ms(reply) if due_ms is None else due_ms
            case Phase.ANSWERING if reply is not None:
                due_ms = sound_due_ms(reply)
                return rest_due_ms(reply) if due_ms is None else due_ms
            case _:
                return None

    def _is_stale(self, event: ev.Event) -> bool:
        reply_id = getattr(event, "reply_id", None)
        if reply_id is None or (self._reply is not None and reply_id == self._reply.reply_id):
            return False
        if isinstance(event, ev.PlayheadMoved):
            self._memory.follow(event)
        return True

    # -------------------------------------------------------------- the user speaks

    def _hear(self, event: ev.SpeechStarted) -> None:
        self._turn = Turn(self._new_turn_id(), first_sample=event.sample)
        self.phase = Phase.HEARING

    def _hear_on(self, _event: ev.SpeechStarted) -> None:
        """The user only paused: what was sent is taken back, nothing of it was heard."""
        self._speaking.withdraw(ev.Work.KEEP)
        self.phase = Phase.HEARING

    def _pause(self, event: ev.SpeechPaused) -> None:
        turn = self._turn
        if turn is None:
            return
        turn.voice_ended_ms = event.at_ms - event.silence_ms
        turn.silence = Silence.PERHAPS
        last_sample = event.sample + SOFT_END_TAIL_SAMPLES
        prompt = ev.SpokenPrompt(turn.first_sample, last_sample)
        self._speaking.begin(prompt, turn, event.at_ms)
        self.phase = Phase.PAUSED

    def _pause_again(self, event: ev.SpeechPaused) -> None:
        """Something of the last word came behind the pause."""
        self._speaking.withdraw(ev.Work.KEEP)
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

    def _recognise(self, event: ev.Recognised) -> None:
        if self._reply is not None:
            self._reply.likeness = event.likeness
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
            self._speaking.withdraw()
            self._listen()

    def _voice(self, event: ev.PhraseVoiced) -> None:
        reply = self._reply
        if reply is not None and reply.production is Production.VOICING:
            loudness = Loudness.HELD if self.phase is Phase.DUCKED else Loudness.ALOUD
            self._speaking.add(reply, event, loudness)

    def _finish_voicing(self, event: ev.ReplyVoiced) -> None:
        reply = self._reply
        if reply is None or reply.production is Production.VOICED:
            return
        reply.production = Production.VOICED
        if reply.n_samples > 0:
            self._speaking.end(reply)
        else:  # whoever said something is not met with silence
            self._try_again(reply, TOO_LATE, event.at_ms)

    def _fail(self, event: ev.AttemptFailed) -> None:
        """The turn may be lost, the conversation is not."""
        reply = self._reply
        if reply is None:
            return
        was_voiced = reply.production is Production.VOICED
        reply.production = Production.VOICED
        if reply.n_samples == 0:
            self._try_again(reply, event, event.at_ms)
            return
        self._send(outgoing.failure(event))
        if not was_voiced:  # a score may fail behind the last phrase
            self._speaking.end(reply)

    def _try_again(self, reply: Reply, failure: ev.AttemptFailed, now_ms: float) -> None:
        """Never silence: answer anew, then apologise, and if even that fails say so in writing."""
        if self._overlap is not None:  # who speaks meanwhile will be answered instead
            self._yield_to(self._overlap, reply)
            return
        self._speaking.withdraw()
        prompt = reply.attempt.prompt
        if reply.tries >= MAX_TRIES or isinstance(prompt, ev.ScriptedPrompt):
            self._send(outgoing.failure(failure))
            if isinstance(prompt, ev.ScriptedPrompt):
                self._listen()
                return
            prompt = ev.ScriptedPrompt(APOLOGY, "apology")
        turn = self._turn or Turn(reply.attempt.turn_id, first_sample=0)
        again = self._speaking.begin_again(prompt, turn, now_ms, reply)
        if reply.committed_ms is not None:
            self._commit(again, now_ms)

    # -------------------------------------------------------------- commit

    def _watch_pause(self, event: ev.Tick) -> None:
        self._commit_if_due(event.at_ms)
        reply = self._reply
        if self.phase is Phase.PAUSED and reply is not None:
            self._try_again_if(words_due_ms(reply), reply, event.at_ms)

    def _watch_output(self, event: ev.Tick) -> None:
        reply = self._reply
        if reply is None:
            return
        self._try_again_if(sound_due_ms(reply), reply, event.at_ms)
        due_ms = rest_due_ms(reply)
        if due_ms is not None and event.at_ms >= due_ms:
            self._send(outgoing.failure(TOO_LATE))
            self._speaking.cut_short(reply)

    def _try_again_if(self, due_ms: float | None, reply: Reply, now_ms: float) -> None:
        if due_ms is not None and now_ms >= due_ms:
            self._try_again(reply, TOO_LATE, now_ms)

    def _commit_if_due(self, now_ms: float) -> None:
        reply = self._reply
        if self.phase is not Phase.PAUSED or reply is None:
            return
        due_ms = commit_at_ms(self._turn, reply, self._rule)
        if due_ms is not None and now_ms >= due_ms:
            self._commit(reply, now_ms)

    def _commit(self, reply: Reply, now_ms: float) -> None:
        self.phase = Phase.ANSWERING
        self._speaking.commit(reply, self._turn, now_ms)

    # -------------------------------------------------------------- the reply is heard

    def _follow_playhead(self, event: ev.PlayheadMoved) -> None:
        reply = self._reply
        if reply is None:
            return
        reply.hear_up_to(event.sample)
        if event.status == "playing":
            return
        self._speaking.heard(reply, whole=event.status == "ended")
        if self._overlap is not None:
            self._give_floor(self._overlap)
        else:
            self._listen()

    def _speak_over(self, event: ev.SpeechStarted) -> None:
        reply = self._reply
        if reply is None:
            return
        if reply.heard_sample == 0 and isinstance(reply.attempt.prompt, ev.SpokenPrompt):
            self._speaking.stop(reply)  # not a sample was heard yet: the user had only paused
            self._go_on(reply, event)
            return
        answered_ms = self._turn.voice_ended_ms if self._turn is not None else 0.0
        self._overlap = Overlap(event, reply, event.at_ms - answered_ms)
        self._speaking.hold(reply)
        self.phase = Phase.DUCKED

    def _go_on(self, reply: Reply, onset: ev.SpeechStarted) -> None:
        """A reply came too early: the spoken turn it answered is not over. Forget both."""
        if isinstance(reply.attempt.prompt, ev.SpokenPrompt) and self._turn is not None:
            self._memory.take_back(self._turn, reply)
            self.phase = Phase.HEARING
        else:
            self._hear(onset)

    # -------------------------------------------------------------- somebody speaks over it

    def _falter(self, event: ev.SpeechPaused) -> None:
        if self._overlap is not None:
            self._overlap.pause(event)
            if self._overlap.sound is not None:
                self._do(ev.HearOverlap(self._overlap.sound))

    def _speak_on(self, event: ev.SpeechStarted) -> None:
        if self._overlap is not None:
            self._overlap.resume()
            self._judge(event.at_ms)

    def _fall_silent(self, event: ev.SpeechEnded) -> None:
        if self._overlap is not None:
            self._overlap.end(event)
            self._judge(event.at_ms)

    def _understand(self, event: ev.OverlapHeard) -> None:
        if self._overlap is not None:
            self._overlap.hear(event)
            self._judge(event.at_ms)

    def _tick_ducked(self, event: ev.Tick) -> None:
        self._judge(event.at_ms)

    def _judge(self, now_ms: float) -> None:
        overlap, reply = self._overlap, self._reply
        if overlap is None or reply is None:
            return
        match overlap.verdict(now_ms):
            case Verdict.OPEN:
                pass
            case Verdict.PASSING:
                self._overlap = None
                if overlap.seeks_words and self._turn is not None:
                    self._turn.voice_ended_ms = overlap.voice_ended_ms
                self._speaking.resume(reply)
                self.phase = Phase.ANSWERING
            case Verdict.INTERRUPTION:
                self._yield_to(overlap, reply)

    def _yield_to(self, overlap: Overlap, reply: Reply) -> None:
        self._speaking.stop(reply)
        if overlap.goes_on:
            self._go_on(reply, overlap.onset)
        else:
            self._hear(overlap.onset)
        self._catch_up(overlap)

    def _give_floor(self, overlap: Overlap) -> None:
        self._hear(overlap.onset)
        self._catch_up(overlap)

    def _catch_up(self, overlap: Overlap) -> None:
        """What was spoken over a reply is a turn: it may have paused, and ended, by now."""
        self._overlap = None
        if overlap.paused is not None:
            self._pause(overlap.paused)
        if overlap.ended is not None:
            self._be_certain(overlap.ended)

    # -------------------------------------------------------------- keyboard and buttons

    def _greet(self, event: ev.Began) -> None:
        if event.greeting:
            self._answer_now(ev.ScriptedPrompt(event.greeting, "greeting"), event.at_ms)

    def _type(self, event: ev.TextTyped) -> None:
        self._speaking.silence()
        self._overlap = None
        self._turn = Turn(self._new_turn_id(), first_sample=0)
        self._answer_now(ev.TypedPrompt(event.text), event.at_ms)

    def _interrupt(self, _event: ev.Interrupted) -> None:
        self._speaking.silence()
        self._overlap = None
        self._listen()

    # -------------------------------------------------------------- small steps

    def _listen(self) -> None:
        self._turn = None
        self.phase = Phase.LISTENING

    def _answer_now(self, prompt: ev.Prompt, now_ms: float) -> None:
        """Answer without waiting: typed words and scripted ones need no end of turn."""
        turn = self._turn or Turn(0, first_sample=0)
        turn.voice_ended_ms = now_ms
        reply = self._speaking.begin(prompt, turn, now_ms)
        reply.transcript = prompt.text if isinstance(prompt, ev.TypedPrompt) else None
        self._commit(reply, now_ms)

    def _announce_state(self) -> None:
        turn_id = self._turn.turn_id if self._turn is not None else self._last_turn_id
        value = STATE_OF_PHASE[self.phase]
        if value == "speaking" and (self._reply is None or self._reply.n_samples == 0):
            value = "thinking"
        if (value, turn_id) != self._announced:
            self._announced = (value, turn_id)
            self._send(wire.State.model_validate({"value": value, "turn_id": turn_id}))

    def _new_turn_id(self) -> int:
        self._last_turn_id += 1
        return self._last_turn_id

    def _send(self, message: wire.Message) -> None:
        self._do(ev.Send(message))

    def _do(self, command: ev.Command) -> None:
        self._out.append(command)

    TRANSITIONS: ClassVar[dict[tuple[Phase, type], Callable[[Session, Any], None]]] = {
        (Phase.LISTENING, ev.Began): _greet,
        (Phase.LISTENING, ev.SpeechStarted): _hear,
        (Phase.HEARING, ev.SpeechPaused): _pause,
        (Phase.PAUSED, ev.SpeechStarted): _hear_on,
        (Phase.PAUSED, ev.SpeechPaused): _pause_again,
        (Phase.PAUSED, ev.SpeechEnded): _be_certain,
        (Phase.PAUSED, ev.WordsScored): _weigh,
        (Phase.PAUSED, ev.Recognised): _recognise,
        (Phase.PAUSED, ev.Transcribed): _transcribe,
        (Phase.PAUSED, ev.TurnScored): _score,
        (Phase.PAUSED, ev.Tick): _watch_pause,
        (Phase.ANSWERING, ev.SpeechStarted): _speak_over,
        (Phase.ANSWERING, ev.Tick): _watch_output,
        (Phase.DUCKED, ev.SpeechPaused): _falter,
        (Phase.DUCKED, ev.SpeechStarted): _speak_on,
        (Phase.DUCKED, ev.SpeechEnded): _fall_silent,
        (Phase.DUCKED, ev.OverlapHeard): _understand,
        (Phase.DUCKED, ev.Tick): _tick_ducked,
        **dict.fromkeys(_each((Phase.ANSWERING, Phase.DUCKED), ev.PlayheadMoved), _follow_playhead),
        **dict.fromkeys(_each(WITH_REPLY, ev.StageReached), _note_stage),
        **dict.fromkeys(_each(WITH_REPLY, ev.PhraseVoiced), _voice),
        **dict.fromkeys(_each(WITH_REPLY, ev.ReplyVoiced), _finish_voicing),
        **dict.fromkeys(_each(WITH_REPLY, ev.AttemptFailed), _fail),
        **dict.fromkeys(_each(tuple(Phase), ev.TextTyped), _type),
        **dict.fromkeys(_each(tuple(Phase), ev.Interrupted), _interrupt),
    }
    """The whole behaviour: phase and event -> the method that answers. Absent pairs: nothing."""
