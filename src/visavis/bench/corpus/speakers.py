"""Who speaks: the voices, and on which side of the fit / test split each one is."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from visavis.bench.recording import Speaker, SpeakerKind, Split

EngineName = Literal["kokoro", "piper", "flite", "festival", "espeak-ng"]


class Voice(BaseModel):
    """One line of speakers.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    engine: EngineName
    voice: str
    """What the engine calls it."""
    split: Split
    accent: Literal["us", "gb"] = "us"

    @property
    def kind(self) -> SpeakerKind:
        """Neural or classic, which follows from the engine."""
        return "neural" if self.engine in ("kokoro", "piper") else "classic"

    @property
    def speaker(self) -> Speaker:
        """The same as the harness knows it."""
        return Speaker(self.name, self.engine, self.kind, self.split)


@cache
def load_voices() -> tuple[Voice, ...]:
    """Return all voices, in the order of the file."""
    source = resources.files("visavis.bench.corpus") / "speakers.yaml"
    return TypeAdapter(tuple[Voice, ...]).validate_python(yaml.safe_load(source.read_text("utf-8")))


def voice_called(name: str) -> Voice:
    """Return the voice with this name. Raises KeyError if there is none."""
    return {voice.name: voice for voice in load_voices()}[name]
