"""What both sides have heard of each other: the conversation's memory. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from visavis.events import Speaker, Utterance, Word

MAX_UTTERANCES = 12
"""A 135 M model loses the thread of more, and its prompt grows slow."""


def words_heard(words: Sequence[Word], heard_sample: int) -> str:
    """The words that had begun before the listener's playhead stopped at `heard_sample`."""
    return " ".join(word.text for word in words if word.start_sample < heard_sample)


class ChatHistory:
    """Utterances in order; only what was really heard goes in."""

    def __init__(self) -> None:
        self._utterances: list[Utterance] = []

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The most recent utterances, oldest first."""
        return tuple(self._utterances)

    def user_said(self, text: str) -> None:
        """Remember a committed turn of the user."""
        self._add(Utterance(Speaker.USER, text))

    def user_unsaid(self) -> None:
        """Take the last turn of the user back: it turned out to be only its beginning."""
        if self._utterances and self._utterances[-1].speaker is Speaker.USER:
            self._utterances.pop()

    def character_said(self, text: str) -> None:
        """Remember the words of a reply that were heard; nothing, if none were."""
        if text:
            self._add(Utterance(Speaker.CHARACTER, text))

    def _add(self, utterance: Utterance) -> None:
        self._utterances.append(utterance)
        del self._utterances[:-MAX_UTTERANCES]
