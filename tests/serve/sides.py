"""Both ends of a session in memory, for tests in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from visavis.serve.closing import Close, SideClosedError


@dataclass
class MemorySide:
    """A client or a provider: what it says is put in with `say`, what it is told is in `told`."""

    said: asyncio.Queue[str | bytes | SideClosedError] = field(
        default_factory=asyncio.Queue[str | bytes | SideClosedError]
    )
    told: list[str | bytes] = field(default_factory=list[str | bytes])
    closed: Close | None = None
    reads: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.reads.set()

    def say(self, *frames: str | bytes) -> None:
        for frame in frames:
            self.said.put_nowait(frame)

    def leave(self, code: int | None = 1000, reason: str = "") -> None:
        self.said.put_nowait(SideClosedError(code, reason))

    async def receive(self) -> str | bytes:
        frame = await self.said.get()
        if isinstance(frame, SideClosedError):
            raise frame
        return frame

    async def send(self, frame: str | bytes) -> None:
        await self.reads.wait()
        if self.closed is not None:
            raise SideClosedError(1006)
        self.told.append(frame)

    async def close(self, close: Close) -> None:
        self.closed = self.closed or close
