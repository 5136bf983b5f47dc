"""What the gateway and its lips' process write to each other: packets on a pipe. Pure.

    server -> process    BEGIN (a dialect), the frames that passed, END
    process -> server    READY, frames to add, COUNTED

A packet is a kind, a session's number, a time in ms, a length, and so many bytes. Both ends are the
same program, and nobody else has the pipe; so a dialect travels as a pickle.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum

from visavis.wire.relay import Tally

_HEAD = struct.Struct("<BIdI")
_COUNTS = struct.Struct("<5I")


class Kind(IntEnum):
    """What a packet is."""

    BEGIN = 1
    SERVER_TEXT = 2
    SERVER_BYTES = 3
    CLIENT_TEXT = 4
    CLIENT_BYTES = 5
    END = 6
    READY = 7
    """Empty, or why lips are not as good as they could be."""
    SAY_AT_ONCE = 8
    SAY = 9
    COUNTED = 10


@dataclass(frozen=True, slots=True)
class Packet:
    """One of them; `session` is 0 for READY, `at_ms` when a frame passed."""

    kind: Kind
    session: int
    data: bytes = b""
    at_ms: float = 0.0


def packed(packet: Packet) -> bytes:
    """As bytes."""
    return _HEAD.pack(packet.kind, packet.session, packet.at_ms, len(packet.data)) + packet.data


class Unpacker:
    """Bytes, however they were cut, to packets."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def push(self, data: bytes) -> Generator[Packet, None, None]:
        """The packets that are whole by now."""
        self._rest += data
        at = 0
        while len(self._rest) - at >= _HEAD.size:
            kind, session, at_ms, n_bytes = _HEAD.unpack_from(self._rest, at)
            end = at + _HEAD.size + n_bytes
            if len(self._rest) < end:
                break
            yield Packet(Kind(kind), session, bytes(self._rest[at + _HEAD.size : end]), at_ms)
            at = end
        del self._rest[:at]


def counted(tally: Tally) -> bytes:
    """A tally as bytes."""
    head = _COUNTS.pack(
        tally.n_cues,
        tally.n_late_cues,
        tally.n_unreadable_frames,
        tally.n_speeches,
        tally.n_interruptions,
    )
    margins_ms = tally.margins_ms
    return head + struct.pack(f"<{len(margins_ms)}f", *margins_ms)


def tally_of(data: bytes) -> Tally:
    """A tally from its bytes."""
    tally = Tally(*_COUNTS.unpack_from(data))
    n_margins = (len(data) - _COUNTS.size) // 4
    tally.margins_ms.extend(struct.unpack_from(f"<{n_margins}f", data, _COUNTS.size))
    return tally
