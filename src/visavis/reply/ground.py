"""Is this phrase supported by what the persona was given to say?

A 135 M parameter model rambles and invents. So each phrase it writes is checked before it is
spoken: every number, every name and every content word must come from the grounding facts, the
persona's prompt or the question itself. What does not pass is not said. The check is lexical on
purpose: it can be read, explained and tested, and it errs towards silence.

Use: one `Support` per reply, `judge` per phrase. The first phrase unsupported: decline instead of
it. A later one: end the reply before it. `next_step` says exactly that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["strict", "free", "trusted"]
"""strict: a reply about facts, every word must be supported. free: an invited story or rhyme, only
figures, dates and what touches the persona's own subjects are: a story may have a hero with a name.
trusted: a capable model, nothing is checked."""

_ENDINGS = (".", "!", "?", ",", ";", ":", "\u2026", "-", "\u2013", "\u2014")

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,:]\d+)*", re.IGNORECASE)

_FIGURES = frozenset(
    """twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
    percent dollar dollars euro euros monday tuesday wednesday thursday friday saturday sunday
    january february march april june july august september october november december""".split()
)
"""Words that assert an amount or a date. Not "one" or "three", which any story needs."""

_FREE_WORDS = frozenset(
    """a about again ah all also always am an and another any anything are aren't as ask asked at
    be because been before being both but by can can't cannot could couldn't course did didn't do
    does doesn't doing don't down each either else ever every everything for from get gets give
    gives glad go good great had happy has hasn't have haven't having he hello help her here hers
    hey hi him his hm how i i'd i'll i'm i've if in into is isn't it it's its itself just kind
    know let let's like lot made make makes many may maybe me might mine more most much must my
    myself need needs never nice no not nothing now of off oh ok okay on once only or other our
    ours out over please really right said same say says see she should simply so some something
    soon sorry sound still such sure take takes tell than thank thanks that that's the their them
    then there there's these they they're thing things think this those though through to together
    too under until up us use used uses using very want was way we we'd we'll we're welcome well
    were what what's when where which while who why will with won't would yes yet you you'd you'll
    you're you've your yours yourself""".split()
)
"""Words that assert nothing by themselves."""

_SUFFIXES = ("ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ied", "ers", "er", "es")
_SHORT_SUFFIXES = ("ed", "ly", "s", "e", "y")


@dataclass(frozen=True)
class Support:
    """All the words a reply may be made of."""

    mode: Mode
    stems: frozenset[str]
    subjects: frozenset[str]
    """Stems of names; a free phrase that mentions one is checked strictly."""


@dataclass(frozen=True)
class Supported:
    """The phrase may be spoken."""


@dataclass(frozen=True)
class Unsupported:
    """The phrase may not be spoken, because nothing given to the model says `word`."""

    word: str


Judgement = Supported | Unsupported


def support_of(texts: Iterable[str], *, mode: Mode, subjects: Iterable[str] = ()) -> Support:
    """Build the support from the texts that the model was given (facts, prompt, question)."""
    stems = frozenset(stem(word) for text in texts for word in _words(text))
    names = frozenset(stem(word) for text in subjects for word in _words(text))
    return Support(mode, stems, names)


def judge(phrase: str, support: Support) -> Judgement:
    """Check one phrase. The first unsupported word is reported; of a phrase that does not end like
    one (the model ran out of tokens), the last."""
    if support.mode == "trusted":
        return Supported()
    if not phrase.rstrip("\"')\u201d ").endswith(_ENDINGS):
        return Unsupported(phrase.rpartition(" ")[2])
    words = _words(phrase)
    strict = support.mode == "strict" or any(stem(word) in support.subjects for word in words)
    for word in words:
        plain = word.casefold()
        if stem(plain) in support.stems:
            continue
        if strict:
            if plain not in _FREE_WORDS:
                return Unsupported(word)
        elif word[0].isdigit() or plain in _FIGURES:
            return Unsupported(word)
    return Supported()


def next_step(judgement: Judgement, n_spoken: int) -> Literal["speak", "decline", "end"]:
    """Say what to do with a judged phrase after `n_spoken` phrases of the same reply."""
    if isinstance(judgement, Supported):
        return "speak"
    return "decline" if n_spoken == 0 else "end"


def names_in(text: str) -> frozenset[str]:
    """Return the capitalised words of a text that do not merely begin a sentence."""
    return frozenset(
        word
        for sentence in re.split(r"(?<=[.!?:])\s+", text)
        for word in _words(sentence)[1:]
        if word[0].isupper() and word.casefold() not in _FREE_WORDS
    )


def stem_set(text: str) -> frozenset[str]:
    """Return the stems of the words that say something: neither free nor repeated."""
    words = (word.casefold() for word in _words(text))
    return frozenset(stem(word) for word in words if word not in _FREE_WORDS)


def stem(word: str) -> str:
    """Cut a word's ending, so that `opening`, `opens` and `opened` meet. Crude, and enough here:
    only equality matters."""
    plain = word.casefold().removesuffix("'s")
    for suffix in _SUFFIXES:
        if plain.endswith(suffix) and len(plain) - len(suffix) >= 3:
            return plain[: -len(suffix)]
    for suffix in _SHORT_SUFFIXES:
        if plain.endswith(suffix) and len(plain) - len(suffix) >= 3:
            return plain[: -len(suffix)]
    return plain


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("\u2019", "'"))
