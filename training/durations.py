"""Fit spec/durations.json to voices whose exact phone durations are known.

    python -m training.durations           speak, fit, write, and print the errors
    python -m training.durations --check   speak and print the errors of what is there

Needs flite (Debian's package of that name) and the dictionary. Flite's voices learnt their
durations from recordings of the people they are named after, and unlike a neural voice's, which
count spaces and stress marks as sounds, their segments are sounds and nothing else. Two say
questions of the benchmark's corpus. The table is judged on a third, who was not fitted to, and on
texts that nobody was fitted to: by the boundaries inside words whose own beginning and end are
given, as they are where the table is used.
"""

from __future__ import annotations

import difflib
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from training.dictionary import lexicon
from visavis.bench.corpus.texts import PERSONAS, load_texts
from visavis.lips.durations import (
    KINDS,
    DurationTable,
    Kind,
    duration_table,
    factor_key,
    kind_of,
    place_of,
)
from visavis.lips.lexicon import Lexicon
from visavis.lips.phonemes import strip_marks
from visavis.lips.text import words_of

TARGET = Path(__file__).parents[1] / "spec" / "durations.json"
SPEAKERS = ("slt", "rms")
STRANGER = "awb"
HELD_OUT = 4
N_TEXTS = 120
FEWEST = 8
"""A mean of fewer phones than this is the mean of its kind; such a factor is 1."""

_RENAMED = {"AX": "AH"}
_PAUSE = "PAU"

Word = tuple[tuple[str, float], ...]
"""Phones with stress digits and their durations in ms."""


def texts() -> list[str]:
    """Questions from all over the corpus."""
    every = [text.say.replace("|", " ") for name in PERSONAS for text in load_texts(name)]
    return every[:: max(1, len(every) // N_TEXTS)]


def segments(voice: str, text: str) -> list[tuple[str, float]]:
    """What flite says, phone by phone, in ms; pauses are left out."""
    command = ["flite", "-voice", voice, "-psdur", "-t", text, "none"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    said: list[tuple[str, float]] = []
    start_ms = 0.0
    for segment in shown.split():
        phone, _, end_s = segment.rpartition(":")
        end_ms = float(end_s) * 1_000.0
        bare = _RENAMED.get(phone.upper(), phone.upper())
        if bare != _PAUSE:
            said.append((bare, end_ms - start_ms))
        start_ms = end_ms
    return said


def spoken_words(voice: str, text: str, words: Lexicon) -> list[Word]:
    """The words of `text` that the voice says exactly as the dictionary has them."""
    said = segments(voice, text)
    wanted = [words.phones(spoken) for word in words_of(text, words) for spoken in word.spoken]
    phones = [phone for word in wanted for phone in word]
    matcher = difflib.SequenceMatcher(
        None, [strip_marks(phone) for phone in phones], [phone for phone, _ in said], False
    )
    place_in_said = {
        block.a + step: block.b + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }
    found: list[Word] = []
    at = 0
    for word in wanted:
        places = [place_in_said.get(at + step, -1) for step in range(len(word))]
        at += len(word)
        if places and places[0] >= 0 and places == list(range(places[0], places[0] + len(word))):
            durations = (said[place][1] for place in places)
            found.append(tuple(zip(word, durations, strict=True)))
    return found


def fit(words: Sequence[Word]) -> DurationTable:
    """Means of phones, then means of what remains by kind, place and stress."""
    by_phone: defaultdict[str, list[float]] = defaultdict(list)
    by_kind: defaultdict[Kind, list[float]] = defaultdict(list)
    for phone, ms in (pair for word in words for pair in word):
        by_phone[strip_marks(phone)].append(ms)
        by_kind[kind_of(strip_marks(phone))].append(ms)
    mean_ms = {
        phone: round(statistics.fmean(seen if len(seen) >= FEWEST else by_kind[KINDS[phone]]), 1)
        for phone in sorted(KINDS)
        for seen in (by_phone[phone],)
    }
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    for word in words:
        for at, (phone, ms) in enumerate(word):
            key = factor_key(phone, place_of(at, len(word)))
            ratios[key].append(ms / mean_ms[strip_marks(phone)])
    factor = {
        key: round(statistics.fmean(seen), 3)
        for key, seen in sorted(ratios.items())
        if len(seen) >= FEWEST
    }
    return DurationTable(mean_ms=mean_ms, factor=factor)


def errors_ms(words: Sequence[Word], table: DurationTable) -> list[float]:
    """How far the boundaries inside the words lie from where the voice has them."""
    errors: list[float] = []
    for word in words:
        wanted = list(accumulate(ms for _, ms in word))
        guessed = list(accumulate(table.durations_ms([phone for phone, _ in word])))
        scale = wanted[-1] / guessed[-1]
        errors += [abs(a - b * scale) for a, b in zip(wanted[:-1], guessed[:-1], strict=True)]
    return errors


def report(name: str, errors: Sequence[float]) -> str:
    """One line for people."""
    within = sum(error <= 20.0 for error in errors) / len(errors)
    return (
        f"{name}: median {statistics.median(errors):.1f} ms, mean {statistics.fmean(errors):.1f} "
        f"ms, {within:.0%} of {len(errors)} boundaries within 20 ms"
    )


def main(arguments: list[str]) -> None:
    """The command line."""
    words = lexicon()
    said = {
        voice: [spoken_words(voice, text, words) for text in texts()]
        for voice in (*SPEAKERS, STRANGER)
    }
    if "--check" not in arguments:
        fitted = [
            word
            for voice in SPEAKERS
            for at, inside in enumerate(said[voice])
            if at % HELD_OUT
            for word in inside
        ]
        table = fit(fitted)
        spec = {
            "$comment": "Durations of ARPAbet phones in words, fitted by `python -m "
            "training.durations` to flite's voices slt and rms.",
            "mean_ms": table.mean_ms,
            "factor": table.factor,
        }
        TARGET.write_text(json.dumps(spec, indent=2) + "\n", "utf-8")
        print(f"{sum(map(len, fitted))} phones fitted")
    table = duration_table()
    for voice, tables in said.items():
        held = [word for inside in tables[::HELD_OUT] for word in inside]
        print(report(f"{voice}, equal shares", errors_ms(held, DurationTable({}, {}))))
        print(report(f"{voice}, means alone", errors_ms(held, DurationTable(table.mean_ms, {}))))
        print(report(f"{voice}, the table", errors_ms(held, table)))


if __name__ == "__main__":
    main(sys.argv[1:])
