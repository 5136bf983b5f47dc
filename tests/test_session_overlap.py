"""Somebody speaks over the reply: what stops, what goes on, what is remembered."""

from __future__ import annotations

import pytest

from tests.session_driver import SURE_MS, Driver, phrase
from visavis import events as ev
from visavis.overlap import LONG_MS, NO_WORDS_BY_MS, SETTLED_MS
from visavis.phases import Phase
from visavis.turns import SOFT_END_TAIL_SAMPLES


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


def test_who_goes_on_after_a_short_pause_is_not_taken_for_a_murmur() -> None:
    """ "Do you speak French", and when the answer begins: "German"."""
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe("Do you speak French?", p_end=1.0)
    d.voice()
    d.wait(250)
    d.hear(1_000)
    d.speak(300)
    d.dip()
    d.overhear("German")
    assert d.session.phase is Phase.DUCKED
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 64.0))
    assert "reply.stop" in d.types()
    assert isinstance(d.attempt.prompt, ev.SpokenPrompt)
    assert (d.attempt.turn_id, d.attempt.prompt.first_sample) == (1, 0)
    assert d.attempt.history == ()


@pytest.mark.parametrize(
    ("murmur", "verdict"), [("Uh.", "reply.stop"), ("Um, er.", "reply.stop"), ("Yeah.", "")]
)
def test_only_who_seeks_words_keeps_the_floor(murmur: str, verdict: str) -> None:
    """ "Think of a name", over an answer that came too early "uh", and 0.7 s later "my boat"."""
    d = Driver()
    d.speak(500)
    d.pause()
    d.transcribe("Think of a name.", p_end=1.0)
    d.voice()
    d.wait(250)
    d.hear(1_000)
    d.speak(200)
    d.dip()
    d.overhear(murmur)
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 64.0))
    assert d.types()[-1] == "reply.resume"
    d.wait(700)  # more than a second behind the question, less behind the murmur
    d.speak(300)
    d.dip()
    d.overhear("my boat")
    d.feed(ev.SpeechEnded(d.now_ms, d.sample, 64.0))
    if not verdict:
        assert d.types()[-1] == "reply.resume"
        return
    assert verdict in d.types()
    assert isinstance(d.attempt.prompt, ev.SpokenPrompt)
    assert (d.attempt.turn_id, d.attempt.prompt.first_sample) == (1, 0)
