"""What the persona knows: which of its facts is this question about?

Every phrasing of every fact becomes a sentence vector; a question is compared with all of them.
The finding says how near the best fact is and how far ahead of the next; `reply.answer` decides
what to do with that. Pure: the embedder is a port, the numbers behind its use are in
docs/answers.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.reply.persona import Fact, Persona

N_NEAREST = 4
"""Facts listed in a finding: what a small model's prompt can hold and still be quick to read."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how alike they are."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors [len(texts), dimensions], in the order of `texts`."""
        ...


@dataclass(frozen=True)
class ScoredFact:
    """A fact, and how near its nearest phrasing is to the question (cosine, -1 to 1)."""

    fact: Fact
    score: float
    phrasing: str


@dataclass(frozen=True)
class Finding:
    """What looking up one question brought.

    `fact` is the nearest fact, or None where something that is not a fact is nearer: one of the
    persona's `beyond` questions or `invites`. `margin` is how far `score` is ahead of the next
    best fact, or of the nearest `beyond`, whichever is nearer; negative if that won.
    """

    question: str
    """As understood: misheard names corrected."""
    fact: Fact | None
    score: float
    margin: float
    nearest: tuple[ScoredFact, ...]
    beyond_score: float
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
        """Embed all phrasings: some 300 short sentences, 2 s on two cores with MiniLM."""
        self._embedder = embedder
        self._hearing = Hearing(persona.hears)
        self._facts = persona.facts
        self._phrasings = [(i, ask) for i, fact in enumerate(persona.facts) for ask in fact.ask]
        texts = [ask for _, ask in self._phrasings]
        vectors = embedder.embed([*texts, *persona.beyond, *persona.invites])
        ends = np.cumsum([len(texts), len(persona.beyond)])
        self._vectors, self._beyond, self._invites = np.split(vectors, ends)

    def look_up(self, question: str) -> Finding:
        """Find the facts nearest to `question`; 8 ms for a short one, nearly all of it MiniLM."""
        understood = self._hearing.correct(question.strip())
        vector = self._embedder.embed([understood])[0]
        nearest = self._nearest(self._vectors @ vector)
        beyond, invite = _best(self._beyond @ vector), _best(self._invites @ vector)
        best = nearest[0]
        second = nearest[1].score if len(nearest) > 1 else -1.0
        return Finding(
            question=understood,
            fact=best.fact if best.score > max(beyond, invite) else None,
            score=best.score,
            margin=best.score - max(second, beyond),
            nearest=nearest,
            beyond_score=beyond,
            invite_score=invite,
        )

    def _nearest(self, similarity: NDArray[np.float32]) -> tuple[ScoredFact, ...]:
        found: dict[int, ScoredFact] = {}
        for index in np.argsort(-similarity, kind="stable"):
            fact_index, phrasing = self._phrasings[int(index)]
            if fact_index not in found:
                fact = self._facts[fact_index]
                found[fact_index] = ScoredFact(fact, float(similarity[index]), phrasing)
            if len(found) == N_NEAREST:
                break
        return tuple(found.values())


def _best(similarity: NDArray[np.float32]) -> float:
    return float(similarity.max()) if similarity.size else -1.0


def _key(heard: str) -> str:
    return " ".join(re.split(r"[\s-]+", heard.casefold()))
