"""When has the user finished? From all signs of it to one continuous delay. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

SHORTEST_DELAY_MS = 130.0
"""Silence after the last voiced sample at which a surely finished turn is answered."""

LONGEST_DELAY_MS = 1_200.0
"""Silence after which even a turn that sounds unfinished is answered."""

UNSCORED_AUDIO = 0.5
UNSCORED_WORDS = 0.3
"""Assumed of a sign that has not come: neither for an end nor against it."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells whether a turn is over. None: not known (yet)."""

    p_audio: float | None = None
    """From the melody, 0…1: the end-of-turn model's."""
    p_words: float | None = None
    """From the words, 0…1: how likely the language model thinks an end here."""
    text: str = ""


CommitRule = Callable[[Signs], float]
"""Silence, in ms after the last voiced sample, at which the reply is revealed."""

# A turn that ends on one of these words goes on, whatever the melody says.
_DANGLING = frozenset(
    """
    a an the and or but so because if that which who with without of to for from in on at by as
    than my your his her its our their is are was were am be um uh er hmm like
    about into i'm it's
    """.split()
)
_LAST_WORD = re.compile(r"([a-z']+)\W*$", re.IGNORECASE)

MANY_WORDS = 10
"""More of them say nothing more: whoever has said ten words may have finished any time."""

# Logistic regression, fitted on the fit voices by `visavis bench rule --split fit`.
_BIAS = -1.779
_PER_AUDIO = 0.143
_PER_WORDS = 0.553
_PER_DANGLING = -1.761
_PER_WORD = 0.5413
_STEEPNESS = 1.0


def is_dangling(text: str) -> bool:
    """Whether the last word promises another one; "Where are you from?" does not."""
    match = _LAST_WORD.search(text)
    dangles = match is not None and match.group(1).lower() in _DANGLING
    return dangles and not text.rstrip().endswith("?")


def count_words(text: str) -> int:
    """How many there are, up to MANY_WORDS: most pauses come early."""
    return min(MANY_WORDS, len(text.split()))


def p_finished(signs: Signs) -> float:
    """Probability 0…1 that the turn is over, from all signs together."""
    p_audio = UNSCORED_AUDIO if signs.p_audio is None else signs.p_audio
    p_words = UNSCORED_WORDS if signs.p_words is None else signs.p_words
    odds = (
        _BIAS
        + _PER_AUDIO * logit(p_audio)
        + _PER_WORDS * logit(p_words)
        + _PER_DANGLING * is_dangling(signs.text)
        + _PER_WORD * count_words(signs.text)
    )
    return 1.0 / (1.0 + math.exp(-odds))


def commit_rule(signs: Signs) -> float:
    """The `CommitRule` in force: falls smoothly from LONGEST to SHORTEST as the turn is surer."""
    unsure = 1.0 - p_finished(signs)
    return SHORTEST_DELAY_MS + (LONGEST_DELAY_MS - SHORTEST_DELAY_MS) * unsure**_STEEPNESS


def logit(p: float) -> float:
    """Log odds; probabilities beyond 0.001 and 0.999 count as those."""
    p = min(0.999, max(0.001, p))
    return math.log(p / (1.0 - p))
