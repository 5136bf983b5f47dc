"""The heart: scenarios a person would recognise."""

from __future__ import annotations

from dataclasses import replace

from tests.session_driver import LONGEST_DELAY_MS, RATE_HZ, Driver, melody_rule, phrase
from visavis import events as ev
from visavis.hear.turn import Signs
from visavis.phases import Phase
from visavis.session import Session
from visavis.turns import SOFT_END_TAIL_SAMPLES
from visavis.wire import messages as wire


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


def test_a_question_that_is_known_is_answered_sooner() -> None:
    def knowing_rule(signs: Signs) -> float:
        return 1_500.0 - 1_000.0 * (signs.likeness or 0.0)

    d = Driver(Session(rule=knowing_rule))
    d.speak(800)
    d.pause(silence_ms=100.0)
    d.transcribe()
    d.voice()
    d.wait(600)
    assert d.session.phase is Phase.PAUSED
    d.feed(ev.Recognised(d.now_ms, d.attempt.reply_id, 1.0))
    assert d.session.phase is Phase.ANSWERING


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


def test_a_feeling_is_told_when_its_reply_is_revealed_and_not_before() -> None:
    d = Driver()
    d.speak(800)
    d.pause()
    d.transcribe(p_end=1.0)
    happy, sad = ev.Feeling(0, "happy"), ev.Feeling(22_050, "sad")
    d.voice(replace(phrase(), feelings=(happy,)), done=False)
    assert "reply.emotion" not in d.types()
    d.wait(2_000)
    assert d.types()[-2:] == ["reply.commit", "reply.emotion"]
    d.voice(replace(phrase(1, start=22_050), feelings=(sad,)))
    assert d.types()[-3:] == ["reply.phrase", "reply.emotion", "reply.end"]
    told = [m for m in d.sent if isinstance(m, wire.ReplyEmotion)]
    assert [(m.at_sample, m.emotion) for m in told] == [(0, "happy"), (22_050, "sad")]


def test_the_feeling_of_a_guess_that_was_wrong_is_never_told() -> None:
    d = Driver()
    d.speak(800)
    d.pause()
    d.transcribe(p_end=0.0)
    d.voice(replace(phrase(), feelings=(ev.Feeling(0, "happy"),)))
    d.speak(400)
    assert "reply.discard" in d.types()
    assert "reply.emotion" not in d.types()
