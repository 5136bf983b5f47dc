"""How words are spoken: a dictionary's answer, else the letters'. Pure; loaded at the edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from visavis.lips.letters import LetterModel, letter_model
from visavis.lips.phonemes import strip_marks

_VOWELS: Final = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
_REDUCED: Final = frozenset(("AH", "IH", "ER"))
_HISSING: Final = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOICELESS: Final = frozenset(("P", "T", "K", "F", "TH"))

_LETTER_NAMES: Final[dict[str, tuple[str, ...]]] = {
    entry[0]: tuple(entry[2:].split("_"))
    for entry in (
        "a:EY1 b:B_IY1 c:S_IY1 d:D_IY1 e:IY1 f:EH1_F g:JH_IY1 h:EY1_CH i:AY1 j:JH_EY1 k:K_EY1 "
        "l:EH1_L m:EH1_M n:EH1_N o:OW1 p:P_IY1 q:K_Y_UW1 r:AA1_R s:EH1_S t:T_IY1 u:Y_UW1 "
        "v:V_IY1 w:D_AH1_B_AH0_L_Y_UW0 x:EH1_K_S y:W_AY1 z:Z_IY1"
    ).split()
}

SPELLED: Final = "."
"""Behind a letter: its name is said, "a." is EY. As in CMUdict."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words to ARPAbet phones; vowels carry stress digits: 0 none, 1 primary, 2 secondary.

    `words` maps lower-case words to phones separated by spaces. Without any, letters decide all.
    `others` has further ways to say some of them, the usual one not among them.
    """

    letters: LetterModel
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def __deepcopy__(self, memo: object) -> Self:
        return self  # nothing in it ever changes

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def phones(self, spoken: str) -> tuple[str, ...]:
        """The phones of one spoken word: lower case, a…z and apostrophes, or a letter and ".".

        Never empty for a word with letters: at worst it is said as its letters' names.
        """
        if spoken.endswith(SPELLED) and (name := _LETTER_NAMES.get(spoken[:-1])):
            return name
        if (known := self.words.get(spoken)) is not None:
            return tuple(known.split())
        stem, apostrophe, ending = spoken.rpartition("'")
        if apostrophe and stem and ending in ("s", ""):
            said = self.phones(stem)
            return said + plural(said) if ending else said
        bare = spoken.replace("'", "")
        known = self.words.get(bare) or self.letters.common.get(spoken)
        if known is not None:
            return tuple(known.split())
        return with_stress(self.letters.phones(bare)) or _named(bare)

    def pronunciations(self, spoken: str) -> tuple[tuple[str, ...], ...]:
        """All ways to say the word, `phones` first: "the" is DH AH and DH IY. Never empty."""
        others = (tuple(other.split()) for other in self.others.get(spoken, ()))
        return (self.phones(spoken), *others)


def _named(word: str) -> tuple[str, ...]:
    return tuple(phone for letter in word for phone in _LETTER_NAMES.get(letter, ()))


def plural(phones: tuple[str, ...]) -> tuple[str, ...]:
    """How an s is said behind these phones: cats, dogs, houses."""
    last = strip_marks(phones[-1]) if phones else ""
    if last in _HISSING:
        return ("IH0", "Z")
    return ("S",) if last in _VOICELESS else ("Z",)


def with_stress(phones: tuple[str, ...]) -> tuple[str, ...]:
    """Guess the stress: the first full vowel has it, reduced ones (AH IH ER) have none."""
    vowels = [at for at, phone in enumerate(phones) if phone in _VOWELS]
    full = [at for at in vowels if phones[at] not in _REDUCED]
    primary = next(iter(full or vowels), None)
    return tuple(
        phone if at not in vowels else f"{phone}{1 if at == primary else 2 if at in full else 0}"
        for at, phone in enumerate(phones)
    )


def parse_dictionary(text: str) -> dict[str, str]:
    """The first pronunciation of each word of a dictionary in CMU's format.

    A line is a word and its phones; `(2)` behind a word marks another pronunciation, `#` begins a
    comment, `;;;` a line of comment. Lines without phones are left out.
    """
    words: dict[str, str] = {}
    for word, phones in _entries(text):
        if not word.endswith(")"):
            words.setdefault(word, phones)
    return words


def parse_other_pronunciations(text: str) -> dict[str, tuple[str, ...]]:
    """Those that `parse_dictionary` leaves out, by their word."""
    others: dict[str, tuple[str, ...]] = {}
    for numbered, phones in _entries(text):
        if numbered.endswith(")"):
            word = numbered.rpartition("(")[0]
            others[word] = (*others.get(word, ()), phones)
    return others


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        word, _, phones = line.partition("#")[0].strip().partition(" ")
        if phones and not word.startswith(";;;"):
            yield word.lower(), phones.strip()


def letters_only() -> Lexicon:
    """The lexicon of a machine without the dictionary."""
    return Lexicon(letter_model())
