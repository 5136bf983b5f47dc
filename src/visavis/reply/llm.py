"""The port behind which language models live: llm_local.py, llm_openai.py."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from visavis.reply.answer import ChatMessage


class LanguageModel(Protocol):
    """Streams a reply."""

    def stream(self, messages: Sequence[ChatMessage], max_tokens: int) -> AsyncGenerator[str, None]:
        """Pieces of text as they are generated, joined they are the reply.

        Close the iterator (`contextlib.aclosing`) or cancel its task to stop the generation; the
        model then stops within one token.

        Raises:
            EngineError: the model failed. ProviderError: the endpoint failed or refused.
        """
        ...

    async def warm(self, messages: Sequence[ChatMessage]) -> None:
        """Prepare for prompts that begin like this one."""
        ...

    async def aclose(self) -> None:
        """Free memory and connections. Idempotent."""
        ...
