"""The ends of sockets: who closed, with what, and what the other side can be told of it."""

from __future__ import annotations

from dataclasses import dataclass

NORMAL = 1000
GOING_AWAY = 1001
TOO_LARGE = 1009
INTERNAL = 1011
BAD_GATEWAY = 1014

_MAX_REASON_BYTES = 123
"""RFC 6455, section 5.5."""

_UNSENDABLE = frozenset((1004, 1005, 1006, 1015))
"""Codes that never go over the wire (RFC 6455, section 7.4)."""


@dataclass(frozen=True, slots=True)
class Close:
    """A close code and its reason, fit to be sent."""

    code: int
    reason: str = ""


class SideClosedError(Exception):
    """One side of a session is gone; `close` is what it said, `was_clean` whether it said so."""

    def __init__(self, code: int | None, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    @property
    def was_clean(self) -> bool:
        """Whether it took its leave; otherwise the connection broke."""
        return self.code is not None and self.code not in {1006, 1015}


def carried_over(gone: SideClosedError, broken: int) -> Close:
    """What to close the other side with. `broken` is the code if the connection simply broke."""
    if not gone.was_clean or gone.code is None:
        return Close(broken, fitting(gone.reason))
    if gone.code in _UNSENDABLE:
        return Close(NORMAL)
    if not (1000 <= gone.code < 1015 or 3000 <= gone.code < 5000):
        return Close(broken, fitting(gone.reason))
    return Close(gone.code, fitting(gone.reason))


def fitting(reason: str) -> str:
    """As much of a reason as a close frame holds."""
    data = reason.encode("utf-8", errors="replace")[:_MAX_REASON_BYTES]
    return data.decode("utf-8", errors="ignore")
