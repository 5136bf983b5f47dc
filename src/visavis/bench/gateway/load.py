"""The load: a provider and its clients on one event loop and one clock, a server between them.

Every client sends its microphone all the time, as real ones do. Some of the provider's agents talk,
all at once: replies of a few seconds, sent PACE times as fast as they are heard, the next one when
the last is over. The others listen.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil
from numpy.typing import NDArray
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from visavis.bench.gateway.figures import Heard, Round
from visavis.serve.signed_urls import SOCKET_PATH
from visavis.wire.elevenlabs import INITIATION, METADATA, SUBPROTOCOL

RATE_HZ = 16_000
CHUNK_S = 0.25
"""As ElevenLabs' Python client sends its microphone, and about what the service sends."""

REPLY_S = 6.0
PACE = 3.0
"""Speech services are faster than speech; how much differs. The slower, the harder for the lips."""

_Message = dict[str, Any]
_Send = Callable[[str], Awaitable[None]]

_FIRST = -1
"""The number of the session that goes before."""

_FEW_WORDS_S = 2.0
_SETTLE_S = 1.0
_READY_S = 60.0
"""For its first answer: the server loads its lips."""

_JOINING_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """How many sessions, how many of them talk at once, for how long they are watched."""

    n_sessions: int
    n_talking: int
    seconds: float
    speech: NDArray[np.int16]
    """At RATE_HZ; talkers begin at different places of it, again and again."""


@dataclass(slots=True)
class Notes:
    """What was seen while it was watched."""

    watching: asyncio.Event = field(default_factory=asyncio.Event)
    sent_ms: dict[tuple[int, int], float] = field(default_factory=dict[tuple[int, int], float])
    delays_ms: list[float] = field(default_factory=list[float])


def now_ms() -> float:
    """The load's one clock."""
    return 1_000.0 * time.perf_counter()


class Provider:
    """Agents that talk or listen; a session's number is its initiation's `user_id`."""

    def __init__(self, plan: Plan, notes: Notes) -> None:
        self._plan = plan
        self._notes = notes
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[str, None]:
        """Its address."""
        async with serve(
            self._hold,
            "127.0.0.1",
            0,
            process_request=self._answer,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            yield self.url

    def _answer(self, socket: ServerConnection, request: Request) -> Response | None:
        if not urlsplit(request.path).path.endswith("get-signed-url"):
            return None
        signed = self.url.replace("http", "ws", 1) + SOCKET_PATH
        return socket.respond(HTTPStatus.OK, json.dumps({"signed_url": signed}))

    async def _hold(self, socket: ServerConnection) -> None:
        try:
            number = int(json.loads(await socket.recv())["user_id"])
            event = {
                "conversation_id": f"bench_{number}",
                "agent_output_audio_format": f"pcm_{RATE_HZ}",
                "user_input_audio_format": f"pcm_{RATE_HZ}",
            }
            await socket.send(json.dumps({"type": METADATA, f"{METADATA}_event": event}))
            if number == _FIRST:
                await self._say_a_few_words(socket)
                return
            listening = asyncio.create_task(self._listen(socket))
            try:
                if number < self._plan.n_talking:
                    await self._talk(socket, number)
                await listening
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
        except ConnectionClosed:
            return

    async def _listen(self, socket: ServerConnection) -> None:
        async for _ in socket:
            pass

    async def _say_a_few_words(self, socket: ServerConnection) -> None:
        """Waits until they are heard, which is when the last of their lips are done."""
        chunks = _chunks(self._plan, 0)[: round(_FEW_WORDS_S / CHUNK_S)]
        for event_id, data in enumerate(chunks, start=1):
            self._notes.sent_ms[_FIRST, event_id] = now_ms()
            event = {"audio_base_64": data, "event_id": event_id}
            await socket.send(json.dumps({"type": "audio", "audio_event": event}))
        await asyncio.sleep(_FEW_WORDS_S)
        self._notes.delays_ms.clear()

    async def _talk(self, socket: ServerConnection, number: int) -> None:
        chunks = _chunks(self._plan, number)
        n_reply = round(REPLY_S / CHUNK_S)
        await self._notes.watching.wait()
        await asyncio.sleep(REPLY_S * number / max(1, self._plan.n_talking))  # out of step
        event_id = 0
        while True:
            began = time.perf_counter()
            for at in range(n_reply):
                due = began + at * CHUNK_S / PACE
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                event_id += 1
                data = chunks[event_id % len(chunks)]
                frame = json.dumps(
                    {"type": "audio", "audio_event": {"audio_base_64": data, "event_id": event_id}}
                )
                self._notes.sent_ms[number, event_id] = now_ms()
                await socket.send(frame)
            await asyncio.sleep(max(0.0, began + REPLY_S + 0.5 - time.perf_counter()))


def _chunks(plan: Plan, number: int) -> list[str]:
    """A talker's speech in Base64, from a place of its own on."""
    n_chunk = round(CHUNK_S * RATE_HZ)
    first = number * len(plan.speech) // max(1, plan.n_talking)
    speech = np.roll(plan.speech, -first)
    parts = [speech[at : at + n_chunk] for at in range(0, len(speech) - n_chunk + 1, n_chunk)]
    return [base64.b64encode(part.astype("<i2").tobytes()).decode() for part in parts]


class Client:
    """One session's client."""

    def __init__(self, number: int, notes: Notes) -> None:
        self._number = number
        self._notes = notes
        self.heard = Heard(RATE_HZ)
        self._told: set[tuple[int, int]] = set()

    async def greet(self, url: str) -> None:
        """Until the provider has said its few words and left."""
        try:
            await self.run(url, asyncio.Event())
        except ConnectionClosed:
            return

    async def run(self, url: str, joined: asyncio.Event) -> None:
        """Until it is cancelled."""
        async with connect(
            url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, proxy=None
        ) as socket:
            await socket.send(json.dumps({"type": INITIATION, "user_id": str(self._number)}))
            await socket.recv()
            joined.set()
            speaking = asyncio.create_task(self._speak(socket.send))
            try:
                while True:
                    frame = await socket.recv()
                    self._note(json.loads(frame), now_ms())
            finally:
                speaking.cancel()
                await asyncio.gather(speaking, return_exceptions=True)

    async def _speak(self, send: _Send) -> None:
        silence = base64.b64encode(bytes(2 * round(CHUNK_S * RATE_HZ))).decode()
        frame = json.dumps({"user_audio_chunk": silence})
        await self._notes.watching.wait()
        await asyncio.sleep(CHUNK_S * (self._number % 25) / 25.0)
        while True:
            await send(frame)
            await asyncio.sleep(CHUNK_S)

    def _note(self, message: _Message, came_ms: float) -> None:
        match message["type"]:
            case "audio":
                event = message["audio_event"]
                sent_ms = self._notes.sent_ms.pop((self._number, event["event_id"]))
                self._notes.delays_ms.append(came_ms - sent_ms)
                n_samples = len(event["audio_base_64"]) * 3 // 8
                self.heard.sound.append((came_ms, n_samples))
            case "visavis.visemes":
                self._note_cues(message, came_ms)
            case _:
                pass

    def _note_cues(self, message: _Message, came_ms: float) -> None:
        """Those that are new; a message often tells again what was told as likely before."""
        first = message["first_sample"]
        valid = {cue for cue in self._told if cue[0] < first + message["from_sample"]}
        told = {(first + cue["at_sample"], cue["viseme"]) for cue in message["cues"]}
        self.heard.cues += [(came_ms, at) for at, _ in sorted(told - self._told)]
        self._told = valid | told


async def put_under_load(
    plan: Plan, provider_notes: Notes, server_url: str, pid: int, *, signed: bool
) -> Round:
    """Join, watch for as long as planned, leave. `signed`: addresses come from the gateway.

    A session that says a few words goes before: what a server loads at its first is no session's.
    """

    async def address() -> str:
        return await _signed_url(server_url) if signed else _plain_url(server_url)

    await Client(_FIRST, provider_notes).greet(await address())
    relay = [psutil.Process(pid)]
    lips = relay[0].children(recursive=True)
    before = _rss([*relay, *lips])
    clients = [Client(number, provider_notes) for number in range(plan.n_sessions)]
    joining = asyncio.Semaphore(_JOINING_AT_ONCE)
    running: list[asyncio.Task[None]] = []

    async def join(client: Client) -> None:
        async with joining:
            url = await address()
            joined = asyncio.Event()
            task = asyncio.create_task(client.run(url, joined))
            running.append(task)
            await asyncio.wait_for(joined.wait(), 30)

    await asyncio.gather(*(join(client) for client in clients))
    try:
        await asyncio.sleep(_SETTLE_S)
        relay_s, lips_s, at_s = _cpu_s(relay), _cpu_s(lips), time.perf_counter()
        provider_notes.watching.set()
        await asyncio.sleep(plan.seconds)
        watched_s = time.perf_counter() - at_s
        relay_cores = (_cpu_s(relay) - relay_s) / watched_s
        lips_cores = (_cpu_s(lips) - lips_s) / watched_s
        memory = _rss([*relay, *lips]) - before
    finally:
        failed = [task for task in running if task.done()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for task in failed:
        task.result()
    heard = tuple(client.heard for client in clients if client.heard.sound)
    delays_ms = tuple(provider_notes.delays_ms)
    return Round(delays_ms, heard, relay_cores, lips_cores, memory, plan.n_sessions)


def _plain_url(server_url: str) -> str:
    return server_url.replace("http", "ws", 1) + SOCKET_PATH


async def _signed_url(server_url: str) -> str:
    config = {"provider": "elevenlabs", "provider_config": {"agent_id": "bench"}}
    async with httpx.AsyncClient(trust_env=False, timeout=_READY_S) as http:
        answer = await http.post(f"{server_url}/v1/get-signed-url", json={"config": config})
    answer.raise_for_status()
    return answer.json()["signed_url"]


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(one.user + one.system for one in times)


def _rss(processes: Sequence[psutil.Process]) -> int:
    return sum(process.memory_info().rss for process in processes)
