"""Can the voices be understood? Word error rates of our own speech-to-text on a sample."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from visavis.bench.corpus.plan import Utterance

_FILLERS = frozenset({"um", "uh", "hmm"})
_SAME: dict[str, str] = {
    "licence": "license",
    "colour": "color",
    "neighbour": "neighbor",
    "okay": "ok",
    "café": "cafe",
    "grey": "gray",
}
_NUMBERS: dict[str, str] = {
    str(number): word
    for number, word in enumerate("zero one two three four five six seven eight nine ten".split())
}


def sample(utterances: Sequence[Utterance], n_an_engine: int, seed: int = 1) -> list[Utterance]:
    """Return up to `n_an_engine` utterances of every engine.

    Without numbers and spellings: how these are written is a matter of taste, not of hearing.
    """
    chosen: list[Utterance] = []
    for engine in sorted({u.voice.engine for u in utterances}):
        pool = [u for u in utterances if u.voice.engine == engine and u.text.reads == "words"]
        random = np.random.default_rng(seed)
        order = random.permutation(len(pool))[:n_an_engine]
        chosen += [pool[index] for index in order]
    return chosen


def word_error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Return substituted, missing and added words over words said, of (said, heard) pairs."""
    n_words = n_errors = 0
    for said, heard in pairs:
        wanted, got = list(_words(said)), list(_words(heard))
        n_words += len(wanted)
        n_errors += _distance(wanted, got)
    return n_errors / n_words if n_words else 0.0


def _words(text: str) -> Iterator[str]:
    """Plain words: no case, no marks, no fillers, one spelling."""
    words: list[str] = re.findall(r"[\w']+", text.casefold().replace("\u2019", "'"))
    for word in words:
        if word not in _FILLERS:
            yield _NUMBERS[word] if word in _NUMBERS else _SAME.get(word, word)


def _distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    row = list(range(len(got) + 1))
    for at, word in enumerate(wanted, start=1):
        before, row[0] = row[0], at
        for column, other in enumerate(got, start=1):
            cost = min(row[column] + 1, row[column - 1] + 1, before + (word != other))
            before, row[column] = row[column], cost
    return row[-1]
