"""The desk in a process of its own: ears that listen to many sessions never hold up a frame.

What the event loop that forwards has to do for lips is to write a frame to a pipe, and to pass on
what comes back. If the process dies, its sessions go on without lips, and are told so; the next
session starts another one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from visavis.errors import EngineError
from visavis.serve.lips_desk import Account, Say, Seat, When
from visavis.serve.lips_pipe import Kind, Packet, Unpacker, packed, tally_of
from visavis.wire.dialect import MAX_READ_BYTES, Dialect, Listener, Opened
from visavis.wire.injected import Notice

_START_S = 60.0
_END_S = 5.0
_MAX_UNREAD_BYTES = 64 * 1024 * 1024
"""The process reads before all else it does; with so much unread it is stuck."""

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Products of small matrices are no faster on two threads, and their idle threads spin."""

_LOST = Notice(
    code="lips_lost",
    message="The process that makes mouth shapes is gone: this session has none from now on.",
    hint="A new session has them again, or the server's log says why not.",
)

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, and who sits at it."""

    process: asyncio.subprocess.Process
    seats: dict[int, _ProcessSeat] = field(default_factory=dict[int, "_ProcessSeat"])
    reading: asyncio.Task[None] | None = None

    def write(self, packet: Packet) -> None:
        """Never waits; what a dead process should have read is nobody's."""
        stdin = self.process.stdin
        if stdin is None or stdin.is_closing():
            return
        stdin.write(packed(packet))
        if stdin.transport.get_write_buffer_size() > _MAX_UNREAD_BYTES:
            _log.error("the lips' process does not read: it is ended")
            self.process.kill()
            stdin.transport.abort()


class _ProcessSeat:
    """See Seat. Without a worker it only tells the client so, once the session stands."""

    def __init__(
        self, worker: _Worker | None, session: int, dialect: Dialect, say: Say, account: Account
    ) -> None:
        self._worker = worker
        self._session = session
        self._dialect = dialect
        self._account = account
        self._say = say
        self._listener = Listener(dialect)
        self._stands: Literal["not yet", "since now", "told"] = "not yet"
        if not dialect.opens_itself:
            self._stands = "since now"
        if worker is not None:
            worker.write(Packet(Kind.BEGIN, session, pickle.dumps(dialect)))

    def hear_server(self, frame: str | bytes, now_ms: float) -> None:
        """See Seat."""
        if self._stands == "not yet":
            events = self._listener.server(frame)
            self._stands = "since now" if any(isinstance(e, Opened) for e in events) else "not yet"
        if self._worker is None:
            self._tell_loss()
        elif isinstance(frame, str):
            self._write(Kind.SERVER_TEXT, frame.encode(errors="replace"), now_ms)
        elif self._dialect.binary == "sound":
            self._write(Kind.SERVER_BYTES, frame, now_ms)

    def hear_client(self, frame: str | bytes, now_ms: float) -> None:
        """See Seat. Where no rule could apply it is not even passed on."""
        if isinstance(frame, str) and self._dialect.client:
            self._write(Kind.CLIENT_TEXT, frame.encode(errors="replace"), now_ms)

    def take(self, packet: Packet) -> None:
        """What the process answers."""
        match packet.kind:
            case Kind.SAY_AT_ONCE:
                self._say((packet.data.decode(),), When.AT_ONCE)
            case Kind.SAY:
                self._say((packet.data.decode(),), When.IN_TURN)
            case _:
                tally = tally_of(packet.data)
                self._account.tally.add(tally)
                self._account.tally.margins_ms.extend(tally.margins_ms)
                self._account.settle()

    def lose(self) -> None:
        """Nobody works for it any more."""
        self._worker = None
        self._tell_loss()

    def leave(self) -> None:
        """The session is over."""
        if self._worker is not None:
            self._worker.write(Packet(Kind.END, self._session))

    def _tell_loss(self) -> None:
        """Nothing may go before the frame with which a session stands."""
        if self._stands == "since now":
            self._stands = "told"
            self._say((self._dialect.wrapped(_LOST.model_dump_json()),), When.IN_TURN)

    def _write(self, kind: Kind, data: bytes, now_ms: float) -> None:
        if self._worker is None:
            return
        if len(data) > MAX_READ_BYTES:
            self._account.tally.n_unreadable_frames += 1
            return
        self._worker.write(Packet(kind, self._session, data, now_ms))


class LipsProcess:
    """The desk. `ear` is the file of its weights, the package's unless said.

    The clock of `now_ms` must be the machine's monotonic one, which processes share.
    """

    def __init__(self, ear: Path | None = None) -> None:
        self._ear = ear
        self._worker: _Worker | None = None
        self._starting = asyncio.Lock()
        self._n_sessions = 0
        self._ended: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """See Desk."""
        try:
            yield
        finally:
            async with self._starting:
                worker, self._worker = self._worker, None
            if worker is not None:
                await _end(worker.process)
                if worker.reading is not None:
                    await asyncio.wait({worker.reading})

    async def ready(self) -> None:
        """See Desk. Where the process does not come up, sessions are held without lips."""
        async with self._starting:
            if self._worker is None:
                try:
                    self._worker = await self._started()
                except EngineError as error:
                    _log.error("%s %s", error, error.hint)

    @contextmanager
    def seat(self, dialect: Dialect, say: Say, account: Account) -> Generator[Seat, None, None]:
        """See Desk. A process that died just now leaves the session without lips."""
        self._n_sessions += 1
        session, worker = self._n_sessions, self._worker
        seat = _ProcessSeat(worker, session, dialect, say, account)
        if worker is not None:
            worker.seats[session] = seat
        try:
            yield seat
        finally:
            seat.leave()
            if worker is not None:
                del worker.seats[session]

    async def _started(self) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "visavis.serve.lips_worker",
            *([] if self._ear is None else [str(self._ear)]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        worker, packets = _Worker(process), _packets(process)
        try:
            async with asyncio.timeout(_START_S):
                await anext(packets)
        except (StopAsyncIteration, TimeoutError):
            await _end(process)
            raise EngineError(
                "The process that makes mouth shapes does not start.", hint="Look at the log."
            ) from None
        except BaseException:  # cancelled while it loads: nobody else knows this process
            await _end(process)
            raise
        worker.reading = asyncio.create_task(self._read(worker, packets), name="lips-process")
        return worker

    async def _read(self, worker: _Worker, packets: AsyncGenerator[Packet, None]) -> None:
        async for packet in packets:
            if (seat := worker.seats.get(packet.session)) is not None:
                seat.take(packet)
        if self._worker is worker:  # it died
            _log.error("the lips' process has ended; the next session starts another one")
            self._worker = None
            await worker.process.wait()
        for seat in worker.seats.values():
            seat.lose()


async def _packets(process: asyncio.subprocess.Process) -> AsyncGenerator[Packet, None]:
    unpacker = Unpacker()
    stdout = process.stdout
    while stdout is not None and (data := await stdout.read(65_536)):
        for packet in unpacker.push(data):
            yield packet


async def _end(process: asyncio.subprocess.Process) -> None:
    """It ends when its input does; one that hangs is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
