"""What no conversation may do, whatever happens in whatever order."""

from __future__ import annotations

from enum import Enum


class Rule(Enum):
    """Each is broken by what it says."""

    ONE_ATTEMPT = "two attempts at work at once"
    ONE_REPLY = "two replies to one turn"
    UNHEARD = "a discarded word was heard"
    UNSEEN = "a discarded word was shown as final"
    UNREMEMBERED = "a discarded word was remembered"
    HISTORY = "the history is not what was heard"
    RETURNS = "the session does not return to listening"
    QUIET = "a cue or a sound came after an interruption"
    POLITE = "a reply came before it was certainly silent"
    PURE = "an attempt was committed that should not, or not committed that should"
    STALE = "a late report of a cancelled attempt had consequences"
    WIRE = "the messages about a reply came in an impossible order"
    BOUNDED = "something grows without bound"
    CRASHED = "the session raised an exception"


class BrokenRuleError(Exception):
    """The session broke a rule; `detail` says with what."""

    def __init__(self, rule: Rule, detail: str) -> None:
        super().__init__(f"{rule.value}: {detail}")
        self.rule = rule
        self.detail = detail
