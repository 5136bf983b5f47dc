"""Any OpenAI-compatible endpoint as a language model. Importing this takes most of a second."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence

from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError, Timeout
from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionChunk,
    ChatCompletionMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionUserMessageParam,
)

from visavis.errors import ProviderError
from visavis.reply.answer import ChatMessage

_TIMEOUT = Timeout(20.0, connect=5.0)
"""Between two pieces. Nobody waits longer for an answer; the SDK would, ten minutes."""

# At DEBUG older versions of the SDK log whole requests, and so what a user said.
logging.getLogger("openai").setLevel(logging.WARNING)


class OpenAICompatible:
    """Any endpoint that speaks OpenAI's chat completions.

    The key is read from the environment by the SDK or passed in; it is never logged.
    """

    def __init__(self, *, model: str, base_url: str | None = None, api_key: str | None = None):
        self._model = model
        try:
            self._client = AsyncOpenAI(
                base_url=base_url, api_key=api_key, max_retries=1, timeout=_TIMEOUT
            )
        except OpenAIError as error:
            raise ProviderError(
                "The language model has no API key.", hint="Set OPENAI_API_KEY, or any text."
            ) from error

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        """See `LanguageModel.stream`."""
        n_pieces = 0
        try:
            chunks = await self._client.chat.completions.create(
                model=self._model,
                messages=[_as_param(message) for message in messages],
                max_tokens=max_tokens,
                temperature=0.0,
                stream=True,
            )
            async with chunks:
                async for chunk in chunks:
                    text = _text_of(chunk)
                    n_pieces += text is not None
                    if text:
                        yield text
        except APIStatusError as error:
            raise ProviderError(
                f"The language model's endpoint answered with status {error.status_code}.",
                hint="Check its address, the model's name and the key.",
            ) from error
        except APIConnectionError as error:
            raise ProviderError(
                "The language model's endpoint can't be reached.", hint="Check its address."
            ) from error
        except (OpenAIError, ValueError) as error:  # an error in the stream, or no JSON in it
            raise ProviderError(
                "The language model's endpoint broke off its answer.", hint="Ask again."
            ) from error
        if n_pieces == 0:  # a web page, most likely: the SDK skips what is no event
            raise ProviderError(
                "The language model's endpoint sent no answer.", hint="Check its address."
            )

    async def warm(self, messages: Sequence[ChatMessage]) -> None:
        """Nothing: a remote endpoint keeps its own caches, and a call would cost money."""

    async def aclose(self) -> None:
        """See `LanguageModel.aclose`."""
        await self._client.close()


def _text_of(chunk: ChatCompletionChunk) -> str | None:
    """Its text; None if it has no part in the answer (some only count tokens).

    Raises:
        ValueError: the SDK passes on whatever JSON came, whatever its type says.
    """
    try:
        return (chunk.choices[0].delta.content or "") if chunk.choices else None
    except (AttributeError, TypeError, LookupError) as error:
        raise ValueError("not a chat completion chunk") from error


def _as_param(message: ChatMessage) -> ChatCompletionMessageParam:
    match message.role:
        case "system":
            return ChatCompletionSystemMessageParam(role="system", content=message.content)
        case "user":
            return ChatCompletionUserMessageParam(role="user", content=message.content)
        case "assistant":
            return ChatCompletionAssistantMessageParam(role="assistant", content=message.content)
