"""How sessions through the gateway end, and what goes wrong in them."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import (
    CONVAI,
    PCM,
    WAIT_S,
    House,
    closed_by,
    frames_until,
    is_shut,
    serving,
)
from tests.serve.scripted_elevenlabs import SIGNATURE, provider


@pytest.mark.parametrize("code", [1000, 1008, 4999])
def test_closes_are_carried_over_both_ways(code: int) -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.close(code, "as I said")

    async def provider_leaves(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send("x")
            assert await closed_by(peer) == (code, "as I said")

    serving(provider_leaves, leave)

    async def client_leaves(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.close(code, "as you said")
        assert await asyncio.wait_for(house.behind.closes.get(), WAIT_S) == code

    serving(client_leaves)


def test_a_provider_that_breaks_off_in_the_middle_of_a_frame() -> None:
    async def break_off(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(json.dumps(script.metadata()))
        socket.transport.write(b"\x81\x7e\x40\x00{")  # a text frame of 16 KiB, and one byte of it
        socket.transport.abort()

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send("x")
            assert json.loads(await peer.recv()) == script.metadata()
            error = json.loads(await peer.recv())
            assert error["error_event"]["error_type"] == "http_exception"
            assert (await closed_by(peer))[0] == error["error_event"]["code"]
        await house.still_works()

    serving(visit, break_off)


def test_a_provider_that_sends_fifty_megabytes() -> None:
    async def flood(socket: ServerConnection) -> None:
        await socket.send("x" * 50_000_000)

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            error = json.loads(await peer.recv())
            assert error["type"] == "error"
            await closed_by(peer)
        await house.still_works()

    serving(visit, flood)


def test_a_client_that_sends_fifty_megabytes() -> None:
    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            with pytest.raises(ConnectionClosed):
                await peer.send("x" * 50_000_000)
                await closed_by(peer)
                raise ConnectionClosed(None, None)
        await house.still_works()

    serving(visit)


def test_a_client_that_vanishes() -> None:
    async def visit(house: House) -> None:
        peer = await connect(await house.url(), subprotocols=CONVAI)
        await peer.send("x")
        peer.transport.abort()
        await asyncio.wait_for(house.behind.closes.get(), WAIT_S)
        await house.still_works()

    serving(visit)


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"audio"',
        '{"type":"audio","audio_event":{"audio_base_64":"%%%","event_id":1}}',
        json.dumps(script.audio(b"\0\0\0", 1)),
        json.dumps(script.metadata("opus_48000")),
        "[" * 50_000,
    ],
    ids=["cut", "base64", "half a sample", "format", "deep"],
)
def test_frames_that_make_no_sense_pass_and_harm_nobody(frame: str) -> None:
    async def say(socket: ServerConnection) -> None:
        await socket.recv()
        for text in (json.dumps(script.metadata()), frame, json.dumps(script.audio(PCM, 2))):
            await socket.send(text)
        await script.until_closed(socket)

    async def visit(house: House) -> None:
        async with connect(await house.url(), subprotocols=CONVAI) as peer:
            await peer.send("x")
            await peer.recv()
            assert await peer.recv() == frame
            await frames_until(peer, is_shut)
        assert "unreadable_frames_total 1.0" in (await house.get("/metrics")).text

    serving(visit, say)


def test_a_provider_that_sends_the_session_elsewhere() -> None:
    async def visit(house: House) -> None:
        url = await house.url()
        async with provider(script.until_closed) as elsewhere:
            there = elsewhere.url.replace("http", "ws", 1)
            house.behind.redirect_to = f"{there}/?conversation_signature={SIGNATURE}"
            async with connect(url, subprotocols=CONVAI) as peer:
                error = json.loads(await peer.recv())
                assert "can't be reached" in error["error_event"]["message"]
                await closed_by(peer)
            assert elsewhere.closes.empty(), "a redirect is not followed"

    serving(visit)
