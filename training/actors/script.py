"""What was said: what a recogniser hears, put right by what was to be said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest

LIKE_ENOUGH = 0.85
"""Share of letters alike from which a text is taken for what was said; chosen by looking at forty
of them."""
_N_NEAREST = 12


class Script:
    """Lines in any order, among texts that nobody says."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = [text.strip() for text in dict.fromkeys(texts) if words(text)]
        self._plain = [" ".join(words(text)) for text in self._texts]
        self._with: defaultdict[str, list[int]] = defaultdict(list)
        for at, plain in enumerate(self._plain):
            for word in set(plain.split()):
                self._with[word].append(at)

    def nearest(self, heard: str) -> tuple[str, float]:
        """The text most like what was heard, and how like it is, 0 to 1; "" and 0 if none is."""
        plain = " ".join(words(heard))
        votes: defaultdict[int, float] = defaultdict(float)
        for word in set(plain.split()):
            for at in self._with.get(word, ()):
                votes[at] += 1.0 / len(self._with[word])  # a rare word says more
        found = ("", 0.0)
        for at in nlargest(_N_NEAREST, votes, key=lambda at: votes[at]):
            alike = SequenceMatcher(None, plain, self._plain[at], autojunk=False).ratio()
            if alike > found[1]:
                found = (self._texts[at], alike)
        return found


def words(text: str) -> list[str]:
    """Small letters only; nothing of a text that has digits."""
    return [] if re.search(r"\d", text) else re.findall(r"[a-z']+", text.lower())
