"""When has the user finished? From all signs of it to one continuous delay. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from operator import mul

SHORTEST_DELAY_MS = 100.0
"""Silence after the last voiced sample at which a surely finished turn is answered."""

LONGEST_DELAY_MS = 1_800.0
"""Silence after which even a turn that sounds unfinished is answered."""

STEEPNESS = 0.7
"""Of the curve between the two; all three chosen by `visavis bench rule --split fit`."""

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
    likeness: float | None = None
    """How like a question that the persona knows the text is, 0…1: the cosine with its nearest."""


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
_DIGITS = frozenset("zero oh one two three four five six seven eight nine double triple".split())
_ASKING = frozenset("what who where when why how which whose".split())
_FIRST_WORD = re.compile(r"\W*([a-z']+)", re.IGNORECASE)
_LAST_WORD = re.compile(r"([a-z']+)\W*$", re.IGNORECASE)
_SPELLED = re.compile(r"(\d|\b[a-z])\W*$", re.IGNORECASE)

_MOST_ODDS_DANGLING = -1.5
"""However long the sentence is, where no language model judges the words."""

MANY_WORDS = 10
"""More of them say nothing more: whoever has said ten words may have finished any time."""

SOMEWHAT_LIKE, NEARLY = 0.85, 0.95
"""Cosines between which a question turns into a known one."""

LONG_WORD = 8
"""Letters of a last word; more of them say nothing more."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The signs as numbers, and by the same names what each of them weighs."""

    always: float
    audio: float
    """Log odds of an end, by the melody."""
    words: float
    """Log odds of an end, by the language model."""
    spelling: float
    """1 if the last word is a digit or a letter: numbers and names are dictated in pieces."""
    n_words: float
    asking: float
    """1 if it begins with what, who, how…: such questions are seldom continued."""
    known: float
    """1 if it is nearly a question that the persona knows, 0 if it is only somewhat like one."""
    last_letters: float
    """Of the last word: short ones ("about", "in") are seldom the last."""


# Logistic regression, fitted on the fit voices by `visavis bench rule --split fit`.
WEIGHTS = Evidence(
    always=-5.713,
    audio=0.319,
    words=0.692,
    spelling=-2.403,
    n_words=1.118,
    asking=1.657,
    known=2.161,
    last_letters=0.119,
)


def evidence(signs: Signs) -> Evidence:
    """What the signs say, each by itself; a missing sign says what is usual."""
    last = _LAST_WORD.search(signs.text)
    first = _FIRST_WORD.match(signs.text)
    return Evidence(
        always=1.0,
        audio=logit(UNSCORED_AUDIO if signs.p_audio is None else signs.p_audio),
        words=logit(UNSCORED_WORDS if signs.p_words is None else signs.p_words),
        spelling=float(is_spelling(signs.text)),
        n_words=min(MANY_WORDS, len(signs.text.split())),
        asking=float(first is not None and first.group(1).lower() in _ASKING),
        known=_how_known(signs.likeness or 0.0),
        last_letters=min(LONG_WORD, len(last.group(1))) if last is not None else 0.0,
    )


def is_dangling(text: str) -> bool:
    """Whether the last word promises another one; "Where are you from?" does not."""
    match = _LAST_WORD.search(text)
    dangles = match is not None and match.group(1).lower() in _DANGLING
    return dangles and not text.rstrip().endswith("?")


def is_spelling(text: str) -> bool:
    """Whether it ends on a digit or a letter: more may follow, of a number or a name."""
    last = _LAST_WORD.search(text)
    said = last is not None and last.group(1).lower() in _DIGITS
    return said or _SPELLED.search(text) is not None


def _how_known(likeness: float) -> float:
    return min(1.0, max(0.0, (likeness - SOMEWHAT_LIKE) / (NEARLY - SOMEWHAT_LIKE)))


def p_finished(signs: Signs, weights: Evidence = WEIGHTS) -> float:
    """Probability 0…1 that the turn is over, from all signs together."""
    odds = sum(map(mul, astuple(weights), astuple(evidence(signs))))
    if signs.p_words is None and is_dangling(signs.text):
        odds = min(odds, _MOST_ODDS_DANGLING)
    return 1.0 / (1.0 + math.exp(-odds))


def commit_rule(signs: Signs) -> float:
    """The `CommitRule` in force: falls smoothly from LONGEST to SHORTEST as the turn is surer."""
    unsure = 1.0 - p_finished(signs)
    return SHORTEST_DELAY_MS + (LONGEST_DELAY_MS - SHORTEST_DELAY_MS) * unsure**STEEPNESS


def logit(p: float) -> float:
    """Log odds; probabilities beyond 0.001 and 0.999 count as those."""
    p = min(0.999, max(0.001, p))
    return math.log(p / (1.0 - p))
