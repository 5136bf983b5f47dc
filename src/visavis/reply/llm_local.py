"""The local language model: a GGUF file through llama.cpp, in process, with a warm prompt cache."""

# xllamacpp is compiled Cython without types; what comes out of it is narrowed in _piece_of.
# pyright: reportAttributeAccessIssue=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from visavis.errors import EngineError
from visavis.machine import resources, thread_ids, yield_to_others
from visavis.reply.answer import ChatMessage

_CONTEXT_TOKENS = 4_096
_SLOTS = 3
"""Prompt caches kept side by side: one conversation does not push out the other's persona, and
judging words disturbs neither."""

_STOP_S = 2.0
"""A model that is stuck can't be stopped; who waited for it goes on."""

_USER_SAYS = "<|im_start|>user\n"
_ENDINGS = ("?", ".", "!", "\n", "<|")
_N_PROBABILITIES = 60


class LlamaCpp:
    """A model in this process. Generation runs in llama.cpp's own threads."""

    def __init__(self, path: Path, *, n_threads: int | None = None) -> None:
        import xllamacpp  # noqa: PLC0415 - an optional extra, 60 MB

        n_threads = n_threads or threads_for(resources().cores)
        params: Any = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = _CONTEXT_TOKENS
        params.n_parallel = _SLOTS
        # By default up to 8 GB of old prompts are kept: users' words, long after they have gone.
        params.cache_ram_mib = 0
        params.cpuparams.n_threads = n_threads
        params.cpuparams.poll = 0  # an idle thread must not burn a core that the voice needs
        params.cpuparams_batch.n_threads = n_threads
        params.cpuparams_batch.poll = 0
        params.n_gpu_layers = 0
        params.verbosity = -1
        before = thread_ids()
        try:
            self._server: Any = xllamacpp.Server(params)
        except Exception as error:  # its C++ exceptions arrive as RuntimeError or worse
            raise EngineError(
                f"{path.name} could not be loaded.", hint="Run `visavis models verify`."
            ) from error
        # Hearing comes first: a guess at an answer must not delay the words that it answers.
        yield_to_others(thread_ids() - before)

    async def stream(
        self, messages: Sequence[ChatMessage], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        """See `LanguageModel.stream`."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        stopped = threading.Event()

        def post(piece: str | Exception | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        def on_chunk(chunk: Any) -> bool:
            """Called by llama.cpp for every token; True stops it."""
            if isinstance(chunk, dict):
                post(_piece_of(chunk))
            return stopped.is_set()

        def generate() -> None:
            try:
                self._server.handle_chat_completions(_request(messages, max_tokens), on_chunk)
            except Exception as error:  # noqa: BLE001 - carried over to the waiting task
                post(EngineError(f"The language model failed: {type(error).__name__}."))
            post(None)

        task = asyncio.create_task(asyncio.to_thread(generate), name="llm")
        try:
            while (piece := await pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                if piece:
                    yield piece
        finally:
            stopped.set()
            await asyncio.wait({task}, timeout=_STOP_S)  # one token, if it is not stuck

    async def p_sentence_end(self, words: str) -> float:
        """Probability 0…1 that a sentence, or a line, ends behind these words.

        One forward pass, about 20 ms alone. Raises EngineError.
        """
        found: list[Any] = []

        def on_answer(answer: Any) -> bool:
            found.append(answer)
            return False

        request = {
            "prompt": _USER_SAYS + words,
            "max_tokens": 1,
            "temperature": 0.0,
            "n_probs": _N_PROBABILITIES,
            "cache_prompt": True,
            "stream": False,
        }
        await asyncio.to_thread(self._server.handle_completions, request, on_answer)
        return _p_end_of(found)

    async def warm(self, messages: Sequence[ChatMessage]) -> None:
        """Fill the prompt cache with the prefix that all prompts of this persona share."""
        async for _ in self.stream(messages, max_tokens=1):
            pass

    async def aclose(self) -> None:
        """See `LanguageModel.aclose`; the C++ side frees its memory with the last reference."""
        self._server = None


def threads_for(n_cores: float) -> int:
    """How many threads to generate with: never all cores.

    llama.cpp's threads wait for each other by spinning. Two of them on two cores are faster than
    one until anything else wants a core, a browser for instance; then they are slower by one or
    two orders of magnitude (docs/first-light.md).
    """
    return max(1, int(n_cores) // 2)


def _request(messages: Sequence[ChatMessage], max_tokens: int) -> dict[str, Any]:
    return {
        "messages": [{"role": m.role, "content": m.content} for m in messages],
        "max_tokens": max_tokens,
        "temperature": 0.0,
        "cache_prompt": True,
        "stream": True,
    }


def _p_end_of(answers: list[Any]) -> float:
    """The shares of the tokens that end a sentence, of what `n_probs` shows."""
    try:
        tokens = answers[0]["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        return sum(math.exp(t["logprob"]) for t in tokens if t["token"].startswith(_ENDINGS))
    except (IndexError, KeyError, TypeError) as error:
        raise EngineError("The language model shows no probabilities.") from error


def _piece_of(chunk: dict[str, Any]) -> str | Exception:
    if "error" in chunk:
        return EngineError("The language model refused the prompt.")
    choices = chunk.get("choices") or [{}]
    return (choices[0].get("delta") or {}).get("content") or ""
