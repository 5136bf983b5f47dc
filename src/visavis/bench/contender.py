"""Who is being measured, behind one port; and the interleaved run over several of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from visavis.bench.recording import Recording
from visavis.bench.turns import Turn


class Conversation(Protocol):
    """One open conversation with a contender."""

    async def ask(self, recording: Recording) -> Turn:
        """Say it in real time, hear the answer begin, stop the answer; ready for the next one."""
        ...


class Contender(Protocol):
    """A voice agent under test, its server running."""

    @property
    def name(self) -> str:
        """As it is called in figures: `visavis`, `pipecat_default`."""
        ...

    def conversation(self) -> AbstractAsyncContextManager[Conversation]:
        """Connect, let the greeting pass."""
        ...


async def run(
    contenders: Sequence[Contender],
    recordings: Sequence[Recording],
    per_conversation: int,
    note: Callable[[Turn], None],
) -> None:
    """Ask every contender everything, `per_conversation` questions a conversation, in turn.

    Each block of questions goes to all contenders one after the other, whose order rotates, so that
    what else the machine does falls on all alike. One conversation is open at a time.
    """
    for block, first in enumerate(range(0, len(recordings), per_conversation)):
        asked = recordings[first : first + per_conversation]
        shift = block % len(contenders)
        for contender in [*contenders[shift:], *contenders[:shift]]:
            async for turn in _one_conversation(contender, asked):
                note(turn)


async def _one_conversation(
    contender: Contender, asked: Sequence[Recording]
) -> AsyncGenerator[Turn, None]:
    async with contender.conversation() as conversation:
        for index, recording in enumerate(asked):
            turn = await conversation.ask(recording)
            turn.contender = contender.name
            turn.warmth = "warm" if index else "cold"
            yield turn
