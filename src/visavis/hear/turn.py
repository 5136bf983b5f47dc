"""When has the user finished? From the end-of-turn probability to one continuous delay. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

SHORTEST_DELAY_MS = 180.0
"""Silence after the last voiced sample at which a surely finished turn is answered."""

LONGEST_DELAY_MS = 1_500.0
"""Silence after which even a turn that sounds unfinished is answered."""

UNSCORED_P_END = 0.5
"""Assumed until the audio model has spoken."""

# A turn that ends on one of these words goes on, whatever the melody says.
_DANGLING = frozenset(
    """
    a an the and or but so because if that which who with without of to for from in on at by as
    than my your his her its our their is are was were am be um uh er hmm like
    about into i'm it's
    """.split()
)
_DANGLING_FACTOR = 0.25
CommitRule = Callable[[float, str], float]
"""End-of-turn probability 0…1 and the words so far -> silence, in ms after the last voiced sample,
at which the reply is revealed."""

_LAST_WORD = re.compile(r"([a-z']+)\W*$", re.IGNORECASE)


def p_end_with_words(p_end: float, text: str) -> float:
    """Lower the audio model's probability if the last word promises another one."""
    return p_end * p_complete(text)


def p_complete(text: str) -> float:
    """How likely, 0…1, these words are a whole turn: low if the last one promises another."""
    match = _LAST_WORD.search(text)
    if match and match.group(1).lower() in _DANGLING and not text.rstrip().endswith("?"):
        return _DANGLING_FACTOR
    return 1.0


def commit_rule(p_end: float, text: str) -> float:
    """The `CommitRule` in force."""
    return commit_delay_ms(p_end_with_words(p_end, text))


def commit_delay_ms(p_end: float) -> float:
    """Silence, in ms after the last voiced sample, at which the reply is revealed.

    Falls smoothly from LONGEST to SHORTEST as `p_end` (0…1) rises. The square keeps likely ends
    fast: 0.9 waits 193 ms, 0.5 waits 510 ms. The curve is provisional, not fitted to a corpus.
    """
    p_end = min(1.0, max(0.0, p_end))
    return SHORTEST_DELAY_MS + (LONGEST_DELAY_MS - SHORTEST_DELAY_MS) * (1.0 - p_end) ** 2
