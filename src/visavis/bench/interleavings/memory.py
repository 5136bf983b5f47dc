"""What was said and heard in a conversation, seen from outside: what the session must remember."""

from __future__ import annotations

from dataclasses import dataclass

from visavis import events as ev
from visavis.bench.interleavings.page import Page
from visavis.bench.interleavings.rules import BrokenRuleError, Rule
from visavis.reply.chat import MAX_UTTERANCES


@dataclass(frozen=True, slots=True)
class _Said:
    """A committed turn of the user (`reply_id` 0), or a revealed reply."""

    turn_id: int
    reply_id: int
    text: str


class Memory:
    """In the order of the commits."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._said: list[_Said] = []

    def user_said(self, turn_id: int, text: str) -> None:
        """A turn was committed."""
        self._said.append(_Said(turn_id, 0, text))

    def reply_revealed(self, turn_id: int, reply_id: int) -> None:
        """A reply may be heard from now on."""
        self._said.append(_Said(turn_id, reply_id, ""))

    def has_turn(self, turn_id: int) -> bool:
        """Whether this turn of the user was committed, and not taken back since."""
        return any(said.turn_id == turn_id and not said.reply_id for said in self._said)

    def reply_to(self, turn_id: int) -> int | None:
        """The reply that was revealed to this turn."""
        for said in self._said:
            if said.turn_id == turn_id and said.reply_id:
                return said.reply_id
        return None

    def take_back(self, turn_id: int) -> None:
        """The turn was not over: it and its early reply are unsaid."""
        self._said = [said for said in self._said if said.turn_id != turn_id]

    def check_contents(self, utterances: tuple[ev.Utterance, ...]) -> None:
        """Everything remembered was said, or heard by now.

        Raises:
            BrokenRuleError: something else is remembered.
        """
        for utterance in utterances:
            if not any(self._covers(said, utterance) for said in self._said):
                raise BrokenRuleError(Rule.UNREMEMBERED, f"{utterance}")

    def _covers(self, said: _Said, utterance: ev.Utterance) -> bool:
        if utterance.speaker is ev.Speaker.USER:
            return not said.reply_id and said.text == utterance.text
        if not said.reply_id:
            return False
        heard = self._page.words_heard(said.reply_id)
        return heard == utterance.text or heard.startswith(utterance.text + " ")

    def check_whole(self, utterances: tuple[ev.Utterance, ...]) -> None:
        """At rest: exactly what was said and heard, in order, as far back as it goes.

        Raises:
            BrokenRuleError: something is missing, too much or in the wrong place.
        """
        truth = [_utterance(said, self._page) for said in self._said]
        expected = [utterance for utterance in truth if utterance.text]
        if len(expected) >= MAX_UTTERANCES:
            expected = expected[-max(len(utterances), MAX_UTTERANCES // 2) :]
        if list(utterances) != expected:
            remembered = " | ".join(f"{u.speaker.value}: {u.text}" for u in utterances)
            heard = " | ".join(f"{u.speaker.value}: {u.text}" for u in expected)
            raise BrokenRuleError(Rule.HISTORY, f"remembered [{remembered}], heard [{heard}]")


def _utterance(said: _Said, page: Page) -> ev.Utterance:
    if said.reply_id:
        return ev.Utterance(ev.Speaker.CHARACTER, page.words_heard(said.reply_id))
    return ev.Utterance(ev.Speaker.USER, said.text)
