"""Letters to sounds: how words that no dictionary has are spoken, and which letter is which sound.

A list of rules "this letter, with these letters around it, is said so"; the longest context that
is known decides. Learnt from the CMU Pronouncing Dictionary by `python -m training.letters`, which
also prints how often the rules are right about words that they were not learnt from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from visavis.spec import spec_text

OFFSETS: Final = (1, -1, 0, 2, -2, 3, -3, 4)
"""What a rule looks at, the most telling first: +1 is the next letter, -1 the one before, and 0
what the one before was said as."""

EDGE: Final = "#"
"""What stands before the first and after the last letter."""

_UNSEEN_LOG = -10.0  # a letter and a sound that never went together in the dictionary
_FAR_LOG = -1e9
_MOST_PHONES = 2  # of one letter: x is K S, u is Y UW


@dataclass(frozen=True, slots=True)
class LetterModel:
    """The rules. `rules` maps a letter and its context to the code of what it is said as.

    A key is the letter, followed by its context in the order of OFFSETS, as much as is known.
    `chunks` maps codes, one character each, to ARPAbet phones without stress digits.
    `affinity` gives for each letter the natural logarithm of how often it is said as these phones
    (separated by spaces; none: the letter is silent).
    """

    rules: Mapping[str, str]
    chunks: Mapping[str, tuple[str, ...]]
    affinity: Mapping[str, Mapping[str, float]]
    common: Mapping[str, str] = field(default_factory=dict[str, str])
    """The most used words that the rules get wrong ("one"), with their phones and stress."""

    def sounds(self, word: str) -> tuple[tuple[str, ...], ...]:
        """The phones of each letter of `word` (a…z and apostrophes; others are silent)."""
        codes: list[str] = []
        for at in range(len(word)):
            codes.append(self._code(word, at, codes[-1] if codes else EDGE))
        return tuple(self.chunks.get(code, ()) for code in codes)

    def phones(self, word: str) -> tuple[str, ...]:
        """The phones of `word`, ARPAbet without stress digits; a double sound is said once."""
        said: list[str] = []
        for at, chunk in enumerate(self.sounds(word)):
            doubled = chunk and said and said[-1] == chunk[0] and word[at] == word[at - 1]
            said += chunk[1:] if doubled else chunk
        return tuple(said)

    def align(self, word: str, phones: Sequence[str]) -> tuple[int, ...]:
        """How many of `phones` (without stress digits) each letter of `word` is said as.

        The counts add up to len(phones). The best path by affinity; where there are more phones
        than letters can carry, the last letter has the rest.
        """
        if not word:
            return ()
        n_most = _MOST_PHONES * len(word)
        counts = list(best_path([self.affinity.get(a, {}) for a in word], phones[:n_most]))
        counts[-1] += max(0, len(phones) - n_most)
        return tuple(counts)

    def onsets(self, word: str, phones: Sequence[str]) -> tuple[int, ...]:
        """The letter with which each of `phones` (without stress digits) begins, ascending.

        A sound written with two letters begins with the first of them, whichever of the two
        `align` gave it to: the SH of "ship" with the s, the IY of "piece" with the i. The first
        sound begins with the word.
        """
        onsets: list[int] = []
        free = 0  # the first letter behind those that earlier sounds are written with
        for at, n_phones in enumerate(self.align(word, phones)):
            if n_phones:
                begins = at
                while begins > free and is_digraph(word[begins - 1], word[at]):
                    begins -= 1
                onsets += [begins if onsets else 0] * n_phones
                free = at + 1
        return tuple(onsets)

    def _code(self, word: str, at: int, before: str) -> str:
        key = word[at]
        found = self.rules.get(key, "")
        for feature in context(word, at, before):
            key += feature
            known = self.rules.get(key)
            if known is None:
                break
            found = known
        return found


_VOWEL_LETTERS: Final = frozenset("aeiouy")
_LENGTHENING: Final = frozenset("ghlwr'")
"""Silent, they belong to the vowel before them: night, walk, answer."""


def is_digraph(silent: str, sounding: str) -> bool:
    """Whether a silent letter before a sounding one is part of how that is written."""
    if sounding in _VOWEL_LETTERS:
        return silent in _VOWEL_LETTERS
    return silent not in _VOWEL_LETTERS and silent not in _LENGTHENING


def context(word: str, at: int, before: str) -> str:
    """What a rule may look at, in the order of OFFSETS; `before`: the code of the letter before."""
    return "".join(
        before if not offset else word[at + offset] if 0 <= at + offset < len(word) else EDGE
        for offset in OFFSETS
    )


def best_path(letters: Sequence[Mapping[str, float]], phones: Sequence[str]) -> tuple[int, ...]:
    """As `LetterModel.align`, given the affinities of each letter; at most two phones a letter.

    Viterbi over (letters read, phones said).
    """
    n_phones = len(phones)
    best = [0.0] + [_FAR_LOG] * n_phones
    back: list[list[int]] = []
    pairs = [f"{a} {b}" for a, b in pairwise(phones)]
    for affinity in letters:
        get = affinity.get
        silent = get("", _UNSEEN_LOG)
        row = [best[0] + silent]
        steps = [0]
        for said in range(1, n_phones + 1):
            top, step = best[said] + silent, 0
            one = best[said - 1] + get(phones[said - 1], _UNSEEN_LOG)
            if one > top:
                top, step = one, 1
            if said > 1:
                two = best[said - 2] + get(pairs[said - 2], 2 * _UNSEEN_LOG)
                if two > top:
                    top, step = two, 2
            row.append(top)
            steps.append(step)
        best = row
        back.append(steps)
    counts: list[int] = []
    said = n_phones
    for steps in reversed(back):
        counts.append(steps[said])
        said -= steps[said]
    return tuple(reversed(counts))


@cache
def letter_model() -> LetterModel:
    """The rules of spec/letters.json, read once."""
    return parse_letters(spec_text("letters.json"))


def parse_letters(text: str) -> LetterModel:
    """The model that `text`, JSON as `training.letters` writes it, holds."""
    spec = json.loads(text)
    chunks = {code: tuple(chunk.split()) for code, chunk in spec["chunks"].items()}
    rules: dict[str, str] = {}
    for tree in spec["trees"]:
        _read_tree(tree, rules)
    return LetterModel(rules=rules, chunks=chunks, affinity=spec["affinity"], common=spec["common"])


def _read_tree(tree: str, rules: dict[str, str]) -> None:
    """Each node is its letter, the code of what is said, its children, and a closing bracket."""
    key = ""
    at = 0
    while at < len(tree):
        if tree[at] == ")":
            key = key[:-1]
            at += 1
        else:
            key += tree[at]
            rules[key] = tree[at + 1]
            at += 2
