"""How one run of plain characters is read aloud: names, numbers, signs, abbreviations. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Final

from visavis.lips import numbers

MUTE: Final = "\0"
"""Stands for a character that has no sound of its own inside a word: a loose accent."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said for the characters [start, end) of the run."""

    start: int
    end: int
    spoken: tuple[str, ...]


Known = Container[str]
_Reader = Callable[[re.Match[str], Known], Iterator[Reading]]

_ABBREVIATIONS: Final = {
    "dr": "doctor",
    "mr": "mister",
    "mrs": "missus",
    "ms": "miz",
    "prof": "professor",
    "st": "saint",
    "jr": "junior",
    "sr": "senior",
    "vs": "versus",
    "etc": "et cetera",
    "approx": "approximately",
    "inc": "incorporated",
    "ltd": "limited",
    "dept": "department",
    "mt": "mount",
    "ave": "avenue",
    "blvd": "boulevard",
    "capt": "captain",
    "sgt": "sergeant",
    "fig": "figure",
    "vol": "volume",
    "co": "company",
    "corp": "corporation",
    "jan": "january",
    "feb": "february",
    "apr": "april",
    "aug": "august",
    "sept": "september",
    "oct": "october",
    "nov": "november",
    "dec": "december",
    "ph.d": "p. h. d.",
    "e.g": "for example",
    "i.e": "that is",
}
_UNITS: Final = {
    "km": "kilometers",
    "cm": "centimeters",
    "mm": "millimeters",
    "kg": "kilograms",
    "mg": "milligrams",
    "ms": "milliseconds",
    "hz": "hertz",
    "khz": "kilohertz",
    "mhz": "megahertz",
    "ghz": "gigahertz",
    "kb": "kilobytes",
    "mb": "megabytes",
    "gb": "gigabytes",
    "tb": "terabytes",
    "mph": "miles per hour",
    "ft": "feet",
    "lb": "pounds",
    "lbs": "pounds",
    "oz": "ounces",
}
_ALWAYS_UNITS: Final = frozenset("km kg cm mph khz mhz ghz kb gb tb".split())
"""These are nothing else, even with a space between them and their number."""

_SIGNS: Final = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "%": "percent",
    "°": "degrees",
    "$": "dollars",
    "€": "euros",
    "£": "pounds",
    "¥": "yen",
}
_MONEY: Final = {
    "$": ("dollar", "dollars", "cents"),
    "€": ("euro", "euros", "cents"),
    "£": ("pound", "pounds", "pence"),
    "¥": ("yen", "yen", "sen"),
}
_MAGNITUDES: Final = {"k": "thousand", "m": "million", "b": "billion"}
_HALVES: Final = {"2": "half", "4": "quarter"}

_SPELLED: Final = frozenset(
    "ai api atm cd ceo cfo cpu cto dc diy dj dna dvd eu faq fbi gpu hr id ip llc llm ok pc pdf phd "
    "pr rpm sms sql stt tts tv uk un url usa usb us vip vr xml".split()
)
"""Written in capitals these are spelled, though the dictionary may have a word that looks so."""

_LONGEST_SPELLED: Final = 5
_MURMURS: Final = frozenset("hmstprnfz")  # hmm, shh, psst: said as they stand
_FOREIGN: Final = "uh"
"""For a letter of a script that we can't read: the mouth moves all the same."""
_MOST_FOREIGN: Final = 12


def read(run: str, known: Known) -> Iterator[Reading]:
    """The readings of a run without spaces, in order; their ranges ascend and do not overlap."""
    for match in _PATTERN.finditer(run):
        yield from _READERS[match.lastgroup or "quiet"](match, known)


def _whole(match: re.Match[str], spoken: tuple[str, ...]) -> Iterator[Reading]:
    yield Reading(match.start(), match.end(), spoken)


def _digits(run: str, start: int, end: int) -> Iterator[Reading]:
    """Every digit of run[start:end] for itself."""
    for digit in _DIGIT.finditer(run, start, end):
        yield from _whole(digit, numbers.digits(digit[0]))


def _quiet(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del match, known
    yield from ()


def _abbreviation(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, tuple(_ABBREVIATIONS[match[0][:-1].lower()].split()))


def _letters(start: int, letters: str) -> Iterator[Reading]:
    for at, letter in enumerate(letters, start):
        if letter.isalpha():
            yield Reading(at, at + 1, (f"{letter.lower()}.",))


def _initials(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _letters(match.start(), match[0])


def _money(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    one, many, small = _MONEY[match["currency"]]
    whole, part = match["units"].replace(",", ""), match["cents"] or ""
    said = numbers.cardinal(whole)
    if magnitude := match["magnitude"]:
        point = ("point", *numbers.digits(part)) if part else ()
        yield from _whole(match, (*said, *point, _MAGNITUDES[magnitude.lower()], many))
        return
    said += (one if said == ("one",) else many,)
    if part and int(part):
        coins = (*numbers.cardinal(f"{part:0<2}"[:2]), small)
        said = (*said, "and", *coins) if int(whole) else coins
    yield from _whole(match, said)


def _clock(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    minutes = match["minutes"]
    yield Reading(match.start("hour"), match.end("hour"), numbers.cardinal(match["hour"]))
    said = numbers.cardinal(minutes)
    if minutes == "00":
        said = ("o'clock",)
    elif minutes < "10":
        said = ("oh", *said)
    yield Reading(match.start("minutes"), match.end("minutes"), said)


def _phone(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    if match[0].startswith("+"):
        yield Reading(match.start(), match.start() + 1, ("plus",))
    yield from _digits(match.string, match.start(), match.end())


def _date(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    for part in _DIGITS.finditer(match.string, match.start(), match.end()):
        said = numbers.year if numbers.is_year(part[0]) else numbers.cardinal
        yield from _whole(part, said(part[0]))


def _fraction(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    above, below = match[0].split("/")
    part = _HALVES.get(below) or " ".join(numbers.ordinal(below))
    if above != "1":
        part = "halves" if part == "half" else f"{part}s"
    at = match.start()
    yield Reading(at, at + 1, numbers.cardinal(above))
    yield Reading(at + 2, at + 3, tuple(part.split()))


def _ordinal(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, numbers.ordinal(match[0][:-2].replace(",", "")))


def _decade(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    written = match[0].rstrip("'s")
    said = numbers.year if numbers.is_year(written) else numbers.cardinal
    yield from _whole(match, numbers.plural(said(written)))


def _number(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    if sign := match["minus"]:
        yield Reading(match.start(), match.start() + len(sign), ("minus",))
    whole = match["whole"]
    start, end = match.span("whole")
    if (whole.startswith("0") and len(whole) > 1) or len(whole) > numbers.LONGEST_DIGITS:
        yield from _digits(match.string, start, end)
    elif numbers.is_year(whole) and not sign and not match["rest"]:
        yield Reading(start, end, numbers.year(whole))
    else:
        yield Reading(start, end, numbers.cardinal(whole.replace(",", "")))
    at = end
    for part in (match["rest"] or "").split(".")[1:]:
        yield Reading(at, at + 1, ("point",))
        yield from _digits(match.string, at + 1, at + 1 + len(part))
        at += 1 + len(part)


def _dot(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, ("dot",))


def _sign(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, (_SIGNS[match[0]],))


def _hash(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, ("number",))


def _to(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, ("to",))


def _foreign(match: re.Match[str], known: Known) -> Iterator[Reading]:
    del known
    yield from _whole(match, (_FOREIGN,) * min(_MOST_FOREIGN, len(match[0])))


def _word(match: re.Match[str], known: Known) -> Iterator[Reading]:
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    lower = match[0].lower()
    if lower in _ALWAYS_UNITS or (before.isdigit() and lower in _UNITS):
        yield from _whole(match, tuple(_UNITS[lower].split()))
    elif before.isdigit() and lower in ("am", "pm"):
        yield from _letters(match.start(), match[0])
    else:
        yield from _written(match.start(), match[0], known)


def _written(start: int, written: str, known: Known) -> Iterator[Reading]:
    """Letters and apostrophes: a word, letters to be spelled, or words grown together."""
    plain = written.replace(MUTE, "")
    lower = plain.lower()
    stem = re.sub(r"'?s\Z", "", plain)
    if _is_spelled(stem, known) and plain == written:
        spelled = list(_letters(start, stem))
        if stem != plain:  # TTSs, TTS's: the ending belongs to the last letter
            last = spelled.pop()
            spelled.append(Reading(last.start, start + len(written), (f"{last.spoken[0]}'s",)))
        yield from spelled
    elif lower in known or not (seam := _CAMEL.search(written)):
        yield Reading(start, start + len(written), (lower,))
    else:
        yield from _written(start, written[: seam.end()], known)
        yield from _written(start + seam.end(), written[seam.end() :], known)


def _is_spelled(written: str, known: Known) -> bool:
    lower = written.lower()
    if not written.isalpha() or lower in ("a", "i"):
        return False
    if len(written) == 1:
        return True
    has_vowel = any(letter in "aeiouy" for letter in lower)
    if written.isupper() and len(written) <= _LONGEST_SPELLED:
        # Without a dictionary, capitals with a vowel are more often shouted than spelled.
        return lower in _SPELLED or (not has_vowel if not known else lower not in known)
    return not has_vowel and lower not in known and not _MURMURS.issuperset(lower)


_DIGIT = re.compile(r"[0-9]")
_DIGITS = re.compile(r"[0-9]+")
_CAMEL = re.compile(r"[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z]{2})")
_NO_LETTER = r"(?![A-Za-z0-9])"
_FRESH = r"(?<![A-Za-z0-9.])"
_LATIN = rf"[A-Za-z{MUTE}]"

# The first that fits wins; what none fits is not spoken.
_PATTERNS: Final[dict[str, tuple[str, _Reader]]] = {
    "quiet": (r"\]\([^)]*\)|https?://|&(?:amp|lt|gt|quot|nbsp);", _quiet),
    "abbreviation": (
        rf"(?i:{_FRESH}(?:{'|'.join(map(re.escape, _ABBREVIATIONS))})\.{_NO_LETTER})",
        _abbreviation,
    ),
    "initials": (rf"{_FRESH}(?:[A-Za-z]\.){{2,}}(?:[A-Za-z]{_NO_LETTER})?", _initials),
    "money": (
        r"(?P<currency>[$€£¥])(?P<units>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})"
        rf"(?:\.(?P<cents>[0-9]{{1,15}}))?(?P<magnitude>[kKmMbB]{_NO_LETTER})?",
        _money,
    ),
    "clock": (
        r"(?<![0-9:])(?P<hour>[0-9]{1,2}):(?P<minutes>[0-5][0-9])(?![0-9])",
        _clock,
    ),
    "phone": (
        rf"(?<![0-9])(?:\([0-9]{{3}}\)(?:[-.]?[0-9]{{3}}[-.][0-9]{{4}}{_NO_LETTER})?"
        rf"|\+?(?:[0-9]{{1,3}}[-.])?(?:[0-9]{{3}}[-.])?[0-9]{{3}}[-.][0-9]{{4}}{_NO_LETTER}"
        r"|\+[0-9]{7,}|0[0-9]{6,})",
        _phone,
    ),
    "date": (
        rf"(?<![0-9])(?:[0-9]{{1,4}}/[0-9]{{1,2}}/[0-9]{{2,4}}"
        rf"|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){_NO_LETTER}",
        _date,
    ),
    "fraction": (r"(?<![0-9/])[1-9]/[2-9](?![0-9/])", _fraction),
    "ordinal": (rf"(?i:[0-9][0-9,]{{0,18}}(?:st|nd|rd|th){_NO_LETTER})", _ordinal),
    "decade": (rf"(?:[0-9]{{2}})?[1-9]0'?s{_NO_LETTER}", _decade),
    "number": (
        r"(?P<minus>(?<![A-Za-z0-9)])-)?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
        r"(?P<rest>(?:\.[0-9]+)*)",
        _number,
    ),
    "hash": (r"#(?=[0-9])", _hash),
    "to": (r"(?<=[0-9])-(?=[0-9])", _to),
    "dot": (r"(?<=[A-Za-z0-9])\.(?=[a-z]{2})", _dot),
    "sign": (f"[{re.escape(''.join(_SIGNS))}]", _sign),
    "word": (rf"[A-Za-z]{_LATIN}*(?:'{_LATIN}+)*", _word),
    "foreign": (r"(?:[^\W\d_A-Za-z][\x00]*)+", _foreign),
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{form})" for name, (form, _) in _PATTERNS.items()))
_READERS: Final = {name: reader for name, (_, reader) in _PATTERNS.items()}
