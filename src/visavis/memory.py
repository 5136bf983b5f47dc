"""What a session remembers: only words that were really heard, by either side. Pure."""

from __future__ import annotations

from visavis.events import PlayheadMoved, Utterance
from visavis.reply.chat import ChatHistory
from visavis.turns import Reply, Turn


class Memory:
    """The chat's history, and the interrupted reply of which the last playhead may still come."""

    def __init__(self) -> None:
        self.history = ChatHistory()
        self._stopped: Reply | None = None

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """What was said so far, an interrupted reply as far as is known by now."""
        self.settle()
        return self.history.utterances

    def user_said(self, turn: Turn, text: str) -> None:
        """A turn was committed; told again, it is not remembered twice."""
        if turn.said is None:
            self.settle()
            turn.said = text
            self.history.user_said(text)

    def take_back(self, turn: Turn) -> None:
        """The turn had not ended: neither it nor the reply that came too early was."""
        self._stopped = None
        if turn.said is not None:
            turn.said = None
            self.history.user_unsaid()

    def character_said(self, reply: Reply, *, whole: bool) -> None:
        """A reply ended, or was stopped at its playhead."""
        self.history.character_said(reply.text_heard(whole=whole))

    def stop(self, reply: Reply) -> None:
        """A reply was told to stop; the listener will say how much of it was heard."""
        self.settle()
        self._stopped = reply

    def follow(self, event: PlayheadMoved) -> None:
        """A playhead of no reply that is current: perhaps of the stopped one."""
        stopped = self._stopped
        if stopped is None or stopped.reply_id != event.reply_id:
            return
        stopped.hear_up_to(event.sample)
        if event.status != "playing":
            self.settle()

    def settle(self) -> None:
        """No more will be known of the stopped reply: remember what was heard."""
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            self.character_said(stopped, whole=False)
