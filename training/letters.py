"""Learn spec/letters.json from the CMU Pronouncing Dictionary in the model store.

    python -m training.letters           learn, write, and print the accuracy
    python -m training.letters --check   print the accuracy of what is there

A tenth of the words, chosen by a checksum, is never learnt from; the accuracy is theirs. The same
dictionary gives the same file: there is nothing random in it.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.dictionary import dictionary
from visavis.lips.letters import EDGE, OFFSETS, LetterModel, best_path, context, parse_letters
from visavis.lips.phonemes import strip_marks, viseme_of

TARGET = Path(__file__).parents[1] / "spec" / "letters.json"
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'")
HELD_OUT = 10
"""Every tenth word is held out."""
MIN_WORDS = 2
"""A rule that a single word supports is a memory, not a rule."""
MIN_GAIN = 1
"""How many more letters a rule must get right than the shorter one, to be worth its bytes."""
ALIGN_WORDS = 15_000  # enough to learn the affinities from; all words are aligned once with them
ROUNDS = 4
CODES = "".join(chr(code) for code in range(33, 500) if chr(code).isprintable()).translate(
    {ord(char): None for char in "\"\\)#'"}
)

COMMON = (
    "the be to of and a in that have i it for not on with he as you do at this but his by from "
    "they we say her she or an will my one all would there their what so up out if about who get "
    "which go me when make can like time no just him know take people into year your good some "
    "could them see other than then now look only come its over think also back after use two how "
    "our work first well way even new want because any these give day most us is are was were has "
    "had been did does said says done very here where why much many more off again always never "
    "through though thought enough should shall may might must let yes please thanks thank sorry "
    "hello hi today tomorrow before between both every few own same such too under until while "
    "something anything nothing someone once twice eight four three hundred thousand point minute "
    "hour o'clock great those am let's i'm i'll i've i'd you're you'll you've it's that's there's "
    "we're we'll we've they're don't doesn't didn't can't won't isn't aren't wasn't couldn't "
    "wouldn't shouldn't what's who's here's he's she's"
).split()
"""Half of all that is said; those of them that the rules get wrong are written down."""

Entry = tuple[str, tuple[str, ...]]
Affinity = dict[str, dict[str, float]]


def entries() -> list[Entry]:
    """Words of plain letters with the phones of their first pronunciation, sorted."""
    return sorted(
        (word, tuple(strip_marks(phone) for phone in phones.split()))
        for word, phones in dictionary().items()
        if LETTERS.issuperset(word) and word.strip("'")
    )


def is_held_out(word: str) -> bool:
    """Whether nothing may be learnt from it: a word and its forms with 's go the same way."""
    return zlib.crc32(word.removesuffix("'s").encode()) % HELD_OUT == 0


def learn_affinity(words: list[Entry]) -> Affinity:
    """Which sounds a letter stands for: Viterbi training from a diagonal beginning."""
    sample = words[:: max(1, len(words) // ALIGN_WORDS)]
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, phones in sample:  # at first: the sounds about as far into the word as the letter
        for at, letter in enumerate(word):
            near = round(at * (len(phones) - 1) / max(1, len(word) - 1))
            counts[letter][phones[near]] += 2
            counts[letter][""] += 1
    affinity = _logs(counts)
    for _ in range(ROUNDS):
        counts = defaultdict(Counter)
        for word, chunks in aligned(sample, affinity):
            for letter, chunk in zip(word, chunks, strict=True):
                counts[letter][chunk] += 1
        affinity = _logs(counts)
    return affinity


def _logs(counts: dict[str, Counter[str]]) -> Affinity:
    return {
        letter: {
            chunk: round(math.log(n / sum(seen.values())), 2)
            for chunk, n in sorted(seen.items())
            if n > 2
        }
        for letter, seen in sorted(counts.items())
    }


def aligned(words: Iterable[Entry], affinity: Affinity) -> Iterator[tuple[str, list[str]]]:
    """Each word with what each of its letters is said as; words with too many phones are left."""
    for word, phones in words:
        if len(phones) > 2 * len(word):
            continue
        at = 0
        chunks: list[str] = []
        for n_phones in best_path([affinity.get(letter, {}) for letter in word], phones):
            chunks.append(" ".join(phones[at : at + n_phones]))
            at += n_phones
        yield word, chunks


def learn_trees(words: list[Entry], affinity: Affinity) -> tuple[list[str], dict[str, str]]:
    """The rules of each letter as text, and the code of each chunk."""
    whole: list[tuple[str, list[str]]] = [
        (word, chunks)
        for word, chunks in aligned(words, affinity)
        # others are odd words, badly aligned
        if all(chunk in affinity[letter] for letter, chunk in zip(word, chunks, strict=True))
    ]
    used = Counter(chunk for _, chunks in whole for chunk in chunks)
    ranked = sorted(used, key=lambda chunk: (-used[chunk], chunk))
    code_of = dict(zip(ranked, CODES, strict=False))
    samples: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for word, chunks in whole:
        before = EDGE
        for at, chunk in enumerate(chunks):
            samples[word[at]].append((context(word, at, before), chunk))
            before = code_of[chunk]
    trees = [_tree(letter, samples[letter], 0, None, code_of)[0] for letter in sorted(samples)]
    return trees, {code: chunk for chunk, code in code_of.items()}


def _tree(
    name: str,
    samples: list[tuple[str, str]],
    depth: int,
    above: str | None,
    code_of: dict[str, str],
) -> tuple[str, int]:
    """The text of a node and how many samples it and its children get right."""
    counts = Counter(chunk for _, chunk in samples)
    said = min(counts, key=lambda chunk: (-counts[chunk], chunk))
    if above is not None and counts[above] == counts[said]:
        said = above
    n_right = counts[said]
    children = ""
    if n_right < len(samples) and depth < len(OFFSETS):
        groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for sample in samples:
            groups[sample[0][depth]].append(sample)
        for letter in sorted(groups):
            inside = groups[letter]
            n_before = sum(chunk == said for _, chunk in inside)
            if len(inside) < MIN_WORDS or n_before == len(inside):
                continue
            text, n_after = _tree(letter, inside, depth + 1, said, code_of)
            if n_after - n_before >= MIN_GAIN:
                children += text
                n_right += n_after - n_before
    return f"{name}{code_of[said]}{children})", n_right


def wrong_common_words(model: LetterModel) -> dict[str, str]:
    """Common words that the rules get wrong, with their phones."""
    words = dictionary()
    return {
        word: words[word]
        for word in sorted(COMMON)
        if model.phones(word.replace("'", ""))
        != tuple(strip_marks(phone) for phone in words[word].split())
    }


def accuracy(model: LetterModel, words: list[Entry]) -> str:
    """How many words, phones and visemes of these words the model gets right, as a sentence."""
    n_words = n_phones = n_phone_errors = n_visemes = n_viseme_errors = 0
    for word, phones in words:
        said = model.phones(word)
        n_words += said == phones
        n_phones += len(phones)
        n_phone_errors += edits(said, phones)
        shown, wanted = _visemes(said), _visemes(phones)
        n_visemes += len(wanted)
        n_viseme_errors += edits(shown, wanted)
    return (
        f"{len(words)} words held out: {n_words / len(words):.1%} of words, "
        f"{1 - n_phone_errors / n_phones:.1%} of phones and "
        f"{1 - n_viseme_errors / n_visemes:.1%} of visemes right"
    )


def _visemes(phones: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(viseme_of(phone) or phone) for phone in phones)


def edits(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


def main(arguments: list[str]) -> None:
    """The command line."""
    words = entries()
    if "--check" not in arguments:
        learnt = [entry for entry in words if not is_held_out(entry[0])]
        affinity = learn_affinity(learnt)
        trees, chunks = learn_trees(learnt, affinity)
        comment = (
            "Letters to sounds, learnt by `python -m training.letters` from the CMU Pronouncing "
            "Dictionary, copyright 1993-2015 Carnegie Mellon University, BSD-2-Clause."
        )
        spec = {
            "$comment": comment,
            "chunks": chunks,
            "affinity": affinity,
            "trees": trees,
            "common": {},
        }
        rules = parse_letters(json.dumps(spec))
        spec["common"] = wrong_common_words(rules)
        TARGET.write_text(json.dumps(spec, ensure_ascii=False, indent=0) + "\n", "utf-8")
    model = parse_letters(TARGET.read_text("utf-8"))
    print(f"{len(model.rules)} rules, {TARGET.stat().st_size / 1000:.0f} kB")
    print(accuracy(model, [entry for entry in words if is_held_out(entry[0])]))


if __name__ == "__main__":
    main(sys.argv[1:])
