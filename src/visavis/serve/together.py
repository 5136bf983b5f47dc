"""Several pieces of work of one session: none outlives the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

Works = Mapping[str, Coroutine[Any, Any, None]]
"""By the name that its task has."""


async def until_one_ends(works: Works) -> None:
    """Run all of them until one ends; the others are cancelled. Raises what that one raised."""
    tasks = _begun(works)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _ended(tasks)
    for task in done:
        task.result()


@asynccontextmanager
async def beside(works: Works) -> AsyncGenerator[None, None]:
    """While it is entered they run. What they raise they must tell of themselves."""
    tasks = _begun(works)
    try:
        yield
    finally:
        await _ended(tasks)


def _begun(works: Works) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(work, name=name) for name, work in works.items()]


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
