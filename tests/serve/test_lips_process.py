"""Lips in a process of their own: the same shapes, and sessions that outlive it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection

from tests.lips.ear_by_hand import weights_file
from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import (
    CONVAI,
    INITIATION,
    PCM,
    WAIT_S,
    House,
    desk_here,
    frames_until,
    is_shut,
    listening,
    talk,
    value_of,
)
from tests.serve.scripted_elevenlabs import KEY, provider
from visavis.lips.net import weights_from
from visavis.serve.app import create_gateway_app
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.lips_desk import Desk
from visavis.serve.lips_pipe import Kind, Packet, Unpacker, counted, packed, tally_of
from visavis.serve.lips_process import LipsProcess
from visavis.serve.settings import ServeSettings
from visavis.wire.relay import Tally

EAR = weights_file(3)


def ear_in(folder: Path) -> Path:
    file = folder / "ear.npz"
    file.write_bytes(EAR)
    return file


def workers() -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "visavis.serve.lips_worker" in child.cmdline():
                found.append(child)
    return found


def serving(
    visit: Callable[[House], Awaitable[None]],
    desk: Desk,
    play: Callable[[ServerConnection], Awaitable[None]] = talk,
) -> None:
    async def main() -> None:
        async with provider(play) as behind:
            own = GatewaySettings(elevenlabs_url=behind.url, elevenlabs_key=SecretStr(KEY))
            app = create_gateway_app(ServeSettings(), own, desk=desk)
            async with asyncio.timeout(60), listening(app) as address:
                await visit(House(address, behind, None))
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        assert not left, left

    asyncio.run(main())
    assert not workers()


def shapes_of(frames: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """What a client knows in the end: each message voids what was told from its sample on."""
    known: list[tuple[int, int]] = []
    for one in frames:
        if one["type"] == "visavis.visemes":
            known = [cue for cue in known if cue[0] < one["from_sample"]]
            known += [(cue["at_sample"], cue["viseme"]) for cue in one["cues"]]
    return known


def test_they_are_the_same_as_on_the_event_loop(tmp_path: Path) -> None:
    found: list[list[tuple[int, int]]] = []

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send(json.dumps(INITIATION))
            frames = await frames_until(peer, is_shut)
        assert frames[:3] == [script.metadata(), script.ping(1), script.audio(PCM, 2)]
        found.append(shapes_of(frames))
        metrics = (await house.get("/metrics")).text
        n_sent = value_of("visavis_cues_sent_total", metrics)
        assert n_sent >= len(found[-1]) > 3
        assert value_of("visavis_cue_margin_ms_count", metrics) == n_sent
        assert value_of("visavis_gateway_speeches_total", metrics) == 1

    serving(visit, LipsProcess(ear_in(tmp_path)))
    serving(visit, desk_here(lambda: weights_from(EAR)))
    assert found[0] == found[1]


async def say_on_demand(socket: ServerConnection) -> None:
    """A second of sound for each frame of the client's."""
    await socket.recv()
    await socket.send(json.dumps(script.metadata()))
    event_id = 0
    async for frame in socket:
        event_id += 1
        await socket.send(json.dumps(script.audio(PCM, event_id)))
        await socket.send(frame)


async def until_echo(peer: Any, text: str) -> list[dict[str, Any]]:
    await peer.send(json.dumps({"echo": text}))
    found: list[dict[str, Any]] = []
    while True:
        frame = json.loads(await asyncio.wait_for(peer.recv(), WAIT_S))
        if frame.get("echo") == text:
            return found
        found.append(frame)


def test_a_process_that_hangs_holds_up_no_frame(tmp_path: Path) -> None:
    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send(json.dumps(INITIATION))
            await until_echo(peer, "before")
            (worker,) = workers()
            worker.suspend()
            passed = [await until_echo(peer, f"frame {n}") for n in range(20)]
            assert all(any(one["type"] == "audio" for one in frames) for frames in passed)
            worker.resume()
            await frames_until(peer, lambda one: one["type"] == "visavis.visemes")

    serving(visit, LipsProcess(ear_in(tmp_path)), say_on_demand)


def test_sessions_outlive_a_process_that_dies(tmp_path: Path) -> None:
    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send(json.dumps(INITIATION))
            await until_echo(peer, "before")
            (worker,) = workers()
            worker.kill()
            frames = await frames_until(peer, lambda one: one.get("code") == "lips_lost")
            assert frames[-1]["type"] == "visavis.notice"
            assert any(one["type"] == "audio" for one in await until_echo(peer, "after"))
            async with connect(await house.url(), subprotocols=CONVAI) as other:
                await other.send(json.dumps(INITIATION))
                await until_echo(other, "lips")
                await frames_until(other, lambda one: one["type"] == "visavis.visemes")
        await house.still_works()

    serving(visit, LipsProcess(ear_in(tmp_path)), say_on_demand)


def test_without_a_process_a_session_is_told_so_once_it_stands(tmp_path: Path) -> None:
    """A file that is no ear: the process ends before it is ready, the gateway does not."""
    broken = tmp_path / "ear.npz"
    broken.write_bytes(b"no weights")

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send(json.dumps(INITIATION))
            frames = await until_echo(peer, "here")
            frames += await until_echo(peer, "and here")
        assert frames[0] == script.metadata()
        kinds = [one["type"] for one in frames[1:]]
        assert sorted(kinds) == ["audio", "audio", "visavis.notice"]

    serving(visit, LipsProcess(broken), say_on_demand)


packets = st.builds(
    Packet,
    st.sampled_from(Kind),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=60),
    st.floats(allow_nan=False),
)


@given(st.lists(packets, max_size=8), st.integers(1, 50))
def test_packets_come_out_as_they_went_in_however_they_were_cut(
    sent: list[Packet], cut: int
) -> None:
    data, unpacker = b"".join(map(packed, sent)), Unpacker()
    pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
    assert [packet for piece in pieces for packet in unpacker.push(piece)] == sent


counts = st.integers(0, 2**32 - 1)


@given(counts, counts, counts, st.lists(st.floats(width=32, allow_nan=False), max_size=256))
def test_what_was_counted_arrives(
    n_cues: int, n_late: int, n_speeches: int, margins_ms: list[float]
) -> None:
    tally = Tally(n_cues, n_late, n_speeches=n_speeches)
    tally.margins_ms.extend(margins_ms)
    assert tally_of(counted(tally)) == tally
