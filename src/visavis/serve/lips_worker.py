"""The process in which the gateway's lips are worked on.

    python -m visavis.serve.lips_worker [EAR_FILE]

Reads packets (lips_pipe.py), answers with packets, and ends when its input does. It gives way to
the process that forwards: where both want the processor, sound comes before lips.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from visavis.clock import MonotonicClock
from visavis.ear_weights import ear_weights
from visavis.serve.garbage import settle
from visavis.serve.gateway_lips import GatewayLips
from visavis.serve.lips_desk import LipsDesk, Seat, When
from visavis.serve.lips_pipe import Kind, Packet, Unpacker, counted, packed
from visavis.wire.relay import Tally

_GIVES_WAY = 5
"""Of `nice`; a third of the weight of a process that does not."""


class _Account:
    """Tells what was counted since it was told last."""

    def __init__(self, out: _Out, session: int) -> None:
        self._out = out
        self._session = session
        self.tally = Tally()

    def settle(self) -> None:
        """See Account."""
        if self.tally == Tally():
            return
        self._out.write(Packet(Kind.COUNTED, self._session, counted(self.tally)))
        self.tally.clear()

    def say(self, frames: tuple[str, ...], when: When) -> None:
        """See Say."""
        kind = Kind.SAY_AT_ONCE if when is When.AT_ONCE else Kind.SAY
        for frame in frames:
            self._out.write(Packet(kind, self._session, frame.encode()))
            kind = Kind.SAY


class _Out:
    """The pipe to the gateway, which always reads."""

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport

    def write(self, packet: Packet) -> None:
        self._transport.write(packed(packet))


class _Sessions:
    """Everybody who has a seat."""

    def __init__(self, desk: LipsDesk, out: _Out) -> None:
        self._desk = desk
        self._out = out
        self._seats: dict[int, tuple[Seat, ExitStack]] = {}

    def take(self, packet: Packet) -> None:
        """Do what it says; a session that is over is nobody's."""
        match packet.kind:
            case Kind.BEGIN:
                account, stack = _Account(self._out, packet.session), ExitStack()
                dialect = pickle.loads(packet.data)
                seat = stack.enter_context(self._desk.seat(dialect, account.say, account))
                self._seats[packet.session] = seat, stack
            case Kind.END:
                if (known := self._seats.pop(packet.session, None)) is not None:
                    known[1].close()
            case _:
                if (known := self._seats.get(packet.session)) is not None:
                    _hear(known[0], packet)


def _hear(seat: Seat, packet: Packet) -> None:
    match packet.kind:
        case Kind.SERVER_TEXT:
            seat.hear_server(packet.data.decode(), packet.at_ms)
        case Kind.SERVER_BYTES:
            seat.hear_server(packet.data, packet.at_ms)
        case Kind.CLIENT_TEXT:
            seat.hear_client(packet.data.decode(), packet.at_ms)
        case Kind.CLIENT_BYTES:
            seat.hear_client(packet.data, packet.at_ms)
        case _:
            raise AssertionError(f"{packet.kind.name} is not for this end")


class _Reader(asyncio.Protocol):
    """The pipe from the gateway."""

    def __init__(self, sessions: _Sessions, ended: asyncio.Event) -> None:
        self._sessions = sessions
        self._ended = ended
        self._unpacker = Unpacker()

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        for packet in self._unpacker.push(data):
            self._sessions.take(packet)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio: the gateway is gone, or wants us no more."""
        self._ended.set()


async def _work(lips: GatewayLips) -> None:
    loop = asyncio.get_running_loop()
    desk, ended = LipsDesk(MonotonicClock(), lips), asyncio.Event()
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout)
    out = _Out(transport)
    sessions = _Sessions(desk, out)
    async with desk.running():
        notice = b"" if lips.notice is None else lips.notice.message.encode()
        settle()
        out.write(Packet(Kind.READY, 0, notice))
        await loop.connect_read_pipe(lambda: _Reader(sessions, ended), sys.stdin)
        await ended.wait()


def main(arguments: list[str]) -> None:
    """The command line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the gateway's to answer
    os.nice(_GIVES_WAY)
    load = partial(ear_weights, Path(arguments[0])) if arguments else ear_weights
    asyncio.run(_work(GatewayLips(load)))


if __name__ == "__main__":
    main(sys.argv[1:])
