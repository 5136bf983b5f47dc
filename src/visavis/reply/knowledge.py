"""What the persona knows: which of its facts is this question about, and how sure is that?

Every phrasing of every fact becomes a sentence vector; a question is compared with all of them,
and a fact is as near as the mean of its three nearest phrasings (one lucky phrasing is not
enough). `reply.confidence` weighs what that says, `reply.answer` decides what to do. Pure: the
embedder is a port. Why vectors and not word counts: docs/answers.md has the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.reply.confidence import Evidence, confidence, question_kind
from visavis.reply.persona import Fact, Persona

Floats = NDArray[np.float32]

N_NEAREST = 4
"""Facts listed in a finding: what a small model's prompt can hold and still be quick to read."""

N_PHRASINGS = 3
"""Phrasings that must be near. 1, 2 and 3 found the right fact for 84, 86 and 87 % of the fit
questions."""

NOTHING = -1.0
"""The cosine of what is not there."""

MANY_BEYOND = 50
"""So many questions beyond the facts cover what people ask besides; fewer prove nothing."""

UNKNOWN_BEYOND = 0.5
"""Assumed nearness to a question beyond the facts where a persona lists few of them: the median of
out-of-scope questions against the lists of the shipped personas. Without it, a persona that lists
none would be sure of everything."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how alike they are."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors [len(texts), dimensions], in the order of `texts`."""
        ...


@dataclass(frozen=True)
class ScoredFact:
    """A fact, how near it is (mean cosine of its nearest phrasings), and the nearest phrasing."""

    fact: Fact
    score: float
    phrasing: str
    phrasing_score: float


@dataclass(frozen=True)
class Finding:
    """What looking up one question brought: the nearest fact, for better or worse.

    `confidence` (0 to 1) says whether it answers the question, `margin` how far it is ahead of
    the next. `invite_score` is the cosine with the nearest of the persona's `invites`.
    """

    question: str
    """As understood: misheard names corrected."""
    fact: Fact
    score: float
    margin: float
    confidence: float
    evidence: Evidence
    nearest: tuple[ScoredFact, ...]
    invite_score: float


class Hearing:
    """Corrects names that speech-to-text got wrong, from the persona's `hears` table."""

    def __init__(self, hears: Mapping[str, str]) -> None:
        self._meant = {_key(heard): meant for heard, meant in hears.items()}
        longest_first = sorted(hears, key=len, reverse=True)
        spaced = (r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", h))) for h in longest_first)
        pattern = "|".join(spaced)
        self._pattern = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) if pattern else None

    def correct(self, text: str) -> str:
        """Return the text with every misheard name replaced, the longest match first."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._meant[_key(match[0])], text)


class Knowledge:
    """The index of one persona; immutable once built."""

    def __init__(self, persona: Persona, embedder: Embedder) -> None:
        """Embed everything: some 1000 short sentences. See `embed.CachedEmbedder` for the cost."""
        self._embedder = embedder
        self._hearing = Hearing(persona.hears)
        self._facts = persona.facts
        self._asks = [ask for fact in persona.facts for ask in fact.ask]
        counts = [len(fact.ask) for fact in persona.facts]
        self.rows = _rows(counts)
        """int [facts, most phrasings]: phrasings of each fact; -1 where there are no more."""
        self._kinds = [[question_kind(ask) for ask in fact.ask] for fact in persona.facts]
        answers = [fact.answer for fact in persona.facts]
        groups = (self._asks, answers, persona.beyond, persona.invites)
        vectors = embedder.embed([text for group in groups for text in group])
        ends = np.cumsum([len(group) for group in groups])[:-1]
        self.asks, self.answers, self.beyond, self.invites = np.split(vectors, ends)

        self._least_beyond = NOTHING if len(persona.beyond) >= MANY_BEYOND else UNKNOWN_BEYOND

    def look_up(self, question: str) -> Finding:
        """Find the facts nearest to `question`; nearly all the time goes to the embedder."""
        understood = self._hearing.correct(question.strip())
        vector = self._embedder.embed([understood])[0]
        return self.compare(understood, vector, self.asks @ vector, self.beyond @ vector)

    def compare(self, question: str, vector: Floats, asks: Floats, beyond: Floats) -> Finding:
        """Judge a question by its cosines with all phrasings and all beyond questions.

        Apart from `look_up` so that the weights can be learnt by leaving cosines out (NOTHING).
        """
        near = np.append(asks, np.float32(NOTHING))[self.rows]
        scores = _mean_of_best(near)
        order = np.argsort(-scores, kind="stable")[:N_NEAREST]
        best = int(order[0])
        score = float(scores[best])
        margin = score - float(scores[order[1]]) if len(order) > 1 else max(0.0, score)
        evidence = Evidence(
            nearest=score,
            phrasing=_best(asks),
            ahead=margin,
            answer=float(self.answers[best] @ vector),
            beyond=max(_best(beyond), self._least_beyond),
            same_kind=self._same_kind(best, question, near[best]),
        )
        return Finding(
            question=question,
            fact=self._facts[best],
            score=score,
            margin=margin,
            confidence=confidence(evidence),
            evidence=evidence,
            nearest=tuple(self._scored(int(index), scores, near) for index in order),
            invite_score=_best(self.invites @ vector),
        )

    def _scored(self, index: int, scores: Floats, near: Floats) -> ScoredFact:
        fact, column = self._facts[index], int(near[index].argmax())
        return ScoredFact(fact, float(scores[index]), fact.ask[column], float(near[index][column]))

    def _same_kind(self, index: int, question: str, near: Floats) -> float:
        wanted = question_kind(question)
        kinds = [kind for kind, s in zip(self._kinds[index], near, strict=False) if s > NOTHING]
        return kinds.count(wanted) / len(kinds) if kinds else 0.0


def _rows(counts: Sequence[int]) -> NDArray[np.intp]:
    rows = np.full((len(counts), max(counts)), -1, dtype=np.intp)
    start = 0
    for index, count in enumerate(counts):
        rows[index, :count] = np.arange(start, start + count)
        start += count
    return rows


def _mean_of_best(near: Floats) -> Floats:
    """Mean of each row's N_PHRASINGS greatest cosines, leaving NOTHING out; [facts]."""
    best = -np.sort(-near, axis=1)[:, :N_PHRASINGS]
    there = best > NOTHING
    count = there.sum(axis=1)
    total = np.where(there, best, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), NOTHING).astype(np.float32)


def _best(similarity: Floats) -> float:
    return float(similarity.max()) if similarity.size else NOTHING


def _key(heard: str) -> str:
    return " ".join(re.split(r"[\s-]+", heard.casefold()))
