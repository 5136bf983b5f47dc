"""The questions of `visavis bench answers`, and what would be right to answer."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict

Kind = Literal["plain", "wordy", "terse", "noise", "near", "far", "open"]
"""In scope: plain, wordy, terse, noise (misheard). Out of scope: near (close to a fact, the
dangerous ones), far. open: an invited request, for the language model."""

IN_SCOPE: tuple[Kind, ...] = ("plain", "wordy", "terse", "noise")
OUT_OF_SCOPE: tuple[Kind, ...] = ("near", "far")

Split = Literal["fit", "test"]
"""fit: read, and used to choose thresholds and to improve the personas. test: a file of its own,
run only for the published figures."""


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
    """Return all questions to a built-in persona, those of the fit file first."""
    return [question for split in get_args(Split) for question in _load(persona, split)]


def _load(persona: str, split: Split) -> list[Question]:
    name = f"{persona}.yaml" if split == "fit" else f"{persona}.test.yaml"
    source = resources.files("visavis.bench") / "questions" / name
    file = _File.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))

    def question(kind: Kind, text: str, facts: str = "") -> Question:
        ids = frozenset(part.strip() for part in facts.split(",") if part.strip())
        return Question(file.persona, kind, text, ids, split)

    found: list[Question] = []
    tables = zip(IN_SCOPE, (file.plain, file.wordy, file.terse, file.noise), strict=True)
    for kind, table in tables:
        found += [question(kind, text, facts) for facts, texts in table.items() for text in texts]
    for entry in file.near:
        asked = _Also(ask=entry, also="") if isinstance(entry, str) else entry
        found.append(question("near", asked.ask, asked.also))
    found += [question("far", text) for text in file.far]
    found += [question("open", text) for text in file.open]
    return found
