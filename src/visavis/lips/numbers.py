"""Numbers as an English voice says them. Pure.

Forty lines of our own, because the libraries cost more than they give here: `inflect` (MIT) takes
seconds to import, on every start, for its plurals; `num2words` is under the LGPL.
"""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES: Final = "- thousand million billion trillion".split()

LONGEST_DIGITS: Final = 15
"""More are read digit by digit: there is no name that anybody would recognise."""

_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def digits(written: str) -> tuple[str, ...]:
    """Each digit by its name: "07" is zero seven."""
    return tuple(_SMALL[int(digit)] for digit in written)


def cardinal(written: str) -> tuple[str, ...]:
    """A whole number of ASCII digits: "120" is one hundred twenty."""
    if len(written) > LONGEST_DIGITS:
        return digits(written)
    number = int(written)
    if number < 1000:
        return _below_thousand(number)
    said: tuple[str, ...] = ()
    groups: list[int] = []
    while number:
        number, group = divmod(number, 1000)
        groups.append(group)
    for power in reversed(range(len(groups))):
        if groups[power]:
            scale = (_SCALES[power],) if power else ()
            said += (*_below_thousand(groups[power]), *scale)
    return said


def _below_thousand(number: int) -> tuple[str, ...]:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return (_SMALL[hundreds], "hundred", *(_below_hundred(rest) if rest else ()))
    return _below_hundred(rest)


def _below_hundred(number: int) -> tuple[str, ...]:
    if number < 20:
        return (_SMALL[number],)
    tens, units = divmod(number, 10)
    return (_TENS[tens], _SMALL[units]) if units else (_TENS[tens],)


def ordinal(written: str) -> tuple[str, ...]:
    """A whole number of ASCII digits, ordered: "22" is twenty second."""
    *before, last = cardinal(written)
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return (*before, last)


def year(written: str) -> tuple[str, ...]:
    """Four digits as a year: nineteen ninety nine, twenty oh five, two thousand six."""
    century, rest = int(written[:2]), int(written[2:])
    if century % 10 == 0 and rest < 10:
        return cardinal(written)
    said = _below_hundred(century)
    if rest == 0:
        return (*said, "hundred")
    return (*said, "oh", _SMALL[rest]) if rest < 10 else (*said, *_below_hundred(rest))


def is_year(written: str) -> bool:
    """Whether four digits by themselves are read as a year, 1100 to 2099."""
    return len(written) == 4 and 1100 <= int(written) <= 2099


def plural(words: tuple[str, ...]) -> tuple[str, ...]:
    """Several of them: "1990s" is nineteen nineties."""
    *before, last = words
    return (*before, f"{last[:-1]}ies" if last.endswith("y") else f"{last}s")
