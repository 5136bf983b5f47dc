"""What a session remembers: only words that were really heard, by either side. Pure."""

from __future__ import annotations

from visavis.events import PlayheadMoved, Utterance
from visavis.reply.chat import ChatHistory
from visavis.turns import Delivery, Reply, Turn

MAX_STOPPED = 4
"""Interrupted replies whose last playhead is waited for; as a rule one is on its way."""


class Memory:
    """The chat's history, and the interrupted replies of which the last playhead may still come."""

    def __init__(self) -> None:
        self.history = ChatHistory()
        self._stopped: dict[int, Reply] = {}

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """What was said so far, an interrupted reply as far as is known by now."""
        return self.history.utterances

    def user_said(self, turn: Turn, text: str) -> None:
        """A turn was committed; told again, it is not remembered twice."""
        if turn.said is None:
            turn.said = text
            self.history.user_said(text)

    def take_back(self, turn: Turn, reply: Reply) -> None:
        """The turn had not ended: neither it nor the reply that came too early was."""
        self._stopped.pop(reply.reply_id, None)
        self.history.character_unheard(reply.reply_id)
        if turn.said is not None:
            turn.said = None
            self.history.user_unsaid()

    def character_said(self, reply: Reply, *, whole: bool) -> None:
        """A reply ended, or was stopped at its playhead."""
        self.history.character_said(reply.text_heard(whole=whole))

    def stop(self, reply: Reply) -> None:
        """A reply was told to stop; the listener will say how much of it was heard."""
        if reply.delivery is not Delivery.REVEALED:
            return
        self._remember(reply)
        self._stopped[reply.reply_id] = reply
        if len(self._stopped) > MAX_STOPPED:  # a peer that never tells
            del self._stopped[min(self._stopped)]

    def follow(self, event: PlayheadMoved) -> None:
        """A playhead of no reply that is current: perhaps of a stopped one.

        It may come when the next turn has begun, or is answered: what was heard is mended then.
        """
        stopped = self._stopped.get(event.reply_id)
        if stopped is None:
            return
        stopped.hear_up_to(event.sample)
        self._remember(stopped)
        if event.status != "playing":
            del self._stopped[event.reply_id]

    def _remember(self, stopped: Reply) -> None:
        self.history.character_heard(stopped.reply_id, stopped.text_heard(whole=False))
