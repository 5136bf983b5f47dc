"""The local language model, for real: what it keeps, and what it forgets."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from visavis.models import SMOLLM2, ModelStore
from visavis.reply.answer import ChatMessage
from visavis.reply.llm_local import LlamaCpp

MB = 1024 * 1024


@pytest.mark.models
def test_old_prompts_are_not_kept(store: ModelStore) -> None:
    """Each of these would leave about 9 MB behind, for as long as the server runs."""
    llm = LlamaCpp(store.path(SMOLLM2))
    me = psutil.Process()

    async def say(n: int) -> None:
        words = " ".join(f"{n} {word}" for word in range(80))
        await llm.warm([ChatMessage("system", words), ChatMessage("user", "Hello")])

    async def main() -> int:
        await say(0)
        before = me.memory_info().rss
        for n in range(1, 7):
            await say(n)
        grown = me.memory_info().rss - before
        await llm.aclose()
        return grown

    assert asyncio.run(main()) < 20 * MB
