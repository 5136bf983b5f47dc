"""The heart: scenarios a person would recognise, and rules that hold in every interleaving."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from visavis import events as ev
from visavis.hear.turn import Signs, is_dangling
from visavis.overlap import LONG_MS, NO_WORDS_BY_MS, SETTLED_MS
from visavis.patience import OUTPUT_BY_MS
from visavis.session import APOLOGY, Phase, Session
from visavis.turns import SOFT_END_TAIL_SAMPLES
from visavis.wire import messages as wire

RATE_HZ = 22_050


def phrase(
    index: int = 0, text: str = "Hello there.", start: int = 0, n: int = 22_050
) -> ev.Phrase:
    words = text.split()
    step = n // len(words)
    return ev.Phrase(
        index=index,
        text=text,
        source="fact",
        start_sample=start,
        n_samples=n,
        pcm=b"\0\0" * n,
        cues=(ev.Cue(start, 0, 0.0), ev.Cue(start + 10, 10, 1.0)),
        words=tuple(
            ev.Word(word, start + i * step, start + (i + 1) * step) for i, word in enumerate(words)
        ),
    )


SURE_MS, LONGEST_DELAY_MS = 180.0, 1_500.0


def melody_rule(signs: Signs) -> float:
    """A rule whose numbers can be read off: the session must work with any."""
    p_audio = 0.5 if signs.p_audio is None else signs.p_audio
    unsure = 1.0 if is_dangling(signs.text) else 1.0 - p_audio
    return SURE_MS + (LONGEST_DELAY_MS - SURE_MS) * unsure**2


@dataclass
class Driver:
    """Feeds a session and sorts what it asks for."""

    session: Session = field(default_factory=lambda: Session(rule=melody_rule))
    now_ms: float = 0.0
    sample: int = 0
    sent: list[wire.Message] = field(default_factory=list[wire.Message])
    commands: list[ev.Command] = field(default_factory=list[ev.Command])

    def feed(self, event: ev.Event) -> list[ev.Command]:
        commands = self.session.receive(event)
        self.commands += commands
        self.sent += [c.message for c in commands if isinstance(c, ev.Send)]
        return commands

    def wait(self, by_ms: float) -> None:
        """Let time pass, ticking at deadlines as the edge would."""
        end_ms = self.now_ms + by_ms
        while (due_ms := self.session.next_deadline_ms()) is not None and due_ms <= end_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.feed(ev.Tick(self.now_ms))
        self.now_ms = end_ms
        self.sample += int(by_ms * 16)

    def speak(self, ms: float) -> None:
        self.feed(ev.SpeechStarted(self.now_ms, self.sample))
        self.wait(ms)

    def pause(self, silence_ms: float = 96.0) -> ev.Attempt:
        """Silence that is certain at once; `dip` for one that is not."""
        attempt = self.dip(silence_ms)
        self.feed(ev.SpeechEnded(self.now_ms, self.sample, silence_ms))
        return attempt

    def dip(self, silence_ms: float = 32.0) -> ev.Attempt:
        self.feed(ev.SpeechPaused(self.now_ms, self.sample, silence_ms))
        return self.attempt

    def overhear(self, text: str) -> None:
        """Speech to text says what was spoken over the reply."""
        asked = [c.sound for c in self.commands if isinstance(c, ev.HearOverlap)][-1]
        self.feed(ev.OverlapHeard(self.now_ms, asked, text))

    @property
    def attempt(self) -> ev.Attempt:
        return next(c.attempt for c in reversed(self.commands) if isinstance(c, ev.StartAttempt))

    def transcribe(self, text: str = "what is this?", p_end: float | None = 1.0) -> None:
        self.feed(ev.StageReached(self.now_ms, self.attempt.reply_id, "stt"))
        self.feed(ev.Transcribed(self.now_ms, self.attempt.reply_id, text))
        if p_end is not None:
            self.feed(ev.TurnScored(self.now_ms, self.attempt.reply_id, p_end))

    def voice(self, *phrases: ev.Phrase, done: bool = True) -> None:
        reply_id = self.attempt.reply_id
        for spoken in phrases or (phrase(),):
            self.feed(ev.PhraseVoiced(self.now_ms, reply_id, RATE_HZ, spoken))
        if done:
            self.feed(ev.ReplyVoiced(self.now_ms, reply_id))

    def hear(self, sample: int, status: str = "playing", reply_id: int | None = None) -> None:
        rid = reply_id or self.attempt.reply_id
        self.feed(ev.PlayheadMoved(self.now_ms, rid, sample, status))  # type: ignore[arg-type]

    def types(self) -> list[str]:
        return [m.type for m in self.sent if not isinstance(m, wire.State)]  # type: ignore[attr-defined]

    def answered(self) -> Driver:
        """A first question, answered and half heard."""
        self.speak(500)
        self.pause()
        self.transcribe()
        self.voice()
        self.wait(1_500)
        self.hear(8_000)  # in the first of two words
        return self


def test_question_is_prepared_in_silence_and_revealed_by_the_deadline() -> None:
    d = Driver()
    d.speak(800)
    attempt = d.pause(silence_ms=96.0)
    assert attempt.prompt == ev.SpokenPrompt(0, 800 * 16 + SOFT_END_TAIL_SAMPLES)
    assert (attempt.turn_id, attempt.revision, attempt.reply_id) == (1, 1, 1)
    d.transcribe(p_end=1.0)
    d.voice()
    assert d.types() == ["transcript", "reply.armed", "reply.phrase", "reply.end"]
    due_ms = d.session.next_deadline_ms()
    delay_ms = melody_rule(Signs(1.0, None, "what is this?"))
    assert due_ms == 800.0 - 96.0 + delay_ms
    d.wait(delay_ms)
    assert d.types()[4:] == ["transcript", "reply.commit"]
    assert d.session.phase is Phase.ANSWERING


def test_a_dip_starts_the_work_and_only_certainty_reveals_it() -> None:
    d = Driver()
    d.speak(800)
    d.dip()
    d.transcribe(p_end=1.0)
    d.voice()
    d.wait(2_000)
    assert d.session.next_deadline_ms() is None
    assert "reply.commit" not in d.types()
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 2_032.0))
    assert d.types()[-1] == "reply.commit"


def test_a_dip_in_the_first_word_does_not_lose_it() -> None:
    d = Driver()
    d.speak(150)
    first = d.dip()
    d.feed(ev.Transcribed(d.now_ms, first.reply_id, ""))
    d.speak(500)
    second = d.pause()
    assert isinstance(second.prompt, ev.SpokenPrompt)
    assert (second.turn_id, second.prompt.first_sample) == (1, 0)


def test_a_noise_is_forgotten_when_it_is_certainly_over() -> None:
    d = Driver()
    d.speak(150)
    attempt = d.dip()
    d.feed(ev.Transcribed(d.now_ms, attempt.reply_id, ""))
    assert d.session.phase is Phase.PAUSED
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 60.0))
    assert d.session.phase is Phase.LISTENING


def test_a_cough_of_almost_the_limit_is_no_interruption_while_it_fades() -> None:
    d = Driver().answered()
    d.speak(LONG_MS - 20.0)
    d.dip(silence_ms=32.0)
    d.wait(400)
    assert d.session.phase is Phase.DUCKED, "whether that was all, the detector will tell"
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 432.0))
    d.overhear("")
    assert d.types()[-1] == "reply.resume"


def test_who_goes_on_after_a_closed_mouth_interrupts() -> None:
    d = Driver().answered()
    d.speak(200)
    d.dip()
    d.wait(60)
    d.feed(ev.SpeechStarted(d.now_ms, d.sample))
    d.wait(LONG_MS - 260.0 + 1.0)
    assert d.types()[-1] == "reply.stop"


def test_cues_are_sent_before_their_sound() -> None:
    d = Driver().answered()
    order = [
        type(c.message).__name__ if isinstance(c, ev.Send) else type(c).__name__ for c in d.commands
    ]
    assert order.index("ReplyPhrase") < order.index("SendAudio")


def test_going_on_speaking_discards_and_keeps_the_turn() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe(p_end=0.1)
    d.voice()
    d.speak(400)
    assert "reply.discard" in d.types()
    second = d.pause()
    assert second.prompt == ev.SpokenPrompt(0, 900 * 16 + SOFT_END_TAIL_SAMPLES)
    assert (second.turn_id, second.revision, second.reply_id) == (1, 2, 2)
    assert d.session.history.utterances == ()


def test_late_results_of_a_discarded_attempt_are_dropped() -> None:
    d = Driver()
    d.speak(500)
    old = d.pause()
    d.speak(400)
    assert d.feed(ev.Transcribed(d.now_ms, old.reply_id, "old words")) == []
    assert d.feed(ev.PhraseVoiced(d.now_ms, old.reply_id, RATE_HZ, phrase())) == []
    assert d.feed(ev.AttemptFailed(d.now_ms, old.reply_id, "engine", "late")) == []


def test_an_unfinished_sentence_waits_longer_but_not_for_ever() -> None:
    d = Driver()
    d.speak(500)
    d.pause(silence_ms=0.0)
    d.transcribe("I would like to and", p_end=0.1)
    d.voice()
    d.wait(melody_rule(Signs(0.5, None, "I would like to go")))
    assert "reply.commit" not in d.types()
    d.wait(LONGEST_DELAY_MS)
    assert "reply.commit" in d.types()


def test_commit_waits_for_the_words() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.wait(3_000)
    assert d.session.phase is Phase.PAUSED
    d.transcribe(p_end=1.0)
    assert d.session.phase is Phase.ANSWERING


def test_a_noise_without_words_is_forgotten() -> None:
    d = Driver()
    d.speak(100)
    d.pause()
    d.transcribe("", p_end=None)
    assert d.session.phase is Phase.LISTENING
    assert d.session.next_deadline_ms() is None
    assert d.session.history.utterances == ()


def test_whole_reply_is_remembered_when_it_was_heard() -> None:
    d = Driver().answered()
    d.hear(22_050, "ended")
    assert [u.text for u in d.session.history.utterances] == ["what is this?", "Hello there."]
    assert d.session.phase is Phase.LISTENING


def test_interruption_ducks_then_stops_and_keeps_only_what_was_heard() -> None:
    d = Driver().answered()
    reply_id = d.attempt.reply_id
    d.speak(LONG_MS - 1)
    assert d.types()[-1] == "reply.duck"
    d.wait(2)
    assert d.types()[-1] == "reply.stop"
    assert d.session.phase is Phase.HEARING
    d.hear(11_025, "stopped", reply_id)  # exactly where the second word begins: not heard
    assert [u.text for u in d.session.history.utterances] == ["what is this?", "Hello"]
    d.wait(500)
    assert d.pause().turn_id == 2


def test_a_reply_that_came_too_early_is_forgotten_and_the_turn_goes_on() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe("Do I need?", p_end=1.0)
    d.voice()
    d.wait(250)
    reply_id = d.attempt.reply_id
    d.hear(1_000)
    d.speak(LONG_MS + 10)
    assert d.types()[-1] == "reply.stop"
    d.hear(5_000, "stopped", reply_id)
    again = d.pause()
    assert (again.turn_id, again.revision) == (1, 2)
    assert again.prompt == ev.SpokenPrompt(0, d.sample + SOFT_END_TAIL_SAMPLES)
    assert again.history == ()


def test_last_playhead_counts_if_the_stopped_one_never_comes() -> None:
    d = Driver().answered()
    d.speak(LONG_MS + 50)
    d.wait(300)
    d.pause()
    assert [u.text for u in d.attempt.history] == ["what is this?", "Hello"]


def test_a_cough_resumes() -> None:
    d = Driver().answered()
    d.speak(150)
    d.pause()
    assert d.types()[-1] == "reply.duck", "it may be the soft beginning of a word"
    d.wait(SETTLED_MS)
    assert d.types()[-1] == "reply.resume", "too short for a word: nobody listens to it"
    assert d.session.phase is Phase.ANSWERING
    d.hear(22_050, "ended")
    assert d.session.phase is Phase.LISTENING


def test_speech_before_the_first_sample_is_heard_takes_the_turn_back() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe("could you", p_end=1.0)
    d.voice()
    d.wait(500)
    assert d.session.phase is Phase.ANSWERING
    d.speak(400)
    assert d.session.phase is Phase.HEARING
    assert d.session.history.utterances == ()
    assert "reply.stop" in d.types()
    again = d.pause()
    assert again.turn_id == 1
    assert again.prompt == ev.SpokenPrompt(0, d.sample + SOFT_END_TAIL_SAMPLES)


def test_reply_ends_while_the_user_is_already_speaking() -> None:
    d = Driver().answered()
    d.speak(100)
    d.hear(22_050, "ended")
    assert d.session.phase is Phase.HEARING
    assert d.pause().turn_id == 2


def test_typed_question_interrupts_and_is_answered_at_once() -> None:
    d = Driver().answered()
    d.feed(ev.TextTyped(d.now_ms, "and by keyboard?"))
    assert "reply.stop" in d.types()
    assert d.attempt.prompt == ev.TypedPrompt("and by keyboard?")
    assert d.session.phase is Phase.ANSWERING
    d.voice(done=False)
    assert d.types()[-3:] == ["reply.armed", "reply.commit", "reply.phrase"]
    assert [u.text for u in d.attempt.history] == ["what is this?", "Hello"]


def test_greeting_is_said_at_once_and_remembered() -> None:
    d = Driver()
    d.feed(ev.Began(0.0, "Hi, I'm Pip."))
    assert d.attempt.turn_id == 0
    d.voice(phrase(text="Hi, I'm Pip."))
    d.hear(22_050, "ended")
    assert [u.text for u in d.session.history.utterances] == ["Hi, I'm Pip."]


def test_a_failure_is_tried_again_then_apologised_for_aloud_then_in_writing() -> None:
    d = Driver()
    d.speak(500)
    first = d.pause()
    d.feed(ev.AttemptFailed(d.now_ms, first.reply_id, "engine", "It broke."))
    assert d.attempt.prompt == first.prompt
    assert d.attempt.reply_id == first.reply_id + 1
    d.transcribe()
    d.wait(SURE_MS)
    d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "engine", "It broke again."))
    assert d.attempt.prompt == ev.ScriptedPrompt(APOLOGY, "apology")
    assert [m.message for m in d.sent if isinstance(m, wire.Error)] == ["It broke again."]
    d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "engine", "So did the voice."))
    assert [m.message for m in d.sent if isinstance(m, wire.Error)][1:] == ["So did the voice."]
    assert d.session.phase is Phase.LISTENING
    assert [u.text for u in d.session.history.utterances] == ["what is this?"]
    d.speak(300)
    assert d.pause().turn_id == 2


def test_who_goes_on_speaking_is_not_apologised_to() -> None:
    d = Driver()
    d.speak(500)
    for _ in range(2):
        d.pause()
        d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "engine", "It broke."))
        d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "engine", "It broke."))
        assert d.attempt.prompt == ev.ScriptedPrompt(APOLOGY, "apology")
        d.voice(phrase(text=APOLOGY))
        assert "reply.commit" not in d.types()
        d.speak(100)
        assert d.types()[-1] == "reply.discard"


def test_an_answer_that_does_not_come_is_tried_again_and_the_question_remembered_once() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe()
    d.wait(SURE_MS)
    stalled = d.attempt
    d.wait(OUTPUT_BY_MS)
    assert ev.CancelAttempt(stalled.reply_id, ev.Work.FORGET) in d.commands
    assert d.attempt.prompt == stalled.prompt
    assert d.attempt.history == ()
    d.transcribe()
    d.voice()
    assert d.types()[-3:] == ["reply.commit", "reply.phrase", "reply.end"]
    d.hear(22_050, "ended")
    assert [u.text for u in d.session.history.utterances] == ["what is this?", "Hello there."]


def test_words_that_do_not_come_are_waited_for_twice_only() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.wait(2 * OUTPUT_BY_MS + 2.0)
    assert d.attempt.prompt == ev.ScriptedPrompt(APOLOGY, "apology")
    d.voice(phrase(text=APOLOGY))
    d.hear(22_050, "ended")
    assert d.session.phase is Phase.LISTENING
    assert [u.text for u in d.session.history.utterances] == [APOLOGY]


def test_an_empty_answer_is_no_answer() -> None:
    d = Driver()
    d.feed(ev.TextTyped(0.0, "hello?"))
    first = d.attempt
    d.feed(ev.ReplyVoiced(0.0, first.reply_id))
    assert d.attempt.prompt == first.prompt
    d.feed(ev.ReplyVoiced(0.0, d.attempt.reply_id))
    assert d.attempt.prompt == ev.ScriptedPrompt(APOLOGY, "apology")


def test_a_cough_does_not_undo_a_typed_question() -> None:
    d = Driver()
    d.feed(ev.TextTyped(0.0, "hello?"))
    d.speak(250)
    d.voice()
    assert d.types()[-4:] == ["reply.commit", "reply.duck", "reply.phrase", "reply.end"]
    d.pause()
    d.overhear("")
    assert d.types()[-1] == "reply.resume"
    assert d.session.phase is Phase.ANSWERING


def test_a_word_over_the_reply_stops_it_and_a_sign_of_attention_does_not() -> None:
    d = Driver().answered()
    reply_id = d.attempt.reply_id
    for text in ("Mm-hmm.", "Right.", "I'm him."):
        d.speak(300)
        d.pause()
        d.overhear(text)
        assert d.types()[-1] == "reply.resume"
        d.wait(500)
    d.speak(300)
    d.pause()
    d.overhear("Stop.")
    assert "reply.stop" in d.types()
    assert d.attempt.reply_id == reply_id + 1, "it is answered, too"
    d.transcribe("Stop.")
    d.wait(SURE_MS)
    assert d.session.phase is Phase.ANSWERING


def test_yes_to_a_question_is_an_answer() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe()
    d.voice(phrase(text="Shall I go on?"))
    d.wait(1_500)
    d.hear(8_000)
    d.speak(300)
    d.pause()
    d.overhear("Yes.")
    assert "reply.stop" in d.types()


def test_words_that_are_never_understood_do_not_hold_the_reply_for_ever() -> None:
    d = Driver().answered()
    d.speak(300)
    d.pause()
    assert d.types()[-1] == "reply.duck"
    d.wait(NO_WORDS_BY_MS)
    assert d.types()[-1] == "reply.resume"


def test_old_words_are_not_taken_for_new_ones() -> None:
    d = Driver().answered()
    d.speak(200)
    d.dip()
    (asked,) = (c.sound for c in d.commands if isinstance(c, ev.HearOverlap))
    d.speak(200)
    d.pause()
    d.feed(ev.OverlapHeard(d.now_ms, asked, "Okay"))
    assert d.session.phase is Phase.DUCKED
    d.overhear("Okay, stop.")
    assert d.session.phase is Phase.PAUSED


def test_speech_that_outlasts_the_reply_is_a_turn_with_its_pause() -> None:
    d = Driver().answered()
    d.speak(300)
    d.pause()
    d.hear(22_050, "ended")  # it had ended before it could be held
    assert d.session.phase is Phase.PAUSED
    assert d.attempt.turn_id == 2


def test_failure_in_the_middle_ends_the_reply_with_what_there_is() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe()
    d.voice(done=False)
    d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "provider", "Gone."))
    ends = [m for m in d.sent if isinstance(m, wire.ReplyEnd)]
    errors = [m for m in d.sent if isinstance(m, wire.Error)]
    assert ends[-1].n_samples == 22_050
    assert errors[-1].fault == "provider"


def test_stop_button_in_every_phase() -> None:
    d = Driver().answered()
    d.feed(ev.Interrupted(d.now_ms))
    assert d.session.phase is Phase.LISTENING
    d.speak(200)
    d.feed(ev.Interrupted(d.now_ms))
    assert d.session.phase is Phase.LISTENING
    d.speak(200)
    d.pause()
    d.transcribe(p_end=0.0)
    d.voice()
    d.feed(ev.Interrupted(d.now_ms))
    assert d.types()[-1] == "reply.discard"
    assert d.session.phase is Phase.LISTENING


def test_trace_comes_once_when_asked_for() -> None:
    d = Driver(Session(trace="stages", rule=melody_rule)).answered()
    traces = [m for m in d.sent if isinstance(m, wire.Trace)]
    assert len(traces) == 1
    assert traces[0].stages_ms.keys() == {"stt", "commit", "reveal"}
    assert traces[0].p_end == 1.0


def test_the_trace_goes_out_with_the_reveal_and_counts_from_the_soft_end() -> None:
    d = Driver(Session(trace="stages", rule=melody_rule))
    d.speak(500)
    d.pause()
    d.feed(ev.StageReached(d.now_ms + 5.0, d.attempt.reply_id, "soft_end"))
    d.wait(40)
    d.transcribe()
    d.wait(70)
    d.voice(done=False)  # most of the reply is still to come
    d.wait(60)
    (trace,) = (m for m in d.sent if isinstance(m, wire.Trace))
    assert trace.stages_ms["stt"] == 35.0
    due_ms = melody_rule(Signs(1.0, None, "what is this?")) - 96.0
    assert trace.stages_ms["commit"] == max(due_ms, 40.0) - 5.0, "as soon as it was due"
    assert trace.stages_ms["reveal"] == 40.0 + 70.0 - 5.0, "as soon as there was sound"


def test_a_score_that_fails_behind_the_last_phrase_ends_the_reply_once() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe(p_end=None)
    d.voice()
    d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "engine", "Score."))
    assert d.types().count("reply.end") == 1


def test_a_burst_behind_the_end_of_an_overlap_reopens_it() -> None:
    d = Driver().answered()
    d.wait(2_000)
    d.speak(200)
    d.pause()
    d.wait(40)
    d.dip()
    d.overhear("stop it")
    assert d.session.phase is Phase.DUCKED
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 64.0))
    assert d.types()[-1] == "reply.stop"


def test_words_heard_before_a_typed_question_stopped_them_are_remembered() -> None:
    d = Driver().answered()
    first = d.attempt.reply_id
    d.feed(ev.TextTyped(d.now_ms, "typed"))
    d.hear(20_000, "stopped", first)
    heard = [u.text for u in d.session.history.utterances]
    assert heard == ["what is this?", "Hello there.", "typed"]


def test_looking_ahead_changes_nothing_of_what_is_remembered() -> None:
    d = Driver().answered()
    first = d.attempt.reply_id
    d.wait(2_000)
    d.speak(900)
    assert d.session.hearing is not None, "the edge asks with every frame of the microphone"
    d.hear(20_000, "stopped", first)
    assert d.session.history.utterances[-1].text == "Hello there."


def test_a_reply_that_hangs_after_its_first_words_ends() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe()
    d.voice(done=False)
    d.wait(2_000)
    d.hear(22_050)
    d.wait(OUTPUT_BY_MS)
    assert d.types()[-1] == "reply.end"
    d.hear(22_050, "ended")
    assert d.session.phase is Phase.LISTENING


# ------------------------------------------------------------------ every interleaving

_steps = st.lists(
    st.one_of(
        st.tuples(st.just("speech"), st.just(0)),
        st.tuples(st.just("pause"), st.integers(0, 96)),
        st.tuples(st.just("certain"), st.integers(0, 96)),
        st.tuples(st.just("wait"), st.sampled_from([1, 50, 299, 301, 700, 2_000])),
        st.tuples(st.just("text"), st.integers(0, 2)),
        st.tuples(st.just("score"), st.integers(0, 10)),
        st.tuples(st.just("phrase"), st.integers(0, 2)),
        st.tuples(st.just("done"), st.just(0)),
        st.tuples(st.just("fail"), st.just(0)),
        st.tuples(st.just("hear"), st.integers(0, 60_000)),
        st.tuples(st.just("ended"), st.just(0)),
        st.tuples(st.just("stopped"), st.integers(0, 60_000)),
        st.tuples(st.just("type"), st.just(0)),
        st.tuples(st.just("interrupt"), st.just(0)),
        st.tuples(st.just("old"), st.integers(1, 3)),
    ),
    max_size=60,
)


class Rules:
    """What a peer may rely on, checked on everything that is sent."""

    def __init__(self) -> None:
        self.armed: set[int] = set()
        self.committed: set[int] = set()
        self.over: set[int] = set()
        self.running: set[int] = set()
        self.n_samples: dict[int, int] = {}

    def check(self, commands: list[ev.Command]) -> None:
        for command in commands:
            match command:
                case ev.StartAttempt(attempt):
                    assert not self.running, "two attempts at once"
                    self.running.add(attempt.reply_id)
                case ev.CancelAttempt(reply_id):
                    self.running.discard(reply_id)
                case ev.Committed(reply_id):
                    assert reply_id not in self.over
                case ev.SendAudio(reply_id, first_sample, pcm):
                    assert reply_id in self.armed - self.over
                    assert first_sample == self.n_samples.get(reply_id, 0), "gap in the sound"
                    self.n_samples[reply_id] = first_sample + len(pcm) // 2
                case ev.Send(message):
                    self._check_message(message)
                case ev.HearOverlap(sound):
                    assert sound.last_sample > sound.first_sample

    def _check_message(self, message: wire.Message) -> None:
        reply_id: int = getattr(message, "reply_id", 0)
        match message:
            case wire.ReplyArmed():
                assert reply_id not in self.armed
                self.armed.add(reply_id)
            case wire.ReplyCommit():
                assert reply_id in self.armed - self.committed - self.over
                self.committed.add(reply_id)
            case wire.ReplyDiscard():
                assert reply_id in self.armed - self.committed - self.over, "it may be playing"
                self.over.add(reply_id)
            case wire.ReplyStop():
                assert reply_id in self.armed - self.over
                self.over.add(reply_id)
            case wire.ReplyPhrase() | wire.ReplyEnd() | wire.ReplyDuck() | wire.ReplyResume():
                assert reply_id in self.armed - self.over
            case _:
                pass


@given(_steps)
@settings(max_examples=400, deadline=None)
def test_no_interleaving_breaks_the_wire(  # noqa: PLR0912 - one branch for each thing that can happen
    steps: list[tuple[str, int]],
) -> None:
    d, rules = Driver(), Rules()
    n_samples: dict[int, int] = {}
    checked = 0
    for what, value in steps:
        reply_id = d.attempt.reply_id if rules.running or rules.armed else 1
        start = n_samples.get(reply_id, 0)
        match what:
            case "speech":
                d.feed(ev.SpeechStarted(d.now_ms, d.sample))
            case "pause":
                d.feed(ev.SpeechPaused(d.now_ms, d.sample, float(value)))
            case "certain":
                d.feed(ev.SpeechEnded(d.now_ms, d.sample, float(value)))
            case "wait":
                d.wait(value)
            case "text":
                d.feed(ev.Transcribed(d.now_ms, reply_id, ["", "a question", "and"][value]))
            case "score":
                d.feed(ev.TurnScored(d.now_ms, reply_id, value / 10))
            case "phrase" if reply_id in rules.running:
                sent = d.feed(ev.PhraseVoiced(d.now_ms, reply_id, RATE_HZ, phrase(start=start)))
                if sent:
                    n_samples[reply_id] = start + 22_050
            case "done" if reply_id in rules.running:
                d.feed(ev.ReplyVoiced(d.now_ms, reply_id))
                rules.running.discard(reply_id)
            case "fail" if reply_id in rules.running:
                rules.running.discard(reply_id)
                d.feed(ev.AttemptFailed(d.now_ms, reply_id, "engine", "broke"))
            case "hear":
                d.feed(ev.PlayheadMoved(d.now_ms, reply_id, value, "playing"))
            case "ended":
                d.feed(ev.PlayheadMoved(d.now_ms, reply_id, start, "ended"))
            case "stopped":
                d.feed(ev.PlayheadMoved(d.now_ms, reply_id, value, "stopped"))
            case "type":
                d.feed(ev.TextTyped(d.now_ms, "typed"))
            case "interrupt":
                d.feed(ev.Interrupted(d.now_ms))
            case "old":
                d.feed(ev.Transcribed(d.now_ms, max(1, reply_id - value), "late"))
            case _:
                pass
        rules.check(d.commands[checked:])
        checked = len(d.commands)
    # Whatever happened, the next question is heard and answered.
    d.feed(ev.Interrupted(d.now_ms))
    d.feed(ev.TextTyped(d.now_ms, "still there?"))
    assert d.attempt.prompt == ev.TypedPrompt("still there?")
