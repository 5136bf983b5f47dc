"""Is this text fit to be shown and spoken? What models send is not always words. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD_CHARS = 60
"""English's longest words have 45 letters; whatever is longer is an address or noise."""

_LONGEST_RUN = 6
"""The same letter so often in a row is a scream or a fault; "hmmmm" is neither."""

_MIN_LOOP_WORDS = 6
_LOOP_TURNS = 4
_LONGEST_LOOP_WORDS = 12
_MAX_MARKS = 3
"""Accents on one letter; no language stacks more."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<[!?|][^<>]{0,200}>")
_BRACKETED = re.compile(r"\[[^\]]*\]|\([^)]*\)|[♩-♯]")
_WORD = re.compile(r"[\w']+")
_RUN = re.compile(rf"([^\W\d_])\1{{{_LONGEST_RUN - 1},}}", re.IGNORECASE)
_TALKATIVE = frozenset(("Cc", "Zl", "Zp"))  # replaced by a space: two words may meet there
_MUTE = frozenset(("Cf", "Cs", "Co", "Cn"))
_REPLACEMENT = "\ufffd"
"""What a decoder puts where the UTF-8 was wrong."""


def plain(text: str) -> str:
    """The text without control characters, terminal escapes, tags, lone surrogates, the marks of
    wrong UTF-8, characters that turn the writing round, or towers of accents. Line breaks stay.
    """
    text = _TAGS.sub(" ", _ESCAPES.sub(" ", text))
    kept: list[str] = []
    n_marks = 0
    for char in text:
        category = unicodedata.category(char)
        n_marks = n_marks + 1 if category == "Mn" else 0
        if char == "\n":
            kept.append(char)
        elif category in _TALKATIVE:
            kept.append(" ")
        elif category not in _MUTE and char != _REPLACEMENT and n_marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_garbage(phrase: str) -> bool:
    """Whether nobody should say this: endless words, one letter held for ever, a loop."""
    longest = max(map(len, phrase.split()), default=0)
    return longest > LONGEST_WORD_CHARS or _RUN.search(phrase) is not None or is_looped(phrase)


def is_looped(text: str) -> bool:
    """Whether the same few words come four times in a row, six words at least."""
    words = _WORD.findall(text.casefold())
    for n_period in range(1, min(_LONGEST_LOOP_WORDS, len(words) // _LOOP_TURNS) + 1):
        n_needed = max(_MIN_LOOP_WORDS, _LOOP_TURNS * n_period) - n_period
        n_equal = 0
        for word, earlier in zip(words[n_period:], words, strict=False):
            n_equal = n_equal + 1 if word == earlier else 0
            if n_equal >= n_needed:
                return True
    return False


def words_heard_in(transcript: str) -> str:
    """What a speech model made of a sound; "" if that is no speech.

    Of music and noise such models make notes, "[Music]", or the same word again and again.
    """
    text = " ".join(_BRACKETED.sub(" ", plain(transcript)).split())
    if not any(char.isalnum() for char in text) or is_garbage(text):
        return ""
    return text
