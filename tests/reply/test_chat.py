"""The conversation's memory holds what was heard, and not too much of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visavis.events import Speaker, Utterance, Word
from visavis.reply.chat import MAX_UTTERANCES, ChatHistory, words_heard

USER, PIP = Speaker.USER, Speaker.CHARACTER
WORDS = (Word("It", 0, 100), Word("is", 100, 250), Word("free.", 300, 500))


def test_a_word_counts_once_it_has_begun() -> None:
    heard = {sample: words_heard(WORDS, sample) for sample in (0, 1, 100, 101, 300, 301, 9_999)}
    assert heard == {
        0: "",
        1: "It",
        100: "It",
        101: "It is",
        300: "It is",
        301: "It is free.",
        9_999: "It is free.",
    }
    assert words_heard((), 100) == ""


@given(st.integers(0, 600), st.integers(0, 600))
def test_hearing_on_only_adds_words(a: int, b: int) -> None:
    early, late = sorted((a, b))
    assert words_heard(WORDS, late).startswith(words_heard(WORDS, early))


def test_an_unheard_reply_is_not_remembered() -> None:
    history = ChatHistory()
    history.user_said("Hello?")
    history.character_said("")
    assert history.utterances == (Utterance(USER, "Hello?"),)


def test_only_the_users_own_last_turn_is_taken_back() -> None:
    history = ChatHistory()
    history.user_unsaid()
    history.user_said("Do I need")
    history.user_unsaid()
    assert history.utterances == ()
    history.user_said("Do I need a GPU?")
    history.character_said("No.")
    history.user_unsaid()
    assert history.utterances == (Utterance(USER, "Do I need a GPU?"), Utterance(PIP, "No."))


def test_what_was_handed_out_does_not_change() -> None:
    history = ChatHistory()
    history.user_said("One.")
    before = history.utterances
    history.user_said("Two.")
    assert before == (Utterance(USER, "One."),)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", ""])), max_size=40))
def test_the_latest_are_kept_in_order(said: list[tuple[bool, str]]) -> None:
    history, expected = ChatHistory(), list[Utterance]()
    for by_user, text in said:
        if by_user:
            history.user_said(text)
            expected.append(Utterance(USER, text))
        else:
            history.character_said(text)
            expected += [Utterance(PIP, text)] if text else []
    assert history.utterances == tuple(expected[-MAX_UTTERANCES:])
