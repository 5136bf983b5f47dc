"""Tickets are taken once: in memory, and in a real Redis by several processes."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from visavis.clock import ManualClock
from visavis.errors import BusyError, SetupError
from visavis.serve.rates import MAX_ADDRESSES, Rates
from visavis.serve.tickets import (
    MAX_TICKETS,
    TICKET_S,
    MemoryStore,
    RedisStore,
    StoreError,
    Ticket,
    Tickets,
)

TICKET = Ticket("elevenlabs", "wss://host/?signature=1", {"name": "Ada", "vip": True}, 24_000)


def test_a_ticket_is_taken_once_and_expires() -> None:
    async def main() -> None:
        clock = ManualClock()
        tickets = Tickets(MemoryStore(clock))
        token, late = await tickets.issue(TICKET), await tickets.issue(TICKET)
        assert token != late
        assert await tickets.take(token) == TICKET
        for wrong in (token, "", "x", "é" * 50, late + "x" * 100):
            assert await tickets.take(wrong) is None
        clock.advance(TICKET_S * 1_000)
        assert await tickets.take(late) is None

    asyncio.run(main())


def test_memory_is_bounded_and_freed_by_time() -> None:
    async def main() -> None:
        clock = ManualClock()
        store = MemoryStore(clock)
        for number in range(MAX_TICKETS):
            await store.put(str(number), b"x", 1.0)
        with pytest.raises(BusyError):
            await store.put("one more", b"x", 1.0)
        clock.advance(1_000)
        await store.put("one more", b"x", 1.0)
        assert await store.take("0") is None
        assert await store.take("one more") == b"x"

    asyncio.run(main())


def test_secrets_do_not_show() -> None:
    assert "signature" not in repr(TICKET)
    assert "Ada" not in repr(TICKET)


def test_rates_are_a_bucket_for_each_address() -> None:
    clock = ManualClock()
    rates = Rates(2, clock)
    assert [rates.wait_s("a") for _ in range(3)] == [0.0, 0.0, 30.0]
    assert rates.wait_s("b") == 0.0
    clock.advance(29_000)
    assert rates.wait_s("a") == pytest.approx(1.0)
    clock.advance(1_000)
    assert rates.wait_s("a") == 0.0
    clock.advance(3_600_000)
    assert [rates.wait_s("a") for _ in range(3)] == [0.0, 0.0, 30.0], "no more than a minute's"
    for number in range(MAX_ADDRESSES):
        rates.wait_s(str(number))
    assert len(rates._left) == MAX_ADDRESSES  # pyright: ignore[reportPrivateUsage]


# ------------------------------------------------------------------ redis


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A real server on a free port, of this test alone."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.fail("no redis-server on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(
        [program, *options, "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20.0
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            assert time.monotonic() < end, "redis-server does not come up"
            time.sleep(0.02)
        else:
            return


_TAKER = """
import asyncio, json, sys
from visavis.serve.tickets import RedisStore, Tickets

async def main():
    tickets = Tickets(RedisStore(sys.argv[1]))
    tokens = json.loads(sys.stdin.readline())
    print(json.dumps([(await tickets.take(token)) is not None for token in tokens]))
    await tickets.aclose()

asyncio.run(main())
"""


@pytest.mark.redis
def test_of_several_processes_one_gets_the_ticket(redis_url: str) -> None:
    async def issue() -> list[str]:
        tickets = Tickets(RedisStore(redis_url))
        await tickets.check()
        tokens = [await tickets.issue(TICKET) for _ in range(200)]
        await tickets.aclose()
        return tokens

    tokens = asyncio.run(issue())
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", _TAKER, redis_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for taker in takers:
        assert taker.stdin is not None
        taker.stdin.write(json.dumps(tokens) + "\n")
        taker.stdin.flush()
    taken = [json.loads(taker.communicate(timeout=60)[0]) for taker in takers]
    assert [sum(one) for one in zip(*taken, strict=True)] == [1] * len(tokens)


@pytest.mark.redis
def test_redis_keeps_tickets_whole_and_not_for_ever(redis_url: str) -> None:
    async def main() -> None:
        store = RedisStore(redis_url)
        tickets = Tickets(store)
        token = await tickets.issue(TICKET)
        assert await tickets.take(token) == TICKET
        assert await tickets.take(token) is None
        await store.put("short", b"x", 0.05)
        await asyncio.sleep(0.2)  # the server's own clock decides
        assert await store.take("short") is None
        await tickets.aclose()

    asyncio.run(main())


@pytest.mark.redis
def test_a_store_that_is_gone_is_named_without_its_address() -> None:
    async def main() -> None:
        tickets = Tickets(RedisStore("redis://:pass-1234@127.0.0.1:1/0"))
        with pytest.raises(StoreError) as raised:
            await tickets.issue(TICKET)
        await tickets.aclose()
        text = f"{raised.value} {raised.value.hint} {raised.value.__cause__}"
        assert "pass-1234" not in text
        assert "VISAVIS_REDIS_URL" in text

    asyncio.run(main())


@pytest.mark.redis
def test_a_wrong_address_is_said_at_once() -> None:
    with pytest.raises(SetupError, match="no address"):
        RedisStore("http://host")
