"""The questions of `visavis bench answers`, and what would be right to answer."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Literal
from zlib import crc32

import yaml
from pydantic import BaseModel, ConfigDict

Kind = Literal["plain", "wordy", "terse", "noise", "near", "far", "open"]
"""In scope: plain, wordy, terse, noise (misheard). Out of scope: near (close to a fact, the
dangerous ones), far. open: an invited request, for the language model."""

IN_SCOPE: tuple[Kind, ...] = ("plain", "wordy", "terse", "noise")
OUT_OF_SCOPE: tuple[Kind, ...] = ("near", "far")

Split = Literal["fit", "test"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `facts` are the ids of those that answer it, empty if none does."""

    persona: str
    kind: Kind
    text: str
    facts: frozenset[str]
    split: Split


class _Also(BaseModel):
    """An out-of-scope question that a fact answers just as well as a decline does."""

    model_config = ConfigDict(extra="forbid")
    ask: str
    also: str


class _File(BaseModel):
    """A corpus file. Keys of the in-scope tables: fact ids, joined by commas if several fit."""

    model_config = ConfigDict(extra="forbid")
    persona: str
    plain: dict[str, list[str]]
    wordy: dict[str, list[str]]
    terse: dict[str, list[str]]
    noise: dict[str, list[str]]
    near: list[str | _Also]
    far: list[str]
    open: list[str]


def load_corpus(persona: str) -> list[Question]:
    """Return the questions of a built-in persona, in the file's order."""
    source = resources.files("visavis.bench") / "questions" / f"{persona}.yaml"
    file = _File.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    found: list[Question] = []
    tables = zip(IN_SCOPE, (file.plain, file.wordy, file.terse, file.noise), strict=True)
    for kind, table in tables:
        for facts, texts in table.items():
            found += [_question(file, kind, text, facts) for text in texts]
    for entry in file.near:
        asked = _Also(ask=entry, also="") if isinstance(entry, str) else entry
        found.append(_question(file, "near", asked.ask, asked.also))
    found += [_question(file, "far", text, "") for text in file.far]
    found += [_question(file, "open", text, "") for text in file.open]
    return found


def split_of(text: str) -> Split:
    """Return the split by the text's checksum: a third to fit on. Nobody can choose."""
    return "fit" if crc32(text.encode()) % 3 == 0 else "test"


def _question(file: _File, kind: Kind, text: str, facts: str) -> Question:
    ids = frozenset(part.strip() for part in facts.split(",") if part.strip())
    return Question(file.persona, kind, text, ids, split_of(text))
