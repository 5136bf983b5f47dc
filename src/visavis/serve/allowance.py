"""What guessing may cost: who pays for a language model decides whether it is asked in vain.

A model on this machine costs nothing but time, so an answer is begun before it is certain that the
user has finished. An endpoint that bills for tokens is asked only once the turn is committed,
unless the operator allows more, and then only so many tokens a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

CHARS_A_TOKEN = 4
"""OpenAI's own rule of thumb for English. An endpoint tells what it billed only at the end of an
answer, and what is discarded does not get there."""

MAX_DISCARDED_TOKENS = 6_000
"""A discarded answer costs about 300 tokens, prompt included; a question is guessed at two or three
times. So this is some twenty wrong guesses, a few minutes of talk."""


class Guessing(Enum):
    """When the language model may be asked for an answer that perhaps nobody hears."""

    FREE = "free"
    CAPPED = "capped"
    NEVER = "never"


class Ahead(Enum):
    """Whether an engine may work for a turn that perhaps goes on."""

    FREELY = "freely"
    """It costs nothing but time."""
    WHEN_WANTED = "when wanted"
    """Somebody pays for each request."""


@dataclass(frozen=True, slots=True)
class Speculation:
    """A server's rule."""

    guessing: Guessing = Guessing.FREE
    max_discarded_tokens: int = MAX_DISCARDED_TOKENS
    """For each conversation; counts where guessing is CAPPED."""


@dataclass(slots=True)
class TokenCount:
    """Of all conversations of a server, estimated at CHARS_A_TOKEN; only ever goes up."""

    asked: int = 0
    """Prompts and answers, of every call of the language model."""
    discarded: int = 0
    """Of those: for answers that were given up before their turn was committed."""
    capped_conversations: int = 0
    """How many came to the end of what they may discard."""


class Bill:
    """What one answer has cost so far."""

    def __init__(self, count: TokenCount) -> None:
        self._count = count
        self._n_chars = 0

    @property
    def n_tokens(self) -> int:
        """Estimated, prompt included."""
        return tokens_in(self._n_chars)

    def add(self, n_chars: int) -> None:
        """So much was sent to the model, or came from it."""
        before = self.n_tokens
        self._n_chars += n_chars
        self._count.asked += self.n_tokens - before


class Allowance:
    """What one conversation may still discard."""

    def __init__(self, speculation: Speculation, count: TokenCount) -> None:
        self._speculation = speculation
        self._count = count
        self._n_discarded = 0
        self._used_up = False

    def may_guess(self, n_tokens: int) -> bool:
        """Whether an answer of at most `n_tokens`, prompt included, may be begun for nothing.

        Once the answer is no, it stays no: what is left over is not spent on shorter ones.
        """
        match self._speculation.guessing:
            case Guessing.FREE:
                return True
            case Guessing.NEVER:
                return False
            case Guessing.CAPPED:
                if self._n_discarded + n_tokens > self._speculation.max_discarded_tokens:
                    self._count.capped_conversations += not self._used_up
                    self._used_up = True
                return not self._used_up

    def new_bill(self) -> Bill:
        """For the next answer."""
        return Bill(self._count)

    def discard(self, bill: Bill) -> None:
        """An answer was given up before its turn was committed."""
        self._n_discarded += bill.n_tokens
        self._count.discarded += bill.n_tokens


def tokens_in(n_chars: int) -> int:
    """An estimate, rounded up."""
    return -(-n_chars // CHARS_A_TOKEN)
