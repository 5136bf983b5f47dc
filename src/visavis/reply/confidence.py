"""How sure may one be that the nearest fact answers the question? Pure.

Nearness alone does not tell: a question about the price of a hotel is near to the price of a
ticket. So six things are weighed against each other, and the weights are learnt from the personas
themselves: `visavis bench answers --fit` leaves out one phrasing at a time (its fact should be
found), then the phrasing's whole fact (nothing should be), then each `beyond` question (nothing
should be). No question of the benchmark is used for the weights.
"""

from __future__ import annotations

import math
import re
from dataclasses import astuple, dataclass
from typing import Literal

QuestionKind = Literal["who", "when", "where", "quantity", "why", "how", "what", "other"]

_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    ("who", re.compile(r"\bwho(se|m)?\b")),
    ("when", re.compile(r"\b(when|what time|until when|how late|since when)\b")),
    ("where", re.compile(r"\b(where|which way|which room)\b")),
    (
        "quantity",
        re.compile(
            r"\bhow (much|many|expensive|big|old|far|heavy|high|long|fast|often|tall|deep)\b"
        ),
    ),
    ("why", re.compile(r"\bwhy\b")),
    ("how", re.compile(r"\bhow\b")),
    ("what", re.compile(r"\b(what|which)\b")),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against the nearest fact. Cosines are of sentence vectors."""

    nearest: float
    """Mean cosine of the fact's three nearest phrasings."""
    phrasing: float
    """Cosine with the nearest phrasing of all facts."""
    ahead: float
    """How far that is above the same figure of the next best fact."""
    answer: float
    """Cosine of the question with the fact's answer."""
    beyond: float
    """Cosine with the nearest question that is known to be beyond the facts."""
    same_kind: float
    """Share of the fact's phrasings that ask in the same way (who, when, how much ...)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over `Evidence`, in its order, and a bias."""

    nearest: float
    phrasing: float
    ahead: float
    answer: float
    beyond: float
    same_kind: float
    bias: float


FITTED = Weights(
    nearest=5.02, phrasing=6.26, ahead=3.53, answer=3.55, beyond=-8.23, same_kind=1.13, bias=-6.16
)
"""Printed by `visavis bench answers --fit`; docs/answers.md says how good they are."""


def confidence(evidence: Evidence, weights: Weights = FITTED) -> float:
    """Return how sure one may be, 0 to 1. A score to compare with fitted thresholds: it is a
    probability only of the leave-one-out questions it was learnt from."""
    *factors, bias = astuple(weights)
    total = bias + sum(f * value for f, value in zip(factors, astuple(evidence), strict=True))
    return 1.0 / (1.0 + math.exp(-total))


def question_kind(text: str) -> QuestionKind:
    """Return what the question asks for, by its question word."""
    plain = text.casefold()
    for kind, pattern in _KINDS:
        if pattern.search(plain):
            return kind
    return "other"
