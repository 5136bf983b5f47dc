"""Where a phrase may be cut, so that its first words are heard before the rest is made. Pure.

A cut lies between two words, and it must be certain which words of the text lie before it. Writing
and speech count words differently ("of the" is spoken as one, "26" as two), so nothing is counted:
the first words are spoken alone, in phonemes, and if the phrase's phonemes begin with just these
and then a space, that space is the cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from visavis.lips.phonemes import Timed

HEAD_MS = 400.0
"""At least as long is the first piece; the rest is decoded while it is heard."""

TAIL_MS = 400.0
"""A shorter rest is not worth a piece of its own: decoding it takes less than 30 ms."""

HEAD_SHARE = 0.15
"""Of the whole phrase. Decoding takes 5 % of the time that the sound lasts: three times that."""

_TRIES = 6
"""So many cuts are looked at; the phonemes of a few words take a third of a millisecond."""

_STRESS = frozenset("ˈˌ")
_SIGNS = frozenset(",.;:!?-—…\"'()«»“”¡¿")
_BEGIN = "^"  # what Piper puts before every phrase; mostly silence

Phonemize = Callable[[str], Sequence[str]]
"""Words to phoneme symbols, spaces between words among them."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The first piece is the first `n_words` of text.split() and the first `n_phones` phonemes."""

    n_words: int
    n_phones: int


def first_cut(text: str, phones: Sequence[Timed], rate_hz: int, phonemize: Phonemize) -> Cut | None:
    """The first place to cut `text`, or None if it is short or no place is certain.

    Args:
        text: what is spoken, one sentence.
        phones: its phonemes with their durations in samples at `rate_hz`.
        rate_hz: sample rate.
        phonemize: how the words of `text` are spoken, without the begin and end of `phones`.
    """
    words = text.split()
    ends = list(accumulate(n_samples for _, n_samples in phones))
    if len(words) < 2 or not ends:
        return None
    begin = ends[0] if phones[0][0] == _BEGIN else 0
    earliest = begin + max(HEAD_MS * rate_hz / 1_000.0, HEAD_SHARE * (ends[-1] - begin))
    latest = ends[-1] - TAIL_MS * rate_hz / 1_000.0
    spaces = [
        n_phones
        for n_phones, ((symbol, _), (after, _)) in enumerate(pairwise(phones), start=1)
        if symbol == " " and after != " "
    ]
    usable = {n_phones for n_phones in spaces if earliest <= ends[n_phones - 1] <= latest}
    if not usable:
        return None
    fewest = max(1, sum(n_phones < min(usable) for n_phones in spaces))
    for n_words in range(fewest, min(fewest + _TRIES, len(words))):
        if words[n_words][0].isdigit():  # "1 000" is spoken as one number
            continue
        n_phones = _end_of(phones, phonemize(" ".join(words[:n_words])))
        if n_phones in usable:
            return Cut(n_words, n_phones)
    return None


def _end_of(phones: Sequence[Timed], spoken: Sequence[str]) -> int | None:
    """How many of `phones` the words `spoken` take, the space behind them included; None if other.

    Stress and the sign behind the last word may differ: those depend on what follows.
    """
    wanted = [symbol for symbol in spoken if symbol not in _STRESS]
    while wanted and (wanted[-1] in _SIGNS or wanted[-1] == " "):
        wanted.pop()
    matched = 0
    for n_phones, (symbol, _) in enumerate(phones, start=1):
        if symbol in _STRESS or (n_phones == 1 and symbol == _BEGIN):
            continue
        if matched < len(wanted):
            if symbol != wanted[matched]:
                return None
            matched += 1
        elif symbol == " ":
            return n_phones if wanted else None
        elif symbol not in _SIGNS:
            return None
    return None


def at_pitch(phones: Sequence[Timed], ratio: float) -> tuple[Timed, ...]:
    """The durations when all is played faster by `ratio`: each end is rounded, so none drifts."""
    ends = [round(end / ratio) for end in accumulate((n for _, n in phones), initial=0)]
    return tuple(
        (symbol, after - before)
        for (symbol, _), (before, after) in zip(phones, pairwise(ends), strict=True)
    )
