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
        self._lines: list[tuple[int | None, Utterance]] = []  # of a reply: with its id

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The most recent utterances, oldest first."""
        return tuple([said for reply_id, said in self._lines if said.text or reply_id is None])

    def user_said(self, text: str) -> None:
        """Remember a committed turn of the user."""
        self._add(None, Utterance(Speaker.USER, text))

    def user_unsaid(self) -> None:
        """Take the last turn of the user back: it turned out to be only its beginning."""
        if self._lines and self._lines[-1][1].speaker is Speaker.USER:
            self._lines.pop()

    def character_said(self, text: str) -> None:
        """Remember the words of a reply that were heard; nothing, if none were."""
        if text:
            self._add(None, Utterance(Speaker.CHARACTER, text))

    def character_heard(self, reply_id: int, text: str) -> None:
        """The same of a reply that was cut short. Better knowledge replaces what was known: the
        listener may tell how far it came when the next turn has been heard already.
        """
        utterance = Utterance(Speaker.CHARACTER, text)
        for index, (known_id, _) in enumerate(self._lines):
            if known_id == reply_id:
                self._lines[index] = reply_id, utterance
                return
        self._add(reply_id, utterance)

    def character_unheard(self, reply_id: int) -> None:
        """Forget a reply that was cut short."""
        self._lines = [line for line in self._lines if line[0] != reply_id]

    def _add(self, reply_id: int | None, utterance: Utterance) -> None:
        self._lines.append((reply_id, utterance))
        del self._lines[:-MAX_UTTERANCES]
