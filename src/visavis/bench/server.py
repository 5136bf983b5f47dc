"""A Visavis server in a process of its own, as a contender's other half."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil

from visavis.errors import SetupError

_IDLE_S = 5.0
_IDLE_ROUNDS = 12
_BUSY_PERCENT = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens. `pid` is None for a server that somebody else started."""

    port: int
    host: str = "127.0.0.1"
    pid: int | None = None

    @property
    def talk_url(self) -> str:
        """The conversation's WebSocket."""
        return f"ws://{self.host}:{self.port}/v1/talk"

    @property
    def page_url(self) -> str:
        """The page."""
        return f"http://{self.host}:{self.port}/"


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a server takes: resident memory after warm-up, one core's share when idle."""

    memory_mb: float
    idle_cpu_percent: float


def serve_command(persona: str) -> tuple[str, ...]:
    """What starts a server with this persona on a free port."""
    return (sys.executable, "-m", "visavis", "serve", "--port", "0", "--persona", persona)


@asynccontextmanager
async def running(command: Sequence[str]) -> AsyncGenerator[Server, None]:
    """Start a server and wait until it is warm; end it afterwards.

    Raises:
        SetupError: it did not start.
    """
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    drain: asyncio.Task[None] | None = None
    try:
        port = await _port(process)
        drain = asyncio.create_task(_drain(process.stderr), name="server-log")
        yield Server(port, pid=process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        if drain is not None:
            await drain


async def _port(process: asyncio.subprocess.Process) -> int:
    said = ""
    while process.stderr is not None and (line := await process.stderr.readline()):
        said = line.decode(errors="replace").strip() or said
        if match := re.search(r"http://\S+:(\d+)", said):
            return int(match.group(1))
    raise SetupError(f"The server did not start: {said}", hint="Run `visavis doctor`.")


async def _drain(stream: asyncio.StreamReader | None) -> None:
    """Pass on what the server says; a full pipe would stop it."""
    while stream is not None and (line := await stream.readline()):
        sys.stderr.write(line.decode(errors="replace"))


async def footprint(server: Server) -> Footprint | None:
    """Watch an idle server; None if it is not ours to look into.

    A server that has just started still prepares answers: it is given a minute to become idle.
    """
    if server.pid is None:
        return None
    used_percent = 100.0
    for _ in range(_IDLE_ROUNDS):
        before_s = cpu_seconds(server.pid)
        await asyncio.sleep(_IDLE_S)
        used_percent = 100.0 * (cpu_seconds(server.pid) - before_s) / _IDLE_S
        if used_percent < _BUSY_PERCENT:
            break
    memory_mb = sum(member.memory_info().rss for member in _family(server.pid)) / 1e6
    return Footprint(memory_mb, used_percent)


def cpu_seconds(pid: int) -> float:
    """Processor time used so far by a process and its children."""
    return sum(sum(member.cpu_times()[:2]) for member in _family(pid))


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]
