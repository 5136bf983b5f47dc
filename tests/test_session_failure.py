"""Engines that fail, stall or say nothing: nobody is met with silence."""

from __future__ import annotations

from tests.session_driver import SURE_MS, Driver, phrase
from visavis import events as ev
from visavis.patience import OUTPUT_BY_MS
from visavis.phases import Phase
from visavis.session import APOLOGY
from visavis.wire import messages as wire


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


def test_a_score_that_fails_behind_the_last_phrase_ends_the_reply_once() -> None:
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe(p_end=None)
    d.voice()
    d.feed(ev.AttemptFailed(d.now_ms, d.attempt.reply_id, "engine", "Score."))
    assert d.types().count("reply.end") == 1


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
